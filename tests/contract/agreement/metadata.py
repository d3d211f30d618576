"""Calls of the metadata table and the payload store: definitions, schemas, tags, schedules, poll data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from podium.domain.definitions import SchemaDef, TaskDef, WorkflowDef
from podium.domain.schedules.executions import ExecutionState, WorkflowScheduleExecution
from podium.domain.schedules.state import ScheduleState
from podium.domain.tags import Tag, Tagged
from podium.ports.poll_data import PollData
from tests.contract.agreement.arguments import Arguments, given
from tests.contract.agreement.drawing import Draw
from tests.support.scheduler import schedule

#: The first two begin alike; a name may hold what parts names from versions.
NAMES = ("orders", "orders#1", "ünï ☃", "n" * 600)
VERSIONS = (1, 2, 10)
PATHS = ("a/1.json", "a/2.json", "ab/3.json", "ünï #?&/4.json")


class Definitions:
    """DefinitionStore."""

    weights: ClassVar[dict[str, float]] = {
        "put_workflow": 2.0,
        "create_workflow": 2.0,
        "put_task": 4.0,
        "replace_task": 2.0,
    }

    def workflow(self, draw: Draw) -> Arguments:
        return given(draw.first(NAMES), draw.one([None, *VERSIONS]))

    def task(self, draw: Draw) -> Arguments:
        return given(draw.first(NAMES))

    def tasks(self, draw: Draw) -> Arguments:
        return given([*draw.some(NAMES), *draw.some(NAMES)])

    def create_workflow(self, draw: Draw) -> Arguments:
        return given(_workflow(draw))

    def put_workflow(self, draw: Draw) -> Arguments:
        return given(_workflow(draw))

    def delete_workflow(self, draw: Draw) -> Arguments:
        return given(draw.first(NAMES), draw.first(VERSIONS))

    def all_workflows(self, draw: Draw) -> Arguments:
        return given()

    def workflow_versions(self, draw: Draw) -> Arguments:
        return given(draw.first(NAMES))

    def put_task(self, draw: Draw) -> Arguments:
        return given(_task(draw))

    def replace_task(self, draw: Draw) -> Arguments:
        return given(_task(draw))

    def delete_task(self, draw: Draw) -> Arguments:
        return given(draw.first(NAMES))

    def all_tasks(self, draw: Draw) -> Arguments:
        return given()


class Schemas:
    """SchemaStore."""

    weights: ClassVar[dict[str, float]] = {"put": 3.0}

    def put(self, draw: Draw) -> Arguments:
        data = {"large": "x" * 400_000} if draw.chance(0.05) else draw.payload()
        return given(
            SchemaDef.from_json(
                {
                    "name": draw.first(NAMES),
                    "version": draw.first(VERSIONS),
                    "type": "JSON",
                    "data": data,
                }
            )
        )

    def get(self, draw: Draw) -> Arguments:
        return given(draw.first(NAMES), draw.first(VERSIONS))

    def versions(self, draw: Draw) -> Arguments:
        return given(draw.first(NAMES))

    def all(self, draw: Draw) -> Arguments:
        return given()

    def delete(self, draw: Draw) -> Arguments:
        return given(draw.first(NAMES), draw.first(VERSIONS))


class Tags:
    """TagStore."""

    weights: ClassVar[dict[str, float]] = {"add": 6.0, "of": 2.0}

    def add(self, draw: Draw) -> Arguments:
        return self.remove(draw)

    def remove(self, draw: Draw) -> Arguments:
        tag = Tag(
            draw.one(["team", "ü"]), draw.one(["a", "b\0"]), draw.one(["METADATA", "RATE_LIMIT"])
        )
        return given(draw.one(tuple(Tagged)), draw.first(NAMES), tag)

    def of(self, draw: Draw) -> Arguments:
        return given(draw.one(tuple(Tagged)), draw.first(NAMES))

    def all(self, draw: Draw) -> Arguments:
        return given()


class Polls:
    """PollDataStore."""

    weights: ClassVar[dict[str, float]] = {"note": 3.0}

    def note(self, draw: Draw) -> Arguments:
        return given(
            PollData(
                draw.first(NAMES), draw.one(["", "eu"]), draw.one(["w1", "", "ü"]), draw.moment()
            )
        )

    def of(self, draw: Draw) -> Arguments:
        return given(draw.first(NAMES))

    def all(self, draw: Draw) -> Arguments:
        return given()


class Schedules:
    """ScheduleStore."""

    weights: ClassVar[dict[str, float]] = {"put": 4.0, "move": 3.0, "note": 2.0}

    def read(self, draw: Draw) -> Arguments:
        return given(draw.first(NAMES))

    def all(self, draw: Draw) -> Arguments:
        return given()

    def put(self, draw: Draw) -> Arguments:
        state, before = _states(draw)
        return given(state, before)

    def move(self, draw: Draw) -> Arguments:
        state, before = _states(draw)
        return given(state, before or replace(state, revision="r0"))

    def delete(self, draw: Draw) -> Arguments:
        state, before = _states(draw)
        return given(before or state)

    def is_stopped(self, draw: Draw) -> Arguments:
        return given()

    def stop(self, draw: Draw) -> Arguments:
        return given(stopped=draw.chance(0.5))

    def note(self, draw: Draw) -> Arguments:
        record = WorkflowScheduleExecution(
            execution_id="e" * 36,
            schedule_name=draw.first(NAMES),
            scheduled_time=draw.moment(),
            execution_time=draw.moment(),
            workflow_name="w",
            workflow_id=draw.one([None, "w-1"]),
            reason=draw.one([None, draw.text()]),
            state=draw.one(tuple(ExecutionState)),
        )
        return given(record, draw.one([0, 1, 19]))

    def executions(self, draw: Draw) -> Arguments:
        return given(draw.one(["", *NAMES]))


class PayloadStore:
    """Blobs."""

    weights: ClassVar[dict[str, float]] = {"put": 5.0, "get": 2.0, "size": 2.0}

    def put(self, draw: Draw) -> Arguments:
        return given(draw.first(PATHS), draw.one([b"", b"{}", b"x" * 5000, "ü".encode()]))

    def get(self, draw: Draw) -> Arguments:
        return given(draw.first(PATHS))

    def size(self, draw: Draw) -> Arguments:
        return given(draw.first(PATHS))

    def delete(self, draw: Draw) -> Arguments:
        return given(draw.one(["a/", "a", "ünï #?&/", "nobody"]))


def _workflow(draw: Draw) -> WorkflowDef:
    fields: dict[str, Any] = {
        "description": draw.text,
        "unknown": draw.payload,
        "ownerEmail": lambda: "a@b.c",
        # Compressed.
        "inputTemplate": lambda: {"text": "abc" * 3000},
        "timeoutSeconds": lambda: draw.one([0, 2**31]),
    }
    body = {
        "name": draw.first(NAMES),
        "version": draw.first(VERSIONS),
        "tasks": [],
        **draw.fields(fields, 3),
    }
    return WorkflowDef.from_json(body)


def _task(draw: Draw) -> TaskDef:
    fields: dict[str, Any] = {
        "description": draw.text,
        "retryCount": lambda: draw.one([0, 3]),
        "inputTemplate": draw.payload,
    }
    return TaskDef.from_json({"name": draw.first(NAMES), **draw.fields(fields, 3)})


def _states(draw: Draw) -> tuple[ScheduleState, ScheduleState | None]:
    """A state to write, and the one that it is to replace: mostly what is there."""
    name = draw.first(NAMES)
    stored: ScheduleState | None = draw.seen.ports["schedules"].read(name)
    cursors = draw.one([(draw.moment(), None), (None,), (draw.moment(),)])
    state = ScheduleState(
        schedule(name, paused=draw.chance(0.3)), draw.one(["r1", "r2"]), cursors, draw.one([0, 3])
    )
    if draw.chance(0.8):
        return state, stored
    wrong = replace(stored or state, revision="r9") if draw.chance(0.5) else None
    return state, wrong
