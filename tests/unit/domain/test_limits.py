"""Slots as values: who may have the next one (engine.md 11, protocol.md 9)."""

from __future__ import annotations

import pytest

from podium.domain.definitions import TaskDef
from podium.domain.limits import (
    MAX_WEIGHT,
    STARTING_MS,
    Holder,
    Limit,
    Slots,
    free_slots,
    holder_of,
    is_running,
    is_valid,
    key_of_task,
    key_of_workflow,
    next_token_at,
    shown_key,
    suspects,
    task_limit,
    with_forced,
    with_taken,
    without,
    workflow_holder,
)
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.support.executions import header, task

TWO = Limit("charge", 2)
#: Three hand-outs a second.
RATE = Limit("charge", rate=3, window=1000)


def holder(number, epoch=1):
    return Holder("wf", "charge", number, 0, epoch)


class TestTheLimitOfADefinition:
    def test_none_without_a_definition_or_a_limit(self):
        assert task_limit(None, "t") is None
        assert task_limit(TaskDef(name="t"), "t") is None
        assert task_limit(TaskDef(name="t", concurrent_exec_limit=0), "t") is None
        assert task_limit(TaskDef(name="t", concurrent_exec_limit=-3), "t") is None

    def test_a_rate_needs_both_of_its_numbers(self):
        assert task_limit(TaskDef(name="t", rate_limit_frequency_in_seconds=5), "t") is None
        half = TaskDef(name="t", rate_limit_per_frequency=5, rate_limit_frequency_in_seconds=0)
        assert task_limit(half, "t") is None

    def test_both_kinds(self):
        both = TaskDef(
            name="t",
            concurrent_exec_limit=4,
            rate_limit_per_frequency=5,
            rate_limit_frequency_in_seconds=60,
        )
        assert task_limit(both, "x", at_gate=True) == Limit("x", 4, 5, 60_000, at_gate=True)


class TestConcurrency:
    def test_the_first_come_are_served(self):
        slots, served = with_taken(Slots(), TWO, [holder(1), holder(2), holder(3)], 7)
        assert served == (holder(1), holder(2))
        assert slots == Slots(1, ((holder(1), 7), (holder(2), 7)))
        assert free_slots(slots, TWO, 8) == 0

    def test_who_has_a_slot_keeps_it_and_is_not_counted_again(self):
        slots, _ = with_taken(Slots(), TWO, [holder(1), holder(2)], 7)
        assert with_taken(slots, TWO, [holder(2), holder(3)], 8) == (slots, (holder(2),))

    def test_a_slot_that_is_given_back_is_free(self):
        slots, _ = with_taken(Slots(), TWO, [holder(1), holder(2)], 7)
        freed = without(slots, [holder(1)])
        assert free_slots(freed, TWO, 8) == 1
        assert freed.version == slots.version + 1

    def test_a_slot_given_back_twice_is_free_once(self):
        slots, _ = with_taken(Slots(), TWO, [holder(1), holder(2)], 7)
        freed = without(slots, [holder(1)])
        assert without(freed, [holder(1)]) is freed

    def test_a_limit_that_was_lowered_lets_nobody_in_before_enough_have_left(self):
        slots, _ = with_taken(Slots(), Limit("charge", 5), [holder(n) for n in range(5)], 7)
        assert free_slots(slots, TWO, 8) == 0

    def test_suspects_take_turns(self):
        five = Limit("charge", 5)
        slots, _ = with_taken(Slots(), five, [holder(n) for n in range(1, 6)], 7)
        seen = {each for second in range(3) for each in suspects(slots, second * 1000, 2)}
        assert seen == set(slots.held)
        assert suspects(Slots(), 5000, 2) == ()
        assert len(suspects(slots, 0, 9)) == 5

    def test_a_list_of_holders_never_outgrows_its_item(self):
        many = Limit("charge", 1_000_000)
        long = [Holder("w" * 36, "é" * 400, n, 0, 1) for n in range(400)]
        slots, served = with_taken(Slots(), many, long, 7)
        assert 0 < len(served) < 400
        assert slots.weight <= MAX_WEIGHT
        assert free_slots(slots, many, 8) == 0


class TestValidity:
    def test_a_hand_out_is_valid_while_its_worker_has_the_task(self):
        running = task(status=TaskStatus.IN_PROGRESS, epoch=2)
        mine = holder_of("wf", running)
        assert mine == holder(1, epoch=2)
        assert is_valid(mine, running)
        assert not is_valid(mine, task(status=TaskStatus.IN_PROGRESS, epoch=3))
        assert not is_valid(mine, task(epoch=2))
        assert not is_valid(mine, task(status=TaskStatus.COMPLETED, epoch=2))
        assert not is_valid(mine, None)

    @pytest.mark.parametrize("status", [TaskStatus.SCHEDULED, TaskStatus.IN_PROGRESS])
    @pytest.mark.parametrize("epoch", [0, 1, 7])
    def test_at_a_gate_an_open_task_is_valid_at_any_epoch(self, status, epoch):
        """26b: one that is claimed keeps its slot."""
        gated = task(limit=Limit("charge", 1, at_gate=True), status=status, epoch=epoch)
        assert holder_of("wf", gated) == holder(1, epoch=0)
        assert is_valid(holder(1, epoch=0), gated)

    def test_at_a_gate_another_incarnation_is_another_holder(self):
        """26b: the late end of the old one must not free the slot of the new one."""
        limit = Limit("charge", 1, at_gate=True)
        old, new = task(limit=limit), task(limit=limit, inc=1)
        assert holder_of("wf", old) != holder_of("wf", new)
        assert not is_valid(holder_of("wf", old), new)


class TestExecutions:
    def test_their_keys_are_no_keys_of_tasks(self):
        names = ["work", "#work", "#twork", "#wwork", ""]
        keys = [key_of_task(name) for name in names] + [key_of_workflow(name) for name in names]
        assert len(set(keys)) == len(keys)
        assert shown_key(Limit(key_of_workflow("#eu"), 1)) == "#eu"

    def test_a_running_one_is_valid_in_its_present_run(self):
        first, second = header("wf"), header("wf", generation=1)
        assert is_running(workflow_holder(first), first, 0, 10**9)
        assert not is_running(workflow_holder(first), second, 0, 10**9)
        ended = header("wf", status=WorkflowStatus.COMPLETED)
        assert not is_running(workflow_holder(first), ended, 0, 0)

    def test_one_that_is_being_started_is_valid_for_a_while(self):
        mine = workflow_holder(header("wf"))
        assert is_running(mine, None, 1000, 1000 + STARTING_MS - 1)
        assert not is_running(mine, None, 1000, 1000 + STARTING_MS)

    def test_an_operator_takes_a_slot_that_is_not_free(self):
        slots, _ = with_taken(Slots(), TWO, [holder(1), holder(2)], 7)
        forced = with_forced(slots, holder(3), 8)
        assert len(forced.held) == 3
        assert with_forced(forced, holder(3), 9) is forced


class TestRate:
    def take(self, slots, count, now):
        return with_taken(slots, RATE, [holder(n) for n in range(count)], now)

    def test_so_many_in_a_window(self):
        slots, served = self.take(Slots(), 5, 1000)
        assert len(served) == 3
        assert slots.held == ()
        assert free_slots(slots, RATE, 1999) == 0
        assert free_slots(slots, RATE, 2000) == 3

    def test_the_window_slides(self):
        slots, _ = self.take(Slots(), 1, 1000)
        slots, _ = self.take(slots, 2, 1900)
        assert free_slots(slots, RATE, 1999) == 0
        assert free_slots(slots, RATE, 2000) == 1
        slots, served = self.take(slots, 3, 2000)
        assert len(served) == 1
        assert free_slots(slots, RATE, 2899) == 0
        assert free_slots(slots, RATE, 2900) == 2

    def test_when_the_next_one_is_due(self):
        slots, _ = self.take(Slots(), 1, 1000)
        assert next_token_at(slots, RATE, 1001) == 1001
        slots, _ = self.take(slots, 2, 1900)
        assert next_token_at(slots, RATE, 1950) == 2000
        assert next_token_at(slots, RATE, 2500) == 2500

    def test_the_same_task_handed_out_again_counts_again(self):
        slots, _ = with_taken(Slots(), RATE, [holder(1)], 1000)
        slots, _ = with_taken(slots, RATE, [holder(1)], 1001)
        assert free_slots(slots, RATE, 1002) == 1

    def test_a_clock_that_lags_does_not_make_a_hand_out_older(self):
        slots, _ = self.take(Slots(), 1, 5000)
        slots, _ = self.take(slots, 2, 4000)
        assert slots.handed_out == (5000, 5000, 5000)
        assert free_slots(slots, RATE, 4500) == 0

    def test_what_no_window_counts_any_more_is_forgotten(self):
        slots, _ = self.take(Slots(), 3, 1000)
        slots, _ = self.take(slots, 1, 9000)
        assert slots.handed_out == (9000,)

    def test_a_longer_window_of_another_definition_still_counts(self):
        minute = Limit("charge", rate=3, window=60_000)
        slots, _ = with_taken(Slots(), minute, [holder(n) for n in range(2)], 1000)
        slots, _ = self.take(slots, 1, 9000)
        assert slots.handed_out == (1000, 1000, 9000)
        assert free_slots(slots, minute, 9000) == 0

    def test_both_limits_count(self):
        both = Limit("charge", 2, rate=3, window=1000)
        slots, served = with_taken(Slots(), both, [holder(n) for n in range(4)], 1000)
        assert len(served) == 2
        slots = without(slots, served)
        slots, served = with_taken(slots, both, [holder(n) for n in range(4, 8)], 1000)
        assert len(served) == 1
