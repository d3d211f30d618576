"""``podium event``: event handlers."""

from __future__ import annotations

from typing import Annotated

import typer

from podium_cli import arguments as given
from podium_cli.commands.definitions import read_definitions
from podium_cli.commands.findings import Files
from podium_cli.session import Session, connected
from podium_cli.showing import tables

app = typer.Typer(no_args_is_help=True, help="Event handlers: what events lead to.")

_COLUMNS: tuple[tables.Column, ...] = (
    ("NAME", tables.field("name")),
    ("EVENT", tables.field("event")),
    ("ACTIVE", tables.field("active")),
    ("ACTIONS", lambda row: [each.get("action") for each in row.get("actions") or ()]),
)


@app.command("list")
@connected
def list_handlers(
    session: Session,
    event: Annotated[
        str | None, typer.Argument(help="Only those of this event, such as sqs:orders.")
    ] = None,
) -> None:
    """List the event handlers."""
    if event is None:
        found = session.server.get("event")
    else:
        found = session.server.get("event", event, activeOnly=False)
    session.show(found, lambda: tables.table(found, _COLUMNS, "no event handlers"))


@app.command()
@connected
def register(
    session: Session,
    files: Files,
    *,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace handlers that are there already.")
    ] = False,
) -> None:
    """Register the event handlers in files."""
    known = {each["name"] for each in session.server.get("event")} if overwrite else set()
    names = []
    for file in files:
        for handler in read_definitions(file):
            name = handler.get("name")
            session.server.send("PUT" if name in known else "POST", ("event",), {}, handler)
            names.append(name)
    if session.as_json:
        session.print_json(names)
    else:
        for name in names:
            session.done(f"registered {name}")


@app.command()
@connected
def delete(
    session: Session,
    name: Annotated[str, typer.Argument(help="Name of the handler.")],
    *,
    yes: given.Yes = False,
) -> None:
    """Forget an event handler."""
    if not yes:
        typer.confirm(f"Forget the event handler {name}?", abort=True)
    session.server.delete("event", name)
    session.done(f"deleted {name}", name=name)
