"""Clocks (engine.md 7, protocol.md 8; tasks.md 27, case 6)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from podium.domain.decision import Context, Missing, NeedTaskDef
from podium.domain.definitions import TaskDef
from podium.domain.execution import Task, TaskEnd
from podium.domain.ids import TaskKey
from podium.domain.memory import TaskMemory
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.domain.timeouts import (
    RESEND_MS,
    UNCLAIMED_MS,
    due_ends,
    next_timer,
    workflow_is_due,
)
from tests.support.driver import START, Driver, simple, task, workflow

SECOND = 1000
TASK_ID = TaskKey("wf", "t", 1).task_id


def _driver(task_type="SIMPLE", inputs=None, **definition):
    made = task(
        "t",
        task_type,
        inputParameters=inputs or {},
        taskDefinition={"name": "t", "retryCount": 0, "responseTimeoutSeconds": 100, **definition},
    )
    return Driver(workflow(made)).start()


def _claimed(driver: Driver, at: int) -> Task:
    """The open task as its item looks after a claim."""
    made = driver.task("t")
    return replace(
        made,
        status=TaskStatus.IN_PROGRESS,
        epoch=made.epoch + 1,
        started_at=made.started_at or at,
        updated_at=at,
        lease_until=at + made.lease if made.lease else 0,
        callback_after=0,
    )


def _due(driver: Driver, item: Task, now: int) -> TaskEnd | None:
    found = due_ends(driver.state, [item], now, driver.context())
    assert not isinstance(found, Missing)
    return found[0][1] if found else None


def test_a_lease_that_has_run_out_times_the_task_out():
    driver = _driver()
    item = _claimed(driver, START + 5 * SECOND)
    assert _due(driver, item, START + 104 * SECOND) is None
    end = _due(driver, item, START + 105 * SECOND)
    assert end is not None
    assert end.status is TaskStatus.TIMED_OUT
    assert end.reason == (
        f"responseTimeout: 100 exceeded for the taskId: {TASK_ID} with Task Definition: t"
    )


def test_the_lease_of_our_own_function_fails_the_task():
    driver = _driver("HTTP")
    end = _due(driver, _claimed(driver, START), START + 101 * SECOND)
    assert end is not None
    assert end.status is TaskStatus.FAILED


def test_an_async_task_that_was_handed_over_has_no_lease_any_more():
    made = task("t", "HTTP", asyncComplete=True)
    driver = Driver(workflow(made)).start()
    running = _claimed(driver, START)
    assert _due(driver, running, START + 10**9) is not None
    assert _due(driver, replace(running, output={"response": {}}), START + 10**9) is None


@pytest.mark.parametrize("policy", ["RETRY", "TIME_OUT_WF"])
def test_the_timeout_of_an_attempt_begins_with_its_start(policy):
    driver = _driver(timeoutSeconds=30, responseTimeoutSeconds=0, timeoutPolicy=policy)
    item = _claimed(driver, START + 10 * SECOND)
    assert _due(driver, item, START + 39 * SECOND) is None
    end = _due(driver, item, START + 40 * SECOND)
    assert end is not None
    assert end.reason == (
        "Task timed out after 30 seconds. Timeout configured as 30 seconds. "
        f"Timeout policy configured to {policy}"
    )


def test_the_policy_to_alert_ends_nothing():
    driver = _driver(
        timeoutSeconds=1,
        responseTimeoutSeconds=0,
        pollTimeoutSeconds=1,
        totalTimeoutSeconds=1,
        timeoutPolicy="ALERT_ONLY",
    )
    assert _due(driver, _claimed(driver, START), START + 10**9) is None
    assert _due(driver, driver.task("t"), START + 10**9) is None


def test_a_task_nobody_polls_times_out():
    driver = _driver(pollTimeoutSeconds=20, timeoutPolicy="RETRY")
    item = driver.task("t")
    assert _due(driver, item, START + 19 * SECOND) is None
    end = _due(driver, item, START + 21 * SECOND)
    assert end is not None
    assert end.reason == (
        "Task poll timed out after 21 seconds. Poll timeout configured as 20 seconds. "
        "Timeout policy configured to RETRY"
    )
    assert _due(driver, _claimed(driver, START + 1), START + 30 * SECOND) is None


def test_the_clock_of_a_delayed_task_begins_when_it_is_ready():
    driver = _driver(pollTimeoutSeconds=20)
    item = replace(driver.task("t"), start_delay_ms=5500)
    assert _due(driver, item, START + 25 * SECOND) is None
    assert _due(driver, item, START + 26 * SECOND) is not None


def test_a_callback_asked_for_moves_the_poll_clock_out():
    driver = _driver(pollTimeoutSeconds=20)
    item = replace(driver.task("t"), epoch=1, callback_after=100)
    assert _due(driver, item, START + 119 * SECOND) is None
    assert _due(driver, item, START + 120 * SECOND) is not None


def test_the_total_budget_spans_all_attempts():
    driver = _driver(totalTimeoutSeconds=50, retryCount=3, timeoutPolicy="RETRY")
    driver.now += 40 * SECOND
    driver.fail("t")
    second = driver.task("t")
    assert second.attempt == 1
    assert _due(driver, second, START + 49 * SECOND) is None
    assert _due(driver, second, START + 50 * SECOND) is not None


def test_a_wait_is_over_at_its_deadline():
    driver = _driver("WAIT", {"duration": "10 s"})
    item = driver.task("t")
    assert _due(driver, item, START + 9999) is None
    end = _due(driver, item, START + 10_000)
    assert end is not None
    assert end.status is TaskStatus.COMPLETED


@pytest.mark.parametrize("task_type", ["WAIT", "HUMAN"])
def test_nobody_holds_a_lease_on_a_task_that_waits_for_somebody(task_type):
    driver = _driver(task_type)
    assert _due(driver, driver.task("t"), START + 10**9) is None


def test_an_ended_task_has_no_clock():
    driver = _driver(pollTimeoutSeconds=1)
    item = replace(driver.task("t"), status=TaskStatus.COMPLETED)
    assert _due(driver, item, START + 10**9) is None
    assert next_timer(driver.state, [item], START, driver.context()) == 0


def test_a_dynamic_branch_asks_for_the_fork_that_defines_it():
    fork = task(
        "f",
        "FORK_JOIN_DYNAMIC",
        inputParameters={"forkTaskName": "t", "forkTaskInputs": [1]},
    )
    driver = Driver(workflow(fork, task("j", "JOIN"))).start()
    cold = replace(driver.state, memory=TaskMemory())
    assert isinstance(due_ends(cold, driver.open, START, driver.context()), Missing)
    assert isinstance(next_timer(cold, driver.open, START, driver.context()), Missing)
    assert due_ends(driver.state, driver.open, START, driver.context()) == ()


def test_a_dynamic_task_has_the_clocks_of_the_name_it_resolved_to():
    dynamic = task("d", "DYNAMIC", dynamicTaskNameParam="n", inputParameters={"n": "shave"})
    registered = TaskDef(name="shave", timeout_seconds=300, response_timeout_seconds=200)
    driver = Driver(workflow(dynamic), task_defs={"shave": registered}).start()
    assert driver.header.timer == START + 200 * SECOND
    item = replace(driver.task("d"), started_at=START, status=TaskStatus.IN_PROGRESS)
    assert _due(driver, item, START + 299 * SECOND) is None
    assert _due(driver, item, START + 300 * SECOND) is not None
    unknown = Context(0, driver.engines, driver.jitter)
    asked = due_ends(driver.state, [item], START, unknown)
    assert asked == Missing(frozenset({NeedTaskDef("shave")}))


# The timer --------------------------------------------------------------------------------------


def test_the_bound_of_an_unclaimed_task_is_its_lease():
    assert _driver().header.timer == START + 100 * SECOND


def test_a_short_lease_is_not_looked_at_before_a_minute_has_passed():
    assert _driver(responseTimeoutSeconds=5).header.timer == START + UNCLAIMED_MS


def test_without_any_clock_the_message_is_renewed_before_its_queue_drops_it():
    assert _driver(responseTimeoutSeconds=0).header.timer == START + RESEND_MS


def test_a_message_is_renewed_by_its_age_however_far_its_moment_is():
    driver = _driver(responseTimeoutSeconds=0)
    (open_task,) = driver.open
    day = 24 * 3600
    later = replace(open_task, epoch=1, updated_at=START, callback_after=30 * day)
    for now in (START, START + 11 * day * SECOND):
        assert next_timer(driver.state, [later], now, driver.context()) == START + RESEND_MS
    # It has been sent again at this moment.
    then = START + RESEND_MS
    assert next_timer(driver.state, [later], then, driver.context()) == then + RESEND_MS


def test_the_earliest_clock_counts():
    driver = _driver(timeoutSeconds=300, totalTimeoutSeconds=400, pollTimeoutSeconds=70)
    assert driver.header.timer == START + 70 * SECOND


def test_a_task_that_may_time_out_once_it_is_claimed_has_a_bound():
    driver = _driver(timeoutSeconds=90, responseTimeoutSeconds=0)
    assert driver.header.timer == START + 90 * SECOND


def test_an_armed_timer_is_never_moved_out():
    definition = workflow(
        simple("a", taskDefinition={"name": "a", "responseTimeoutSeconds": 100}),
        simple("b", taskDefinition={"name": "b", "responseTimeoutSeconds": 200}),
        simple("c", taskDefinition={"name": "c", "responseTimeoutSeconds": 61}),
    )
    driver = Driver(definition).start()
    driver.complete("a")
    assert driver.header.timer == START + 100 * SECOND
    driver.complete("b")
    assert driver.header.timer == START + 61 * SECOND


def test_a_delayed_retry_is_looked_at_when_it_is_ready():
    driver = _driver(retryCount=1, retryDelaySeconds=1000, timeoutPolicy="RETRY")
    driver.state = replace(driver.state, header=replace(driver.header, timer=0))
    driver.fail("t")
    assert driver.header.timer == START + 1100 * SECOND


def test_the_next_timer_comes_from_the_items():
    driver = _driver()
    item = _claimed(driver, START + 7 * SECOND)
    assert (
        next_timer(driver.state, [item], START + 8 * SECOND, driver.context())
        == START + 107 * SECOND
    )
    assert next_timer(driver.state, [], START, driver.context()) == 0


# Workflows --------------------------------------------------------------------------------------


def _limited(**fields):
    return Driver(
        workflow(simple("t", taskDefinition={"name": "t"}), timeoutSeconds=70, **fields)
    ).start()


def test_a_workflow_times_out_when_its_policy_says_so():
    driver = _limited(timeoutPolicy="TIME_OUT_WF")
    assert driver.header.timer == START + 70 * SECOND
    assert not workflow_is_due(driver.state, START + 69 * SECOND)
    assert workflow_is_due(driver.state, START + 70 * SECOND)
    driver.now = START + 75 * SECOND
    driver.time_out()
    assert driver.status is WorkflowStatus.TIMED_OUT
    assert driver.header.reason == (
        "Workflow timed out after 75 seconds. Timeout configured as 70 seconds. "
        "Timeout policy configured to TIME_OUT_WF"
    )
    assert driver.task("t").status is TaskStatus.CANCELED
    driver.time_out()
    assert len(driver.decisions) == 2


def test_by_default_a_workflow_that_takes_longer_goes_on():
    driver = _limited()
    assert not workflow_is_due(driver.state, START + 10**9)
    assert driver.header.timer == START + 3600 * SECOND


def test_a_resumed_workflow_has_its_time_again():
    driver = _limited(timeoutPolicy="TIME_OUT_WF")
    driver.pause()
    driver.now += 60 * SECOND
    driver.resume()
    assert not workflow_is_due(driver.state, START + 129 * SECOND)
    assert workflow_is_due(driver.state, START + 130 * SECOND)
