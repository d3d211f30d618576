"""Conductor's own Python SDK against ``podium up``: nothing of it is changed but the URL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from conductor.client.configuration.configuration import Configuration
from conductor.client.http.models.start_workflow_request import StartWorkflowRequest
from conductor.client.http.models.task_def import TaskDef
from conductor.client.http.models.workflow_def import WorkflowDef
from conductor.client.http.models.workflow_task import WorkflowTask
from conductor.client.http.rest import ApiException
from conductor.client.orkes_clients import OrkesClients
from conductor.client.workflow.conductor_workflow import ConductorWorkflow
from conductor.client.workflow.executor.workflow_executor import WorkflowExecutor
from conductor.client.workflow.task.simple_task import SimpleTask

from tests.parity.conftest import Server, eventually

#: The SDK warns of its own deprecated attributes, and leaves its connections to the collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
WORKERS = Path(__file__).parent / "sdk_workers.py"


@pytest.fixture(scope="module")
def configuration(server: Server) -> Configuration:
    return Configuration(server_api_url=server.url)


@pytest.fixture(scope="module")
def clients(configuration: Configuration) -> Any:
    return OrkesClients(configuration)


@pytest.fixture(scope="module")
def executor(configuration: Configuration) -> Any:
    return WorkflowExecutor(configuration)


@contextmanager
def workers(kind: str, environment: dict[str, str]) -> Iterator[None]:
    """A worker process with all that it forks; ended by its process id."""
    process = subprocess.Popen(
        [sys.executable, str(WORKERS), kind],
        env=os.environ | environment | {"PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(3)


def register(executor: Any, name: str, *refs: str) -> None:
    """A chain of SIMPLE tasks, each called by its ref."""
    chain = ConductorWorkflow(executor=executor, name=name, version=1)
    for ref in refs:
        chain >> SimpleTask(ref, ref)  # the SDK's way to add a task
    chain.register(overwrite=True)


def simple(task_type: str, ref: str, **parameters: Any) -> Any:
    """A SIMPLE task with its input."""
    task = SimpleTask(task_type, ref)
    task.input_parameters.update(parameters)
    return task


def start(executor: Any, name: str, input_: dict[str, Any] | None = None) -> str:
    request = StartWorkflowRequest(name=name, version=1, input=input_ or {})
    return str(executor.start_workflow(request))


def ended(executor: Any, workflow_id: str) -> Any:
    """The execution, once it is over."""

    def look() -> Any:
        found = executor.get_workflow(workflow_id, include_tasks=True)
        return found if found.status not in {"RUNNING", "PAUSED"} else None

    return eventually(look)


def test_decorated_workers_complete_a_workflow_and_a_failure_is_retried(
    server: Server, executor: Any, clients: Any
) -> None:
    metadata = clients.get_metadata_client()
    metadata.register_task_def(TaskDef(name="parity_flaky", retry_count=2, retry_delay_seconds=0))
    chain = ConductorWorkflow(executor=executor, name="parity_workers", version=1)
    greet = simple("parity_greet", "greet", who="${workflow.input.who}")
    flaky = simple("parity_flaky", "flaky", message="${greet.output.message}")
    chain >> greet >> flaky  # the SDK's way to add tasks
    chain.output_parameters({"of": "${flaky.output.of}"})
    chain.register(overwrite=True)
    with workers("sdk", {"CONDUCTOR_SERVER_URL": server.url}):
        execution = ended(executor, start(executor, "parity_workers", {"who": "world"}))
    assert execution.status == "COMPLETED"
    assert execution.output == {"of": "hello world"}
    statuses = [(task.reference_task_name, task.status) for task in execution.tasks]
    assert statuses == [("greet", "COMPLETED"), ("flaky", "FAILED"), ("flaky", "COMPLETED")]
    assert execution.tasks[2].retried_task_id == execution.tasks[1].task_id


def test_podium_worker_completes_a_task_of_the_same_server(server: Server, executor: Any) -> None:
    chain = ConductorWorkflow(executor=executor, name="parity_direct", version=1)
    chain >> simple("parity_direct", "direct", number=21)
    chain.register(overwrite=True)
    with workers("sqs", server.environment):
        execution = ended(executor, start(executor, "parity_direct"))
    assert execution.status == "COMPLETED"
    assert execution.tasks[0].output_data == {"doubled": 42}


def test_a_task_is_updated_by_its_reference_name(executor: Any) -> None:
    register(executor, "parity_by_ref", "by_ref")
    workflow_id = start(executor, "parity_by_ref")
    executor.update_task_by_ref_name({"done": True}, workflow_id, "by_ref", "COMPLETED")
    execution = ended(executor, workflow_id)
    assert execution.tasks[0].output_data == {"done": True}


def test_pause_resume_and_terminate(executor: Any) -> None:
    register(executor, "parity_operate", "operate")
    workflow_id = start(executor, "parity_operate")
    executor.pause(workflow_id)
    assert executor.get_workflow(workflow_id, include_tasks=False).status == "PAUSED"
    executor.resume(workflow_id)
    assert executor.get_workflow(workflow_id, include_tasks=False).status == "RUNNING"
    executor.terminate(workflow_id, "enough")
    execution = ended(executor, workflow_id)
    assert (execution.status, execution.reason_for_incompletion) == ("TERMINATED", "enough")
    assert [task.status for task in execution.tasks] == ["CANCELED"]


def of_system_tasks(clients: Any, name: str, *types: str) -> StartWorkflowRequest:
    """Register a chain of tasks of these types, each called by its type in lower case."""
    tasks = [
        WorkflowTask(name=kind.lower(), task_reference_name=kind.lower(), type=kind)
        for kind in types
    ]
    definition = WorkflowDef(name=name, version=1, tasks=tasks, owner_email="a@b.c")
    clients.get_metadata_client().update_workflow_def(definition, overwrite=True)
    return StartWorkflowRequest(name=name, version=1, input={"a": 1})


def test_a_workflow_is_executed_and_signalled_synchronously(clients: Any) -> None:
    request = of_system_tasks(clients, "parity_sync", "NOOP", "WAIT")
    run = clients.get_workflow_client().execute_workflow_with_return_strategy(
        request, request_id="r-1", return_strategy="BLOCKING_TASK"
    )
    assert run.is_blocking_task()
    assert (run.request_id, run.reference_task_name, run.target_workflow_status) == (
        "r-1",
        "wait",
        "RUNNING",
    )
    tasks = clients.get_task_client().taskResourceApi
    done = tasks.signal_workflow_task_sync(run.workflow_id, "COMPLETED", body={"by": "ann"})
    assert done.is_target_workflow()
    assert (done.target_workflow_status, done.output) == ("COMPLETED", {"by": "ann"})
    plain = clients.get_workflow_client().execute_workflow(request, wait_for_seconds=1)
    assert (plain.status, plain.input) == ("RUNNING", {"a": 1})


def test_a_message_is_sent_to_a_running_workflow(executor: Any, clients: Any) -> None:
    request = of_system_tasks(clients, "parity_messages", "PULL_WORKFLOW_MESSAGES")
    workflow_id = str(executor.start_workflow(request))
    message_id = clients.get_workflow_client().send_message(workflow_id, {"n": 1})
    (message,) = ended(executor, workflow_id).output["messages"]
    assert (message["id"], message["payload"]) == (message_id, {"n": 1})


def test_definitions_are_read_back_as_they_were_registered(executor: Any, clients: Any) -> None:
    metadata = clients.get_metadata_client()
    metadata.register_task_def(TaskDef(name="parity_def", description="a task", retry_count=7))
    assert metadata.get_task_def("parity_def").retry_count == 7
    register(executor, "parity_def_wf", "parity_def")
    found = metadata.get_workflow_def("parity_def_wf")
    assert [task.task_reference_name for task in found.tasks] == ["parity_def"]


def test_what_is_unknown_is_a_404_that_names_it(executor: Any, clients: Any) -> None:
    with pytest.raises(ApiException) as missing_task:
        clients.get_metadata_client().get_task_def("no_such_task_def")
    assert missing_task.value.status == 404
    assert "no_such_task_def" in str(missing_task.value)
    with pytest.raises(ApiException) as missing_workflow:
        executor.get_workflow("no-such-workflow", include_tasks=True)
    assert missing_workflow.value.status == 404
    assert "no-such-workflow" in str(missing_workflow.value)
