"""Payloads over the hard limits: tasks and workflows fail with a reason, and keep nothing of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from podium.domain.sizes import PayloadLimits
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.support.driver import Driver, simple, task, workflow

#: 100 bytes for a task, 150 for a workflow, 120 for variables.
LIMITS = PayloadLimits(task=100, workflow=150, variables=120)
LARGE = "x" * 100
FITS = "x" * 80


class Limited(Driver):
    """A driver with small limits."""

    limits = LIMITS

    def _settle(self, step: Any, state: Any = None) -> Any:
        def limited(at: Any, context: Any) -> Any:
            return step(at, replace(context, payload_limits=self.limits))

        return super()._settle(limited, state)


def of(ref: str = "t1", **fields: Any) -> dict[str, Any]:
    """An input parameter that takes what the workflow was given."""
    return simple(ref, inputParameters={"a": "${workflow.input.a}"}, **fields)


def test_a_task_whose_input_is_over_the_limit_fails_for_good():
    driver = Limited(workflow(of(retryCount=3)), {"a": LARGE}).start()
    ended = driver.task("t1")
    assert ended.status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert (ended.input, ended.output) == ({}, {})
    assert ended.reason == (
        "The payload size: 108 bytes of the input of task t1 is greater than "
        "the permissible limit: 100 bytes"
    )
    assert driver.status is WorkflowStatus.FAILED
    assert len(driver.tasks) == 1


def test_what_fits_is_created():
    driver = Limited(workflow(of()), {"a": FITS}).start()
    assert driver.task("t1").input == {"a": FITS}
    assert driver.status is WorkflowStatus.RUNNING


def test_an_optional_task_does_not_end_the_workflow():
    driver = Limited(workflow(of(optional=True), simple("t2")), {"a": LARGE}).start()
    assert driver.task("t1").status is TaskStatus.COMPLETED_WITH_ERRORS
    assert driver.open_refs == ["t2"]


def test_a_noop_keeps_no_input_that_could_be_too_large():
    noop = task("t", "NOOP", inputParameters={"a": "${workflow.input.a}"})
    driver = Limited(workflow(noop), {"a": LARGE}).start()
    assert (driver.task("t").input, driver.status) == ({}, WorkflowStatus.COMPLETED)


@pytest.mark.parametrize("kind", ["INLINE", "JSON_JQ_TRANSFORM", "SET_VARIABLE", "TERMINATE"])
def test_a_task_that_is_computed_is_not_run_on_such_an_input(kind):
    inputs = {"a": "${workflow.input.a}", "expression": "boom", "terminationStatus": "COMPLETED"}
    driver = Limited(workflow(task("t", kind, inputParameters=inputs)), {"a": LARGE}).start()
    ended = driver.task("t")
    assert ended.status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert "input of task t" in ended.reason
    assert ended.input == {}
    assert driver.status is WorkflowStatus.FAILED


@pytest.mark.parametrize("kind", ["SWITCH", "WAIT", "HUMAN", "SUB_WORKFLOW", "HTTP"])
def test_nor_is_any_other_begun(kind):
    definition = task(
        "t",
        kind,
        inputParameters={"a": "${workflow.input.a}"},
        evaluatorType="value-param",
        expression="a",
        defaultCase=[simple("t2")],
        subWorkflowParam={"name": "child", "version": 1},
    )
    driver = Limited(workflow(definition), {"a": LARGE}).start()
    assert driver.task("t").status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert driver.status is WorkflowStatus.FAILED
    assert driver.refs == ["t"]


def test_a_fork_or_loop_with_such_an_input_fails_the_workflow():
    fork = task(
        "f",
        "FORK_JOIN",
        inputParameters={"a": "${workflow.input.a}"},
        forkTasks=[[simple("b")]],
    )
    loop = task(
        "l",
        "DO_WHILE",
        inputParameters={"a": "${workflow.input.a}"},
        loopCondition="false",
        loopOver=[simple("b")],
    )
    for definition in (workflow(fork, task("j", "JOIN", joinOn=["b"])), workflow(loop)):
        driver = Limited(definition, {"a": LARGE}).start()
        assert driver.status is WorkflowStatus.FAILED
        assert "is greater than the permissible limit: 100 bytes" in driver.header.reason


def test_a_computed_output_over_the_limit_is_not_kept():
    driver = Limited(
        workflow(
            task(
                "t",
                "JSON_JQ_TRANSFORM",
                inputParameters={"value": "x" * 40, "queryExpression": ".value"},
            )
        )
    ).start()
    ended = driver.task("t")
    assert ended.status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert ended.output == {}
    assert "output of task t" in ended.reason


def test_variables_over_their_limit_stay_as_they_were():
    driver = Limited(
        workflow(
            task("s1", "SET_VARIABLE", inputParameters={"a": FITS}),
            task("s2", "SET_VARIABLE", inputParameters={"b": FITS}),
        )
    ).start()
    assert driver.task("s2").status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert "greater than the permissible limit: 120 bytes" in driver.task("s2").reason
    assert driver.state.variables == {"a": FITS}


def test_a_workflow_whose_output_is_over_the_limit_fails_and_keeps_none():
    output = {"a": "${workflow.input.a}", "b": "${workflow.input.a}"}
    driver = Limited(workflow(simple("t1"), outputParameters=output), {"a": FITS}).start()
    driver.complete("t1")
    assert driver.status is WorkflowStatus.FAILED
    assert driver.header.reason == (
        "The payload size: 175 bytes of the output of workflow flow is greater than "
        "the permissible limit: 150 bytes"
    )
    assert driver.output == {}


def test_one_that_failed_anyway_says_both():
    output = {"a": "${workflow.input.a}", "b": "${workflow.input.a}"}
    driver = Limited(workflow(simple("t1"), outputParameters=output), {"a": FITS}).start()
    driver.fail("t1")
    assert driver.status is WorkflowStatus.FAILED
    assert driver.header.reason.startswith("Task ")
    assert driver.header.reason.endswith("greater than the permissible limit: 150 bytes")
    assert driver.header.failed_seq == 1
    assert driver.output == {}


def test_what_terminate_gives_the_workflow_is_measured_too():
    inputs = {
        "terminationStatus": "COMPLETED",
        "workflowOutput": {"a": "${t1.output.a}", "b": "${t2.output.a}"},
    }
    terminate = task("t", "TERMINATE", inputParameters=inputs)
    driver = Limited(workflow(simple("t1"), simple("t2"), terminate))
    driver.start()
    driver.complete("t1", {"a": FITS})
    driver.limits = replace(LIMITS, task=1000)
    driver.complete("t2", {"a": FITS})
    assert driver.status is WorkflowStatus.FAILED
    assert "output of workflow flow" in driver.header.reason
