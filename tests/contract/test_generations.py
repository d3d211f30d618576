"""A task that holds a child follows its runs, and its closing fences what is under way (protocol.md 7)."""

from __future__ import annotations

import pytest

from podium.domain.execution import Kind
from podium.domain.ids import TaskKey
from podium.domain.status import TaskStatus
from tests.support.executions import NOW, end, task


def _key(wf: str) -> TaskKey:
    return TaskKey(wf, "charge", 1)


def holder(generation: int = 0, **fields):
    """A task that waits for the child ``kid``."""
    waiting = {"kind": Kind.CHILD, "status": TaskStatus.IN_PROGRESS, "child_id": "kid"}
    return task(**{**waiting, "child_generation": generation, "lease": 0, **fields})


@pytest.mark.parametrize(
    "status", [TaskStatus.FAILED, TaskStatus.COMPLETED, TaskStatus.CANCELED, TaskStatus.IN_PROGRESS]
)
def test_a_task_is_raised_whatever_became_of_it(backend, wf, status):
    store = backend.store(retention=100)
    store.put_task(wf, holder(status=status, ended_at=NOW, reason="why"))
    raised = store.raise_child(_key(wf), ("kid", 2), NOW + 9)
    assert raised.applied
    assert raised.task.status is TaskStatus.IN_PROGRESS
    assert (raised.task.child_generation, raised.task.started_at) == (2, NOW + 9)
    assert (raised.task.ended_at, raised.task.reason) == (0, "")
    assert store.read_task(_key(wf)) == raised.task


def test_a_task_is_raised_once(store, wf):
    store.put_task(wf, holder(2))
    for generation in (1, 2):
        assert not store.raise_child(_key(wf), ("kid", generation), NOW).applied


def test_the_task_of_another_child_is_not_raised(store, wf):
    store.put_task(wf, holder())
    assert not store.raise_child(_key(wf), ("other", 1), NOW).applied
    assert store.raise_child(TaskKey(wf, "charge", 9), ("kid", 1), NOW).task is None


def test_an_end_of_an_earlier_run_is_refused(store, wf):
    store.put_task(wf, holder(1))
    assert not store.end(_key(wf), end(), inc=0, child=("kid", 0)).applied
    assert store.end(_key(wf), end(), inc=0, child=("kid", 1)).applied


def test_a_cancel_fences_a_raise_to_the_generation_it_closes(store, wf):
    store.put_task(wf, holder(status=TaskStatus.FAILED, ended_at=NOW))
    canceled = store.cancel(wf, holder(1), NOW)
    assert canceled.applied
    assert canceled.task.status is TaskStatus.CANCELED
    assert not store.raise_child(_key(wf), ("kid", 1), NOW).applied
    assert store.raise_child(_key(wf), ("kid", 2), NOW).applied


def test_a_late_cancel_leaves_a_task_that_was_raised_since(store, wf):
    store.put_task(wf, holder(1))
    assert not store.cancel(wf, holder(0), NOW).applied
    assert store.read_task(_key(wf)).status is TaskStatus.IN_PROGRESS


def test_a_cancel_puts_a_missing_holder_whole(store, wf):
    assert store.cancel(wf, holder(1), NOW).applied
    canceled = store.read_task(_key(wf))
    assert (canceled.status, canceled.kind) == (TaskStatus.CANCELED, Kind.CHILD)
