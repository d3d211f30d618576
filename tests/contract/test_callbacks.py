"""A task that waits for its callback can be made ready, once nobody has it (engine.md 9)."""

from __future__ import annotations

from dataclasses import replace

from podium.domain.ids import TaskKey
from podium.domain.status import TaskStatus
from tests.support.executions import NOW, task

WAITING = task(callback_after=60, epoch=2)


def test_a_scheduled_task_is_made_ready(store, wf):
    store.put_task(wf, WAITING)
    ready = replace(WAITING, callback_after=0, start_delay_ms=5)
    assert store.reset_callback(TaskKey(wf, "charge", 1), ready).task == ready


def test_one_that_was_handed_out_or_reset_since_is_left(store, wf):
    key = TaskKey(wf, "charge", 1)
    store.put_task(wf, WAITING)
    assert not store.reset_callback(key, replace(WAITING, inc=1)).applied
    assert not store.reset_callback(key, replace(WAITING, epoch=1)).applied
    store.claim(key, 0, 2, "w", NOW)
    assert not store.reset_callback(key, WAITING).applied
    assert store.read_task(key).status is TaskStatus.IN_PROGRESS
