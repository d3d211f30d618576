"""Status events through the whole product: the stream, the listeners function, a bus and a queue."""

from __future__ import annotations

import json
from typing import Any

from tests.support.client import Client, definition, simple
from tests.support.stack import LocalStack, local_stack


def watched(stack: LocalStack) -> str:
    """URL of a queue that a rule of the installation's bus feeds."""
    events, sqs = stack.runtime.client("events"), stack.runtime.client("sqs")
    url = str(sqs.create_queue(QueueName="watch")["QueueUrl"])
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    rule = {"Name": "all", "EventBusName": "podium-events"}
    events.put_rule(**rule, EventPattern='{"source": ["podium"]}')
    target = {"Id": "watch", "Arn": arn["QueueArn"]}
    events.put_targets(Rule="all", EventBusName="podium-events", Targets=[target])
    return url


def received(stack: LocalStack, url: str) -> list[Any]:
    answer = stack.runtime.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def test_workflows_and_tasks_are_told_to_the_bus_and_to_queues() -> None:
    with local_stack(settings={"PODIUM_TASK_STATUS_EVENTS": "true"}) as stack:
        client = Client(stack)
        url = watched(stack)
        change = {"onSuccess": [{"type": "paid", "payload": {"sum": "${pay.output.sum}"}}]}
        order = definition("order", simple("pay"), workflowStatusListenerEnabled=True)
        silent = definition("silent", simple("pay", onStateChange=change))
        queued = {**order, "name": "queued", "workflowStatusListenerSink": "sqs:orders"}
        client.register(order, {**queued, "tasks": [simple("wait")]}, silent)
        wf = client.start("order", {"id": 7})
        client.finish("pay", {"sum": 3})
        told = {
            (each["detail-type"], each["detail"]["workflowId"]) for each in received(stack, url)
        }
        assert told == {
            ("workflow.started", wf),
            ("workflow.completed", wf),
            ("workflow.finalized", wf),
            ("task.scheduled", wf),
            ("task.in-progress", wf),
            ("task.completed", wf),
        }
        client.start("silent")
        client.finish("pay", {"sum": 4})
        (paid,) = [each for each in received(stack, url) if each["detail-type"] == "paid"]
        assert paid["detail"]["payload"] == {"sum": 4}
        client.start("queued")
        sqs = stack.runtime.client("sqs")
        sink = str(sqs.get_queue_url(QueueName="podium-sink-orders")["QueueUrl"])
        types = {each["detail-type"] for each in received(stack, sink)}
        assert types == {"workflow.started", "task.scheduled"}


def test_a_definition_with_an_unknown_sink_or_state_is_refused() -> None:
    with local_stack() as stack:
        broken = [
            definition(
                "a",
                simple("pay"),
                workflowStatusListenerEnabled=True,
                workflowStatusListenerSink="kafka:x",
            ),
            definition("b", simple("pay", onStateChange={"onEnd": [{"type": "x"}]})),
        ]
        for each, named in zip(broken, ["kafka:x", "onEnd"], strict=True):
            status, _, body = stack.request("POST", "/api/metadata/workflow", each)
            assert status == 400
            assert named in json.dumps(body)
