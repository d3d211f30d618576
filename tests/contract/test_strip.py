"""Void tasks lose their content and never come back (protocol.md 6, 9)."""

from __future__ import annotations

import pytest

from podium.adapters.items.keys import task_key
from podium.domain.ids import TaskKey
from podium.domain.status import TaskStatus
from tests.support.executions import NOW, completed, end, raw, task

CONTENT = {"in", "inp", "out", "outp", "mf", "mfp", "rs", "w", "x"}


def _key(wf: str, seq: int = 1) -> TaskKey:
    return TaskKey(wf, "charge", seq)


@pytest.mark.parametrize("threshold", [32_768, 16])
def test_nothing_of_the_content_is_left(backend, wf, threshold):
    store = backend.store(threshold)
    text = {"text": "x" * 40}
    store.put_task(wf, completed(input=text, output=text, manifest=text, reason="r", worker_id="w"))
    store.strip(_key(wf), NOW)
    item = raw(store, task_key(_key(wf)))
    assert not CONTENT & item.keys()
    assert item["ttl"] == NOW // 1000 + 24 * 3600
    assert store.read_task(_key(wf)).status is TaskStatus.CANCELED


def test_a_late_put_claim_end_hold_and_cancel_are_refused(store, wf):
    store.put_task(wf, task())
    store.strip(_key(wf), NOW)
    assert not store.put_task(wf, task(inc=7))
    assert not store.claim(_key(wf), 0, 0, "w", NOW).applied
    assert not store.end(_key(wf), end(), inc=0).applied
    assert not store.end(_key(wf), end()).applied
    assert not store.hold(wf, task(), 1).applied
    assert not store.cancel(wf, task(), NOW).applied


def test_a_task_that_is_not_there_stays_so(store, wf):
    store.strip(_key(wf), NOW)
    assert store.read_task(_key(wf)) is None


def test_the_keys_of_all_tasks_that_are_not_stripped_are_found(store, wf):
    for number in range(1, 4):
        store.put_task(wf, task(number))
    store.put_task(wf, task(4, ref="a/b"))
    store.strip(_key(wf, 2), NOW)
    assert set(store.read_keys(wf)) == {_key(wf, 1), _key(wf, 3), TaskKey(wf, "a/b", 4)}


def test_stripping_again_changes_nothing(store, wf):
    store.put_task(wf, completed())
    store.strip(_key(wf), NOW)
    before = raw(store, task_key(_key(wf)))
    store.strip(_key(wf), NOW)
    assert raw(store, task_key(_key(wf))) == before
