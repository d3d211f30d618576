"""Retries, optional and permissive tasks (engine.md 6; tasks.md 27, cases 4, 9, 11)."""

from __future__ import annotations

import pytest

from podium.domain.ids import TaskKey
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.support.driver import START, Driver, simple, task, workflow


def _defined(ref: str = "t1", **fields):
    return simple(ref, taskDefinition={"name": ref, **fields}) | {"retryCount": None}


def test_a_retry_is_a_new_attempt_of_the_same_task():
    driver = Driver(
        workflow(simple("t1", retryCount=2, taskDefinition={"name": "t1", "retryDelaySeconds": 0}))
    ).start()
    driver.end("t1", TaskStatus.FAILED, {"x": 1}, "broken")
    first, second = driver.tasks
    assert (first.status, second.status) == (TaskStatus.FAILED, TaskStatus.SCHEDULED)
    assert (second.retried_seq, second.attempt, second.seq) == (1, 1, 2)
    assert second.output == {}
    assert second.reason == "broken"
    driver.fail("t1")
    driver.fail("t1")
    assert driver.status is WorkflowStatus.FAILED
    assert len(driver.tasks) == 3


def test_a_retry_evaluates_its_input_again_over_the_old_one():
    driver = Driver(
        workflow(
            simple(
                "t1",
                retryCount=1,
                inputParameters={"id": "${CPEWF_TASK_ID}", "x": "${workflow.input.x}"},
            )
        ),
        {"x": 1},
    ).start()
    driver.fail("t1")
    assert driver.task("t1").input == {"id": TaskKey("wf", "t1", 2).task_id, "x": 1}


def test_a_retry_keeps_the_time_it_was_first_scheduled_and_has_its_own():
    driver = Driver(workflow(_defined(retryDelaySeconds=7))).start()
    driver.now += 1000
    driver.fail("t1")
    second = driver.task("t1")
    assert (second.first_scheduled_at, second.scheduled_at) == (START, START + 1000)
    assert (second.start_delay, second.start_delay_ms, second.callback_after) == (7, 7000, 7)


def test_jitter_lengthens_the_delay_and_is_not_shown():
    driver = Driver(workflow(_defined(retryDelaySeconds=7, backoffJitterMs=999))).start()
    driver.fail("t1")
    second = driver.task("t1")
    assert (second.callback_after, second.start_delay_ms) == (7, 7500)


def test_the_jitter_of_an_attempt_is_seeded_by_workflow_and_number():
    seeds = []

    def jitter(seed):
        seeds.append(seed)
        return 0.0

    driver = Driver(workflow(_defined(backoffJitterMs=100)), jitter=jitter).start()
    driver.fail("t1")
    assert set(seeds) == {"wf:2"}


@pytest.mark.parametrize(
    ("status", "ended"),
    [
        (TaskStatus.FAILED, WorkflowStatus.FAILED),
        (TaskStatus.FAILED_WITH_TERMINAL_ERROR, WorkflowStatus.FAILED),
        (TaskStatus.TIMED_OUT, WorkflowStatus.TIMED_OUT),
        (TaskStatus.CANCELED, WorkflowStatus.TERMINATED),
    ],
)
def test_the_status_of_the_workflow_follows_from_that_of_the_task(status, ended):
    driver = Driver(workflow(simple("t1"))).start()
    driver.fail("t1", "why", status)
    assert driver.status is ended
    task_id = TaskKey("wf", "t1", 1).task_id
    assert driver.header.reason == f"Task {task_id} failed with status: {ended} and reason: 'why'"


def test_a_failure_without_a_reason_is_told_as_the_peer_tells_it():
    driver = Driver(workflow(simple("t1", retryCount=0))).start()
    driver.fail("t1", "", TaskStatus.FAILED_WITH_TERMINAL_ERROR)
    assert driver.header.reason.endswith("failed with status: FAILED and reason: 'null'")


@pytest.mark.parametrize("status", [TaskStatus.CANCELED, TaskStatus.FAILED_WITH_TERMINAL_ERROR])
def test_some_ends_are_never_retried(status):
    driver = Driver(workflow(simple("t1", retryCount=3))).start()
    driver.fail("t1", "why", status)
    assert driver.status.is_terminal


@pytest.mark.parametrize(
    "status",
    [
        TaskStatus.FAILED,
        TaskStatus.FAILED_WITH_TERMINAL_ERROR,
        TaskStatus.TIMED_OUT,
        TaskStatus.CANCELED,
    ],
)
def test_the_flow_goes_on_after_an_optional_task(status):
    driver = Driver(
        workflow(
            simple("t1", optional=True),
            simple("t2", inputParameters={"was": "${t1.status}"}),
        )
    ).start()
    driver.fail("t1", "why", status)
    assert driver.task("t2").input == {"was": "COMPLETED_WITH_ERRORS"}
    driver.complete("t2")
    assert driver.status is WorkflowStatus.COMPLETED


def test_an_optional_task_is_retried_first():
    driver = Driver(workflow(simple("t1", optional=True, retryCount=1), simple("t2"))).start()
    driver.fail("t1")
    assert driver.open_refs == ["t1"]
    driver.fail("t1")
    assert driver.open_refs == ["t2"]


def test_a_permissive_task_fails_the_workflow_at_its_natural_end():
    driver = Driver(workflow(simple("t1", permissive=True), simple("t2"))).start()
    driver.fail("t1", "why")
    assert driver.open_refs == ["t2"]
    assert driver.header.failed_permissive == (1,)
    driver.complete("t2")
    assert driver.status is WorkflowStatus.FAILED
    task_id = TaskKey("wf", "t1", 1).task_id
    assert driver.header.reason == f"Task {task_id} failed with status: FAILED and reason: 'why'"


def test_of_a_permissive_task_only_the_last_attempt_counts():
    driver = Driver(workflow(simple("t1", permissive=True, retryCount=1), simple("t2"))).start()
    driver.fail("t1")
    assert driver.header.failed_permissive == ()
    driver.complete("t1")
    driver.complete("t2")
    assert driver.status is WorkflowStatus.COMPLETED


def test_reasons_of_several_permissive_tasks_are_joined():
    driver = Driver(workflow(simple("t1", permissive=True), simple("t2", permissive=True))).start()
    driver.fail("t1", "one")
    driver.fail("t2", "two")
    assert driver.header.reason.count("Task wf.") == 2
    assert "'one'. Task" in driver.header.reason


def test_optional_wins_over_permissive():
    driver = Driver(workflow(simple("t1", optional=True, permissive=True), simple("t2"))).start()
    driver.fail("t1")
    driver.complete("t2")
    assert driver.status is WorkflowStatus.COMPLETED


def test_a_timeout_with_the_policy_to_end_the_workflow_ends_it_at_once():
    driver = Driver(workflow(simple("t1", retryCount=3, optional=True))).start()
    reason = (
        "Task timed out after 9 seconds. Timeout configured as 8 seconds. "
        "Timeout policy configured to TIME_OUT_WF"
    )
    driver.fail("t1", reason, TaskStatus.TIMED_OUT)
    assert driver.status is WorkflowStatus.TIMED_OUT
    assert driver.header.reason == reason
    assert driver.header.failed_seq == 1


def test_a_childs_timeout_is_no_timeout_of_the_task():
    driver = Driver(workflow(simple("t1", retryCount=1))).start()
    reason = (
        "Sub workflow x.1/id failure reason: Workflow timed out after 9 seconds. "
        "Timeout configured as 8 seconds. Timeout policy configured to TIME_OUT_WF"
    )
    driver.fail("t1", reason, TaskStatus.TIMED_OUT)
    assert driver.task("t1").attempt == 1


@pytest.mark.parametrize(
    ("status", "ended"),
    [
        (TaskStatus.FAILED, WorkflowStatus.FAILED),
        (TaskStatus.TIMED_OUT, WorkflowStatus.TIMED_OUT),
    ],
)
def test_the_total_budget_stops_retries_even_of_an_optional_task(status, ended):
    driver = Driver(
        workflow(_defined(totalTimeoutSeconds=10, retryDelaySeconds=0) | {"optional": True})
    ).start()
    driver.now += 5000
    driver.fail("t1", "slow", status)
    assert driver.task("t1").attempt == 1
    driver.now += 5000
    driver.fail("t1", "slow", status)
    assert driver.status is ended


def test_a_computed_task_is_tried_again_at_once():
    failing = task(
        "t1",
        "JSON_JQ_TRANSFORM",
        inputParameters={"queryExpression": "unknown"},
        taskDefinition={"name": "t1", "retryCount": 2},
    )
    driver = Driver(workflow(failing)).start()
    assert driver.status is WorkflowStatus.FAILED
    assert [made.attempt for made in driver.tasks] == [0, 1, 2]
    assert [made.retried_seq for made in driver.tasks] == [0, 1, 2]
    assert [entry.seq for entry in driver.header.open] == [3]


def test_without_a_definition_of_its_own_a_computed_task_is_not_retried():
    driver = Driver(
        workflow(task("t1", "JSON_JQ_TRANSFORM", inputParameters={"queryExpression": "no"}))
    ).start()
    assert len(driver.tasks) == 1
    assert driver.status is WorkflowStatus.FAILED
