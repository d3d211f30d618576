"""What is too large for an answer is answered by its path, and no poll takes more than it can give."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.api.handler import handler
from podium_local.front import HttpRequest
from tests.support.client import Client, definition, simple, task
from tests.support.cluster import Cluster
from tests.support.fake_engine import http_event, installed
from tests.support.stack import local_stack

MB = 1024 * 1024


@pytest.fixture
def client() -> Iterator[Client]:
    with local_stack() as stack:
        yield Client(stack)


@pytest.fixture
def low() -> Iterator[Client]:
    """Answers name paths from 50 KB on."""
    settings = {
        "PODIUM_TASK_PAYLOAD_THRESHOLD_BYTES": "50000",
        "PODIUM_WORKFLOW_PAYLOAD_THRESHOLD_BYTES": "60000",
    }
    with local_stack(settings=settings) as stack:
        yield Client(stack)


def read(client: Client, path: str) -> Any:
    runtime = client.stack.runtime
    body = runtime.client("s3").get_object(Bucket=runtime.resources.bucket, Key=path)["Body"]
    return json.loads(body.read())


def fork(count: int, **inputs: Any) -> list[dict[str, Any]]:
    """So many tasks of one type at the same time."""
    branches = [[simple(f"b{n}", name="t", inputParameters=inputs)] for n in range(count)]
    refs = [f"b{n}" for n in range(count)]
    return [task("FORK_JOIN", "f", forkTasks=branches), task("JOIN", "j", joinOn=refs)]


def test_polls_and_reads_name_the_path_of_what_is_above_the_threshold(low: Client) -> None:
    text = "ü" * 40_000
    wf = low.run(
        definition(
            "named",
            simple("t1", inputParameters={"a": "${workflow.input.a}"}),
            simple("t2", inputParameters={"n": "${t1.output.n}", "a": "${workflow.input.b}"}),
            outputParameters={"a": "${t1.output.a}"},
        ),
        {"a": text, "b": 1},
    )
    found = low.workflow(wf)
    assert found["input"] == {}
    assert read(low, found["externalInputPayloadStoragePath"]) == {"a": text, "b": 1}
    polled = low.finish("t1", {"a": text, "n": 2})
    assert polled["inputData"] == {}
    assert read(low, polled["externalInputPayloadStoragePath"]) == {"a": text}
    shown = low.task(wf, "t1")
    assert (shown["inputData"], shown["outputData"]) == ({}, {})
    assert read(low, shown["externalOutputPayloadStoragePath"]) == {"a": text, "n": 2}
    assert low.finish("t2")["inputData"] == {"n": 2, "a": 1}
    found = low.workflow(wf)
    assert (found["status"], found["output"]) == ("COMPLETED", {})
    assert read(low, found["externalOutputPayloadStoragePath"]) == {"a": text}
    one = low.call("GET", f"/tasks/{shown['taskId']}")
    assert one["externalOutputPayloadStoragePath"] == shown["externalOutputPayloadStoragePath"]


def test_a_path_shows_no_more_than_the_answer_would(low: Client) -> None:
    value = definition("masked", simple("t1"), maskedFields=["pin"])
    wf = low.run(value, {"pin": 1234, "a": "x" * 70_000})
    path = low.workflow(wf)["externalInputPayloadStoragePath"]
    assert read(low, path)["pin"] == "***"


def test_a_batch_takes_no_more_than_it_can_answer_and_loses_nothing(client: Client) -> None:
    text = "x" * (900 * 1024)
    wf = client.run(definition("wide", *fork(12, a="${workflow.input.a}")), {"a": text})
    sizes = []
    for _ in range(20):
        polled = client.call("GET", "/tasks/poll/batch/t", count=100, timeout=0)
        if not polled:
            break
        sizes.append(len(polled))
        for each in polled:
            assert each["inputData"] == {"a": text}
            result = {key: each[key] for key in ("workflowInstanceId", "taskId")}
            client.call("POST", "/tasks", {**result, "status": "COMPLETED"})
        client.stack.settle()
    assert sizes == [4, 4, 4]
    assert client.status(wf) == "COMPLETED"


def test_an_input_that_escapes_make_too_large_is_named(client: Client) -> None:
    text = '"' * (MB + MB // 4)
    client.run(
        definition("quoted", simple("t1", inputParameters={"a": "${workflow.input.a}"})),
        {"a": text},
    )
    polled = client.poll("t1")
    assert polled is not None
    assert polled["inputData"] == {}
    assert read(client, polled["externalInputPayloadStoragePath"]) == {"a": text}


def test_text_that_is_not_ascii_takes_no_more_room_than_it_has(client: Client) -> None:
    """Of 2.1 MB, escaped as ASCII it would be 6.3 MB."""
    text = "ä" * (21 * MB // 20)
    client.register(definition("german", simple("t1")))
    body = json.dumps({"a": text}, ensure_ascii=False)
    wf = client.stack.request("POST", "/api/workflow/german", body).body
    assert client.workflow(wf)["input"] == {"a": text}


def test_the_largest_payloads_leave_an_answer_until_it_fits(client: Client) -> None:
    wf = client.run(definition("heavy", *fork(9)), {"small": 1})
    for number in range(9):
        client.finish("t", {"a": str(number) * MB, "n": number})
    answer = client.stack.request("GET", f"/api/workflow/{wf}")
    assert answer.status == 200
    outputs = {each["referenceTaskName"]: each for each in answer.body["tasks"]}
    named = [ref for ref, each in outputs.items() if "externalOutputPayloadStoragePath" in each]
    assert "j" in named, "the output of the JOIN is all of theirs"
    whole = [ref for ref in outputs if ref.startswith("b") and ref not in named]
    assert len(whole) >= 4, "only as many as it takes"
    for ref in whole:
        assert len(outputs[ref]["outputData"]["a"]) == MB
    joined = read(client, outputs["j"]["externalOutputPayloadStoragePath"])
    assert sorted(each["n"] for each in joined.values()) == list(range(9))


def test_a_request_that_is_too_large_is_told_the_way_around(client: Client) -> None:
    answer = client.stack.request("POST", "/api/workflow/w", {"a": "x" * (6 * MB)})
    assert answer.status == 413
    assert "GET /api/workflow/externalstoragelocation" in answer.body["message"]


def wide(client: Client, count: int) -> list[str]:
    """So many definitions, of each of which an answer holds two."""
    names = [f"wide{number}" for number in range(count)]
    text = "x" * (5 * MB // 2)
    client.register(*(definition(name, simple("t1"), description=text) for name in names))
    return names


def test_definitions_that_are_too_many_go_compressed_or_are_named(client: Client) -> None:
    names = wide(client, 3)
    for path in ("", "/latest-versions"):
        answer = client.stack.request("GET", f"/api/metadata/workflow{path}")
        assert answer.status == 413
        assert "GET /api/metadata/workflow/names" in answer.body["message"]
    assert client.call("GET", "/metadata/workflow/names") == names
    asked = HttpRequest(
        "GET", "/api/metadata/workflow", headers=(("Accept-Encoding", "gzip, deflate"),)
    )
    response = client.stack.runtime.handle(asked)
    assert response.status == 200
    assert ("content-encoding", "gzip") in response.headers
    found = json.loads(gzip.decompress(response.body))
    assert [each["name"] for each in found] == names


def test_what_was_done_is_told_although_its_answer_is_too_large(client: Client) -> None:
    # Once in the definition, once with the task.
    client.register(definition("grown", simple("t1", description="y" * (16 * MB // 5))))
    wf = client.start("grown")
    answer = client.stack.request("POST", f"/api/workflow/{wf}/variables", {"n": 1})
    assert answer.status == 413
    assert f"done in workflow {wf}" in answer.body["message"]
    standing = client.call("GET", f"/workflow/{wf}/status", includeVariables="true")
    assert standing["variables"] == {"n": 1}


def test_thousands_of_tasks_are_read_compressed_or_page_by_page() -> None:
    count = 4000
    cluster = Cluster(inline=True)
    loop = {
        **task("FOR_EACH", "each", inputParameters={"concurrency": 200}),
        "items": "${workflow.input.items}",
        "loopOver": [task("NOOP", "n")],
    }
    wf = cluster.start(definition("wide", loop), {"items": list(range(count))})
    while not cluster.status(wf).is_terminal:
        cluster.settle()

    def asked(path: str, query: str = "", **headers: str) -> dict[str, Any]:
        with installed(cluster.engine):
            return handler(http_event("GET", path, query, headers=headers), None)  # type: ignore[arg-type]  # unused

    refused = asked(f"/api/workflow/{wf}")
    assert refused["statusCode"] == 413
    assert "/tasks?start=0&count=15" in refused["body"]
    whole = asked(f"/api/workflow/{wf}", **{"accept-encoding": "gzip"})
    assert (whole["statusCode"], whole["isBase64Encoded"]) == (200, True)
    assert len(whole["body"]) < MB
    found = json.loads(gzip.decompress(base64.b64decode(whole["body"])))
    assert len(found["tasks"]) == count + 1
    page = asked(f"/api/workflow/{wf}/tasks", "start=3990&count=500")
    assert page["statusCode"] == 200
    body = json.loads(page["body"])
    assert (body["totalHits"], len(body["results"])) == (count + 1, 11)
    refused = asked(f"/api/workflow/{wf}/tasks", "count=4001")
    assert refused["statusCode"] == 413
    assert "Ask for fewer at once: count" in refused["body"]
