"""WorkflowClient and WorkflowExecutor of the Python SDK against ``podium up``."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from conductor.client.http.models.rerun_workflow_request import RerunWorkflowRequest
from conductor.client.http.models.skip_task_request import SkipTaskRequest
from conductor.client.http.models.start_workflow_request import StartWorkflowRequest
from conductor.client.http.models.task_def import TaskDef
from conductor.client.http.models.task_result import TaskResult
from conductor.client.http.models.workflow_def import WorkflowDef
from conductor.client.http.models.workflow_state_update import WorkflowStateUpdate
from conductor.client.http.models.workflow_task import WorkflowTask
from conductor.client.http.rest import ApiException

from tests.parity.conftest import eventually
from tests.parity.sdk import Sdk, calls

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
WORK = ("SIMPLE", "work")
WAIT = ("WAIT", "wait")


def tasks_of(sdk: Sdk, workflow_id: str) -> list[tuple[str, str]]:
    """Reference name and status of each task."""
    found = sdk.workflows.get_workflow(workflow_id, include_tasks=True)
    return [(task.reference_task_name, task.status) for task in found.tasks]


def until(sdk: Sdk, workflow_id: str, status: str) -> Any:
    """The execution as soon as it has this status."""
    eventually(lambda: sdk.status(workflow_id) == status)
    return sdk.workflows.get_workflow(workflow_id)


def fails_at_once(sdk: Sdk, name: str) -> str:
    """A workflow that has failed: the only task of it is not tried again."""
    sdk.metadata.register_task_def(TaskDef(name="sdk_brittle", retry_count=0))
    workflow_id = sdk.start(name, ("SIMPLE", "sdk_brittle"))
    sdk.executor.update_task_by_ref_name({}, workflow_id, "sdk_brittle", "FAILED")
    until(sdk, workflow_id, "FAILED")
    return workflow_id


def has_skipped_one(sdk: Sdk, workflow_id: str) -> bool:
    """The second of three tasks was skipped, the third one is there."""
    expected = [("last", "SCHEDULED"), ("skipped", "SKIPPED"), ("work", "COMPLETED")]
    return sorted(tasks_of(sdk, workflow_id)) == expected


# Starting and reading ---------------------------------------------------------------------------


@calls(
    "WorkflowClient.start_workflow",
    "WorkflowClient.start_workflow_by_name",
    "WorkflowClient.get_workflow",
    "WorkflowClient.get_workflow_status",
)
def test_a_workflow_is_started_and_read(sdk: Sdk) -> None:
    request = sdk.register("sdk_start", WAIT)
    request.correlation_id = "c-1"
    workflow_id = sdk.workflows.start_workflow(request)
    found = sdk.workflows.get_workflow(workflow_id)
    assert (found.workflow_id, found.workflow_name, found.status) == (
        workflow_id,
        "sdk_start",
        "RUNNING",
    )
    assert (found.correlation_id, found.input) == ("c-1", {"a": 1})
    by_name = sdk.workflows.start_workflow_by_name(
        "sdk_start", {"b": 2}, version=1, correlationId="c-2", priority=7
    )
    found = sdk.workflows.get_workflow(by_name, include_tasks=False)
    assert (found.input, found.correlation_id, found.priority) == ({"b": 2}, "c-2", 7)
    status = sdk.workflows.get_workflow_status(by_name, include_output=True, include_variables=True)
    assert (status.workflow_id, status.status, status.correlation_id) == (by_name, "RUNNING", "c-2")
    assert (status.output, status.variables) == ({}, {})


@calls(
    "WorkflowExecutor.register_workflow",
    "WorkflowExecutor.start_workflow",
    "WorkflowExecutor.start_workflows",
    "WorkflowExecutor.get_workflow",
    "WorkflowExecutor.get_workflow_status",
)
def test_the_executor_registers_starts_and_reads(sdk: Sdk) -> None:
    tasks = [WorkflowTask(name="wait", task_reference_name="wait", type="WAIT")]
    definition = WorkflowDef(name="sdk_executor", version=1, tasks=tasks)
    answer = sdk.executor.register_workflow(definition, overwrite=True)
    assert answer == {"bulkSuccessfulResults": ["sdk_executor"], "bulkErrorResults": {}}
    request = StartWorkflowRequest(name="sdk_executor", version=1)
    one = sdk.executor.start_workflow(request)
    several = sdk.executor.start_workflows(request, request)
    assert len({one, *several}) == 3
    found = sdk.executor.get_workflow(several[1], include_tasks=True)
    assert [task.task_type for task in found.tasks] == ["WAIT"]
    assert sdk.executor.get_workflow_status(one).status == "RUNNING"


@calls(
    "WorkflowClient.execute_workflow",
    "WorkflowClient.execute_workflow_with_return_strategy",
    "WorkflowExecutor.execute",
    "WorkflowExecutor.execute_workflow",
    "WorkflowExecutor.execute_workflow_with_return_strategy",
)
def test_a_workflow_is_executed_and_waited_for(sdk: Sdk) -> None:
    request = sdk.register(
        "sdk_execute", ("NOOP", "nothing"), output_parameters={"of": "${workflow.input.a}"}
    )
    for run in (
        sdk.workflows.execute_workflow(request, request_id="r-1", wait_for_seconds=5),
        sdk.executor.execute_workflow(request, wait_for_seconds=5),
        sdk.executor.execute("sdk_execute", version=1, workflow_input={"a": 1}, correlation_id="c"),
    ):
        assert (run.status, run.output) == ("COMPLETED", {"of": 1})
    waiting = sdk.register("sdk_execute_waiting", WAIT)
    for client in (sdk.workflows, sdk.executor):
        run = client.execute_workflow_with_return_strategy(
            waiting, request_id="r-2", return_strategy="BLOCKING_TASK", wait_for_seconds=5
        )
        assert run.is_blocking_task()
        assert (run.request_id, run.reference_task_name) == ("r-2", "wait")


# Control ----------------------------------------------------------------------------------------


@calls(
    "WorkflowClient.pause_workflow",
    "WorkflowClient.resume_workflow",
    "WorkflowClient.terminate_workflow",
    "WorkflowExecutor.pause",
    "WorkflowExecutor.resume",
    "WorkflowExecutor.terminate",
)
def test_executions_are_paused_resumed_and_terminated(sdk: Sdk) -> None:
    for pause, resume, terminate in (
        (
            sdk.workflows.pause_workflow,
            sdk.workflows.resume_workflow,
            sdk.workflows.terminate_workflow,
        ),
        (sdk.executor.pause, sdk.executor.resume, sdk.executor.terminate),
    ):
        workflow_id = sdk.start("sdk_operate", WORK)
        pause(workflow_id)
        assert sdk.status(workflow_id) == "PAUSED"
        resume(workflow_id)
        assert sdk.status(workflow_id) == "RUNNING"
        terminate(workflow_id, reason="enough", trigger_failure_workflow=True)
        found = sdk.workflows.get_workflow(workflow_id)
        assert (found.status, found.reason_for_incompletion) == ("TERMINATED", "enough")


@calls(
    "WorkflowClient.restart_workflow",
    "WorkflowClient.retry_workflow",
    "WorkflowClient.rerun_workflow",
    "WorkflowExecutor.restart",
    "WorkflowExecutor.retry",
    "WorkflowExecutor.rerun",
)
def test_ended_executions_run_again(sdk: Sdk) -> None:
    workflow_id = fails_at_once(sdk, "sdk_again")
    for retry in (sdk.workflows.retry_workflow, sdk.executor.retry):
        retry(workflow_id, resume_subworkflow_tasks=True)
        assert sdk.status(workflow_id) == "RUNNING"
        sdk.executor.update_task_by_ref_name({}, workflow_id, "sdk_brittle", "FAILED")
        until(sdk, workflow_id, "FAILED")
    assert len(tasks_of(sdk, workflow_id)) == 3
    for restart in (sdk.workflows.restart_workflow, sdk.executor.restart):
        restart(workflow_id, True)
        assert tasks_of(sdk, workflow_id) == [("sdk_brittle", "SCHEDULED")]
        sdk.workflows.terminate_workflow(workflow_id)
    request = RerunWorkflowRequest(workflow_input={"again": True})
    assert sdk.workflows.rerun_workflow(workflow_id, request) == workflow_id
    assert sdk.workflows.get_workflow(workflow_id).input == {"again": True}
    sdk.workflows.terminate_workflow(workflow_id)
    assert sdk.executor.rerun(RerunWorkflowRequest(), workflow_id) == workflow_id
    assert sdk.status(workflow_id) == "RUNNING"


@calls("WorkflowClient.skip_task_from_workflow", "WorkflowExecutor.skip_task_from_workflow")
def test_tasks_are_skipped(sdk: Sdk) -> None:
    for client in (sdk.workflows, sdk.executor):
        workflow_id = sdk.start("sdk_skip", WORK, ("SIMPLE", "skipped"), ("SIMPLE", "last"))
        client.skip_task_from_workflow(workflow_id, "skipped", SkipTaskRequest())
        sdk.executor.update_task_by_ref_name({}, workflow_id, "work", "COMPLETED")
        eventually(partial(has_skipped_one, sdk, workflow_id))


@calls(
    "WorkflowClient.delete_workflow",
    "WorkflowClient.remove_workflow",
    "WorkflowExecutor.remove_workflow",
)
def test_executions_are_removed(sdk: Sdk) -> None:
    for remove in (
        lambda one: sdk.workflows.delete_workflow(one, archive_workflow=False),
        lambda one: sdk.executor.remove_workflow(one, archive_workflow=False),
    ):
        workflow_id = sdk.start("sdk_remove", ("NOOP", "nothing"))
        remove(workflow_id)
        with pytest.raises(ApiException) as missing:
            sdk.workflows.get_workflow(workflow_id)
        assert missing.value.status == 404
        assert workflow_id in str(missing.value)
    archived = sdk.start("sdk_remove", ("NOOP", "nothing"))
    sdk.workflows.remove_workflow(archived)
    assert sdk.status(archived) == "COMPLETED"


# Variables, messages, signals -------------------------------------------------------------------


@calls("WorkflowClient.update_variables", "WorkflowClient.update_state")
def test_variables_and_tasks_are_changed_from_outside(sdk: Sdk) -> None:
    workflow_id = sdk.start("sdk_state", WAIT, variables={"colour": "red"})
    sdk.workflows.update_variables(workflow_id, {"colour": "blue", "n": 1})
    assert sdk.workflows.get_workflow(workflow_id).variables == {"colour": "blue", "n": 1}
    result = TaskResult(output_data={"x": 1}, status="COMPLETED")
    update = WorkflowStateUpdate(task_reference_name="wait", task_result=result, variables={"n": 2})
    run = sdk.workflows.update_state(
        workflow_id, update, wait_until_task_ref_names=["wait"], wait_for_seconds=5
    )
    assert (run.status, run.variables["n"]) == ("COMPLETED", 2)


@calls("WorkflowClient.send_message", "WorkflowExecutor.send_message")
def test_messages_are_sent_to_executions(sdk: Sdk) -> None:
    for client in (sdk.workflows, sdk.executor):
        workflow_id = sdk.start("sdk_messages", ("PULL_WORKFLOW_MESSAGES", "pull"))
        message_id = client.send_message(workflow_id, {"n": 1})
        ended = until(sdk, workflow_id, "COMPLETED")
        assert [one["id"] for one in ended.output["messages"]] == [message_id]


@calls("WorkflowExecutor.signal", "WorkflowExecutor.signal_async")
def test_signals_complete_what_blocks(sdk: Sdk) -> None:
    workflow_id = sdk.start("sdk_signal", WAIT, ("WAIT", "second"))
    run = sdk.executor.signal(
        workflow_id, "COMPLETED", {"by": "ann"}, return_strategy="BLOCKING_TASK"
    )
    assert run.is_blocking_task()
    assert run.reference_task_name == "second"
    assert sdk.executor.signal_async(workflow_id, "COMPLETED", {"by": "bob"}) is None
    until(sdk, workflow_id, "COMPLETED")
    assert sdk.workflows.get_workflow(workflow_id).output == {"by": "bob"}


# Tasks through the executor ---------------------------------------------------------------------


@calls(
    "WorkflowExecutor.get_task",
    "WorkflowExecutor.update_task",
    "WorkflowExecutor.update_task_by_ref_name",
    "WorkflowExecutor.update_task_by_ref_name_sync",
)
def test_tasks_are_read_and_updated_through_the_executor(sdk: Sdk) -> None:
    workflow_id = sdk.start("sdk_executor_tasks", WORK, ("SIMPLE", "second"), ("SIMPLE", "third"))
    task_id = sdk.workflows.get_workflow(workflow_id).tasks[0].task_id
    assert sdk.executor.get_task(task_id).reference_task_name == "work"
    assert sdk.executor.update_task(task_id, workflow_id, {"n": 1}, "COMPLETED") == task_id
    second = sdk.executor.update_task_by_ref_name({"n": 2}, workflow_id, "second", "COMPLETED")
    assert sdk.executor.get_task(second).output_data == {"n": 2}
    found = sdk.executor.update_task_by_ref_name_sync({"n": 3}, workflow_id, "third", "COMPLETED")
    assert (found.workflow_id, found.status, found.output) == (workflow_id, "COMPLETED", {"n": 3})
