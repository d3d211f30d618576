"""``podium secret``: secrets that definitions refer to."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from podium_cli import arguments as given
from podium_cli.session import Session, connected

app = typer.Typer(no_args_is_help=True, help="Secrets and environment variables of definitions.")

_Name = Annotated[str, typer.Argument(help="Name of the secret.")]


@app.command("list")
@connected
def list_secrets(session: Session) -> None:
    """Print the names of the secrets, one a line."""
    _lines(session, session.server.get("secrets"))


@app.command()
@connected
def get(session: Session, name: _Name) -> None:
    """Print the value of a secret."""
    value = session.server.get("secrets", name)
    if session.as_json:
        session.print_json({"name": name, "value": value})
    else:
        session.out.file.write(f"{value}\n")


@app.command("set")
@connected
def set_secret(session: Session, name: _Name) -> None:
    """Store a secret. Its value is asked for, or read from stdin: arguments are seen by others."""
    if sys.stdin.isatty():
        value = typer.prompt("Value", hide_input=True)
    else:
        value = sys.stdin.read().removesuffix("\n")
    session.server.put("secrets", name, body=str(value))
    session.done(f"stored {name}", name=name)


@app.command()
@connected
def delete(session: Session, name: _Name, *, yes: given.Yes = False) -> None:
    """Forget a secret."""
    if not yes:
        typer.confirm(f"Forget the secret {name}?", abort=True)
    session.server.delete("secrets", name)
    session.done(f"deleted {name}", name=name)


@app.command()
@connected
def env(session: Session) -> None:
    """Print the environment variables of definitions, NAME=VALUE, one a line."""
    found = session.server.get("environment")
    if session.as_json:
        session.print_json(found)
        return
    for each in found:
        session.out.file.write(f"{each['name']}={each['value']}\n")


def _lines(session: Session, names: list[str]) -> None:
    if session.as_json:
        session.print_json(names)
        return
    for name in names:
        session.out.file.write(f"{name}\n")
