"""Where schedules are kept, and what wakes them: one suite for memory and for AWS."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from podium.adapters.aws.schedules import DynamoSchedules
from podium.adapters.aws.wakeups import AwsWakeups, CallTarget, call_name
from podium.adapters.memory.schedules import MemorySchedules, MemoryWakeups
from podium.adapters.message import wakeup_message
from podium.domain.schedules.executions import ExecutionState, WorkflowScheduleExecution
from podium.domain.schedules.state import ScheduleState
from podium.domain.schedules.wakeups import Wakeup
from podium.errors import PayloadTooLargeError
from podium_local.clock import VIRTUAL_START, VirtualClock
from tests.support.aws import MotoStack
from tests.support.scheduler import DAY, MINUTE, schedule


@pytest.fixture(params=["memory", "aws"])
def store(request):
    if request.param == "memory":
        return MemorySchedules()
    stack: MotoStack = request.getfixturevalue("stack")
    made = DynamoSchedules(stack.clients.dynamodb, stack.metadata_table)
    for state in made.all():
        assert made.delete(state)
    return made


def state(name: str = "s", revision: str = "r1", **fields: Any) -> ScheduleState:
    return ScheduleState(schedule(name, **fields), revision, (VIRTUAL_START, None), fired=3)


def test_a_schedule_is_read_as_it_was_put(store):
    wanted = state("Ä/#~ 1", zoneId="Asia/Tokyo", unknown={"kept": [1, None]})
    assert store.read(wanted.schedule.name) is None
    assert store.put(wanted, None)
    assert store.read(wanted.schedule.name) == wanted


def test_a_large_one_too_and_one_that_fits_nowhere_is_refused(store):
    large = {"name": "w", "input": {"text": "x" * 300_000}}
    wanted = state(startWorkflowRequest=large)
    assert store.put(wanted, None)
    assert store.read("s") == wanted


def test_a_schedule_is_put_over_what_was_read_and_over_nothing_else(store):
    first, second = state(), state(revision="r2")
    assert store.put(first, None)
    assert not store.put(second, None)
    assert not store.put(second, replace(first, revision="r0"))
    assert not store.put(second, replace(first, cursors=(VIRTUAL_START + 1, None)))
    assert store.read("s") == first
    assert store.put(second, first)
    assert store.read("s") == second
    assert not store.put(state("t"), state("t"))


def test_cursors_move_from_where_they_were_read(store):
    before = state()
    assert store.put(before, None)
    after = replace(before, cursors=(None, VIRTUAL_START + 5), fired=4)
    assert store.move(after, before)
    assert not store.move(after, before)
    assert store.read("s") == after
    assert store.put(state(revision="r2"), after)
    assert not store.move(replace(after, fired=5), after)
    assert not store.move(state("t"), state("t"))
    assert store.read("t") is None


def test_a_schedule_is_deleted_as_it_was_read(store):
    before = state()
    assert not store.delete(before)
    assert store.put(before, None)
    assert not store.delete(replace(before, revision="r0"))
    assert store.delete(before)
    assert store.read("s") is None


def test_moving_changes_nothing_but_the_cursors_and_the_count(store):
    before = state(description="as it was")
    assert store.put(before, None)
    wanted = replace(state(description="another", revision="r9"), cursors=(None,), fired=4)
    assert store.move(wanted, before)
    assert store.read("s") == replace(before, cursors=(None,), fired=4)


def test_schedules_are_listed_by_name_whatever_their_keys_are(store):
    names = ["a", "n" * 600, "z", "ünï"]
    for name in names:
        assert store.put(state(name), None)
    assert [each.schedule.name for each in store.all()] == names


def test_all_are_listed_over_several_pages(store):
    wide = {"name": "w", "input": {"noise": _noise(60_000)}}
    names = [f"s{number:02d}" for number in range(40)]
    for name in names:
        assert store.put(state(name, startWorkflowRequest=wide), None)
    assert [each.schedule.name for each in store.all()] == names
    for each in store.all():
        assert store.delete(each)


def test_the_switch_is_on_until_it_is_off(store):
    assert not store.is_stopped()
    store.stop(stopped=True)
    assert store.is_stopped()
    store.stop(stopped=False)
    assert not store.is_stopped()


def test_a_record_takes_the_place_of_the_one_before(store):
    def record(name: str, time: int) -> WorkflowScheduleExecution:
        return WorkflowScheduleExecution(
            execution_id=f"{name}{time}",
            schedule_name=name,
            scheduled_time=time,
            execution_time=time + 1,
            workflow_name="w",
            state=ExecutionState.FAILED,
            reason="no",
            start_workflow_request=schedule().start_workflow_request,
            zone_id="UTC",
        )

    store.note(record("a", 1), 0)
    store.note(record("a", 2), 1)
    store.note(record("a", 3), 0)
    store.note(record("a#", 4), 0)
    assert list(store.executions("a")) == [record("a", 3), record("a", 2)]
    assert list(store.executions("a#")) == [record("a#", 4)]
    assert list(store.executions("b")) == []
    every = [each for each in store.executions() if each.schedule_name in {"a", "a#"}]
    assert sorted(every, key=lambda each: each.scheduled_time) == [
        record("a", 2),
        record("a", 3),
        record("a#", 4),
    ]


# --- wakeups ----------------------------------------------------------------------------------------


WAKEUP = Wakeup("nightly Ä report", "r1", VIRTUAL_START + DAY + 20_000)


@pytest.fixture(params=["memory", "aws"])
def wakeups(request):
    if request.param == "memory":
        return MemoryWakeups(VirtualClock())
    made = _Aws(request.getfixturevalue("stack"))
    for wakeup in made.booked:
        made.cancel(wakeup)
    return made


class _Aws(AwsWakeups):
    """With the views that the memory adapter has."""

    def __init__(self, stack: MotoStack) -> None:
        target = CallTarget(
            group=stack.schedule_group,
            queue_arn=stack.queue_arns["schedules"],
            dead_letters_arn=stack.queue_arns["schedules-dead-letters"],
            role_arn="arn:aws:iam::123456789012:role/podium-scheduler",
        )
        clients, url = stack.clients, stack.queue_urls["schedules"]
        super().__init__(clients.sqs, clients.scheduler, url, target)
        self._stack = stack

    @property
    def booked(self) -> dict[Wakeup, int]:
        client, group = self._stack.clients.scheduler, self._stack.schedule_group
        found = {}
        for listed in client.list_schedules(GroupName=group)["Schedules"]:
            call = client.get_schedule(GroupName=group, Name=listed["Name"])
            wakeup = wakeup_message(call["Target"]["Input"])
            assert call["Name"] == call_name(wakeup)
            assert call["ScheduleExpression"] == "at(2026-01-01T23:59:00)"
            found[wakeup] = VIRTUAL_START + DAY - MINUTE
        return found

    @property
    def sent(self) -> list[tuple[int, Wakeup]]:
        clock, sqs = self._stack.clock, self._stack.clients.sqs
        url = self._stack.queue_urls["schedules"]
        found = []
        while clock.now() < VIRTUAL_START + 900_000:  # the only test that lets time pass
            for message in sqs.receive_message(QueueUrl=url).get("Messages", []):
                found.append((clock.now(), wakeup_message(message["Body"])))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            clock.advance(100_000)
        return found


def test_a_call_is_booked_once_and_cancelled_once(wakeups):
    for _ in range(2):
        wakeups.book(WAKEUP)
    assert wakeups.booked == {WAKEUP: VIRTUAL_START + DAY - MINUTE}
    other = replace(WAKEUP, revision="r2")
    wakeups.book(other)
    for _ in range(2):
        wakeups.cancel(WAKEUP)
    assert list(wakeups.booked) == [other]


def test_a_message_comes_after_its_delay(wakeups):
    wakeups.send(WAKEUP, 0)
    wakeups.send(replace(WAKEUP, revision="r2"), 600)
    found = [(moment - VIRTUAL_START, wakeup.revision) for moment, wakeup in wakeups.sent]
    assert found == [(0, "r1"), (600_000, "r2")]


def test_names_of_calls_are_legal_and_tell_wakeups_apart():
    wakeups = [
        WAKEUP,
        replace(WAKEUP, revision="r2"),
        replace(WAKEUP, moment=WAKEUP.moment + 1000),
        replace(WAKEUP, schedule="x" * 255),
        replace(WAKEUP, schedule="\ud800"),
    ]
    names = [call_name(wakeup) for wakeup in wakeups]
    assert len(set(names)) == len(names)
    for name in names:
        assert len(name) <= 64
        assert all(each.isascii() and (each.isalnum() or each in "_.-") for each in name)


def test_what_fits_into_no_item_is_refused(stack):
    store = DynamoSchedules(stack.clients.dynamodb, stack.metadata_table)
    large = {"name": "w", "input": {"noise": _noise(1_400_000)}}
    with pytest.raises(PayloadTooLargeError, match="schedule s is too large: put the input"):
        store.put(state(startWorkflowRequest=large), None)


def test_a_record_of_a_schedule_that_just_fits_is_kept_without_its_request(stack):
    store = DynamoSchedules(stack.clients.dynamodb, stack.metadata_table)
    large = schedule(startWorkflowRequest={"name": "w", "input": {"noise": _noise(1_400_000)}})
    record = WorkflowScheduleExecution(
        execution_id="x", schedule_name="large", start_workflow_request=large.start_workflow_request
    )
    store.note(record, 0)
    assert list(store.executions("large")) == [replace(record, start_workflow_request=None)]


def _noise(size: int) -> str:
    """Text that compresses to a half."""
    return random.Random(1).randbytes(size // 2).hex()
