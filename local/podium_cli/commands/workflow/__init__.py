"""``podium workflow``: executions, from their start to their removal."""

from __future__ import annotations

import typer

from podium_cli.commands.workflow import (
    operating,
    reading,
    reporting,
    searching,
    starting,
    steering,
)

app = typer.Typer(no_args_is_help=True, help="Start, look at and operate executions.")
for _part in (starting, reading, searching, operating, steering, reporting):
    app.add_typer(_part.app)
