"""``podium schedule``: workflows that start by the clock."""

from __future__ import annotations

from typing import Annotated

import typer

from podium_cli import arguments as given
from podium_cli.commands.definitions import read_definitions
from podium_cli.commands.findings import Files
from podium_cli.session import Session, connected
from podium_cli.showing import tables
from podium_cli.showing.words import time_text

app = typer.Typer(no_args_is_help=True, help="Schedules: workflows that start by the clock.")

_Name = Annotated[str, typer.Argument(help="Name of the schedule.")]
_BASE = ("scheduler", "schedules")

_COLUMNS: tuple[tables.Column, ...] = (
    ("NAME", tables.field("name")),
    ("WORKFLOW", lambda row: (row.get("startWorkflowRequest") or {}).get("name")),
    ("CRON", lambda row: _crons(row)),  # noqa: PLW0108 - defined below
    ("PAUSED", tables.field("paused")),
    ("NEXT", tables.time("nextRunTime")),
)
_RUNS: tuple[tables.Column, ...] = (
    ("SCHEDULE", tables.field("scheduleName")),
    ("STATE", tables.field("state")),
    ("PLANNED", tables.time("scheduledTime")),
    ("STARTED", tables.time("executionTime")),
    ("EXECUTION", tables.field("workflowId")),
    ("REASON", tables.field("reason")),
)


@app.command("list")
@connected
def list_schedules(
    session: Session,
    *,
    workflow: Annotated[
        str | None, typer.Option("--workflow", metavar="NAME", help="Only those that start this.")
    ] = None,
) -> None:
    """List the schedules."""
    found = session.server.get(*_BASE, workflowName=workflow)
    session.show(found, lambda: tables.table(found, _COLUMNS, "no schedules"))


@app.command()
@connected
def get(session: Session, name: _Name) -> None:
    """Print a schedule as JSON."""
    session.show(session.server.get(*_BASE, name))


@app.command()
@connected
def save(session: Session, files: Files) -> None:
    """Create or replace the schedules in files."""
    saved = [
        session.server.post(*_BASE, body=each) for file in files for each in read_definitions(file)
    ]
    if session.as_json:
        session.print_json(saved)
    else:
        for each in saved:
            session.done(f"saved {each['name']}")


@app.command()
@connected
def delete(session: Session, name: _Name, *, yes: given.Yes = False) -> None:
    """Forget a schedule."""
    if not yes:
        typer.confirm(f"Forget the schedule {name}?", abort=True)
    session.server.delete(*_BASE, name)
    session.done(f"deleted {name}", name=name)


@app.command()
@connected
def pause(session: Session, name: _Name, *, reason: given.Reason = None) -> None:
    """Pause a schedule."""
    session.server.put(*_BASE, name, "pause", reason=reason)
    session.done(f"{name} paused", name=name)


@app.command()
@connected
def resume(session: Session, name: _Name) -> None:
    """Go on with a paused schedule."""
    session.server.put(*_BASE, name, "resume")
    session.done(f"{name} resumed", name=name)


@app.command("next")
@connected
def list_next(
    session: Session,
    cron: Annotated[str, typer.Argument(help="A cron expression with seconds: '0 0 9 * * *'.")],
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, max=5, help="So many times.")] = 5,
) -> None:
    """Print when a cron expression fires next."""
    found = session.server.get("scheduler", "nextFewSchedules", cronExpression=cron, limit=limit)
    if session.as_json:
        session.print_json(found)
        return
    for moment in found:
        session.out.print(time_text(moment), markup=False)


@app.command()
@connected
def runs(
    session: Session,
    query: Annotated[
        str | None,
        typer.Argument(help="For example: scheduleName IN (nightly) AND state IN (FAILED)"),
    ] = None,
    *,
    start: given.Start = 0,
    size: given.Size = 20,
) -> None:
    """List what schedules have started."""
    found = session.server.get(
        "scheduler", "search", "executions", query=query, start=start, size=size
    )
    session.show(found, lambda: tables.page(found, _RUNS, "nothing has been started", start))


def _crons(row: tables.Row) -> list[str]:
    several = row.get("cronSchedules") or [row]
    return [f"{each.get('cronExpression')} {each.get('zoneId', 'UTC')}" for each in several]
