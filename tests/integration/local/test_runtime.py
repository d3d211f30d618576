"""One process is a whole installation: over HTTP, through the AWS port, and gone without a trace."""

from __future__ import annotations

import threading
from typing import Any

import boto3
import httpx
import pytest

from podium_local.clock import VirtualClock
from podium_local.runtime import LocalRuntime, Options


def definition(task_type: str) -> dict[str, Any]:
    """A workflow of one task, both called ``task_type``: tests share a runtime, never a queue."""
    return {
        "name": task_type,
        "version": 1,
        "ownerEmail": "a@example.com",
        "tasks": [
            {
                "name": task_type,
                "taskReferenceName": task_type,
                "type": "SIMPLE",
                "inputParameters": {"to": "${workflow.input.to}"},
            }
        ],
    }


@pytest.fixture(scope="module")
def runtime():
    with LocalRuntime(Options(port=0, aws_port=0)) as running:
        yield running


@pytest.fixture(scope="module")
def api(runtime):
    with httpx.Client(base_url=f"{runtime.url}/api", timeout=30) as client:
        yield client


def remote(runtime: LocalRuntime, service: str) -> Any:
    """A client as another process has it."""
    variables = runtime.worker_environment()
    make: Any = boto3.client
    return make(
        service,
        region_name=variables["AWS_DEFAULT_REGION"],
        endpoint_url=variables["AWS_ENDPOINT_URL"],
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
    )


def ended(runtime: LocalRuntime) -> threading.Event:
    """Set when the stream shows a workflow that is no longer running."""
    event = threading.Event()

    def look(record: dict[str, Any]) -> None:
        image = record["dynamodb"].get("NewImage", {})
        if image.get("sk") == {"S": "H"} and image["st"]["S"] != "RUNNING":
            event.set()

    runtime.pump.observe(look)
    return event


def test_a_worker_over_http_completes_a_workflow(runtime, api):
    api.post("/metadata/workflow", json=definition("ship"))
    done = ended(runtime)
    workflow = api.post("/workflow/ship", json={"to": "Oslo"}).text
    task = api.get("/tasks/poll/ship", params={"workerid": "w"}).json()
    assert task["inputData"] == {"to": "Oslo"}
    result = {
        "workflowInstanceId": workflow,
        "taskId": task["taskId"],
        "status": "COMPLETED",
        "outputData": {"ok": True},
    }
    assert api.post("/tasks", json=result).status_code == 200
    assert done.wait(20)
    assert api.get(f"/workflow/{workflow}").json()["status"] == "COMPLETED"


def test_other_processes_see_the_same_queues(runtime, api):
    api.post("/metadata/workflow", json=definition("fetch"))
    workflow = api.post("/workflow/fetch", json={"to": "Rome"}).text
    sqs = remote(runtime, "sqs")
    url = sqs.get_queue_url(QueueName="podium-task-fetch")["QueueUrl"]
    assert url.startswith(runtime.aws_url)
    (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10)["Messages"]
    assert workflow in message["Body"]


def test_a_long_poll_from_another_process_holds_up_nobody(runtime, api):
    sqs = remote(runtime, "sqs")
    url = sqs.create_queue(QueueName="podium-task-slow")["QueueUrl"]
    received: list[Any] = []
    poller = threading.Thread(
        target=lambda: received.extend(
            sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages", [])
        )
    )
    poller.start()
    assert api.get("/workflow/nobody").status_code == 404
    runtime.client("sqs").send_message(QueueUrl=url, MessageBody="at last")
    poller.join(20)
    assert [message["Body"] for message in received] == ["at last"]


def test_everything_listens_on_this_machine_only(runtime):
    for url in (runtime.url, runtime.aws_url):
        assert url.startswith("http://127.0.0.1:")


def test_there_is_one_runtime_in_a_process(runtime):
    second = LocalRuntime(Options(clock=VirtualClock()))
    with pytest.raises(RuntimeError, match="one runtime"), second:
        pass


def test_a_client_uploads_and_downloads_payloads_by_signed_urls(api):
    query = {"path": "", "operation": "WRITE", "payloadType": "WORKFLOW_INPUT"}
    written = api.get("/workflow/externalstoragelocation", params=query).json()
    assert httpx.put(written["uri"], content=b'{"to": "x"}').status_code == 200
    value = definition("uploaded")
    start = {
        "name": value["name"],
        "workflowDef": value,
        "externalInputPayloadStoragePath": written["path"],
    }
    wf = api.post("/workflow", json=start).text
    shown = api.get(f"/workflow/{wf}").json()
    assert shown["externalInputPayloadStoragePath"] == written["path"]
    assert shown["tasks"][0]["inputData"] == {"to": "x"}
    query |= {"path": written["path"], "operation": "READ"}
    read = api.get("/workflow/externalstoragelocation", params=query).json()
    assert httpx.get(read["uri"]).json() == {"to": "x"}
