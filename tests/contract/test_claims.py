"""Hand-out: a message is a hint, the item decides (protocol.md 3, table of Claim)."""

from __future__ import annotations

import pytest

from podium.adapters.items.keys import task_key
from podium.domain.ids import TaskKey
from podium.domain.sizes import size_in_path
from podium.domain.status import TaskStatus
from tests.support.executions import NOW, completed, end, raw, task
from tests.support.racing import race


@pytest.fixture
def key(wf):
    return TaskKey(wf, "charge", 1)


def test_a_claim_hands_the_task_out_with_a_lease(store, wf, key):
    store.put_task(wf, task(input={"amount": 5}, callback_after=30))
    outcome = store.claim(key, 0, 0, "worker-1", NOW + 7)
    assert outcome.applied
    assert outcome.task == task(
        input={"amount": 5},
        status=TaskStatus.IN_PROGRESS,
        epoch=1,
        worker_id="worker-1",
        started_at=NOW + 7,
        updated_at=NOW + 7,
        lease_until=NOW + 7 + 60_000,
        callback_after=0,
    )
    assert store.read_task(key) == outcome.task
    assert "x" not in raw(store, task_key(key))


def test_a_task_without_a_response_timeout_has_no_lease(store, wf, key):
    store.put_task(wf, task(lease=0))
    assert store.claim(key, 0, 0, "worker-1", NOW).task.lease_until == 0


def test_a_later_claim_keeps_the_first_start(store, wf, key):
    store.put_task(wf, task())
    store.claim(key, 0, 0, "worker-1", NOW + 1)
    store.requeue(key, end(TaskStatus.IN_PROGRESS), 0, 1)
    again = store.claim(key, 0, 1, "worker-2", NOW + 9)
    assert again.applied
    assert (again.task.epoch, again.task.started_at, again.task.updated_at) == (2, NOW + 1, NOW + 9)
    assert again.task.worker_id == "worker-2"


def test_of_racing_pollers_one_gets_the_task(store, wf, key):
    store.put_task(wf, task())
    outcomes = race(8, lambda n: store.claim(key, 0, 0, f"worker-{n}", NOW))
    winners = [outcome.applied for outcome in outcomes]
    assert winners.count(True) == 1
    winner = f"worker-{winners.index(True)}"
    assert {outcome.task.worker_id for outcome in outcomes} == {winner}


class TestRefused:
    """Each row of the table below "claimed": the claim fails and shows what refused it."""

    def test_no_item_its_put_is_under_way(self, store, key):
        outcome = store.claim(key, 0, 0, "worker", NOW)
        assert (outcome.applied, outcome.task) == (False, None)

    def test_an_item_of_a_lower_incarnation_its_put_is_under_way(self, store, wf, key):
        store.put_task(wf, completed())
        self._refused(store, key, completed(), inc=1)

    @pytest.mark.parametrize("held", [False, True])
    def test_in_progress_at_the_same_epoch_its_requeue_is_under_way(self, store, wf, key, held):
        running = task(status=TaskStatus.IN_PROGRESS, epoch=3, held=held, hold=int(held))
        store.put_task(wf, running)
        self._refused(store, key, running, epoch=3)

    @pytest.mark.parametrize("status", [s for s in TaskStatus if s.is_terminal])
    def test_an_ended_item(self, store, wf, key, status):
        store.put_task(wf, task(status=status))
        self._refused(store, key, task(status=status))

    def test_an_item_of_a_higher_epoch(self, store, wf, key):
        store.put_task(wf, task(epoch=1))
        self._refused(store, key, task(epoch=1))

    def test_an_item_of_a_lower_epoch(self, store, wf, key):
        store.put_task(wf, task(epoch=1))
        self._refused(store, key, task(epoch=1), epoch=2)

    def test_an_item_of_a_higher_incarnation(self, store, wf, key):
        store.put_task(wf, task(inc=1))
        self._refused(store, key, task(inc=1))

    def test_a_held_item(self, store, wf, key):
        store.put_task(wf, task(held=True, hold=1))
        self._refused(store, key, task(held=True, hold=1))

    def _refused(self, store, key, there, inc=0, epoch=0):
        outcome = store.claim(key, inc, epoch, "late", NOW + 9)
        assert not outcome.applied
        assert outcome.task == there
        assert store.read_task(key) == there


def test_an_item_that_was_released_can_be_claimed(store, wf, key):
    store.put_task(wf, task(held=True, hold=1))
    store.unhold(key, 0, 2)
    assert store.claim(key, 0, 0, "worker", NOW).applied


def test_a_claim_for_a_worker_who_had_the_task_before_the_pause_ignores_the_hold(store, wf, key):
    store.put_task(wf, task(held=True, hold=1))
    assert not store.claim(key, 0, 0, "w", NOW).applied
    claimed = store.claim(key, 0, 0, "w", NOW, even_held=True)
    assert (claimed.applied, claimed.task.epoch, claimed.task.held) == (True, 1, True)


@pytest.mark.parametrize(("inc", "epoch"), [(0, 0), (1, 1), (0, 2)])
def test_a_lease_can_be_extended_for_one_hand_out_only(store, wf, key, inc, epoch):
    store.put_task(wf, task())
    store.claim(key, 0, 0, "w", NOW)
    refused = store.extend_lease(key, NOW + 5, inc=inc, epoch=epoch)
    assert (refused.applied, refused.task.lease_until) == (False, NOW + 60_000)
    extended = store.extend_lease(key, NOW + 5, inc=0, epoch=1)
    assert (extended.applied, extended.task.lease_until) == (True, NOW + 60_005)


def test_an_input_that_is_too_large_is_not_fetched_but_named(backend, wf):
    store = backend.store(threshold=100)
    key = TaskKey(wf, "charge", 1)
    given = {"a": "x" * 500}
    store.put_task(wf, task(input=given))
    claimed = store.claim(key, 0, 0, "w", NOW, largest_input=200).task
    assert claimed.input == {}
    assert size_in_path(claimed.external_input_path) == 508
    assert backend.blobs.size(claimed.external_input_path) == 508
    found = store.read_task(key)
    assert (found.input, found.external_input_path) == (given, "")


def test_one_that_is_not_is_fetched(backend, wf):
    store = backend.store(threshold=100)
    given = {"a": "x" * 500}
    store.put_task(wf, task(input=given))
    claimed = store.claim(TaskKey(wf, "charge", 1), 0, 0, "w", NOW, largest_input=508).task
    assert (claimed.input, claimed.external_input_path) == (given, "")
