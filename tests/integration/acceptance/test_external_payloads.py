"""tasks.md 27, case 30: payloads that clients put into external storage themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.client import Client, Json, definition, simple, task
from tests.support.stack import local_stack

#: 10 KB for a task; the hard limit of the peer takes too long to fill.
LIMIT = 10_000
SETTINGS = {"PODIUM_TASK_PAYLOAD_LIMIT_BYTES": str(LIMIT)}


@pytest.fixture(params=[True, False], ids=["inline", "stream-only"])
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    with local_stack(inline_advance=request.param, settings=SETTINGS) as stack:
        yield Client(stack)


def location(client: Client, route: str, **query: str) -> Json:
    answer = client.stack.request("GET", f"/api/{route}", query=query)
    assert answer.status == 200, answer.body
    found: Json = answer.body
    assert found["path"] in found["uri"]
    return found


def upload(client: Client, kind: str, value: Any) -> str:
    """As a client does: ask where, put it there, keep the path."""
    route = "workflow" if kind.startswith("WORKFLOW") else "tasks"
    query = {"path": "", "operation": "WRITE", "payloadType": kind}
    path = str(location(client, f"{route}/externalstoragelocation", **query)["path"])
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    runtime = client.stack.runtime
    runtime.client("s3").put_object(Bucket=runtime.resources.bucket, Key=path, Body=content)
    return path


def download(client: Client, path: str) -> Any:
    query = {"path": path, "operation": "READ", "payloadType": "WORKFLOW_INPUT"}
    assert location(client, "workflow/external-storage-location", **query)["path"] == path
    runtime = client.stack.runtime
    body = runtime.client("s3").get_object(Bucket=runtime.resources.bucket, Key=path)["Body"]
    return json.loads(body.read())


def start(client: Client, value: Json, path: str, **fields: Any) -> str:
    body = {"name": value["name"], "workflowDef": value, "externalInputPayloadStoragePath": path}
    workflow_id = str(client.call("POST", "/workflow", {**body, **fields}))
    client.stack.settle()
    return workflow_id


def test_case_30_an_input_and_an_output_in_external_storage_pass_through_expressions(
    client: Client,
) -> None:
    given = upload(client, "WORKFLOW_INPUT", {"list": [{"a": 1}, {"a": 2}]})
    wf = start(
        client,
        definition(
            "external",
            simple("t1", inputParameters={"a": "${workflow.input.list[1].a}"}),
            simple("t2", inputParameters={"made": "${t1.output.made}"}),
            outputParameters={"all": "${workflow.input.list}", "made": "${t1.output.made}"},
        ),
        given,
    )
    found = client.workflow(wf)
    assert (found["input"], found["externalInputPayloadStoragePath"]) == ({}, given)
    assert download(client, given) == {"list": [{"a": 1}, {"a": 2}]}
    made = upload(client, "TASK_OUTPUT", {"made": {"deep": "ü"}})
    polled = client.finish("t1", externalOutputPayloadStoragePath=made)
    assert polled["inputData"] == {"a": 2}
    shown = client.task(wf, "t1")
    assert (shown["outputData"], shown["externalOutputPayloadStoragePath"]) == ({}, made)
    assert client.finish("t2")["inputData"] == {"made": {"deep": "ü"}}
    found = client.workflow(wf)
    assert found["status"] == "COMPLETED"
    assert found["output"] == {"all": [{"a": 1}, {"a": 2}], "made": {"deep": "ü"}}


def test_each_update_may_name_another_output(client: Client) -> None:
    wf = client.run(definition("updates", simple("t1"), outputParameters={"n": "${t1.output.n}"}))
    for number in range(3):
        path = upload(client, "TASK_OUTPUT", {"n": number})
        client.finish("t1", status="IN_PROGRESS", externalOutputPayloadStoragePath=path)
        assert client.task(wf, "t1")["externalOutputPayloadStoragePath"] == path
    client.finish("t1", {"n": "mine"})
    shown = client.task(wf, "t1")
    assert shown["outputData"] == {"n": "mine"}
    assert "externalOutputPayloadStoragePath" not in shown
    assert client.workflow(wf)["output"] == {"n": "mine"}


def test_what_a_result_brings_itself_lies_over_what_it_names(client: Client) -> None:
    wf = client.run(definition("both", simple("t1")))
    path = upload(client, "TASK_OUTPUT", {"a": 1, "b": 1})
    client.finish("t1", {"b": 2}, externalOutputPayloadStoragePath=path)
    assert client.task(wf, "t1")["outputData"] == {"a": 1, "b": 2}


def test_case_30_an_output_over_the_limit_in_a_fork_fails_the_task_and_the_workflow(
    client: Client,
) -> None:
    fork = task("FORK_JOIN", "fork", forkTasks=[[simple("b1")], [simple("b2")]])
    wf = client.run(definition("forked", fork, task("JOIN", "join", joinOn=["b1", "b2"])))
    path = upload(client, "TASK_OUTPUT", {"a": "x" * LIMIT})
    client.finish("b1", externalOutputPayloadStoragePath=path)
    shown = client.task(wf, "b1")
    assert shown["status"] == "FAILED_WITH_TERMINAL_ERROR"
    assert (shown["outputData"], shown.get("externalOutputPayloadStoragePath")) == ({}, None)
    assert f"permissible limit: {LIMIT} bytes" in shown["reasonForIncompletion"]
    assert "payload size: 10009 bytes" in shown["reasonForIncompletion"]
    assert client.status(wf) == "FAILED"
    assert client.tasks(wf)[2:] == [("b2", "CANCELED"), ("join", "CANCELED")]


def test_case_30_an_attempt_after_an_external_output_and_a_manual_retry(client: Client) -> None:
    client.register({"name": "t1", "retryCount": 1, "retryDelaySeconds": 0})
    given = upload(client, "WORKFLOW_INPUT", {"a": 7})
    value = definition(
        "retried",
        simple("t1", inputParameters={"a": "${workflow.input.a}"}),
        outputParameters={"b": "${t1.output.b}"},
    )
    wf = start(client, value, given)
    for _ in range(2):
        path = upload(client, "TASK_OUTPUT", {"b": "bad"})
        failed = client.fail("t1", externalOutputPayloadStoragePath=path)
        assert failed["inputData"] == {"a": 7}
    assert client.status(wf) == "FAILED"
    assert client.workflow(wf)["output"] == {"b": "bad"}
    client.call("POST", f"/workflow/{wf}/retry")
    client.stack.settle()
    path = upload(client, "TASK_OUTPUT", {"b": "good"})
    assert client.finish("t1", externalOutputPayloadStoragePath=path)["inputData"] == {"a": 7}
    found = client.workflow(wf)
    assert (found["status"], found["output"]) == ("COMPLETED", {"b": "good"})


def test_case_30_a_loop_of_updates_reads_the_output_of_each_iteration(client: Client) -> None:
    loop = task(
        "DO_WHILE",
        "loop",
        loopCondition="$.step['n'] < 3",
        loopOver=[simple("step", inputParameters={"before": "${step.output.n}"})],
    )
    wf = client.run(definition("looped", loop))
    seen = []
    for number in (1, 2, 3):
        path = upload(client, "TASK_OUTPUT", {"n": number})
        polled = client.finish("step", externalOutputPayloadStoragePath=path)
        seen.append(polled["inputData"]["before"])
    assert seen == [None, 1, 2]
    assert client.status(wf) == "COMPLETED"
    output = client.task(wf, "loop")["outputData"]
    assert output["3"] == {"step": {"n": 3}}


def test_what_is_no_payload_is_refused_and_changes_nothing(client: Client) -> None:
    wf = client.run(definition("refused", simple("t1")))
    polled = client.poll("t1")
    assert polled is not None
    contents = {
        b"[1]": "is not a JSON object",
        b"{": "cannot be read",
        b'{"a": NaN}': "cannot be read",
        b"\xff": "cannot be read",
    }
    said = {upload(client, "TASK_OUTPUT", content): says for content, says in contents.items()}
    for path, says in {**said, "external/nothing.json": "no payload at"}.items():
        result = {"workflowInstanceId": wf, "taskId": polled["taskId"], "status": "COMPLETED"}
        named = {"externalOutputPayloadStoragePath": path}
        answer = client.stack.request("POST", "/api/tasks", {**result, **named})
        assert answer.status == 400
        assert path in answer.body["message"]
        assert says in answer.body["message"]
        body = {"name": "x", "workflowDef": definition("x", simple("t1"))}
        named = {"externalInputPayloadStoragePath": path}
        assert client.stack.request("POST", "/api/workflow", {**body, **named}).status == 400
    assert client.task(wf, "t1")["status"] == "IN_PROGRESS"


def test_a_location_needs_to_know_what_for(client: Client) -> None:
    for query, named in (
        ({"operation": "WRITE"}, "payloadType"),
        ({"payloadType": "TASK_OUTPUT"}, "operation"),
        ({"operation": "MOVE", "payloadType": "TASK_OUTPUT"}, "operation"),
        ({"operation": "READ", "payloadType": "EVERYTHING"}, "payloadType"),
        ({"operation": "READ", "payloadType": "TASK_INPUT", "path": ""}, "path"),
    ):
        answer = client.stack.request("GET", "/api/tasks/externalstoragelocation", query=query)
        assert answer.status == 400
        assert named in answer.body["message"]


def test_who_writes_does_not_choose_where(client: Client) -> None:
    query = {"operation": "WRITE", "payloadType": "TASK_OUTPUT", "path": "somebody/elses.json"}
    found = location(client, "tasks/external-storage-location", **query)
    assert found["path"].startswith("external/task-output/")
    assert "elses" not in found["uri"]
