"""Definitions from one server to files, and to another server."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from podium_cli.errors import CliError, NotFoundError, RefusedError, UsageError
from podium_cli.server import Server
from podium_cli.session import Session, connected

app = typer.Typer()

_Names = Annotated[
    list[str] | None, typer.Argument(metavar="[NAME...]", help="Only these workflow definitions.")
]
_Latest = Annotated[
    bool, typer.Option("--latest", help="Only the highest version of each workflow definition.")
]
#: The server that stores a definition says these of it.
_STORED = ("createTime", "updateTime", "createdBy", "updatedBy")

Definition = dict[str, Any]


@app.command("export")
@connected
def export_definitions(
    session: Session,
    names: _Names = None,
    *,
    latest: _Latest = False,
    directory: Annotated[
        str | None,
        typer.Option("--to", metavar="DIRECTORY", help="A file for each, instead of stdout."),
    ] = None,
) -> None:
    """Print workflow definitions as one JSON array, or write them and all task definitions to files.

    The files are NAME.VERSION.json below workflows and NAME.json below tasks.
    """
    workflows = _workflows(session.server, names, latest=latest)
    if directory is None:
        session.print_json(workflows)
        return
    tasks = _tasks(session.server)
    root = Path(directory)
    try:
        written = [
            *_write(root / "workflows", {_key(each): each for each in workflows}),
            *_write(root / "tasks", {str(each["name"]): each for each in tasks}),
        ]
    except OSError as error:
        raise UsageError(f"cannot write to {directory}: {error.strerror}") from None
    if session.as_json:
        session.print_json(written)
    else:
        session.done(f"{len(workflows)} workflow and {len(tasks)} task definitions in {directory}")


@app.command("import")
@connected
def import_definitions(
    session: Session,
    names: _Names = None,
    *,
    source: Annotated[
        str, typer.Option("--from", metavar="URL", help="The server's API to take them from.")
    ],
    latest: _Latest = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace what is there already.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check them on this server, and change nothing.")
    ] = False,
) -> None:
    """Take workflow definitions and all task definitions over from another server.

    What is refused is told with the reasons, and does not stop the rest; the exit code is 1 then.
    """
    origin = Server(source)
    if origin.url == session.server.url:
        raise UsageError(f"{origin.url} would be imported into itself")
    tasks, workflows = _tasks(origin), _workflows(origin, names, latest=latest)
    moving = _Moving(session.server, overwrite=overwrite, dry_run=dry_run)
    for task in tasks:
        moving.take_task(task)
    for workflow in workflows:
        moving.take_workflow(workflow)
    _report(session, moving)


class _Moving:
    """What became of each definition."""

    def __init__(self, target: Server, *, overwrite: bool, dry_run: bool) -> None:
        self._target = target
        self._overwrite = overwrite
        self._dry_run = dry_run
        self._known = {str(each["name"]) for each in _tasks(target)}
        self.taken: list[str] = []
        self.skipped: list[str] = []
        self.refused: dict[str, list[str]] = {}

    def take_task(self, task: Definition) -> None:
        name = f"task {task['name']}"
        if task["name"] in self._known and not self._overwrite:
            self.skipped.append(name)
        elif self._dry_run:
            # No route checks a task definition without storing it.
            self.taken.append(name)
        else:
            self._try(name, "POST", ("metadata", "taskdefs"), [_plain(task)])

    def take_workflow(self, workflow: Definition) -> None:
        name = f"workflow {workflow['name']} v{workflow['version']}"
        if not self._overwrite and self._has(workflow):
            self.skipped.append(name)
        elif self._dry_run:
            self._try(name, "POST", ("metadata", "workflow", "validate"), _plain(workflow))
        else:
            self._try(name, "PUT", ("metadata", "workflow"), [_plain(workflow)])

    def _has(self, workflow: Definition) -> bool:
        path = ("metadata", "workflow", str(workflow["name"]))
        try:
            self._target.get(*path, version=workflow["version"])
        except NotFoundError:
            return False
        return True

    def _try(self, name: str, method: str, path: Sequence[str], body: Any) -> None:
        try:
            answer = self._target.send(method, path, {}, body)
        except RefusedError as error:
            self.refused[name] = [error.message, *error.details]
            return
        failed = answer.get("bulkErrorResults") if isinstance(answer, dict) else None
        if failed:
            self.refused[name] = [str(each) for each in failed.values()]
        else:
            self.taken.append(name)


def _report(session: Session, moving: _Moving) -> None:
    if session.as_json:
        session.print_json(
            {"imported": moving.taken, "skipped": moving.skipped, "refused": moving.refused}
        )
    else:
        for name in moving.taken:
            session.done(name)
        for name in moving.skipped:
            session.done(f"{name}: is there already")
    if moving.refused:
        details = [
            line
            for name, (message, *others) in moving.refused.items()
            for line in (f"{name}: {message}", *(f"  {other}" for other in others))
        ]
        error: CliError = RefusedError(
            f"{len(moving.refused)} definitions were refused",
            details=tuple(details),
            hint="`podium def export NAME` writes one; mend it, and `podium def register` it.",
        )
        raise error


def _workflows(server: Server, names: Sequence[str] | None, *, latest: bool) -> list[Definition]:
    path = ("metadata", "workflow", "latest-versions") if latest else ("metadata", "workflow")
    found: list[Definition] = server.get(*path)
    if not names:
        return found
    missing = sorted(set(names) - {str(each["name"]) for each in found})
    if missing:
        raise NotFoundError(f"{server.url} has no definition {', '.join(missing)}")
    return [each for each in found if each["name"] in names]


def _tasks(server: Server) -> list[Definition]:
    found: list[Definition] = server.get("metadata", "taskdefs")
    return found


def _plain(definition: Definition) -> Definition:
    return {key: value for key, value in definition.items() if key not in _STORED}


def _key(definition: Definition) -> str:
    return f"{definition['name']}.{definition['version']}"


def _write(directory: Path, definitions: dict[str, Definition]) -> list[str]:
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for name, definition in sorted(definitions.items()):
        # A name is free text; a file's is not.
        path = directory / f"{name.replace('/', '%2F')}.json"
        text = json.dumps(_plain(definition), indent=2, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")
        written.append(str(path))
    return written
