"""How a task ended is decided once, by one conditional update, whoever ends it (protocol.md 1, 3)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest

from podium.adapters.items.keys import task_key
from podium.domain.execution import Kind
from podium.domain.ids import TaskKey
from podium.domain.status import TaskStatus
from podium.errors import NotFoundError
from tests.support.executions import NOW, end, raw, task
from tests.support.racing import race

ENDED = [status for status in TaskStatus if status.is_terminal]


@pytest.fixture
def key(wf):
    return TaskKey(wf, "charge", 1)


@pytest.fixture
def running(store, wf, key):
    """A claimed task, epoch 1, whose lease ends a minute from NOW."""
    store.put_task(wf, task(input={"amount": 5}))
    return store.claim(key, 0, 0, "worker-1", NOW).task


@pytest.mark.parametrize("status", ENDED)
def test_an_end_says_how_and_what_and_needs_a_handler(store, key, running, status):
    told = end(status, output={"ok": 1}, reason="so", callback_after=3, worker_id="worker-2")
    outcome = store.end(key, told, inc=0, epoch=1)
    assert outcome.applied
    assert outcome.task == store.read_task(key)
    assert outcome.task == task(
        status=status,
        epoch=1,
        input={"amount": 5},
        output={"ok": 1},
        reason="so",
        callback_after=3,
        worker_id="worker-2",
        started_at=NOW,
        updated_at=NOW + 100,
        ended_at=NOW + 100,
        lease_until=0,
    )
    assert raw(store, task_key(key))["x"] == "1"


def test_what_an_end_does_not_mention_stays(store, key, running):
    store.requeue(key, end(TaskStatus.IN_PROGRESS, output={"half": 1}), 0, 1)
    outcome = store.end(key, end())
    assert outcome.task.output == {"half": 1}
    assert outcome.task.worker_id == "worker-1"


def test_an_empty_output_replaces_the_one_before(store, key, running):
    store.requeue(key, end(TaskStatus.IN_PROGRESS, output={"half": 1}), 0, 1)
    assert store.end(key, end(output={})).task.output == {}


def test_an_output_takes_the_place_of_a_manifest(store, wf, key):
    store.put_task(wf, task(manifest={"keys": []}))
    assert store.end(key, end(output={"a": 1})).task.manifest is None


def test_an_end_may_name_what_was_started_and_where_the_output_is(store, wf, key):
    store.put_task(wf, task(kind=Kind.LAUNCH))
    outcome = store.end(key, end(child_id="other", external_output_path="theirs/out.json"))
    assert outcome.task.child_id == "other"
    assert outcome.task.external_output_path == "theirs/out.json"


def test_a_task_that_nobody_polled_can_be_ended(store, wf, key):
    store.put_task(wf, task())
    assert store.end(key, end(), inc=0).applied


def test_a_held_task_can_be_ended(store, wf, key):
    store.put_task(wf, task(held=True, hold=1))
    assert store.end(key, end()).applied


def test_no_item_no_end(store, key):
    outcome = store.end(key, end())
    assert (outcome.applied, outcome.task) == (False, None)
    assert store.read_task(key) is None


def test_of_racing_ends_one_wins(store, key, running):
    outcomes = race(8, lambda n: store.end(key, end(output={"by": n}), inc=0, epoch=1))
    wins = [outcome.applied for outcome in outcomes]
    assert wins.count(True) == 1
    assert {outcome.task.output["by"] for outcome in outcomes} == {wins.index(True)}


def test_a_racing_worker_and_lease_cannot_both_win(store, key, running):
    def either(number: int) -> bool:
        if number % 2:
            return bool(store.end(key, end(), inc=0, epoch=1).applied)
        timeout = end(TaskStatus.TIMED_OUT)
        return bool(store.end(key, timeout, inc=0, epoch=1, lease_before=NOW + 60_000).applied)

    assert race(8, either).count(True) == 1


class TestGuards:
    """Whoever ends says what it saw; the item must still be that."""

    @pytest.mark.parametrize("status", ENDED)
    def test_an_ended_task_stays_as_it_is(self, store, wf, key, status):
        store.put_task(wf, task(status=status))
        self._refused(store, key)

    def test_another_incarnation(self, store, wf, key):
        store.put_task(wf, task(inc=1))
        self._refused(store, key, inc=0)
        self._refused(store, key, inc=2)
        assert store.end(key, end(), inc=1).applied

    def test_another_epoch(self, store, key, running):
        self._refused(store, key, epoch=0)
        self._refused(store, key, epoch=2)
        assert store.end(key, end(), epoch=1).applied

    def test_a_lease_that_still_runs(self, store, key, running):
        self._refused(store, key, lease_before=NOW + 59_999)
        assert store.end(key, end(), lease_before=NOW + 60_000).applied

    def test_a_lease_of_a_task_that_nobody_has(self, store, wf, key):
        store.put_task(wf, task())
        self._refused(store, key, lease_before=NOW + 10**9)

    def test_a_task_without_a_lease(self, store, wf, key):
        store.put_task(wf, task(lease=0))
        store.claim(key, 0, 0, "worker", NOW)
        self._refused(store, key, lease_before=NOW + 10**9)

    def test_another_child_or_generation(self, store, wf, key):
        waiting = task(
            kind=Kind.CHILD, status=TaskStatus.IN_PROGRESS, child_id="c", child_generation=2
        )
        store.put_task(wf, waiting)
        self._refused(store, key, child=("other", 2))
        self._refused(store, key, child=("c", 1))
        self._refused(store, key, child=("c", 0))
        assert store.end(key, end(), child=("c", 2)).applied

    def test_a_child_of_the_first_generation(self, store, wf, key):
        store.put_task(wf, task(kind=Kind.CHILD, status=TaskStatus.IN_PROGRESS, child_id="c"))
        self._refused(store, key, child=("c", 1))
        assert store.end(key, end(), child=("c", 0)).applied

    def _refused(self, store, key, **guards):
        before = store.read_task(key)
        outcome = store.end(key, end(output={"late": True}), **guards)
        assert not outcome.applied
        assert outcome.task == before
        assert store.read_task(key) == before


class TestRequeue:
    """A worker that reports IN_PROGRESS gives the task back to its queue (protocol.md 3, 21c)."""

    def test_it_can_be_handed_out_again_at_its_epoch(self, store, key, running):
        told = end(TaskStatus.IN_PROGRESS, output={"half": 1}, callback_after=30, reason="wait")
        outcome = store.requeue(key, told, 0, 1)
        assert outcome.applied
        assert outcome.task.status is TaskStatus.SCHEDULED
        assert outcome.task.output == {"half": 1}
        assert (outcome.task.callback_after, outcome.task.reason) == (30, "wait")
        assert (outcome.task.epoch, outcome.task.lease_until) == (1, 0)
        assert "x" not in raw(store, task_key(key))
        assert store.claim(key, 0, 1, "worker-2", NOW + 200).applied

    def test_it_may_be_repeated(self, store, key, running):
        told = end(TaskStatus.IN_PROGRESS)
        assert store.requeue(key, told, 0, 1).applied
        assert store.requeue(key, told, 0, 1).applied

    def test_an_older_hand_out_cannot(self, store, key, running):
        store.requeue(key, end(TaskStatus.IN_PROGRESS), 0, 1)
        store.claim(key, 0, 1, "worker-2", NOW)
        assert not store.requeue(key, end(TaskStatus.IN_PROGRESS), 0, 1).applied
        assert store.read_task(key).worker_id == "worker-2"

    def test_another_incarnation_cannot(self, store, key, running):
        assert not store.requeue(key, end(TaskStatus.IN_PROGRESS), 1, 1).applied

    def test_an_ended_task_is_not_given_back(self, store, key, running):
        store.end(key, end())
        outcome = store.requeue(key, end(TaskStatus.IN_PROGRESS), 0, 1)
        assert not outcome.applied
        assert outcome.task.status is TaskStatus.COMPLETED

    def test_no_item(self, store, key):
        assert store.requeue(key, end(TaskStatus.IN_PROGRESS), 0, 1).task is None

    def test_a_racing_requeue_and_end_leave_an_ended_task(self, store, key, running):
        def either(number: int) -> object:
            if number % 2:
                return store.end(key, end(), inc=0, epoch=1)
            return store.requeue(key, end(TaskStatus.IN_PROGRESS), 0, 1)

        race(8, either)
        assert store.read_task(key).status is TaskStatus.COMPLETED


class TestProgress:
    """A task that no queue hands out can be told to be in progress; nothing follows from it."""

    def test_output_and_reason_change(self, store, wf, key):
        store.put_task(wf, task(kind=Kind.OUTSIDE))
        told = end(TaskStatus.IN_PROGRESS, output={"a": 1}, reason="why")
        outcome = store.update_open(key, told)
        assert outcome.applied
        assert outcome.task.status is TaskStatus.IN_PROGRESS
        assert (outcome.task.output, outcome.task.reason) == ({"a": 1}, "why")
        assert (outcome.task.started_at, outcome.task.ended_at) == (NOW + 100, 0)
        assert "x" not in raw(store, task_key(key))

    def test_not_of_an_ended_task(self, store, wf, key):
        store.put_task(wf, task(status=TaskStatus.FAILED))
        assert not store.update_open(key, end(TaskStatus.IN_PROGRESS)).applied

    def test_not_of_another_incarnation(self, store, wf, key):
        store.put_task(wf, task(inc=1))
        assert not store.update_open(key, end(TaskStatus.IN_PROGRESS), inc=0).applied
        assert store.update_open(key, end(TaskStatus.IN_PROGRESS), inc=1).applied

    def test_no_item(self, store, key):
        assert store.update_open(key, end(TaskStatus.IN_PROGRESS)).task is None


class TestLease:
    """A lease can be moved while somebody has the task, and only then."""

    def test_an_extension_starts_it_again(self, store, key, running):
        outcome = store.extend_lease(key, NOW + 500)
        assert outcome.applied
        assert (outcome.task.updated_at, outcome.task.lease_until) == (NOW + 500, NOW + 60_500)
        assert outcome.task.output == running.output

    def test_an_extension_gives_no_lease_to_a_task_without_one(self, store, wf, key):
        store.put_task(wf, task(lease=0))
        store.claim(key, 0, 0, "worker", NOW)
        assert store.extend_lease(key, NOW + 500).task.lease_until == 0

    def test_a_lease_is_set_for_one_hand_out(self, store, key, running):
        assert not store.set_lease(key, 0, 0, NOW).applied
        assert not store.set_lease(key, 1, 1, NOW).applied
        outcome = store.set_lease(key, 0, 1, NOW + 5)
        assert outcome.applied
        assert outcome.task.lease_until == NOW + 5
        assert outcome.task.updated_at == running.updated_at

    @pytest.mark.parametrize("status", [TaskStatus.SCHEDULED, *ENDED])
    def test_nobody_has_it(self, store, wf, key, status):
        there = task(status=status)
        store.put_task(wf, there)
        assert not store.extend_lease(key, NOW).applied
        assert not store.set_lease(key, 0, 0, NOW).applied
        assert store.read_task(key) == there


# --- secrets ------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [{"secrets": ("A", "B-1")}, {"runtime_metadata": ("C",)}])
def test_a_task_that_is_handed_secrets_takes_no_end_that_may_hold_one(store, wf, key, names):
    made = task(**names)
    store.put_task(wf, made)
    unmasked = end(output={"a": "s3cret"}, is_unmasked=True)
    outcome = store.end(key, unmasked)
    assert (outcome.applied, outcome.task) == (False, made)
    assert not store.update_open(key, unmasked).applied
    assert not store.requeue(key, unmasked, 0, 0).applied
    assert store.read_task(key) == made
    assert store.end(key, replace(unmasked, is_unmasked=False)).applied


def test_a_task_without_secrets_takes_it(store, wf, key):
    store.put_task(wf, task())
    assert store.end(key, end(output={"a": 1}, is_unmasked=True)).applied


def test_a_large_output_is_not_written_to_the_payload_store_before_it_was_searched(
    backend, wf, key
):
    store = backend.store(threshold=100)
    store.put_task(wf, task(secrets=("A",)))
    text = f"{wf}-s3cret" * 100
    assert not store.end(key, end(output={"a": text}, is_unmasked=True)).applied
    content = json.dumps({"a": text}, separators=(",", ":")).encode()
    with pytest.raises(NotFoundError):
        backend.blobs.get(f"{wf}/{hashlib.sha256(content).hexdigest()[:40]}.json")
