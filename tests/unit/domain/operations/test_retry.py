"""Retry of one execution (engine.md 15.4; tasks.md 27, cases 15 and 19)."""

from __future__ import annotations

import pytest

from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import ConflictError, NotFoundError
from tests.support.driver import Driver, engines, simple, task, workflow


def _fork(*branches, **join):
    refs = [branch[-1]["taskReferenceName"] for branch in branches]
    return (
        task("fork", "FORK_JOIN", forkTasks=list(branches)),
        task("join", "JOIN", joinOn=refs, **join),
    )


def _loop(*children, times=2, **fields):
    condition = f"$.loop['iteration'] < {times}"
    return task("loop", "DO_WHILE", loopCondition=condition, loopOver=list(children), **fields)


def _statuses(driver):
    return [(each.wire_ref, each.attempt, each.status.value) for each in driver.tasks]


def test_a_failed_task_gets_a_new_attempt():
    driver = Driver(workflow(simple("a", inputParameters={"v": "${workflow.variables.v}"})))
    driver.start().fail("a", "no paper")
    driver.now += 5_000
    driver.retry()
    old, new = driver.tasks
    assert (old.status, new.status) == (TaskStatus.FAILED, TaskStatus.SCHEDULED)
    assert (new.seq, new.attempt, new.retried_seq, new.reason) == (2, 1, 1, "")
    assert (new.start_delay, new.callback_after, new.scheduled_at) == (0, 0, driver.now)
    assert (driver.status, driver.header.reason) == (WorkflowStatus.RUNNING, "")
    assert driver.header.last_retried_at == driver.now
    driver.complete("a")
    assert driver.status is WorkflowStatus.COMPLETED


def test_a_failure_after_a_retry_ends_the_workflow_again():
    driver = Driver(workflow(simple("a", retryCount=1))).start()
    driver.fail("a")
    driver.fail("a")
    driver.retry()
    driver.fail("a")
    assert driver.status is WorkflowStatus.FAILED
    assert [each.attempt for each in driver.tasks] == [0, 1, 2]
    assert driver.header.failed_seq == 3


def test_only_a_retry_by_hand_does_not_wait():
    definition = {"name": "a", "retryCount": 3, "retryDelaySeconds": 60}
    driver = Driver(workflow(simple("a", retryCount=3, taskDefinition=definition))).start()
    driver.fail("a", status=TaskStatus.FAILED_WITH_TERMINAL_ERROR)
    driver.retry()
    assert driver.task("a").start_delay == 0
    # The clock stands still: the next attempt is decided in the same millisecond.
    driver.fail("a")
    assert driver.task("a").start_delay == 60


def test_the_total_timeout_of_a_task_begins_anew_with_a_retry_by_hand():
    definition = {
        "name": "a",
        "retryCount": 5,
        "retryDelaySeconds": 0,
        "totalTimeoutSeconds": 100,
        "timeoutSeconds": 0,
    }
    driver = Driver(workflow(simple("a", retryCount=5, taskDefinition=definition))).start()
    driver.now += 200_000
    driver.fail("a")
    assert driver.header.failed_seq == 1
    driver.now += 200_000
    driver.retry()
    assert driver.task("a").first_scheduled_at == driver.now
    driver.fail("a")
    assert driver.status is WorkflowStatus.RUNNING


def test_cancelled_branches_and_their_join_are_taken_up_with_the_failed_one():
    driver = Driver(workflow(*_fork([simple("a")], [simple("b")], [simple("c")]), simple("last")))
    driver.start().complete("c")
    driver.fail("a")
    assert driver.header.ended_at
    driver.retry()
    assert _statuses(driver) == [
        ("fork", 0, "COMPLETED"),
        ("a", 0, "FAILED"),
        ("b", 0, "CANCELED"),
        ("c", 0, "COMPLETED"),
        ("join", 0, "IN_PROGRESS"),
        ("a", 1, "SCHEDULED"),
        ("b", 1, "SCHEDULED"),
    ]
    assert driver.task("join").inc == 1
    driver.complete("a")
    driver.complete("b")
    driver.complete("last")
    assert driver.status is WorkflowStatus.COMPLETED
    assert driver.refs.count("c") == 1


def test_a_join_that_failed_counts_its_retry():
    branches = [simple("a", permissive=True)], [simple("b")]
    driver = Driver(workflow(*_fork(*branches), simple("last"))).start()
    driver.fail("a")
    driver.complete("b")
    assert driver.task("join").status is TaskStatus.FAILED
    driver.retry()
    assert (driver.task("join").attempt, driver.task("join").status) == (1, TaskStatus.IN_PROGRESS)
    driver.complete("a")
    driver.complete("last")
    assert driver.status is WorkflowStatus.COMPLETED


def test_what_ended_well_without_being_folded_is_folded_by_the_retry():
    driver = Driver(workflow(*_fork([simple("a"), simple("a2")], [simple("b")]))).start()
    driver.ended("a")
    driver.fail("b")
    driver.retry()
    assert sorted(driver.open_refs) == ["a2", "b", "join"]
    assert driver.refs.count("a") == 1


def test_two_failures_at_once_are_both_retried():
    driver = Driver(workflow(*_fork([simple("a")], [simple("b")]))).start()
    driver.ended("b", TaskStatus.FAILED)
    driver.fail("a")
    driver.retry()
    assert sorted(driver.open_refs) == ["a", "b", "join"]


def test_a_permissive_failure_is_retried_and_what_followed_it_is_not_run_again():
    driver = Driver(workflow(simple("a", permissive=True), simple("b"))).start()
    driver.fail("a")
    driver.complete("b")
    assert driver.header.ended_at
    driver.retry()
    assert driver.open_refs == ["a"]
    driver.complete("a")
    assert driver.status is WorkflowStatus.COMPLETED
    assert driver.refs == ["a", "b", "a"]


def test_a_permissive_failure_may_fail_again():
    driver = Driver(workflow(simple("a", permissive=True), simple("b"))).start()
    driver.fail("a")
    driver.complete("b")
    for _ in range(2):
        driver.retry()
        driver.fail("a")
        assert driver.status is WorkflowStatus.FAILED
    assert driver.refs.count("b") == 1


def test_a_retried_attempt_that_is_retried_by_its_definition_stays_detached():
    driver = Driver(workflow(simple("a", permissive=True, retryCount=3), simple("b"))).start()
    driver.fail("a", status=TaskStatus.FAILED_WITH_TERMINAL_ERROR)
    driver.complete("b")
    driver.retry()
    driver.fail("a")
    driver.complete("a")
    assert driver.status is WorkflowStatus.COMPLETED
    assert driver.refs.count("b") == 1


def test_a_loop_goes_on_in_the_iteration_it_was_in():
    driver = Driver(workflow(_loop(simple("one"), simple("two"), times=3), simple("last"))).start()
    driver.complete("one__1")
    driver.complete("two__1")
    driver.complete("one__2")
    driver.fail("two__2")
    assert driver.task("loop").status is TaskStatus.CANCELED
    driver.retry()
    assert sorted(driver.open_refs) == ["loop", "two__2"]
    assert (driver.task("loop").attempt, driver.task("loop").seq) == (0, 1)
    for ref in ("two__2", "one__3", "two__3", "last"):
        driver.complete(ref)
    assert driver.status is WorkflowStatus.COMPLETED
    assert driver.refs.count("one__2") == 1


def test_a_loop_that_failed_is_taken_up_in_place_with_its_failed_child():
    driver = Driver(workflow(_loop(simple("step", permissive=True)))).start()
    driver.fail("step__1")
    assert driver.task("loop").status is TaskStatus.FAILED
    driver.retry()
    assert (driver.task("loop").attempt, driver.task("loop").inc) == (1, 1)
    assert sorted(driver.open_refs) == ["loop", "step__1"]
    driver.complete("step__1")
    driver.complete("step__2")
    assert driver.status is WorkflowStatus.COMPLETED


def test_a_loop_whose_condition_failed_evaluates_it_again():
    loop = task("loop", "DO_WHILE", loopCondition="$.loop.nothing(", loopOver=[simple("step")])
    driver = Driver(workflow(loop)).start()
    driver.complete("step__1")
    assert driver.header.reason
    driver.retry()
    assert driver.status is WorkflowStatus.FAILED
    assert driver.task("loop").attempt == 1
    assert driver.refs == ["loop", "step__1"]


def test_a_failed_inline_task_is_run_again_at_once():
    inline = task(
        "calc", "INLINE", inputParameters={"evaluatorType": "javascript", "expression": "$.value"}
    )
    bad = {**inline, "inputParameters": {**inline["inputParameters"], "expression": "oops("}}
    driver = Driver(workflow(bad, simple("last"))).start()
    assert driver.header.ended_at
    driver.retry()
    assert driver.status is WorkflowStatus.FAILED
    assert [(each.ref, each.attempt, each.retried_seq) for each in driver.tasks] == [
        ("calc", 0, 0),
        ("calc", 1, 1),
    ]


def test_a_failed_switch_gets_a_new_attempt():
    scripts: dict[str, object] = {"pick()": "a"}
    switch = task(
        "sw",
        "SWITCH",
        evaluatorType="javascript",
        expression="pick()",
        decisionCases={"a": [simple("x")]},
    )
    driver = Driver(workflow(switch), engines=engines({})).start()
    assert driver.header.ended_at
    driver.engines = engines(scripts)
    driver.retry()
    assert _statuses(driver) == [
        ("sw", 0, "FAILED"),
        ("sw", 1, "COMPLETED"),
        ("x", 0, "SCHEDULED"),
    ]
    assert driver.task("sw").retried_seq == 1
    driver.complete("x")
    assert driver.status is WorkflowStatus.COMPLETED


def test_a_child_workflow_is_replaced_by_a_new_one():
    sub = task("kid", "SUB_WORKFLOW", subWorkflowParam={"name": "child", "version": 1})
    driver = Driver(workflow(sub)).start()
    driver.fail("kid")
    driver.retry()
    old, new = driver.tasks
    assert old.child_id != new.child_id
    assert (new.attempt, new.retried_seq, new.child_generation) == (1, 1, 0)


def test_a_terminated_workflow_can_be_retried():
    driver = Driver(workflow(simple("a"), simple("b"))).start()
    driver.complete("a")
    driver.terminate()
    driver.retry()
    assert _statuses(driver) == [
        ("a", 0, "COMPLETED"),
        ("b", 0, "CANCELED"),
        ("b", 1, "SCHEDULED"),
    ]


def test_a_workflow_that_timed_out_gets_its_time_again():
    driver = Driver(workflow(simple("a"), timeoutSeconds=60, timeoutPolicy="TIME_OUT_WF")).start()
    driver.now += 60_000
    driver.time_out()
    driver.now += 60_000
    driver.retry()
    assert driver.status is WorkflowStatus.RUNNING
    assert driver.header.timer == driver.now + 60_000


def test_a_cut_decision_goes_on_with_the_retry():
    note = task("note", "SET_VARIABLE", inputParameters={"n": 1})
    driver = Driver(workflow(*_fork([simple("a")], [note, {**note, "taskReferenceName": "n2"}])))
    driver.max_ended = 1
    driver.decide(())
    driver.terminate()
    driver.retry()
    driver.complete("a")
    assert driver.status is WorkflowStatus.COMPLETED
    assert sorted(driver.refs) == ["a", "fork", "join", "n2", "note"]


@pytest.mark.parametrize("operate", [lambda driver: None, Driver.pause])
def test_what_runs_cannot_be_retried(operate):
    driver = Driver(workflow(simple("a"))).start()
    operate(driver)
    with pytest.raises(NotFoundError, match=r"wf is still running\.  status=(RUNNING|PAUSED)"):
        driver.retry()


def test_there_has_to_be_something_to_retry():
    driver = Driver(workflow(simple("a"))).start()
    driver.complete("a")
    with pytest.raises(ConflictError, match=r"no retryable tasks in workflow wf.*COMPLETED"):
        driver.retry()
    stop = task("stop", "TERMINATE", inputParameters={"terminationStatus": "FAILED"})
    with pytest.raises(ConflictError, match=r"no retryable tasks in workflow wf.*FAILED"):
        Driver(workflow(stop)).start().retry()
