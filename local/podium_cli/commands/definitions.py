"""``podium def``: workflow definitions."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from podium_cli import arguments as given
from podium_cli.commands.findings import AsJson, Files, OwnerEmail, Strict, report
from podium_cli.documents.findings import workflow_findings
from podium_cli.documents.reading import read_json
from podium_cli.errors import UsageError
from podium_cli.session import Session, connected
from podium_cli.showing import tables
from podium_cli.showing.definitions import definition_tree

app = typer.Typer(no_args_is_help=True, help="Workflow definitions.")

_Name = Annotated[str, typer.Argument(help="Name of the definition.")]

_COLUMNS: tuple[tables.Column, ...] = (
    ("NAME", tables.field("name")),
    ("VERSION", tables.field("version")),
    ("CREATED", tables.time("createTime")),
    ("UPDATED", tables.time("updateTime")),
)


@app.command("list")
@connected
def list_definitions(
    session: Session,
    name: Annotated[
        str | None, typer.Argument(help="Only the versions of this definition.")
    ] = None,
) -> None:
    """List the registered definitions with all their versions."""
    if name is None:
        by_name = session.server.get("metadata", "workflow", "names-and-versions")
        rows = [row for versions in by_name.values() for row in versions]
    else:
        rows = session.server.get("metadata", "workflow", name, "versions")
    session.show(rows, lambda: tables.table(rows, _COLUMNS, "no definitions"))


@app.command()
@connected
def get(
    session: Session,
    name: _Name,
    *,
    version: given.Version = None,
    tree: Annotated[
        bool, typer.Option("--tree", help="As a tree of its tasks instead of JSON.")
    ] = False,
) -> None:
    """Print a definition as JSON, or as a tree of its tasks."""
    definition = session.server.get("metadata", "workflow", name, version=version)
    session.show(definition, (lambda: definition_tree(definition)) if tree else None)


@app.command()
@connected
def register(
    session: Session,
    files: Files,
    *,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace versions that are there already.")
    ] = False,
) -> None:
    """Register the definitions in files; each holds one, or an array of them."""
    registered = []
    for file in files:
        for definition in read_definitions(file):
            session.server.post("metadata", "workflow", body=definition, overwrite=overwrite)
            registered.append(
                {"name": definition.get("name"), "version": definition.get("version", 1)}
            )
    if session.as_json:
        session.print_json(registered)
    else:
        for each in registered:
            session.done(f"registered {each['name']} v{each['version']}")


@app.command()
def validate(
    files: Files,
    *,
    strict: Strict = False,
    owner_email: OwnerEmail = False,
    as_json: AsJson = False,
) -> None:
    """Check definitions without a server: every error at once, with its place in the file."""
    report(files, workflow_findings, strict=strict, owner_email=owner_email, as_json=as_json)


@app.command()
@connected
def delete(
    session: Session,
    name: _Name,
    version: Annotated[int, typer.Argument(help="The version to forget.")],
    *,
    yes: given.Yes = False,
) -> None:
    """Forget one version of a definition; its executions go on."""
    if not yes:
        typer.confirm(f"Forget {name} v{version}?", abort=True)
    session.server.delete("metadata", "workflow", name, str(version))
    session.done(f"deleted {name} v{version}", name=name, version=version)


def read_definitions(file: str) -> list[dict[str, Any]]:
    """The definitions in ``file``: one object, or an array of them."""
    value = read_json(file)
    found = value if isinstance(value, list) else [value]
    if not found or not all(isinstance(each, dict) for each in found):
        raise UsageError(f"{file} holds no definition: a JSON object, or an array of them")
    return found
