"""Calls of the executions table: tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from podium.domain.execution import Kind, Task, TaskEnd
from podium.domain.ids import TaskKey
from podium.domain.limits import Limit
from podium.domain.status import TaskStatus
from tests.contract.agreement.arguments import Arguments, given
from tests.contract.agreement.drawing import Draw

#: The first two begin alike: a family, and a prefix that is none.
REFS = ("charge", "charge_all", "each\x1f1", "ünï #/", "", "r" * 600)
SEQS = (1, 2, 3, 12_345_678)
CHILDREN = ("child-1", "child-2")


class Tasks:
    """The part of ExecutionStore that is about tasks."""

    weights: ClassVar[dict[str, float]] = {
        "put_task": 9.0,
        "claim": 5.0,
        "end": 5.0,
        "cancel": 2.0,
        "hold": 2.0,
        "requeue": 2.0,
    }

    def put_task(self, draw: Draw) -> Arguments:
        workflow_id = draw.id()
        return given(workflow_id, drawn_task(draw, workflow_id, draw.first(SEQS)))

    def read_task(self, draw: Draw) -> Arguments:
        return given(key(draw), consistent=draw.chance(0.5))

    def read_latest(self, draw: Draw) -> Arguments:
        skip = frozenset(draw.some(SEQS))
        return given(draw.id(), draw.first(REFS), draw.one([0, 1, 2, 3, 4, 99_999_999]), skip)

    def read_family(self, draw: Draw) -> Arguments:
        return given(draw.id(), draw.one(["each\x1f", "charge", "each"]))

    def read_history(self, draw: Draw) -> Arguments:
        return given(draw.id(), draw.first(REFS))

    def read_tasks(self, draw: Draw) -> Arguments:
        return given(draw.id())

    def claim(self, draw: Draw) -> Arguments:
        place, task = _existing(draw)
        named: dict[str, Any] = {}
        if draw.chance(0.3):
            named["even_held"] = draw.chance(0.7)
        if draw.chance(0.3):
            named["largest_input"] = draw.one([0, 900, 100_000])
        inc, epoch = draw.near(task.inc if task else 0), draw.near(task.epoch if task else 0)
        return given(place, inc, epoch, draw.one(["w1", "", "ü"]), draw.moment(), **named)

    def end(self, draw: Draw) -> Arguments:
        place, task = _existing(draw)
        named: dict[str, Any] = {}
        if draw.chance(0.5):
            named["inc"] = draw.near(task.inc if task else 0)
        if draw.chance(0.5):
            named["epoch"] = draw.near(task.epoch if task else 0)
        if draw.chance(0.2):
            named["lease_before"] = draw.one([0, draw.now(), draw.now() + 60_000, 2**53])
        if draw.chance(0.2):
            named["child"] = _child(draw, task)
        if draw.chance(0.2):
            named["checked"] = True
        terminal = [each for each in TaskStatus if each.is_terminal]
        return given(place, _end(draw, draw.one(terminal)), **named)

    def requeue(self, draw: Draw) -> Arguments:
        place, task = _existing(draw)
        inc, epoch = draw.near(task.inc if task else 0), draw.near(task.epoch if task else 0)
        return given(place, _end(draw, TaskStatus.IN_PROGRESS), inc, epoch)

    def give_back(self, draw: Draw) -> Arguments:
        place, task = _existing(draw)
        return given(place, task or drawn_task(draw, place.workflow_id, place.seq))

    def update_open(self, draw: Draw) -> Arguments:
        place, task = _existing(draw)
        named = {"inc": draw.near(task.inc if task else 0)} if draw.chance(0.5) else {}
        return given(place, _end(draw, TaskStatus.IN_PROGRESS), **named)

    def extend_lease(self, draw: Draw) -> Arguments:
        place, task = _existing(draw)
        named: dict[str, Any] = {}
        if draw.chance(0.5):
            named["inc"] = draw.near(task.inc if task else 0)
        if draw.chance(0.5):
            named["epoch"] = draw.near(task.epoch if task else 0)
        return given(place, draw.moment(), **named)

    def set_lease(self, draw: Draw) -> Arguments:
        place, task = _existing(draw)
        inc, epoch = draw.near(task.inc if task else 0), draw.near(task.epoch if task else 0)
        return given(place, inc, epoch, draw.one([0, draw.moment()]))

    def hold(self, draw: Draw) -> Arguments:
        place, task = _existing(draw)
        fresh = task or drawn_task(draw, place.workflow_id, place.seq)
        return given(place.workflow_id, fresh, draw.near(fresh.hold + 1))

    def unhold(self, draw: Draw) -> Arguments:
        place, task = _existing(draw)
        return given(
            place, draw.near(task.inc if task else 0), draw.near(task.hold + 1 if task else 1)
        )

    def cancel(self, draw: Draw) -> Arguments:
        place, task = _existing(draw)
        fresh = drawn_task(draw, place.workflow_id, place.seq, ref=place.ref)
        chosen = task if task and draw.chance(0.6) else fresh
        return given(place.workflow_id, chosen, draw.moment(), folds=draw.chance(0.3))

    def raise_child(self, draw: Draw) -> Arguments:
        place, task = _existing(draw, lambda task: bool(task.child_id))
        return given(place, _child(draw, task), draw.moment())

    def reset_callback(self, draw: Draw) -> Arguments:
        place, task = _existing(draw)
        return given(place, task or drawn_task(draw, place.workflow_id, place.seq))

    def read_keys(self, draw: Draw) -> Arguments:
        return given(draw.id())

    def strip(self, draw: Draw) -> Arguments:
        return given(_existing(draw)[0], draw.moment())


def key(draw: Draw) -> TaskKey:
    """Of a task that may be there."""
    return TaskKey(draw.id(), draw.first(REFS), draw.first(SEQS))


def _existing(
    draw: Draw, wanted: Callable[[Task], bool] | None = None
) -> tuple[TaskKey, Task | None]:
    """Mostly a task that is there, one that is ``wanted`` if there is any."""
    store = draw.seen.store
    keys = [found for each in draw.ids for found in store.read_keys(each)]
    if wanted is not None:
        keys = [each for each in keys if (task := store.read_task(each)) and wanted(task)] or keys
    place = draw.one(keys) if keys and draw.chance(0.9) else key(draw)
    return place, store.read_task(place)


def _child(draw: Draw, task: Task | None) -> tuple[str, int]:
    child = task.child_id if task and task.child_id and draw.chance(0.8) else draw.first(CHILDREN)
    generation = task.child_generation if task else 0
    return child, generation + draw.one([0, 1])


def _end(draw: Draw, status: TaskStatus) -> TaskEnd:
    fields: dict[str, Any] = {
        "output": draw.payload,
        "reason": draw.text,
        "worker_id": draw.text,
        "external_output_path": lambda: draw.one(["", "out/1.json"]),
        "callback_after": lambda: draw.one([1, 3600]),
        "child_id": lambda: draw.first(CHILDREN),
        "is_unmasked": lambda: True,
        "scheduled_at": draw.moment,
        "started_at": draw.moment,
    }
    return TaskEnd(status, draw.moment(), **draw.fields(fields))


def drawn_task(draw: Draw, workflow_id: str, seq: int, **fixed: Any) -> Task:
    """A task to put, of the incarnation that is there or of the next."""
    ref = fixed.pop("ref", None)
    ref = draw.first(REFS) if ref is None else ref
    stored = draw.seen.store.read_task(TaskKey(workflow_id, ref, seq))
    open_ = (TaskStatus.SCHEDULED, TaskStatus.IN_PROGRESS)
    type_ = draw.one(["charge", "SUB_WORKFLOW"])
    fields: dict[str, Any] = {
        "name": lambda: draw.one([type_, draw.text()]),
        "attempt": lambda: draw.one([1, 9]),
        "epoch": lambda: draw.one([1, 2]),
        "iteration": lambda: (1, 20),
        "input": draw.payload,
        "output": draw.payload,
        "manifest": draw.payload,
        "reason": draw.text,
        "worker_id": draw.text,
        "domain": draw.text,
        "started_at": draw.moment,
        "ended_at": draw.moment,
        "first_scheduled_at": draw.moment,
        "start_delay": lambda: 5,
        "start_delay_ms": lambda: 5_123,
        "callback_after": lambda: 30,
        "lease": lambda: draw.one([1, 60_000]),
        "lease_until": draw.moment,
        "wait_until": draw.moment,
        "retried_seq": lambda: 1,
        "child_id": lambda: draw.first(CHILDREN),
        "child_generation": lambda: draw.one([1, 2]),
        "external_input_path": lambda: "in/1.json",
        "external_output_path": lambda: "out/1.json",
        "secrets": lambda: tuple(draw.some(["a", "b,c", "ü"])),
        "runtime_metadata": lambda: tuple(draw.some(["m", "n"])),
        "held": lambda: True,
        "hold": lambda: draw.one([1, 2]),
        "limit": lambda: Limit(type_, draw.one([0, 5]), 10, 1000, at_gate=draw.chance(0.5)),
        "checks_output": lambda: True,
        "listened": lambda: True,
        "cache_key": lambda: "c" * 40,
        "cache_ttl": lambda: 60,
    }
    base: dict[str, Any] = {
        "name": type_,
        "status": draw.rng.choices(open_, (4, 2))[0],
        "inc": (stored.inc if stored else 0) + draw.one([0, 0, 1]),
        "scheduled_at": draw.now(),
        "first_scheduled_at": draw.now(),
        "updated_at": draw.moment(),
        "lease": draw.one([0, 60_000]),
        **draw.fields(fields, 5),
        **fixed,
    }
    kind = draw.one([Kind.WORKER, Kind.CHILD])
    if kind is Kind.CHILD:
        base.setdefault("child_id", draw.first(CHILDREN))
    return Task(ref, seq, "0", type_, kind=kind, **base)
