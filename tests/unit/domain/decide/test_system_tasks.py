"""Tasks the engine runs itself: WAIT, HUMAN, TERMINATE, SET_VARIABLE, INLINE and their like."""

from __future__ import annotations

import pytest

from podium.domain.engines import EngineError
from podium.domain.execution import Kind
from podium.domain.ids import TaskKey
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.support.driver import START, Driver, engines, simple, task, workflow

# WAIT, HUMAN ------------------------------------------------------------------------------------


def test_a_wait_has_a_deadline_and_arms_the_timer_for_it():
    wait = task("w", "WAIT", inputParameters={"duration": "2 m"})
    driver = Driver(workflow(wait, simple("end"))).start()
    made = driver.task("w")
    assert (made.status, made.kind) == (TaskStatus.IN_PROGRESS, Kind.OUTSIDE)
    assert made.wait_until == START + 120_000
    assert driver.header.timer == START + 120_000
    driver.complete("w", {"by": "signal"})
    assert driver.open_refs == ["end"]


def test_a_wait_without_a_time_waits_to_be_ended():
    driver = Driver(workflow(task("w", "WAIT"))).start()
    assert driver.task("w").wait_until == 0
    assert driver.header.timer == 0
    driver.fail("w", "no")
    assert driver.status is WorkflowStatus.FAILED


def test_a_wait_until_a_moment_that_has_passed_ends_in_the_decision_that_creates_it():
    wait = task("w", "WAIT", inputParameters={"until": "1970-01-01"})
    driver = Driver(workflow(wait, simple("end"))).start()
    assert driver.task("w").status is TaskStatus.COMPLETED
    assert driver.open_refs == ["end"]
    assert driver.header.version == 1


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"duration": "PT5S"}, "duration"),
        ({"duration": "5 s", "until": "2030-01-01"}, "Both"),
        ({"until": "tomorrow"}, "until"),
    ],
)
def test_a_wait_nobody_can_understand_fails_instead_of_hanging(inputs, reason):
    driver = Driver(workflow(task("w", "WAIT", inputParameters=inputs))).start()
    assert driver.task("w").status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert driver.status is WorkflowStatus.FAILED
    assert reason in driver.header.reason


def test_a_retried_wait_gets_a_new_deadline():
    wait = task(
        "w",
        "WAIT",
        inputParameters={"duration": "5 s"},
        taskDefinition={"name": "w", "retryCount": 1},
    )
    driver = Driver(workflow(wait)).start()
    driver.now += 60_000
    driver.fail("w")
    assert driver.task("w").attempt == 1
    assert driver.task("w").wait_until == START + 65_000


def test_waits_of_the_past_in_a_chain_all_end_in_one_decision():
    waits = [task(f"w{i}", "WAIT", inputParameters={"until": "1970-01-01"}) for i in range(5)]
    driver = Driver(workflow(*waits)).start()
    assert driver.status is WorkflowStatus.COMPLETED
    assert driver.header.version == 1


def test_a_human_task_is_open_until_somebody_ends_it():
    human = task("h", "HUMAN", inputParameters={"form": "${workflow.input.form}"})
    driver = Driver(workflow(human), {"form": "f1"}).start()
    made = driver.task("h")
    assert (made.status, made.kind, made.input) == (
        TaskStatus.IN_PROGRESS,
        Kind.OUTSIDE,
        {"form": "f1"},
    )
    driver.complete("h", {"answer": 42})
    assert driver.output == {"answer": 42}


# TERMINATE --------------------------------------------------------------------------------------


def _terminate(status="COMPLETED", **inputs):
    return task("t", "TERMINATE", inputParameters={"terminationStatus": status, **inputs})


@pytest.mark.parametrize("status", ["COMPLETED", "FAILED", "TERMINATED"])
def test_terminate_ends_the_workflow_with_its_status_and_output(status):
    driver = Driver(
        workflow(
            simple("a"),
            _terminate(status, workflowOutput={"x": "${a.output.x}"}),
            simple("never"),
            outputParameters={"ignored": 1},
        )
    ).start()
    driver.complete("a", {"x": 5})
    assert driver.status is WorkflowStatus(status)
    assert driver.output == {"x": 5}
    task_id = TaskKey("wf", "t", 2).task_id
    assert driver.header.reason == f"Workflow is {status} by TERMINATE task: {task_id}"
    assert driver.header.failed_seq == (0 if status == "COMPLETED" else 2)
    assert driver.task("t").status is TaskStatus.COMPLETED
    assert driver.header.open == ()


def test_terminate_takes_the_reason_it_is_given_and_wraps_other_outputs():
    driver = Driver(
        workflow(_terminate("FAILED", terminationReason="mine", workflowOutput=7))
    ).start()
    assert (driver.header.reason, driver.output) == ("mine", {"output": 7})


def test_terminate_in_a_branch_cancels_what_was_created_with_it():
    fork = task("f", "FORK_JOIN", forkTasks=[[_terminate()], [simple("b")]])
    driver = Driver(workflow(fork, task("j", "JOIN", joinOn=["b"]))).start()
    assert driver.status is WorkflowStatus.COMPLETED
    assert driver.refs == ["f", "t", "b", "j"]
    assert driver.task("b").status is TaskStatus.CANCELED
    assert driver.task("j").status is TaskStatus.CANCELED


def test_terminate_in_a_loop_ends_the_whole_workflow():
    loop = task("l", "DO_WHILE", loopCondition="", loopOver=[simple("a"), _terminate()])
    driver = Driver(workflow(loop, simple("end"))).start()
    driver.complete("a__1")
    assert driver.status is WorkflowStatus.COMPLETED
    assert driver.task("l").status is TaskStatus.CANCELED


def test_terminate_with_an_invalid_status_fails_the_workflow():
    driver = Driver(workflow(_terminate("${workflow.input.status}")), {"status": "GONE"}).start()
    assert driver.task("t").status is TaskStatus.FAILED
    assert driver.status is WorkflowStatus.FAILED
    assert "given termination status is not valid" in driver.header.reason


# Computed tasks ---------------------------------------------------------------------------------


def test_variables_begin_as_defined_and_change_for_the_tasks_that_follow():
    driver = Driver(
        workflow(
            task(
                "s", "SET_VARIABLE", inputParameters={"n": "${workflow.variables.n.x}", "m": None}
            ),
            simple("a", inputParameters={"all": "${workflow.variables}"}),
            variables={"n": {"x": 5}, "kept": True},
        )
    ).start()
    assert driver.task("a").input == {"all": {"n": 5, "m": None, "kept": True}}
    assert driver.header.variables_version == 1
    assert driver.decisions[0].variables == {"n": 5, "m": None, "kept": True}


def test_variables_that_do_not_change_are_not_written_again():
    driver = Driver(workflow(simple("a"), simple("b"), variables={"x": 1})).start()
    driver.complete("a")
    assert [decision.variables for decision in driver.decisions] == [None, None]
    assert driver.header.variables_version == 0


def test_too_large_variables_fail_the_task_and_leave_them_as_they_were():
    driver = Driver(
        workflow(task("s", "SET_VARIABLE", inputParameters={"x": "${workflow.input.x}"})),
        {"x": "x" * 300_000},
    ).start()
    assert driver.task("s").status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert driver.state.variables == {}


@pytest.mark.parametrize(
    ("task_type", "inputs", "output"),
    [
        ("NOOP", {}, {}),
        ("INLINE", {"expression": "$.value", "value": [1]}, {"result": [1]}),
        ("LAMBDA", {"scriptExpression": "return $.value;", "value": 2}, {"result": 2}),
        (
            "JSON_JQ_TRANSFORM",
            {"queryExpression": ".value", "value": 3},
            {"result": 3, "resultList": [3]},
        ),
    ],
)
def test_a_computed_task_starts_and_ends_within_the_decision(task_type, inputs, output):
    driver = Driver(workflow(task("c", task_type, inputParameters=inputs), simple("end"))).start()
    made = driver.task("c")
    assert (made.status, made.output, made.type) == (TaskStatus.COMPLETED, output, task_type)
    assert (made.scheduled_at, made.ended_at) == (START, START)
    assert driver.open_refs == ["end"]


def test_a_computed_task_that_fails_keeps_its_entry_for_a_retry():
    driver = Driver(workflow(task("i", "INLINE", inputParameters={"expression": "oops"}))).start()
    assert driver.task("i").status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert [(entry.seq, entry.kind) for entry in driver.header.open] == [(1, Kind.FLOW)]
    assert driver.decisions[0].created == ()


def test_a_long_reason_is_cut_so_that_it_fits_into_an_item():
    inline = task("i", "INLINE", inputParameters={"expression": "throw"})
    long = EngineError("x" * 100_000)
    driver = Driver(workflow(inline), engines=engines({"throw": long})).start()
    assert driver.status is WorkflowStatus.FAILED
    assert len(driver.task("i").reason) == 2000
    assert len(driver.header.reason) == 2000


# HTTP, START_WORKFLOW, SUB_WORKFLOW -------------------------------------------------------------


def test_an_http_task_is_queued_with_a_lease_even_without_a_definition():
    inputs = {"http_request": {"uri": "${workflow.input.uri}", "method": "GET"}}
    http = task("h", "HTTP", inputParameters=inputs, asyncComplete=True)
    driver = Driver(workflow(http), {"uri": "http://x"}).start()
    made = driver.task("h")
    assert (made.kind, made.status, made.type) == (Kind.SYSTEM, TaskStatus.SCHEDULED, "HTTP")
    assert made.input["http_request"] == {"uri": "http://x", "method": "GET"}
    assert made.input["asyncComplete"] is True
    assert made.lease > 0


def test_a_start_workflow_task_is_launched():
    driver = Driver(
        workflow(task("s", "START_WORKFLOW", inputParameters={"startWorkflow": {"name": "x"}}))
    ).start()
    assert driver.task("s").kind is Kind.LAUNCH
    driver.complete("s", {"workflowId": "id"})
    assert driver.output == {"workflowId": "id"}
