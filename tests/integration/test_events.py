"""Events from end to end on the local runtime: topics, buses, queues, Kafka's shape, default queues."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from podium_local.clock import VirtualClock
from podium_local.pump import Invoker
from podium_local.topology import TOPOLOGY
from tests.support.client import Client, definition, simple, task
from tests.support.fake_engine import sample
from tests.support.stack import local_stack

WORK = definition("work", simple("step"))
START: Any = {
    "action": "start_workflow",
    "start_workflow": {"name": "work", "input": {"n": "${n}"}},
}


def handler(name: str, event: str, *actions: Any, **fields: Any) -> Any:
    return {"name": name, "event": event, "active": True, "actions": list(actions), **fields}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with local_stack() as stack:
        made = Client(stack)
        made.register(WORK, definition("waiter", task("WAIT", "w1"), task("WAIT", "w2")))
        yield made


@pytest.fixture(autouse=True)
def _no_handlers(client: Client) -> Iterator[None]:
    yield
    for each in client.call("GET", "/event"):
        client.call("DELETE", f"/event/{each['name']}")
    client.stack.settle()


def started(client: Client) -> list[Any]:
    """Inputs ``n`` of the workflows started since the last look, which end with it."""
    found = []
    while (polled := client.poll("step")) is not None:
        found.append(client.workflow(polled["workflowInstanceId"])["input"].get("n"))
        place = f"{polled['workflowInstanceId']}/{polled['referenceTaskName']}"
        client.call("POST", f"/tasks/{place}/COMPLETED", {})
    return sorted(found, key=str)


def aws(client: Client, service: str) -> Any:
    return client.stack.runtime.client(service)


def url_of(client: Client, queue: str) -> str:
    return str(aws(client, "sqs").get_queue_url(QueueName=queue)["QueueUrl"])


def waiting(client: Client, queue: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = aws(client, "sqs").get_queue_attributes(
        QueueUrl=url_of(client, queue), AttributeNames=names
    )
    return sum(int(value) for value in found["Attributes"].values())


def test_an_event_task_reaches_handlers_of_a_topic_and_of_a_bus(client: Client) -> None:
    client.call("POST", "/event", handler("topic", "sns:news", START))
    client.call("POST", "/event", handler("bus", "eventbridge:events:paid", START))
    tell = [
        task("EVENT", "t1", sink="sns:news", inputParameters={"n": 1}),
        task("EVENT", "t2", sink="eventbridge:events:paid", inputParameters={"n": 2}),
        task("EVENT", "t3", sink="eventbridge:events:other", inputParameters={"n": 3}),
    ]
    client.run(definition("teller", *tell))
    assert started(client) == [1, 2]
    client.call("DELETE", "/event/topic")
    client.call("DELETE", "/event/bus")
    wf = client.run(definition("teller", *tell))
    assert client.status(wf) == "COMPLETED"
    assert started(client) == []


def test_a_message_of_somebody_else_on_a_topic_and_a_bus(client: Client) -> None:
    client.call("POST", "/event", handler("topic", "sns:others", START))
    client.call("POST", "/event", handler("bus", "eventbridge", START))
    topic = "arn:aws:sns:us-east-1:123456789012:podium-sink-others"
    aws(client, "sns").publish(TopicArn=topic, Message=json.dumps({"n": "topic"}))
    entry = {"EventBusName": "podium-events", "Source": "shop", "DetailType": "d"}
    aws(client, "events").put_events(Entries=[{**entry, "Detail": json.dumps({"n": "bus"})}])
    client.stack.settle()
    assert started(client) == ["bus", "topic"]


def test_a_queue_is_read_as_long_as_a_handler_listens(client: Client) -> None:
    client.call("POST", "/event", handler("a", "sqs:orders", START))
    client.call("POST", "/event", handler("b", "sqs:orders", START))
    sqs, url = aws(client, "sqs"), url_of(client, "podium-sink-orders")

    def send(n: int) -> None:
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"n": n}))
        client.stack.settle()

    send(1)
    assert started(client) == [1, 1]
    client.call("DELETE", "/event/a")
    send(2)
    assert started(client) == [2]
    client.call("DELETE", "/event/b")
    send(3)
    client.stack.advance(7200)
    assert started(client) == []
    assert waiting(client, "podium-sink-orders") == 1
    client.call("POST", "/event", handler("c", "sqs:orders", START))
    client.stack.settle()
    assert started(client) == [3]


def test_a_poison_message_becomes_a_dead_letter_and_holds_nobody_up(client: Client) -> None:
    client.call("POST", "/event", handler("a", "conductor:teller:tell", START))
    sqs, own = aws(client, "sqs"), url_of(client, "podium-event-messages")
    sqs.send_message(QueueUrl=own, MessageBody="poison")
    tell = task("EVENT", "tell", sink="conductor", inputParameters={"n": 4})
    client.run(definition("teller", tell))
    assert started(client) == [4]
    client.stack.advance(4 * 3600)
    assert waiting(client, "podium-event-messages") == 0
    (letter,) = sqs.receive_message(QueueUrl=url_of(client, "podium-event-dead-letters"))[
        "Messages"
    ]
    assert letter["Body"] == "poison"


def test_records_of_kafka_in_the_shape_of_lambda_start_workflows_once(client: Client) -> None:
    client.call("POST", "/event", handler("a", "kafka:payments", START, condition="$.n > 0"))
    event = sample("kafka.json")
    for number, record in enumerate(event["records"]["payments-0"]):
        record["value"] = base64.b64encode(json.dumps({"n": number}).encode()).decode()
    clock = client.stack.clock
    assert isinstance(clock, VirtualClock)
    invoker = Invoker(clock)
    for _ in range(2):
        outcome = invoker.invoke(TOPOLOGY.function("events"), event)
        assert outcome.error is None
        client.stack.settle()
    assert started(client) == [1]


def test_what_became_of_actions_is_listed(client: Client) -> None:
    skip = handler("skip", "sqs:listed", START, condition="false")
    client.call("POST", "/event", handler("do", "sqs:listed", START))
    client.call("POST", "/event", skip)
    url = url_of(client, "podium-sink-listed")
    sent = aws(client, "sqs").send_message(QueueUrl=url, MessageBody=json.dumps({"n": 9}))
    client.stack.settle()
    assert started(client) == [9]
    found = {each["name"]: each for each in client.call("GET", "/event/execution/sqs:listed")}
    done, skipped = found["do"], found["skip"]
    assert done["id"] == f"{sent['MessageId']}_0"
    assert (done["status"], done["action"], list(done["output"])) == (
        "COMPLETED",
        "start_workflow",
        ["workflowId"],
    )
    assert (skipped["status"], skipped["output"]["msg"]) == ("SKIPPED", {"n": 9})
    every = client.call("GET", "/event/execution")
    assert [each for each in every if each["event"] == "sqs:listed"] != []
    assert client.call("GET", "/event/execution/sqs:nothing") == []


# --- default queues --------------------------------------------------------------------------------


def test_a_task_is_finished_through_the_queue_of_a_status(client: Client) -> None:
    wf = client.start("waiter")
    client.call("POST", f"/queue/update/{wf}/w1/COMPLETED", {"said": "yes"})
    client.stack.settle()
    done = client.task(wf, "w1")
    place = {"workflowId": wf, "taskRefName": "w1"}
    assert done["status"] == "COMPLETED"
    assert done["outputData"] == {"said": "yes", "externalId": json.dumps(place)}
    second = client.task(wf, "w2")["taskId"]
    client.call("POST", f"/queue/update/{wf}/task/{second}/FAILED", {})
    client.stack.settle()
    assert client.status(wf) == "FAILED"
    assert client.task(wf, "w2")["status"] == "FAILED"


def test_the_default_queues_are_told_and_take_messages_of_others(client: Client) -> None:
    addresses = client.call("GET", "/queue/")
    assert set(addresses) == {"COMPLETED", "FAILED"}
    wf = client.start("waiter")
    sqs = aws(client, "sqs")
    bodies = [
        {"externalId": json.dumps({"workflowId": wf}), "by": "sqs"},
        {"externalId": json.dumps({"workflowId": "unknown", "taskRefName": "w1"})},
        {"externalId": "no json"},
        {"none": 1},
    ]
    for body in [*map(json.dumps, bodies), "text"]:
        sqs.send_message(QueueUrl=addresses["COMPLETED"], MessageBody=body)
    client.stack.settle()
    assert client.tasks(wf) == [("w1", "COMPLETED"), ("w2", "IN_PROGRESS")]
    assert client.task(wf, "w1")["outputData"]["by"] == "sqs"
    sizes = {"podium-sink-_COMPLETED": 0, "podium-sink-_FAILED": 0}
    assert client.call("GET", "/queue/size") == sizes


def test_a_status_without_a_queue_is_refused(client: Client) -> None:
    for status, said in [("IN_PROGRESS", "no queue for handling IN_PROGRESS"), ("x", "status")]:
        answer = client.stack.request("POST", f"/api/queue/update/wf/w1/{status}", {})
        assert answer.status == 400
        assert said in answer.body["message"]


def test_the_queues_of_events_are_told_with_their_sizes(client: Client) -> None:
    client.call("POST", "/event", handler("a", "sqs:orders", START))
    client.call("POST", "/event", handler("b", "conductor:x:y", START))
    client.call("POST", "/event", handler("off", "sqs:off", START, active=False))
    assert client.call("GET", "/admin/queues") == {
        "conductor:x:y": "podium-event-messages",
        "sqs:orders": "podium-sink-orders",
    }
    assert client.call("GET", "/admin/queues", verbose="true") == {
        "conductor:x:y": {"podium-event-messages": 0},
        "sqs:orders": {"podium-sink-orders": 0},
    }
