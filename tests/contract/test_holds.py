"""Hold, unhold and cancel meet puts, claims and ends in any order (protocol.md 5, 6, 11)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from podium.adapters.items.keys import task_key
from podium.domain.ids import TaskKey
from podium.domain.status import TaskStatus
from tests.support.executions import NOW, completed, end, raw, task
from tests.support.racing import race

ENDED = [status for status in TaskStatus if status.is_terminal]


@pytest.fixture
def key(wf):
    return TaskKey(wf, "charge", 1)


class TestHold:
    """Pause: held=1, hc, iff missing, of lower inc, or open at this inc with a lower hc."""

    def test_a_queued_task_is_held_and_cannot_be_claimed(self, store, wf, key):
        store.put_task(wf, task(input={"a": 1}))
        outcome = store.hold(wf, task(input={"a": 1}), 1)
        assert outcome.applied
        assert outcome.task == task(input={"a": 1}, held=True, hold=1)
        assert not store.claim(key, 0, 0, "worker", NOW).applied

    def test_a_hold_before_the_put_has_the_content_and_stays(self, store, wf, key):
        """Counterexample 13: the put comes after the pause."""
        assert store.hold(wf, task(input={"a": 1}), 1).task == task(
            input={"a": 1}, held=True, hold=1
        )
        assert not store.put_task(wf, task(input={"a": 1}))
        assert not store.claim(key, 0, 0, "worker", NOW).applied

    def test_a_running_task_is_held_without_being_disturbed(self, store, wf, key):
        """Counterexample 21: its worker may give it back while the workflow is paused."""
        store.put_task(wf, task())
        running = store.claim(key, 0, 0, "worker", NOW).task
        assert store.hold(wf, task(), 1).task == replace(running, held=True, hold=1)
        assert store.requeue(key, end(TaskStatus.IN_PROGRESS), 0, 1).applied
        assert not store.claim(key, 0, 1, "other", NOW).applied

    def test_an_item_of_a_lower_incarnation_becomes_a_held_new_one(self, store, wf, key):
        store.put_task(wf, completed(epoch=4, output={"old": 1}))
        new = task(inc=1, input={"a": 1})
        assert store.hold(wf, new, 1).task == replace(new, held=True, hold=1)
        assert not store.put_task(wf, new)

    def test_a_held_put_starts_at_epoch_zero(self, store, wf):
        given = task(inc=1, epoch=3, status=TaskStatus.IN_PROGRESS)
        held = store.hold(wf, given, 1).task
        assert (held.epoch, held.status) == (0, TaskStatus.SCHEDULED)

    @pytest.mark.parametrize("status", ENDED)
    def test_an_ended_task_is_left_alone(self, store, wf, key, status):
        store.put_task(wf, task(status=status))
        outcome = store.hold(wf, task(), 1)
        assert not outcome.applied
        assert store.read_task(key) == task(status=status)

    def test_a_later_incarnation_is_left_alone(self, store, wf, key):
        store.put_task(wf, task(inc=1))
        assert not store.hold(wf, task(), 1).applied
        assert not store.read_task(key).held

    def test_a_hold_delayed_past_the_resume_does_nothing(self, store, wf, key):
        """Counterexample 13c."""
        store.put_task(wf, task())
        store.hold(wf, task(), 1)
        store.unhold(key, 0, 2)
        assert not store.hold(wf, task(), 1).applied
        assert not store.read_task(key).held

    def test_a_held_task_needs_no_handler(self, store, wf, key):
        store.hold(wf, task(), 1)
        assert "x" not in raw(store, task_key(key))

    def test_a_racing_put_and_hold_leave_a_held_task(self, store, wf, key):
        race(8, lambda n: store.hold(wf, task(), 1) if n % 2 else store.put_task(wf, task()))
        assert store.read_task(key) == task(held=True, hold=1)

    def test_a_racing_claim_and_hold_leave_a_held_task(self, store, wf, key):
        store.put_task(wf, task())

        def either(number: int) -> object:
            if number % 2:
                return store.hold(wf, task(), 1)
            return store.claim(key, 0, 0, f"worker-{number}", NOW)

        race(8, either)
        assert store.read_task(key).held


class TestUnhold:
    """Resume: held=0, hc, iff open at this inc with a lower hc."""

    def test_a_held_task_can_be_claimed_again(self, store, wf, key):
        store.hold(wf, task(), 1)
        assert store.unhold(key, 0, 2).task == task(hold=2)
        assert store.claim(key, 0, 0, "worker", NOW).applied

    def test_a_put_with_an_older_counter_does_not_undo_it(self, store, wf, key):
        store.hold(wf, task(), 1)
        store.unhold(key, 0, 2)
        assert not store.put_task(wf, task(held=True, hold=1))
        assert not store.read_task(key).held

    def test_a_missing_item_is_for_the_caller_to_create(self, store, key):
        outcome = store.unhold(key, 0, 2)
        assert (outcome.applied, outcome.task) == (False, None)

    def test_a_second_one_changes_nothing(self, store, wf, key):
        store.hold(wf, task(), 1)
        assert store.unhold(key, 0, 2).applied
        assert not store.unhold(key, 0, 2).applied

    def test_one_that_comes_after_the_next_pause_changes_nothing(self, store, wf, key):
        store.hold(wf, task(), 3)
        assert not store.unhold(key, 0, 2).applied
        assert store.read_task(key).held

    @pytest.mark.parametrize("there", [task(inc=1, held=True), completed(held=True)])
    def test_neither_an_ended_nor_another_incarnation(self, store, wf, key, there):
        store.put_task(wf, there)
        assert not store.unhold(key, 0, 2).applied
        assert store.read_task(key) == there


class TestCancel:
    """Close: CANCELED, without a mark, iff missing, of lower inc, or open at this inc."""

    @pytest.mark.parametrize("status", [TaskStatus.SCHEDULED, TaskStatus.IN_PROGRESS])
    def test_an_open_task_is_canceled(self, store, wf, key, status):
        store.put_task(wf, task(status=status, worker_id="w", lease_until=NOW + 5, epoch=1))
        outcome = store.cancel(wf, task(reason="closed"), NOW + 9)
        assert outcome.applied
        assert outcome.task == task(
            status=TaskStatus.CANCELED,
            worker_id="w",
            epoch=1,
            reason="closed",
            updated_at=NOW + 9,
            ended_at=NOW + 9,
        )
        assert "x" not in raw(store, task_key(key))

    @pytest.mark.parametrize("is_there", [True, False])
    def test_where_the_workflow_goes_on_the_end_is_marked(self, store, wf, key, is_there):
        """Counterexample 27."""
        if is_there:
            store.put_task(wf, task())
        assert store.cancel(wf, task(reason="given up"), NOW + 9, folds=True).applied
        assert raw(store, task_key(key))["x"] == "1"
        assert store.read_task(key).reason == "given up"

    def test_a_put_still_under_way_is_fenced(self, store, wf, key):
        """Counterexample 8."""
        assert store.cancel(wf, task(input={"a": 1}), NOW + 9).applied
        assert not store.put_task(wf, task(input={"a": 1}))
        found = store.read_task(key)
        assert (found.status, found.input) == (TaskStatus.CANCELED, {"a": 1})

    def test_a_reset_still_under_way_is_fenced(self, store, wf, key):
        """Counterexample 22b: the new incarnation was committed, its put comes late."""
        store.put_task(wf, completed())
        assert store.cancel(wf, task(inc=1), NOW + 9).applied
        assert not store.put_task(wf, task(inc=1))
        found = store.read_task(key)
        assert (found.status, found.inc) == (TaskStatus.CANCELED, 1)
        assert "x" not in raw(store, task_key(key))

    @pytest.mark.parametrize("status", ENDED)
    def test_an_end_of_this_incarnation_is_never_overwritten(self, store, wf, key, status):
        store.put_task(wf, task(status=status, ended_at=NOW + 1))
        assert not store.cancel(wf, task(), NOW + 9).applied
        assert store.read_task(key) == task(status=status, ended_at=NOW + 1)

    def test_a_later_incarnation_is_left_alone(self, store, wf, key):
        """Counterexample 11: the closing of an earlier run must not hit the next one."""
        store.put_task(wf, task(inc=1))
        assert not store.cancel(wf, task(), NOW + 9).applied
        assert store.read_task(key) == task(inc=1)

    def test_a_canceled_task_is_neither_claimed_nor_ended(self, store, wf, key):
        store.cancel(wf, task(), NOW + 9)
        assert not store.claim(key, 0, 0, "worker", NOW).applied
        assert not store.end(key, end()).applied

    def test_a_held_task_is_canceled(self, store, wf):
        store.hold(wf, task(), 1)
        assert store.cancel(wf, task(), NOW + 9).applied

    def test_a_racing_put_and_cancel_leave_a_canceled_task(self, store, wf, key):
        race(8, lambda n: store.cancel(wf, task(), NOW) if n % 2 else store.put_task(wf, task()))
        assert store.read_task(key).status is TaskStatus.CANCELED

    def test_a_racing_end_and_cancel_cannot_both_win(self, store, wf, key):
        store.put_task(wf, task())

        def either(number: int) -> bool:
            if number % 2:
                return bool(store.cancel(wf, task(), NOW).applied)
            return bool(store.end(key, end()).applied)

        assert race(8, either).count(True) == 1

    def test_of_racing_cancels_one_wins(self, store, wf):
        assert race(8, lambda _: store.cancel(wf, task(), NOW).applied).count(True) == 1


def test_a_late_worker_of_an_earlier_incarnation_cannot_end_the_next(store, wf, key):
    """Counterexample 22: compared on seq and epoch alone it could."""
    store.put_task(wf, task())
    store.claim(key, 0, 0, "worker", NOW)
    store.put_task(wf, task(inc=1))
    store.claim(key, 1, 0, "other", NOW)
    assert not store.end(key, end(), inc=0, epoch=1).applied
    assert store.end(key, end(), inc=1, epoch=1).applied
