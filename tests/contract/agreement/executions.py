"""Calls of the executions table: headers and what surrounds them. A method of the port, a method here."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar

from podium.domain.caching import CachedResult
from podium.domain.decision import Decision
from podium.domain.execution import Given, Header, Kind, OpenEntry, Parent, StartRecord
from podium.domain.idempotency import KeyClaim
from podium.domain.limits import Limit, key_of_workflow
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import PodiumError
from podium.ports.executions import Archived, LogLine
from tests.contract.agreement.arguments import Arguments, given
from tests.contract.agreement.drawing import Draw
from tests.contract.agreement.tasks import Tasks, drawn_task

DIGESTS = ("5e8d" * 16, "0" * 64)
CACHE_KEYS = ("c" * 40, "d" * 40)
STATUSES = tuple(WorkflowStatus)
TASK_IDS = ("w-1.1.charge", "any id", "ü" * 300)
KEYS = ("k1", "k 2 ü", "z" * 600, "line\n")


class Executions(Tasks):
    """ExecutionStore, its tasks in the base."""

    weights: ClassVar[dict[str, float]] = {
        **Tasks.weights,
        "commit": 10.0,
        "create": 9.0,
        "close": 2.0,
        "archive": 4.0,
        "restore": 10.0,
        "read_archive": 3.0,
        "read_given": 2.0,
        "read_variables": 2.0,
        "remove_rest": 2.0,
        "raise_child": 2.0,
        "append_logs": 3.0,
        "read_logs": 1.0,
        "read_waiters": 1.0,
        "read_snapshot": 1.5,
        "read_output": 1.0,
        "read_latest": 1.0,
        "put_waiter": 3.0,
        "put_snapshot": 3.0,
        "keep_result": 2.0,
    }

    # --- headers -------------------------------------------------------------------------------

    def read_header(self, draw: Draw) -> Arguments:
        return given(draw.id(), consistent=draw.chance(0.5))

    def put_start(self, draw: Draw) -> Arguments:
        variables = draw.payload() if draw.chance(0.3) else None
        return given(draw.id(), _start(draw), variables)

    def create(self, draw: Draw) -> Arguments:
        header = _header(draw, draw.id(), 1)
        claim = None
        if draw.chance(0.4):
            instead_of = draw.id() if draw.chance(0.4) else ""
            claim = KeyClaim("orders", draw.first(KEYS), instead_of)
        return given(_decision(draw, header), claim) if claim else given(_decision(draw, header))

    def key_holder(self, draw: Draw) -> Arguments:
        return given("orders", KEYS[0] if draw.chance(0.9) else draw.one(KEYS))

    def date_key(self, draw: Draw) -> Arguments:
        stored = _stored(draw, draw.id())
        return given(stored or _header(draw, draw.id(), 1))

    def commit(self, draw: Draw) -> Arguments:
        workflow_id = draw.id()
        stored = _stored(draw, workflow_id)
        version = draw.near(stored.version + 1 if stored else 1)
        header = _header(draw, workflow_id, version, stored)
        if stored is not None and draw.chance(0.8 if workflow_id in _archives(draw) else 0.1):
            header = replace(header, removed=True)
        return given(_decision(draw, header, stored))

    def close(self, draw: Draw) -> Arguments:
        workflow_id = draw.id()
        stored = _stored(draw, workflow_id)
        return given(workflow_id, max(1, draw.near(stored.version if stored else 1)))

    def put_terminated_stub(self, draw: Draw) -> Arguments:
        stub = Header(draw.id(), "", "", 0, 1, WorkflowStatus.TERMINATED, ended_at=draw.moment())
        return given(stub)

    def due_timers(self, draw: Draw) -> Arguments:
        return given(draw.moment() + draw.one([0, 10**9, 10**9]))

    def put_waiter(self, draw: Draw) -> Arguments:
        return given(draw.id(), _parent(draw))

    def read_waiters(self, draw: Draw) -> Arguments:
        return given(draw.id())

    # --- payloads around a workflow ----------------------------------------------------------------

    def read_start(self, draw: Draw) -> Arguments:
        return given(draw.id())

    def read_given(self, draw: Draw) -> Arguments:
        return given(draw.id(), draw.first([1, 2]))

    def read_variables(self, draw: Draw) -> Arguments:
        workflow_id = draw.id()
        stored = _stored(draw, workflow_id)
        versions = [0, stored.variables_version, stored.variables_version] if stored else [0, 1]
        return given(workflow_id, draw.one(versions))

    def read_output(self, draw: Draw) -> Arguments:
        return given(draw.id())

    def read_everything(self, draw: Draw) -> Arguments:
        return given(draw.id(), large_payloads=draw.chance(0.7))

    def read_headers(self, draw: Draw) -> Arguments:
        return given(draw.some([*draw.ids, draw.ids[0], "nobody"]))

    def read_outlines(self, draw: Draw) -> Arguments:
        return given(draw.some([*draw.ids, draw.ids[0], "nobody"]))

    # --- archive and removal ---------------------------------------------------------------------

    def archive(self, draw: Draw) -> Arguments:
        workflow_id = draw.id()
        stored = _stored(draw, workflow_id) or _header(draw, workflow_id, 1)
        return given(replace(stored, version=draw.near(stored.version)))

    def read_archive(self, draw: Draw) -> Arguments:
        archived = _archives(draw)
        return given(draw.one([*archived, draw.id()]))

    def restore(self, draw: Draw) -> Arguments | None:
        archived = _archives(draw)
        removed = [each for each in archived if _stored(draw, each) is None]
        chosen = removed if removed and draw.chance(0.8) else list(archived)
        return given(archived[draw.one(chosen)]) if chosen else None

    def drop_archive(self, draw: Draw) -> Arguments:
        return given(draw.one([*_archives(draw), draw.id()]))

    def remove_rest(self, draw: Draw) -> Arguments:
        return given(draw.id())

    # --- snapshots, cached results, logs -----------------------------------------------------------

    def put_payload(self, draw: Draw) -> Arguments:
        return given(draw.id(), draw.payload())

    def put_snapshot(self, draw: Draw) -> Arguments:
        return given(draw.first(DIGESTS), draw.payload())

    def read_snapshot(self, draw: Draw) -> Arguments:
        return given(draw.first(DIGESTS))

    def cached_result(self, draw: Draw) -> Arguments:
        return given(draw.first(CACHE_KEYS))

    def keep_result(self, draw: Draw) -> Arguments:
        path = draw.one(["", "cache/x.json"])
        return given(
            draw.first(CACHE_KEYS),
            CachedResult(draw.payload(), draw.moment(), path),
            draw.one([1, 60]),
        )

    def append_logs(self, draw: Draw) -> Arguments:
        lines = [
            LogLine(draw.text(), draw.first(TASK_IDS), draw.moment())
            for _ in range(draw.one([1, 1, 3]))
        ]
        return given(lines)

    def read_logs(self, draw: Draw) -> Arguments:
        return given(draw.first(TASK_IDS))


def _stored(draw: Draw, workflow_id: str) -> Header | None:
    return draw.seen.store.read_header(workflow_id)


def _archives(draw: Draw) -> dict[str, Archived]:
    """Archived copies that can be read, by id."""
    found: dict[str, Archived] = {}
    for workflow_id in draw.ids:
        with suppress(PodiumError):
            archived = draw.seen.store.read_archive(workflow_id)
            if archived is not None:
                found[workflow_id] = archived
    return found


def _parent(draw: Draw) -> Parent:
    return Parent(draw.id(), draw.one(["sub", "sub ü"]), draw.one([1, 2]), draw.one([0, 1]))


def _start(draw: Draw) -> StartRecord:
    fields = {
        "correlation_id": draw.text,
        "priority": lambda: draw.one([0, 1, 99]),
        "task_to_domain": lambda: {"*": draw.text()},
        "created_by": draw.text,
        "event": draw.text,
        "external_input_path": lambda: "a/b.json",
        "idempotency_key": lambda: draw.first(KEYS),
        "secrets": lambda: tuple(draw.some(["a", "b,c", "ü"])),
        "mocked": lambda: True,
    }
    return StartRecord(input=draw.payload(), **draw.fields(fields))


def _entry(draw: Draw, seq: int) -> OpenEntry:
    fields: dict[str, Any] = {
        "attempt": lambda: draw.one([1, 7]),
        "inc": lambda: 1,
        "iteration": lambda: (1, 2),
        "loop": lambda: 3,
        "generation": lambda: 1,
        "ref": draw.text,
        "opened_at": draw.moment,
        "by_hand": lambda: True,
        "detached": lambda: True,
        "given": lambda: True,
        "closing": lambda: True,
        "part": lambda: 2,
        "error_seq": lambda: 4,
        "error_ref": draw.text,
        "failed": lambda: 1,
    }
    node = draw.one(["0", "4/12:3", "2/1:ü;,"])
    return OpenEntry(seq, node, draw.one(tuple(Kind)), **draw.fields(fields))


def _header(draw: Draw, workflow_id: str, version: int, stored: Header | None = None) -> Header:
    """The next one of an execution, as a decision might have it."""
    status = draw.rng.choices(STATUSES, [5 if each.value == "RUNNING" else 1 for each in STATUSES])[
        0
    ]
    fields: dict[str, Any] = {
        "closed": lambda: status.is_terminal,
        "open": lambda: tuple(_entry(draw, seq) for seq in range(1, draw.one([1, 2, 5]))),
        "gone": lambda: ((1, 3), (7, 7)),
        "hold": lambda: draw.one([1, 2]),
        "variables_version": lambda: version,
        "failed_permissive": lambda: (1, 4),
        "generation": lambda: draw.one([1, 2]),
        "recalls": lambda: 1,
        "parent": lambda: _parent(draw),
        "last_retried_at": draw.moment,
        "reason": draw.text,
        "failed_seq": lambda: 2,
        "output_version": lambda: version,
        "limit": lambda: Limit(key_of_workflow(draw.text()), draw.one([0, 5]), 1, 1000),
        "waits": lambda: True,
        "pulled": lambda: 3,
        "keyed": lambda: True,
        "removed": lambda: True,
        "skipped": lambda: ((2, "1"), (3, "4/12:3")),
        "awaited": lambda: True,
        "listened": lambda: True,
        "tasks_listened": lambda: True,
    }
    before = stored or Header(
        workflow_id, draw.first(DIGESTS), draw.name(), 1, created_at=draw.now()
    )
    found = replace(
        before,
        version=version,
        status=status,
        last_seq=before.last_seq + 1,
        timer=draw.one([0, draw.moment()]),
        committed_at=draw.moment(),
        ended_at=draw.moment() if status.is_terminal else 0,
        **draw.fields(fields, 6),
    )
    # The index holds what has a moment.
    return replace(found, timer_is_far=bool(found.timer) and draw.chance(0.5))


def _decision(draw: Draw, header: Header, stored: Header | None = None) -> Decision:
    fields: dict[str, Any] = {
        "ended": lambda: tuple(
            drawn_task(draw, header.workflow_id, seq, status=draw.one(tuple(TaskStatus)))
            for seq in draw.some([1, 2, 3])
        ),
        "variables": draw.payload,
        "output": draw.payload,
        "start": lambda: _start(draw),
        "given": lambda: Given(draw.first([1, 2]), draw.payload()),
        "found": lambda: tuple(draw.seen.store.read_tasks(header.workflow_id)),
    }
    drawn = draw.fields(fields, 3)
    if header.variables_version == header.version:
        drawn["variables"] = draw.payload()
    return Decision(header, previous=stored, **drawn)
