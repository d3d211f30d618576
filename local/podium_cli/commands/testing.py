"""``podium test``: run a definition with mocked tasks, on a server or without any."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

from typer import Argument, Option

from podium_cli import arguments as given
from podium_cli.commands.definitions import read_definitions
from podium_cli.documents.mocks import read_mocks
from podium_cli.documents.reading import read_json, read_object
from podium_cli.errors import EndedBadlyError, RefusedError, UsageError
from podium_cli.server import Server
from podium_cli.session import Session, connected
from podium_cli.showing.executions import execution_tree
from podium_cli.watching import now

#: What says that a task definition, not a workflow's, is meant.
_WORKFLOW_KEY = "tasks"


@connected
def run_mocked(
    session: Session,
    file: Annotated[str, Argument(metavar="FILE", help="The definition to test; - is stdin.")],
    *,
    mocks: Annotated[
        str | None, Option("--mocks", "-m", metavar="FILE", help="Outputs of its tasks.")
    ] = None,
    input_json: given.Input = None,
    pairs: given.Pairs = None,
    beside: Annotated[
        list[str] | None,
        Option(
            "--with",
            metavar="FILE",
            help="Definitions that it needs: sub-workflows, task definitions. Repeatable. "
            "Not with a server, where they have to be registered.",
        ),
    ] = None,
    status: Annotated[
        str, Option("--status", metavar="STATUS", help="How it has to end.")
    ] = "COMPLETED",
    output_json: Annotated[
        str | None,
        Option("--output", "-o", metavar="JSON", help="What has to be in its output: JSON, @FILE."),
    ] = None,
) -> None:
    """Run a definition with mocked tasks; exit code 4 unless it ends as it has to.

    On the server of --server or CONDUCTOR_SERVER_URL; without either in this process, which needs the
    extra `local` and no server.
    """
    definition = read_json(file)
    if not isinstance(definition, dict):
        raise UsageError(f"{file} holds no workflow definition: it must be a JSON object")
    request = read_mocks(mocks) if mocks else {}
    value = read_object(input_json, pairs or (), "--input")
    request = {
        **request,
        "name": definition.get("name") or "",
        "workflowDef": definition,
        "input": {**(request.get("input") or {}), **value},
    }
    expected = None if output_json is None else read_object(output_json, (), "--output")
    others = [each for name in beside or () for each in read_definitions(name)]
    with _server(session, others) as server:
        execution = server.post("workflow", "test", body=request)
    session.show(execution, lambda: execution_tree(execution, now()))
    _judge(execution, status, expected)


@contextmanager
def _server(session: Session, others: Sequence[Mapping[str, Any]]) -> Iterator[Server]:
    """The server that was named, or one in this process that knows ``others``."""
    if session.url or os.environ.get("CONDUCTOR_SERVER_URL", "").strip():
        if others:
            hint = "Register them there: `podium def register`, `podium taskdef register`."
            raise UsageError("--with is for tests without a server", hint=hint)
        yield session.server
        return
    from podium_local.runtime import LocalRuntime, Options

    with LocalRuntime(Options(port=0)) as runtime:
        server = Server(f"{runtime.url}/api")
        tasks = [each for each in others if _WORKFLOW_KEY not in each]
        workflows = [each for each in others if _WORKFLOW_KEY in each]
        if tasks:
            server.post("metadata", "taskdefs", body=tasks)
        if workflows:
            server.put("metadata", "workflow", body=workflows)
        yield server


def _judge(execution: Mapping[str, Any], status: str, expected: Mapping[str, Any] | None) -> None:
    """Raise unless it has ended with ``status`` and has what is ``expected`` in its output."""
    if execution.get("status") != status:
        reason = execution.get("reasonForIncompletion")
        wanting = tuple(
            f"{task['referenceTaskName']} ({task['taskType']}) is {task['status']}, and has no mock left"
            for task in execution.get("tasks") or ()
            if task["status"] in {"SCHEDULED", "IN_PROGRESS"}
            and task["taskType"]
            not in {"JOIN", "EXCLUSIVE_JOIN", "DO_WHILE", "FOR_EACH", "TRY_CATCH"}
        )
        raise EndedBadlyError(
            f"it is {execution.get('status')}, not {status}" + (f": {reason}" if reason else ""),
            details=wanting,
        )
    output = execution.get("output") or {}
    different = tuple(
        f"{key} is {output.get(key)!r}, not {value!r}"
        for key, value in (expected or {}).items()
        if key not in output or output[key] != value
    )
    if different:
        raise RefusedError("its output is not as expected", details=different)
