"""A run that uses a secret wherever a definition can: no item, record, message, object or log line,
and no answer but the hand-off itself, ever holds its value.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from podium_worker import Queues, Task, TaskFunction, Worker
from podium_worker.secrets import Secrets
from tests.support.client import Client, Json, definition, simple, task
from tests.support.echo import Echo, echo_server
from tests.support.stack import local_stack
from tests.support.watching import Watch, refusing, remains, watched

#: With what JSON and URIs escape.
TOKEN = 's3cret "token"/ü&1'
PASSWORD = "p4ssw0rd-of-the-database"
SETTINGS = {
    "PODIUM_LOG_LEVEL": "DEBUG",
    "PODIUM_TASK_STATUS_EVENTS": "true",
    "PODIUM_LISTENER_SINK": "sqs:told",
}
USES = {
    "token": "${workflow.secrets.TOKEN}",
    "header": "Bearer ${workflow.secrets.TOKEN}",
    "password": "${workflow.secrets.DB.password}",
}


@pytest.fixture
def client() -> Iterator[Client]:
    # One cause of progress at a time: the stream alone.
    with local_stack(inline_advance=False, settings=SETTINGS) as stack:
        yield Client(stack)


@pytest.fixture
def echo() -> Iterator[Echo]:
    with echo_server() as server:
        yield server


def http(kind: str, ref: str, uri: str, **inputs: Any) -> Json:
    request = {
        "uri": f"{uri}?token=${{workflow.secrets.TOKEN}}",
        "method": "POST",
        "headers": {"X-Password": USES["password"]},
        "body": dict(USES),
    }
    return task(kind, ref, inputParameters={"http_request": request, **inputs}, optional=True)


def everything(echo: Echo) -> Json:
    """A definition in which every task type gets the secrets, and every result says them back."""
    inline = {**USES, "expression": "({a: $.header, b: $.password})"}
    forked = {**USES, "dynamic": [simple("d1"), simple("d2")], "inputs": {"d1": USES, "d2": USES}}
    start = {"name": "other", "input": USES}
    poll = http("HTTP_POLL", "polled", f"{echo.url}/polled")
    poll["inputParameters"]["http_request"]["terminationCondition"] = "true"
    loop = task(
        "DO_WHILE",
        "loop",
        inputParameters=USES,
        loopCondition="$.loop['iteration'] < 2",
        loopOver=[simple("looped", inputParameters=USES)],
    )
    return definition(
        "everything",
        http("HTTP", "called", f"{echo.url}/ok"),
        http("HTTP", "failed", f"{echo.url}/fail"),
        http("HTTP", "refused", "http://127.0.0.1:1/"),
        poll,
        task("INLINE", "inline", inputParameters=inline),
        task(
            "JSON_JQ_TRANSFORM",
            "jq",
            inputParameters={**USES, "queryExpression": ".token + .header"},
        ),
        task("SET_VARIABLE", "set", inputParameters={**USES, "made": "${inline.output.result.a}"}),
        task(
            "SWITCH",
            "switch",
            inputParameters=USES,
            evaluatorType="javascript",
            expression="$.token",
            decisionCases={"x": [simple("x")]},
        ),
        loop,
        task(
            "FORK_JOIN_DYNAMIC",
            "fork",
            inputParameters=forked,
            dynamicForkTasksParam="dynamic",
            dynamicForkTasksInputParamName="inputs",
        ),
        task("JOIN", "join"),
        task("START_WORKFLOW", "launch", inputParameters={"startWorkflow": start}),
        task(
            "SUB_WORKFLOW",
            "kid",
            subWorkflowParam={"name": "child", "version": 1},
            inputParameters={**USES, "made": "${workflow.variables.made}"},
        ),
        simple("metadata"),
        simple("direct", inputParameters={**USES, "echoed": "${called.output.response.body}"}),
        simple("last", inputParameters={**USES, "echoed": "${kid.output}"}),
        failureWorkflow="compensate",
        workflowStatusListenerEnabled=True,
        inputTemplate=dict(USES),
        outputParameters={**USES, "echoed": "${kid.output}", "variables": "${workflow.variables}"},
    )


def answer_all(client: Client, polled: Json | None, *, times: int = 1, **fields: Any) -> None:
    """Say back everything that was handed out, and more often."""
    assert polled is not None
    given = {"input": polled["inputData"], "metadata": polled.get("runtimeMetadata")}
    text = f"{given} {polled['inputData'].get('header')} {polled['inputData'].get('password')}"
    result = {
        "workflowInstanceId": polled["workflowInstanceId"],
        "taskId": polled["taskId"],
        "workerId": "w",
        "status": "COMPLETED",
        "outputData": {"given": given, "text": text, "again": [given] * times},
        "logs": [{"log": text}],
        **fields,
    }
    client.call("POST", f"/tasks/{polled['taskId']}/log", text)
    client.call("POST", "/tasks/update-v2", result)
    client.stack.settle()


def echoed_by_worker(task: Task) -> dict[str, Any]:
    return {"given": dict(task.input), "text": f"Bearer {TOKEN} {PASSWORD}"}


def run_direct(client: Client, seen: list[Task]) -> None:
    """An SQS-direct worker takes one task and says it back."""

    def run(task: Task) -> dict[str, Any]:
        seen.append(task)
        return echoed_by_worker(task)

    function = TaskFunction("direct", run)
    secrets = Secrets(client.stack.runtime.client)
    worker = Worker(Queues.from_environment(), [function], wait=0, secrets=secrets)
    assert worker.run_once(function) == 1
    client.stack.settle()


def test_no_value_is_kept_or_shown_anywhere(client: Client, echo: Echo) -> None:
    client.call("PUT", "/secrets/TOKEN", TOKEN)
    client.call("PUT", "/secrets/DB", f'{{"password": "{PASSWORD}", "user": "u"}}')
    with watched(client.stack) as watch:
        _register(client, echo)
        wf = client.start("everything", {"mine": 1})
        _work(client)
        found = client.workflow(wf)
        assert found["status"] == "FAILED"
        assert found["output"]["token"] == "${workflow.secrets.TOKEN}"
        _compensate(client, wf)
        for each in found["tasks"]:
            client.call("GET", f"/tasks/{each['taskId']}")
            client.call("GET", f"/tasks/{each['taskId']}/log")
        client.call("GET", f"/workflow/{wf}/status", includeOutput="true", includeVariables="true")
        client.call("GET", f"/workflow/{wf}/tasks", count=100)
        watch.seen += remains(client.stack)
    _check(watch, echo)


def _register(client: Client, echo: Echo) -> None:
    """Definitions; the task definitions retry once, so that attempts repeat the hand-out."""
    one_retry = {"retryCount": 1, "retryDelaySeconds": 0}
    client.register(
        {"name": "metadata", "runtimeMetadata": ["TOKEN", "DB"], **one_retry},
        {"name": "last", **one_retry},
        definition("child", simple("inner", inputParameters={"in": "${workflow.input}", **USES})),
        definition("other", simple("far", inputParameters={"in": "${workflow.input}"})),
        definition("compensate", simple("undo", inputParameters={"in": "${workflow.input}"})),
        everything(echo),
    )


def _work(client: Client) -> None:
    """Every worker's part, up to the failure of the last task."""
    client.stack.settle()
    polled = client.poll("looped")
    assert polled is not None
    assert polled["inputData"] == {
        "token": TOKEN,
        "header": f"Bearer {TOKEN}",
        "password": PASSWORD,
    }
    _refused(client, polled)
    answer_all(client, polled, status="IN_PROGRESS")
    answer_all(client, client.poll("looped"), times=300)
    answer_all(client, client.poll("looped"), times=300)
    answer_all(client, client.poll("d1"))
    answer_all(client, client.poll("d2"))
    far = client.poll("far")
    assert far is not None
    assert far["inputData"]["in"]["token"] == TOKEN
    answer_all(client, far)
    inner = client.poll("inner")
    assert inner is not None
    assert inner["inputData"]["in"]["made"] == f"Bearer {TOKEN}"
    answer_all(client, inner)
    metadata = client.poll("metadata")
    assert metadata is not None
    assert metadata["runtimeMetadata"]["TOKEN"] == TOKEN
    answer_all(client, metadata, status="FAILED", reasonForIncompletion=f"bad {TOKEN} {PASSWORD}")
    answer_all(client, client.poll("metadata"))
    direct: list[Task] = []
    run_direct(client, direct)
    assert direct[0].input["password"] == PASSWORD
    for _ in range(2):
        last = client.poll("last")
        answer_all(client, last, status="FAILED", reasonForIncompletion=f"bad {TOKEN} {PASSWORD}")


def _refused(client: Client, polled: Json) -> None:
    """A report that cannot be searched is not taken; the error and its log line hold nothing of it."""
    client.stack.clock.advance(60_000)  # what is remembered is forgotten
    result = {key: polled[key] for key in ("workflowInstanceId", "taskId")}
    result |= {"status": "COMPLETED", "outputData": {"text": f"{TOKEN} {PASSWORD}"}}
    with refusing():
        answer = client.stack.request("POST", "/api/tasks", result)
    assert answer.status == 500


def _compensate(client: Client, wf: str) -> None:
    """The failure workflow names no secret: whatever the failed execution holds stays literal."""
    undo = client.poll("undo")
    assert undo is not None
    assert undo["inputData"]["in"]["workflowId"] == wf
    assert undo["inputData"]["in"]["token"] == "${workflow.secrets.TOKEN}"
    answer_all(client, undo)


def _check(watch: Watch, echo: Echo) -> None:
    paths = [seen["path"].partition("?")[0] for seen in echo.seen]
    assert paths == ["/ok", "/fail", "/polled"]
    assert all(seen["headers"]["X-Password"] == PASSWORD for seen in echo.seen)
    for place in ("call dynamodb", "call sqs SendMessage", "call s3 PutObject", "log", "record"):
        assert watch.count(place), f"nothing seen: {place}"
    assert "call sqs SendMessage" in watch.places_of("podium-sink-told"), "no listener was told"
    for place in ("item of executions", "item of metadata", "object", "GET /api/workflow"):
        assert watch.count(place), f"nothing seen: {place}"
    assert watch.places_of("${workflow.secrets.TOKEN}"), "what is looked for can be found"
    assert watch.places_of(TOKEN) == []
    assert watch.places_of(PASSWORD) == []
