"""Parent and child workflows (engine.md 13, 14; tasks.md 10, 11)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from podium.domain.children import StartSpec, child_start, end_of_child, failure_start
from podium.domain.decision import ExecutionView
from podium.domain.definitions import IdempotencyStrategy, WorkflowDef
from podium.domain.execution import Header, StartRecord
from podium.domain.failure import failure_target
from podium.domain.ids import TaskKey, child_workflow_id, failure_workflow_id
from podium.domain.outcome import Outcome
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.support.driver import Driver, simple, task, workflow

RECORD = StartRecord(
    input={"name": "kid", "def": {"name": "inline", "tasks": []}},
    correlation_id="order-7",
    task_to_domain={"*": "blue"},
    priority=9,
)


def _sub(param, **fields):
    return workflow(task("s", "SUB_WORKFLOW", subWorkflowParam=param, **fields))


def _spec(param, **fields):
    driver = Driver(_sub(param, **fields), record=RECORD, workflow_defs=KNOWN).start()
    return child_start(driver.task("s"), driver.state)


KID = WorkflowDef(name="kid", version=4)
KNOWN: dict[tuple[str, int | None], WorkflowDef | None] = {("kid", None): KID}


def test_the_latest_version_is_fixed_when_the_parent_starts():
    spec = _spec({"name": "kid"}, inputParameters={"a": "${workflow.input.name}"})
    assert isinstance(spec, StartSpec)
    assert (spec.name, spec.version, spec.definition) == ("kid", 4, None)
    assert spec.input == {"a": "kid"}
    assert (spec.correlation_id, spec.task_to_domain) == ("order-7", {"*": "blue"})
    assert spec.priority == 0


@pytest.mark.parametrize(("given", "expected"), [(3, 3), (0, None)])
def test_a_given_version_is_kept_and_zero_is_the_latest_at_launch(given, expected):
    spec = _spec({"name": "kid", "version": given})
    assert isinstance(spec, StartSpec)
    assert spec.version == expected


def test_a_name_may_be_an_expression():
    spec = _spec({"name": "${workflow.input.name}"})
    assert isinstance(spec, StartSpec)
    assert (spec.name, spec.version) == ("kid", None)


def test_an_inline_definition_is_taken_as_it_is():
    inner = {"name": "inline", "tasks": [simple("x", inputParameters={"y": "${workflow.input.z}"})]}
    spec = _spec({"workflowDefinition": inner, "priority": "7"}, inputParameters={"z": 1})
    assert isinstance(spec, StartSpec)
    assert spec.definition is not None
    assert spec.definition.tasks[0].input_parameters == {"y": "${workflow.input.z}"}
    assert spec.input == {"z": 1, "_systemMetadata": {"dynamic": True}}
    assert spec.priority == 7


def test_a_definition_may_come_from_an_expression():
    spec = _spec({"workflowDefinition": "${workflow.input.def}"})
    assert isinstance(spec, StartSpec)
    assert spec.name == "inline"


@pytest.mark.parametrize(
    "param",
    [
        {"workflowDefinition": "${workflow.input.name}"},
        {"workflowDefinition": "${workflow.input.bad}", "name": "${workflow.input.bad}"},
        {"name": "${workflow.input.nothing}"},
    ],
)
def test_what_names_no_workflow_is_a_failure_with_a_reason(param):
    spec = _spec(param)
    assert isinstance(spec, Outcome)
    assert spec.status is TaskStatus.FAILED
    assert spec.reason


def test_a_definition_that_cannot_be_read_is_a_failure():
    record = replace(RECORD, input={"def": {"name": "x", "tasks": 5}})
    driver = Driver(_sub({"workflowDefinition": "${workflow.input.def}"}), record=record).start()
    spec = child_start(driver.task("s"), driver.state)
    assert isinstance(spec, Outcome)
    assert "not a workflow definition" in spec.reason


def test_a_task_without_parameters_fails():
    driver = Driver(workflow(task("s", "SUB_WORKFLOW"))).start()
    assert isinstance(child_start(driver.task("s"), driver.state), Outcome)


def test_the_child_may_have_its_own_domains():
    spec = _spec({"name": "kid", "taskToDomain": {"a": "red"}})
    assert isinstance(spec, StartSpec)
    assert spec.task_to_domain == {"a": "red"}


def test_a_child_has_the_id_of_its_place():
    driver = Driver(_sub({"name": "kid"}), workflow_defs=KNOWN).start()
    assert driver.task("s").child_id == child_workflow_id(TaskKey("wf", "s", 1), 0)


def test_each_attempt_has_a_child_of_its_own():
    driver = Driver(
        _sub({"name": "kid"}, taskDefinition={"name": "s", "retryCount": 1}), workflow_defs=KNOWN
    ).start()
    driver.fail("s")
    first, second = driver.tasks
    assert first.child_id != second.child_id
    assert first.input == second.input


def test_an_end_of_an_older_run_of_the_child_is_ignored():
    driver = Driver(_sub({"name": "kid"}), workflow_defs=KNOWN).start()
    end = replace(driver.ended("s"), child_generation=1)
    assert driver.decide([end]) is None


def _start_workflow(request):
    driver = Driver(
        workflow(task("s", "START_WORKFLOW", inputParameters={"startWorkflow": request})),
        record=RECORD,
    ).start()
    return child_start(driver.task("s"), driver.state)


def test_a_started_workflow_inherits_correlation_and_domains():
    spec = _start_workflow({"name": "x", "version": 2, "input": {"a": 1}, "priority": 3})
    assert isinstance(spec, StartSpec)
    assert (spec.name, spec.version, spec.input, spec.priority) == ("x", 2, {"a": 1}, 3)
    assert (spec.correlation_id, spec.task_to_domain) == ("order-7", {"*": "blue"})


def test_a_start_request_that_is_none_is_a_failure():
    assert isinstance(_start_workflow(None), Outcome)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (WorkflowStatus.COMPLETED, TaskStatus.COMPLETED),
        (WorkflowStatus.FAILED, TaskStatus.FAILED),
        (WorkflowStatus.TIMED_OUT, TaskStatus.TIMED_OUT),
        (WorkflowStatus.TERMINATED, TaskStatus.CANCELED),
    ],
)
def test_the_end_of_the_child_ends_the_task(status, expected):
    child = Header("child", "digest", "kid", 4, status=status, reason="why")
    end = end_of_child(child, {"x": 1}, 77)
    assert (end.status, end.at, end.child_id) == (expected, 77, "child")
    assert end.output == {"subWorkflowId": "child", "x": 1}
    failed_over = end_of_child(child, {"conductor.failure_workflow": "its own"}, 77)
    assert failed_over.output == {"subWorkflowId": "child"}
    grandchild = end_of_child(child, {"subWorkflowId": "grandchild"}, 77)
    assert grandchild.output == {"subWorkflowId": "child"}
    failed = status is not WorkflowStatus.COMPLETED
    assert end.reason == ("Sub workflow kid.4/child failure reason: why" if failed else "")


# Failure workflows ------------------------------------------------------------------------------


def _failing(**fields):
    definition = workflow(simple("t"), **fields)
    driver = Driver(
        definition,
        record=StartRecord(
            input={"key": "from_input"}, correlation_id="c", task_to_domain={"a": "b"}
        ),
        workflow_defs={("cleanup", None): KID, ("cleanup", 3): KID, ("from_input", None): KID},
    ).start()
    driver.fail("t", "why")
    return driver


def test_the_output_names_the_failure_workflow():
    driver = _failing(failureWorkflow="cleanup")
    assert driver.output == {"conductor.failure_workflow": failure_workflow_id("wf", 0)}


def test_an_unknown_failure_workflow_is_told_and_does_not_keep_the_workflow_from_ending():
    driver = _failing(failureWorkflow="unknown")
    assert driver.status is WorkflowStatus.FAILED
    assert "unknown" in str(driver.output)


def test_the_failure_workflow_gets_the_failed_one():
    driver = _failing(failureWorkflow="cleanup", failureWorkflowVersion=3)
    view = ExecutionView(
        driver.header,
        driver.state.start,
        driver.state.graph.definition,
        {},
        {},
        tuple(driver.tasks),
    )
    spec = failure_start(view)
    assert spec is not None
    assert (spec.name, spec.version, spec.correlation_id, spec.task_to_domain) == (
        "cleanup",
        3,
        "c",
        {"a": "b"},
    )
    given = dict(spec.input)
    failed = given.pop("failedWorkflow")
    assert isinstance(failed, dict)
    assert failed["workflowId"] == "wf"
    assert given == {
        "key": "from_input",
        "workflowId": "wf",
        "reason": driver.header.reason,
        "failureStatus": "FAILED",
        "failureTaskId": TaskKey("wf", "t", 1).task_id,
    }


@pytest.mark.parametrize("name", ["$workflow.input.key", "${workflow.input.key}"])
def test_its_name_may_come_from_the_input(name):
    target = failure_target(
        workflow(failureWorkflow=name), {"key": "from_input"}, WorkflowStatus.FAILED, 1
    )
    assert target == ("from_input", None)


@pytest.mark.parametrize(
    ("name", "status", "failed_seq"),
    [
        (None, WorkflowStatus.FAILED, 1),
        ("cleanup", WorkflowStatus.COMPLETED, 0),
        ("cleanup", WorkflowStatus.TERMINATED, 0),
        ("$workflow.input.missing", WorkflowStatus.FAILED, 1),
    ],
)
def test_there_may_be_none_to_start(name, status, failed_seq):
    assert failure_target(workflow(failureWorkflow=name), {}, status, failed_seq) is None


@pytest.mark.parametrize(
    ("status", "failed_seq"),
    [(WorkflowStatus.TIMED_OUT, 0), (WorkflowStatus.TERMINATED, 4), (WorkflowStatus.FAILED, 0)],
)
def test_every_end_that_no_operator_made_starts_it(status, failed_seq):
    assert failure_target(workflow(failureWorkflow="x"), {}, status, failed_seq) == ("x", None)


def test_a_workflow_that_completed_starts_none():
    driver = Driver(workflow(simple("t"), failureWorkflow="cleanup")).start()
    driver.complete("t")
    view = ExecutionView(
        driver.header, driver.state.start, driver.state.graph.definition, {}, {}, ()
    )
    assert failure_start(view) is None
    assert driver.output == {}


def test_an_idempotency_key_is_evaluated_and_goes_to_the_child():
    spec = _spec(
        {
            "name": "kid",
            "idempotencyKey": "${workflow.input.name}-1",
            "idempotencyStrategy": "RETURN_EXISTING",
        }
    )
    assert isinstance(spec, StartSpec)
    assert spec.idempotency_key == "kid-1"
    assert spec.idempotency_strategy is IdempotencyStrategy.RETURN_EXISTING


@pytest.mark.parametrize("key", [None, "", "  "])
def test_a_child_without_a_key_has_none(key):
    spec = _spec({"name": "kid", "idempotencyKey": key, "idempotencyStrategy": "FAIL"})
    assert isinstance(spec, StartSpec)
    assert spec.idempotency_key is None


@pytest.mark.parametrize("key", ["${workflow.input.absent}", "${workflow.input.def}"])
def test_a_key_that_is_no_text_fails_the_sub_workflow_rather_than_start_without_it(key):
    outcome = _spec({"name": "kid", "idempotencyKey": key})
    assert isinstance(outcome, Outcome)
    assert outcome.status is TaskStatus.FAILED
    assert "idempotencyKey" in outcome.reason


def _launch(request):
    definition = workflow(task("l", "START_WORKFLOW", inputParameters={"startWorkflow": request}))
    driver = Driver(definition, record=RECORD).start()
    return child_start(driver.task("l"), driver.state)


def test_start_workflow_takes_a_key_with_its_strategy():
    spec = _launch(
        {"name": "kid", "idempotencyKey": "${workflow.input.name}", "idempotencyStrategy": "FAIL"}
    )
    assert isinstance(spec, StartSpec)
    assert (spec.idempotency_key, spec.idempotency_strategy) == ("kid", IdempotencyStrategy.FAIL)


@pytest.mark.parametrize("key", [None, "", "${workflow.input.absent}", "${workflow.input.def}"])
def test_a_key_that_is_nothing_fails_start_workflow(key):
    outcome = _launch({"name": "kid", "idempotencyKey": key})
    assert isinstance(outcome, Outcome)
    assert "idempotencyKey" in outcome.reason
