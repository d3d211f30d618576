"""TaskClient, MetadataClient and SecretClient of the Python SDK against ``podium up``."""

from __future__ import annotations

import pytest
from conductor.client.http.models.task_def import TaskDef
from conductor.client.http.models.task_result import TaskResult
from conductor.client.http.models.workflow_def import WorkflowDef
from conductor.client.http.models.workflow_task import WorkflowTask
from conductor.client.http.rest import ApiException

from tests.parity.sdk import Sdk, calls

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def workflow_def(name: str, version: int = 1, description: str = "") -> WorkflowDef:
    tasks = [WorkflowTask(name="t", task_reference_name="t", type="SIMPLE")]
    return WorkflowDef(name=name, version=version, description=description, tasks=tasks)


# Tasks ------------------------------------------------------------------------------------------


@calls("TaskClient.poll_task", "TaskClient.batch_poll_tasks", "TaskClient.update_task")
def test_tasks_are_polled_and_reported(sdk: Sdk) -> None:
    kind = "sdk_polled"
    # The SDK makes a task without any field of "204 No Content".
    assert sdk.tasks.poll_task(kind, worker_id="w").task_id is None
    workflow_ids = [sdk.start("sdk_polling", ("SIMPLE", kind)) for _ in range(3)]
    one = sdk.tasks.poll_task(kind, worker_id="w-1")
    assert (one.task_type, one.status, one.worker_id) == (kind, "IN_PROGRESS", "w-1")
    others = sdk.tasks.batch_poll_tasks(kind, worker_id="w-2", count=5, timeout_in_millisecond=1000)
    taken = [one, *others]
    assert sorted(task.workflow_instance_id for task in taken) == sorted(workflow_ids)
    for task in taken:
        result = TaskResult(task.workflow_instance_id, task.task_id, status="COMPLETED")
        assert sdk.tasks.update_task(result) == task.task_id
        assert sdk.status(task.workflow_instance_id) == "COMPLETED"


@calls("TaskClient.get_task", "TaskClient.update_task_by_ref_name", "TaskClient.update_task_sync")
def test_tasks_are_reported_by_their_reference_names(sdk: Sdk) -> None:
    workflow_id = sdk.start("sdk_by_ref", ("SIMPLE", "one"), ("SIMPLE", "two"))
    task_id = sdk.tasks.update_task_by_ref_name(workflow_id, "one", "COMPLETED", {"n": 1})
    task = sdk.tasks.get_task(task_id)
    # The SDK wraps the output. (It refuses its own worker_id parameter here with a TypeError.)
    assert (task.status, task.output_data) == ("COMPLETED", {"result": {"n": 1}})
    found = sdk.tasks.update_task_sync(workflow_id, "two", "COMPLETED", {"n": 2})
    assert (found.status, found.output) == ("COMPLETED", {"n": 2})


@calls("TaskClient.add_task_log", "TaskClient.get_task_logs")
def test_tasks_have_logs(sdk: Sdk) -> None:
    workflow_id = sdk.start("sdk_logs", ("SIMPLE", "logged"))
    task_id = sdk.workflows.get_workflow(workflow_id).tasks[0].task_id
    # The SDK sends a text as JSON without its quotes: anything but ASCII would come escaped.
    for line in ("first", "{second: 2}"):
        sdk.tasks.add_task_log(task_id, line)
    logs = sdk.tasks.get_task_logs(task_id)
    assert [(one.log, one.task_id) for one in logs] == [
        ("first", task_id),
        ("{second: 2}", task_id),
    ]


@calls("TaskClient.get_queue_size_for_task", "TaskClient.get_task_poll_data")
def test_queues_tell_their_size_and_who_polls(sdk: Sdk) -> None:
    kind = "sdk_queued"
    assert sdk.tasks.get_queue_size_for_task(kind) == 0
    sdk.start("sdk_queueing", ("SIMPLE", kind))
    # A message may be there twice (docs/reference/protocol.md 4); the task is handed out once.
    assert sdk.tasks.get_queue_size_for_task(kind) >= 1
    sdk.tasks.poll_task(kind, worker_id="w-3", domain="eu")
    (data,) = sdk.tasks.get_task_poll_data(kind)
    assert (data.queue_name, data.domain, data.worker_id) == (kind, "eu", "w-3")


# Definitions ------------------------------------------------------------------------------------


@calls(
    "MetadataClient.register_workflow_def",
    "MetadataClient.update_workflow_def",
    "MetadataClient.get_workflow_def",
    "MetadataClient.get_all_workflow_defs",
    "MetadataClient.unregister_workflow_def",
)
def test_workflow_definitions_come_and_go(sdk: Sdk) -> None:
    name = "sdk größe"
    sdk.metadata.register_workflow_def(workflow_def(name), overwrite=False)
    with pytest.raises(ApiException) as taken:
        sdk.metadata.register_workflow_def(workflow_def(name), overwrite=False)
    assert taken.value.status == 409
    sdk.metadata.update_workflow_def(workflow_def(name, 2, "newer"), overwrite=True)
    assert sdk.metadata.get_workflow_def(name).description == "newer"
    assert sdk.metadata.get_workflow_def(name, version=1).version == 1
    versions = [one.version for one in sdk.metadata.get_all_workflow_defs() if one.name == name]
    assert versions == [1, 2]
    sdk.metadata.unregister_workflow_def(name, 2)
    assert sdk.metadata.get_workflow_def(name).version == 1


@calls(
    "MetadataClient.register_task_def",
    "MetadataClient.update_task_def",
    "MetadataClient.get_task_def",
    "MetadataClient.get_all_task_defs",
    "MetadataClient.unregister_task_def",
)
def test_task_definitions_come_and_go(sdk: Sdk) -> None:
    name = "sdk task 注文"
    sdk.metadata.register_task_def(TaskDef(name=name, retry_count=7))
    sdk.metadata.update_task_def(TaskDef(name=name, retry_count=8, description="more"))
    found = sdk.metadata.get_task_def(name)
    assert (found.retry_count, found.description) == (8, "more")
    assert [one.name for one in sdk.metadata.get_all_task_defs()].count(name) == 1
    sdk.metadata.unregister_task_def(name)
    with pytest.raises(ApiException) as missing:
        sdk.metadata.get_task_def(name)
    assert missing.value.status == 404


# Secrets ----------------------------------------------------------------------------------------


@calls(
    "SecretClient.put_secret",
    "SecretClient.get_secret",
    "SecretClient.secret_exists",
    "SecretClient.list_all_secret_names",
    "SecretClient.list_secrets_that_user_can_grant_access_to",
    "SecretClient.delete_secret",
)
def test_secrets_come_and_go(sdk: Sdk) -> None:
    key = "SDK_SECRET"
    assert sdk.secrets.secret_exists(key) is False
    sdk.secrets.put_secret(key, "top secret")
    assert sdk.secrets.secret_exists(key) is True
    assert sdk.secrets.get_secret(key) == "top secret"
    assert key in sdk.secrets.list_all_secret_names()
    assert key in sdk.secrets.list_secrets_that_user_can_grant_access_to()
    sdk.secrets.delete_secret(key)
    assert sdk.secrets.secret_exists(key) is False
    assert key not in sdk.secrets.list_all_secret_names()
