"""Administration and monitoring, through the whole product (rest-api.md 7 and 8)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.support.client import Client, definition, simple
from tests.support.stack import local_stack


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    settings = {"PODIUM_LISTENER_SINK": "queue"}
    with local_stack(settings=settings) as stack:
        client = Client(stack)
        client.register(definition("flow", simple("t1")))
        client.call("PUT", "/secrets/dearest", "the value of a secret")
        yield client


def test_the_configuration_shows_every_setting_and_no_secret(client: Client) -> None:
    found = client.call("GET", "/admin/config")
    assert found["version"] == client.call("GET", "/version")
    assert found["PODIUM_LISTENER_SINK"] == "queue"
    assert found["PODIUM_INLINE_ADVANCE"] is True
    assert found["PODIUM_PAYLOAD_THRESHOLD_BYTES"] == 32768
    assert "the value of a secret" not in str(found)
    assert "AWS" not in str(sorted(found)), "nothing but settings of our own"


def test_an_execution_is_evaluated(client: Client) -> None:
    wf = client.start("flow")
    assert client.call("POST", f"/admin/sweep/requeue/{wf}") == f"true.{wf}"
    assert client.call("POST", f"/admin/consistency/verifyAndRepair/{wf}") == "false"
    for path in ("sweep/requeue", "consistency/verifyAndRepair"):
        answer = client.stack.request("POST", f"/api/admin/{path}/nobody")
        assert answer.status == 404
        assert "nobody" in answer.body["message"]
    client.finish("t1")


def test_a_task_that_was_lost_is_made_again(client: Client) -> None:
    wf = client.start("flow")
    runtime = client.stack.runtime
    table = runtime.resources.environment(runtime.options.topology.function("api"))
    dynamodb = runtime.client("dynamodb")
    name = table["PODIUM_EXECUTIONS_TABLE"]
    items = dynamodb.query(
        TableName=name,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"W#{wf}"}},
    )["Items"]
    (item,) = [each for each in items if each["sk"]["S"].startswith("T#")]
    dynamodb.delete_item(TableName=name, Key={"pk": item["pk"], "sk": item["sk"]})
    assert client.tasks(wf) == []
    assert client.call("POST", f"/admin/consistency/verifyAndRepair/{wf}") == "true"
    assert client.tasks(wf) == [("t1", "SCHEDULED")]
    client.stack.settle()
    client.finish("t1")
    assert client.status(wf) == "COMPLETED"


def test_open_tasks_of_a_type_are_listed_and_sent_again(client: Client) -> None:
    client.register(definition("pending", simple("waiting")))
    ids = []
    for _ in range(3):
        ids.append(client.start("pending"))
        client.stack.advance(1)
    found = client.call("GET", "/admin/task/waiting")
    assert [each["workflowInstanceId"] for each in found] == ids
    assert found[0] == client.task(ids[0], "waiting")
    page = client.call("GET", "/admin/task/waiting", start=1, count=1)
    assert [each["workflowInstanceId"] for each in page] == ids[1:2]
    assert client.call("GET", "/admin/task/nothing") == []
    for name in ("start", "count"):
        answer = client.stack.request("GET", "/api/admin/task/waiting", query={name: "-1"})
        assert answer.status == 400
        assert name in answer.body["message"]
    assert client.call("POST", "/tasks/queue/requeue/waiting") == "3"
    assert client.call("POST", "/tasks/queue/requeue/nothing") == "0"
    for _ in ids:
        client.finish("waiting")
    assert client.poll("waiting") is None
    assert {client.status(wf) for wf in ids} == {"COMPLETED"}


def test_queues_are_shown_with_what_workers_hold(client: Client) -> None:
    client.register(definition("queued", simple("held")))
    for _ in range(3):
        client.start("queued")
    assert client.call("GET", "/tasks/queue/all/verbose")["held"] == {"a": {"size": 3, "uacked": 0}}
    sqs = client.stack.runtime.client("sqs")
    (url,) = [each for each in sqs.list_queues()["QueueUrls"] if "held" in each]
    sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1)
    found = client.call("GET", "/tasks/queue/all/verbose")
    assert found["held"] == {"a": {"size": 2, "uacked": 1}}
    assert list(found) == sorted(found)


def test_monitoring_finds_what_it_asks_for(client: Client) -> None:
    client.poll("never_polled_before")
    client.register(definition("gauging", simple("gauged")))
    client.start("gauging")
    client.stack.settle()
    answer = client.stack.request("GET", "/actuator/health")
    assert (answer.status, answer.body) == (200, {"status": "UP"})
    info = client.stack.request("GET", "/actuator/info").body
    assert info == {"app": {"name": "podium", "version": client.call("GET", "/version")}}
    answer = client.stack.request("GET", "/actuator/prometheus")
    assert answer.headers["content-type"] == "text/plain"
    sample = re.compile(r'(\w+)\{(\w+="[^"]*",?)+\} [0-9.e+]+')
    lines = answer.body.splitlines()
    assert all(sample.fullmatch(line) or re.match(r"# (HELP|TYPE) \w+ \w", line) for line in lines)
    assert 'podium_queue_tasks_waiting{queue="gauged"} 1' in lines
    assert any(
        line.startswith('podium_last_poll_timestamp_seconds{task_type="never') for line in lines
    )
