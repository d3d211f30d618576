"""Schedules over time, with the queue and EventBridge Scheduler played (docs/schedules.md)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from podium.domain.schedules.executions import ExecutionState
from podium.domain.schedules.state import RECORDS_KEPT
from podium.domain.schedules.wakeups import Wakeup
from podium.errors import NotFoundError, TransientError, ValidationError
from tests.support.cluster import Cluster
from tests.support.scheduler import DAY, HOUR, MINUTE, SECOND, START, Scheduler, schedule


def test_a_schedule_fires_at_each_of_its_moments_and_never_before():
    scheduler = Scheduler()
    scheduler.save(cron="30 */20 * * * *")
    scheduler.run_until(HOUR)
    moments = [30 * SECOND, 20 * MINUTE + 30 * SECOND, 40 * MINUTE + 30 * SECOND]
    assert scheduler.moments() == moments
    assert [record.execution_time - START for record in scheduler.records()] == moments
    assert scheduler.started() == 3


def test_a_schedule_of_every_second_needs_no_call_of_the_service():
    scheduler = Scheduler()
    scheduler.save(cron="* * * * * *")
    scheduler.run_until(5 * SECOND)
    assert scheduler.moments() == [SECOND * each for each in range(1, 6)]
    assert scheduler.cluster.wakeups.booked == {}


@pytest.mark.parametrize(
    ("cron", "armed"), [("0 * * * * *", "SendMessage"), ("0 0 * * * *", "CreateSchedule")]
)
def test_a_firing_costs_two_reads_and_two_writes_beside_what_it_starts(cron, armed):
    scheduler = Scheduler()
    state = scheduler.save(cron=cron, startWorkflowRequest={"name": "gone"})
    scheduler.cluster.clock.advance((state.next or 0) - START)
    calls: list[str] = []
    scheduler.cluster.calls.before_call = calls.append
    scheduler.deliver(Wakeup("s", state.revision, state.next or 0))
    scheduler.cluster.calls.before_call = lambda name: None
    looked_for = "Query"  # the definition that is gone
    assert calls == ["GetItem", "GetItem", looked_for, "PutItem", armed, "UpdateItem"]


def test_a_far_moment_is_booked_for_the_minute_before():
    scheduler = Scheduler()
    state = scheduler.save(cron="20 30 6 * * *")
    assert scheduler.cluster.wakeups.sent == []
    (call,) = scheduler.cluster.wakeups.booked.items()
    moment = START + 6 * HOUR + 30 * MINUTE + 20 * SECOND
    assert call == (Wakeup("s", state.revision, moment), START + 6 * HOUR + 29 * MINUTE)
    scheduler.run_until(DAY)
    assert [record.execution_time for record in scheduler.records()] == [moment]
    assert len(scheduler.cluster.wakeups.booked) == 1


def test_a_started_workflow_is_told_by_whom_and_when():
    scheduler = Scheduler()
    request = {"name": "w", "input": {"a": 1}, "correlationId": "c", "priority": 7}
    scheduler.save(cron="0 0 9 * * *", zoneId="Asia/Tokyo", startWorkflowRequest=request)
    scheduler.run_until(DAY)
    (record,) = scheduler.records()
    assert record.state is ExecutionState.EXECUTED
    assert record.zone_id == "Asia/Tokyo"
    started = scheduler.cluster.view(record.workflow_id or "").start
    assert started.input == {
        "a": 1,
        "_startedByScheduler": "s",
        "_scheduledTime": START + DAY,
        "_executedTime": START + DAY,
        "_executionId": record.execution_id,
        "_schedulerCron": "0 0 9 * * * Asia/Tokyo",
    }
    assert (started.correlation_id, started.priority) == ("c", 7)


def test_every_expression_of_a_schedule_fires_also_at_the_same_moment():
    scheduler = Scheduler()
    crons = [
        {"cronExpression": "0 0 0,6 * * *", "zoneId": "UTC"},
        {"cronExpression": "0 0 7 * * *", "zoneId": "Europe/Berlin"},
        {"cronExpression": "0 0 3 * * *"},
    ]
    scheduler.save(cron=None, cronSchedules=crons)
    scheduler.run_until(7 * HOUR)
    assert scheduler.moments() == [3 * HOUR, 6 * HOUR, 6 * HOUR]
    assert [record.zone_id for record in scheduler.records()] == ["UTC", "UTC", "Europe/Berlin"]
    assert scheduler.started() == 3


def test_a_window_holds_with_both_bounds():
    scheduler = Scheduler()
    bounds = {"scheduleStartTime": START + 2 * HOUR, "scheduleEndTime": START + 4 * HOUR}
    state = scheduler.save(cron="0 0 * * * *", **bounds)
    assert state.next == START + 2 * HOUR
    scheduler.run_until(DAY)
    assert scheduler.moments() == [2 * HOUR, 3 * HOUR, 4 * HOUR]
    assert scheduler.schedules.get("s").next is None
    assert scheduler.cluster.wakeups.booked == {}


@pytest.mark.parametrize(
    ("catches_up", "moments"),
    [(False, [HOUR, 6 * HOUR]), (True, [each * HOUR for each in range(1, 7)])],
)
def test_what_was_missed_while_the_scheduler_stood_is_made_up_for_if_asked(catches_up, moments):
    scheduler = Scheduler()
    scheduler.save(cron="0 0 * * * *", runCatchupScheduleInstances=catches_up)
    scheduler.firing.stop()
    scheduler.run_until(5 * HOUR + MINUTE)
    assert scheduler.records() == []
    scheduler.firing.go_on()
    scheduler.run_until(6 * HOUR)
    assert scheduler.moments() == moments


def test_what_was_missed_too_long_ago_is_not_made_up_for():
    scheduler = Scheduler(Cluster(schedule_catch_up_seconds=2 * 3600))
    scheduler.save(cron="0 0 * * * *", runCatchupScheduleInstances=True)
    scheduler.firing.stop()
    scheduler.run_until(5 * HOUR + MINUTE)
    scheduler.firing.go_on()
    scheduler.run_until(6 * HOUR)
    # The one that was next, then those of the last two hours.
    assert scheduler.moments() == [HOUR, 4 * HOUR, 5 * HOUR, 6 * HOUR]


def test_much_to_make_up_for_is_done_in_several_wakeups():
    scheduler = Scheduler()
    scheduler.save(cron="0 * * * * *", runCatchupScheduleInstances=True)
    scheduler.firing.stop()
    scheduler.run_until(HOUR)
    scheduler.firing.go_on()
    scheduler.run_until(HOUR)
    assert scheduler.schedules.get("s").fired == 60
    assert scheduler.moments() == [MINUTE * each for each in range(61 - RECORDS_KEPT, 61)]


def test_a_paused_schedule_has_no_moment_and_goes_on_from_when_it_is_resumed():
    scheduler = Scheduler()
    scheduler.save(cron="0 0 * * * *", runCatchupScheduleInstances=True)
    scheduler.schedules.pause("s", "why")
    paused = scheduler.schedules.get("s")
    assert (paused.next, paused.schedule.paused_reason) == (None, "why")
    assert scheduler.cluster.wakeups.booked == {}
    scheduler.run_until(3 * HOUR + MINUTE)
    scheduler.schedules.resume("s")
    assert scheduler.schedules.get("s").schedule.paused_reason is None
    scheduler.run_until(4 * HOUR)
    assert scheduler.moments() == [4 * HOUR]


def test_what_is_unknown_or_not_paused_cannot_be_resumed():
    scheduler = Scheduler()
    scheduler.save()
    for name, operate in [
        ("x", scheduler.schedules.pause),
        ("x", scheduler.schedules.resume),
        ("s", scheduler.schedules.resume),
        ("x", scheduler.schedules.get),
    ]:
        with pytest.raises(NotFoundError, match=f"Schedule '{name}' not found"):
            operate(name)
    scheduler.schedules.delete("x")


def test_a_change_counts_from_now_and_what_was_booked_before_is_cancelled():
    scheduler = Scheduler()
    first = scheduler.save(cron="0 0 6 * * *", description="one")
    scheduler.run_until(HOUR)
    second = scheduler.save(cron="0 0 3 * * *")
    assert list(scheduler.cluster.wakeups.booked.values()) == [START + 3 * HOUR - MINUTE]
    assert second.schedule.create_time == first.schedule.create_time == START
    assert second.schedule.updated_time == START + HOUR
    assert second.schedule.description is None
    scheduler.run_until(DAY)
    assert scheduler.moments() == [3 * HOUR]


def test_a_message_of_an_older_revision_is_stale():
    scheduler = Scheduler()
    scheduler.save(cron="0 5 * * * *")
    scheduler.save(cron="0 10 * * * *")
    assert len(scheduler.cluster.wakeups.sent) == 2
    scheduler.run_until(30 * MINUTE)
    assert scheduler.moments() == [10 * MINUTE]


def test_a_deleted_schedule_fires_no_more_and_leaves_its_records():
    scheduler = Scheduler()
    scheduler.save(cron="0 0 * * * *")
    scheduler.run_until(HOUR)
    scheduler.schedules.delete("s")
    assert scheduler.cluster.wakeups.booked == {}
    scheduler.run_until(DAY)
    assert scheduler.moments() == [HOUR]
    assert scheduler.finding.all() == []


def test_a_firing_delivered_often_starts_one_workflow():
    scheduler = Scheduler()
    state = scheduler.save(cron="0 5 * * * *")
    wakeup = Wakeup("s", state.revision, state.next or 0)
    scheduler.deliver(wakeup)  # early: waits for its moment
    scheduler.run_until(5 * MINUTE)
    for _ in range(3):
        scheduler.deliver(wakeup)
    assert scheduler.moments() == [5 * MINUTE]
    assert scheduler.started() == 1
    assert len(scheduler.cluster.wakeups.booked) == 1


def test_spare_wakeups_do_not_multiply():
    scheduler = Scheduler()
    state = scheduler.save(cron="0 * * * * *")
    wakeup = Wakeup("s", state.revision, state.next or 0)
    for _ in range(5):
        scheduler.cluster.wakeups.send(wakeup, 60)
    scheduler.run_until(10 * MINUTE)
    assert len(scheduler.cluster.wakeups.sent) == 1
    assert len(scheduler.moments()) == 10


def test_a_workflow_that_cannot_start_leaves_a_record_and_the_schedule_goes_on():
    scheduler = Scheduler()
    scheduler.save(cron="0 0 * * * *", startWorkflowRequest={"name": "gone"})
    scheduler.run_until(HOUR)
    (record,) = scheduler.records()
    assert (record.state, record.workflow_id) == (ExecutionState.FAILED, None)
    assert record.reason == "No such workflow defined. name=gone, version=null"
    assert scheduler.schedules.get("s").next == START + 2 * HOUR


def test_a_start_that_meets_a_bug_of_ours_leaves_a_record_that_quotes_nothing(monkeypatch):
    scheduler = Scheduler()
    scheduler.save(cron="0 0 * * * *")

    def broken(*_):
        raise KeyError("s3cret")

    monkeypatch.setattr(scheduler.cluster.definitions, "workflow", broken)
    scheduler.run_until(HOUR)
    (record,) = scheduler.records()
    assert (record.state, record.reason) == (ExecutionState.FAILED, "Internal error (KeyError)")
    assert scheduler.schedules.get("s").next == START + 2 * HOUR


def test_a_start_that_is_held_up_is_tried_again_by_the_same_wakeup(monkeypatch):
    scheduler = Scheduler()
    state = scheduler.save(cron="0 5 * * * *")
    scheduler.cluster.clock.advance(5 * MINUTE)

    def busy(*_):
        raise TransientError("GetItem: busy")

    with monkeypatch.context() as patch:
        patch.setattr(scheduler.cluster.definitions, "workflow", busy)
        with pytest.raises(TransientError):
            scheduler.deliver(Wakeup("s", state.revision, state.next or 0))
    assert scheduler.records() == []
    assert scheduler.schedules.get("s") == state
    scheduler.run_until(6 * MINUTE)
    assert scheduler.moments() == [5 * MINUTE]


def test_the_newest_records_are_kept():
    scheduler = Scheduler()
    scheduler.save(cron="0 * * * * *")
    scheduler.run_until((RECORDS_KEPT + 3) * MINUTE)
    assert scheduler.moments() == [MINUTE * each for each in range(4, RECORDS_KEPT + 4)]


def test_a_lost_wakeup_is_found_by_the_sweep():
    scheduler = Scheduler()
    scheduler.save(cron="0 5 * * * *")
    scheduler.cluster.wakeups.sent.clear()
    scheduler.run_until(5 * MINUTE + 30 * SECOND)
    firing = scheduler.firing
    assert firing.sweep() == 0
    scheduler.run_until(7 * MINUTE)
    assert firing.sweep() == 1
    scheduler.run_until(8 * MINUTE)
    assert scheduler.moments() == [5 * MINUTE]
    assert firing.sweep() == 0


def test_the_sweep_leaves_a_stopped_scheduler_alone():
    scheduler = Scheduler()
    scheduler.save(cron="0 5 * * * *")
    scheduler.firing.stop()
    scheduler.run_until(20 * MINUTE)
    assert scheduler.firing.sweep() == 0
    assert scheduler.cluster.wakeups.sent == []


def test_requeue_arms_every_schedule_that_will_fire():
    scheduler = Scheduler()
    scheduler.save("a", "0 0 6 * * *")
    scheduler.save("b", "0 5 * * * *")
    scheduler.save("c", paused=True)
    scheduler.cluster.wakeups.sent.clear()
    scheduler.cluster.wakeups.booked.clear()
    assert scheduler.firing.requeue() == ["a", "b"]
    scheduler.run_until(6 * HOUR)
    assert scheduler.moments() == [each * HOUR + 5 * MINUTE for each in range(6)] + [6 * HOUR]


def test_a_schedule_whose_moment_passes_while_it_is_written_is_woken():
    scheduler = Scheduler()

    def slow(name: str) -> None:
        if name == "PutItem":
            scheduler.cluster.clock.advance(MINUTE)

    scheduler.cluster.calls.before_call = slow
    state = scheduler.save(cron="0 * * * * *")
    scheduler.cluster.calls.before_call = lambda name: None
    assert [wakeup.moment for _, wakeup in scheduler.cluster.wakeups.sent] == [state.next] * 2


def test_whoever_changes_a_schedule_that_fires_meanwhile_tries_again():
    scheduler = Scheduler()
    state = scheduler.save(cron="0 5 * * * *")
    scheduler.cluster.clock.advance(5 * MINUTE)
    fired = False

    def meanwhile(name: str) -> None:
        nonlocal fired
        if name == "PutItem" and not fired:
            fired = True
            scheduler.deliver(Wakeup("s", state.revision, state.next or 0))

    scheduler.cluster.calls.before_call = meanwhile
    scheduler.schedules.pause("s")
    scheduler.cluster.calls.before_call = lambda name: None
    after = scheduler.schedules.get("s")
    assert (after.fired, after.next, after.schedule.paused) == (1, None, True)
    scheduler.run_until(DAY)
    assert scheduler.moments() == [5 * MINUTE]


def test_tags_are_set_and_taken_off_and_leave_the_moments_alone():
    scheduler = Scheduler()
    before = scheduler.save()
    tags = schedule(tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]).tags
    scheduler.schedules.tag("s", [replace(tags[0], value="3")])
    scheduler.schedules.tag("s", tags)
    after = scheduler.schedules.get("s")
    assert after.schedule.tags == tags
    assert (after.revision, after.cursors) == (before.revision, before.cursors)
    scheduler.schedules.untag("s", [tags[0], replace(tags[1], value="9")])
    assert [tag.key for tag in scheduler.schedules.get("s").schedule.tags] == ["b"]
    scheduler.save()
    assert [tag.key for tag in scheduler.schedules.get("s").schedule.tags] == ["b"]
    with pytest.raises(NotFoundError, match="Schedule 'x' not found"):
        scheduler.schedules.tag("x", tags)


@pytest.mark.parametrize(
    ("fields", "path", "message"),
    [
        ({"name": " "}, "name", "Schedule name cannot be null or empty"),
        ({"name": "x" * 256}, "name", "longer than 255 characters"),
        ({"cronExpression": "* * *"}, "cronExpression", "'* * *' has 3 fields"),
        ({"cronExpression": None}, "cronExpression", "or cronSchedules is required"),
        ({"cronExpression": "0 0 0 30 2 *"}, "cronExpression", "never fires"),
        ({"zoneId": "Europe/Nowhere"}, "zoneId", "there is no time zone 'Europe/Nowhere'"),
        ({"zoneId": "../etc"}, "zoneId", "there is no time zone"),
        (
            {"cronSchedules": [{"cronExpression": "@daily"}, {"cronExpression": "@daily x"}]},
            "cronSchedules[1].cronExpression",
            "has 2 fields",
        ),
        ({"cronSchedules": [{"zoneId": "UTC"}]}, "cronSchedules[0].cronExpression", "0 fields"),
        ({"cronSchedules": [{"cronExpression": "@daily"}] * 101}, "cronSchedules", "100"),
        ({"scheduleStartTime": -1}, "scheduleStartTime", "not within the years"),
        ({"scheduleEndTime": 1 << 62}, "scheduleEndTime", "not within the years"),
        ({"scheduleStartTime": 2, "scheduleEndTime": 1}, "scheduleEndTime", "before"),
        ({"startWorkflowRequest": None}, "startWorkflowRequest", "is required"),
        ({"startWorkflowRequest": {"name": ""}}, "startWorkflowRequest.name", "empty"),
        (
            {"startWorkflowRequest": {"name": "w", "priority": 100}},
            "startWorkflowRequest.priority",
            "maximum 99",
        ),
    ],
)
def test_a_schedule_that_could_not_fire_is_refused(fields, path, message):
    scheduler = Scheduler()
    with pytest.raises(ValidationError) as error:
        scheduler.save(**fields)
    found = {violation.path: violation.message for violation in error.value.violations}
    assert message in found[path]
    assert scheduler.finding.all() == []
    assert scheduler.cluster.wakeups.sent == []


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(ValidationError) as error:
        Scheduler().save(cronExpression="x", zoneId="y", startWorkflowRequest={"priority": -1})
    assert {violation.path for violation in error.value.violations} == {
        "cronExpression",
        "zoneId",
        "startWorkflowRequest.name",
        "startWorkflowRequest.priority",
    }


def test_schedules_are_searched():
    scheduler = Scheduler()
    scheduler.save("beta", description="Monthly REPORT")
    scheduler.save("alpha", paused=True)
    scheduler.save("gamma", startWorkflowRequest={"name": "other"})

    def search(**wanted):
        every = {"workflow_name": None, "schedule_name": None, "paused": None, "free_text": "*"}
        page = {"start": 0, "size": 100, "sort": []}
        found = scheduler.finding.search(**{**every, **page, **wanted})
        return found.total, [state.schedule.name for state in found.states]

    assert search() == (3, ["alpha", "beta", "gamma"])
    assert search(workflow_name="other") == (1, ["gamma"])
    assert search(schedule_name="et") == (1, ["beta"])
    assert search(paused=True) == (1, ["alpha"])
    assert search(paused=False, sort=["name:DESC"]) == (2, ["gamma", "beta"])
    assert search(free_text="report") == (1, ["beta"])
    assert search(start=1, size=1) == (3, ["beta"])
    assert search(start=5) == (3, [])
