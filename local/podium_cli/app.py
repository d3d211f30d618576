"""All commands of ``podium``; those of the local runtime need the extra ``local``."""

from __future__ import annotations

from typing import Annotated

import typer

from podium import VERSION
from podium_cli.commands import (
    definitions,
    event_handlers,
    moving,
    redriving,
    schedules,
    secrets,
    task_definitions,
    tasks,
    testing,
    workflow,
)
from podium_local import commands as local

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        print(f"podium {VERSION}")
        raise typer.Exit


@app.callback()
def podium(
    *,
    _version_wanted: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Netflix Conductor on AWS serverless primitives: run it here, talk to it anywhere."""


for _command in (local.up, local.status, local.down):
    app.command(rich_help_panel="This machine")(_command)
workflow.app.command("register")(definitions.register)
definitions.app.add_typer(moving.app)
for _name, _group in {
    "workflow": workflow.app,
    "task": tasks.app,
    "def": definitions.app,
    "taskdef": task_definitions.app,
    "schedule": schedules.app,
    "event": event_handlers.app,
    "secret": secrets.app,
}.items():
    app.add_typer(_group, name=_name, rich_help_panel="Any server")
app.command("redrive", rich_help_panel="Any server")(redriving.redrive)
app.command("test", rich_help_panel="Any server")(testing.run_mocked)
app.command("why", rich_help_panel="Any server")(workflow.reading.why)
