"""Listeners: events get where their sink says, and what could not be published can be tried again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from podium.adapters.aws.listeners import AwsListeners
from podium.adapters.memory.listeners import MemoryListeners
from podium.adapters.notices import read_note
from podium.domain.listening import Notification
from podium.domain.sinks import parse_sink
from podium.errors import PodiumError
from podium_local.clock import VirtualClock
from tests.support.aws import MotoStack, moto_stack

STARTED = Notification("wf:started:1", "workflow.started", 1_767_225_600_000, {"workflowId": "é"})
COMPLETED = Notification("wf:completed:4", "workflow.completed", 1_767_225_600_000, {"n": None})


class Aws:
    """EventBridge and SQS on moto."""

    def __init__(self, stack: MotoStack) -> None:
        self.stack = stack
        clients = stack.clients
        url = stack.queue_urls["decider-failures"]
        self.listeners = AwsListeners(clients.events, clients.sqs, stack.queue_prefix, url)
        for bus in ("events", "audit"):
            self._watch(stack.queue_prefix + bus, bus)

    def _watch(self, bus: str, name: str) -> None:
        events, sqs = self.stack.clients.events, self.stack.clients.sqs
        if name != "events":
            events.create_event_bus(Name=bus)
        queue = sqs.create_queue(QueueName=f"watch-{name}")["QueueUrl"]
        answer = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
        events.put_rule(Name=name, EventBusName=bus, EventPattern='{"source": ["podium"]}')
        arn = answer["Attributes"]["QueueArn"]
        events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "watch", "Arn": arn}])

    def _received(self, queue: str) -> list[Any]:
        sqs = self.stack.clients.sqs
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in received]

    def bus(self, name: str) -> list[Any]:
        return [
            (each["detail-type"], each["detail"], each["source"])
            for each in self._received(f"watch-{name}")
        ]

    def queue(self, name: str) -> list[Any]:
        return self._received(f"podium-sink-{name}")

    def deferred(self) -> list[Any]:
        self.stack.clock.advance(10_000)
        return self._received("podium-decider-failures")


@pytest.fixture
def aws():
    with moto_stack() as stack:
        yield Aws(stack)


def test_an_event_reaches_the_bus_of_the_installation_or_the_one_named(aws):
    aws.listeners.publish(parse_sink("eventbridge"), STARTED)
    aws.listeners.publish(parse_sink("eventbridge:audit"), COMPLETED)
    assert aws.bus("events") == [("workflow.started", {"workflowId": "é"}, "podium")]
    assert aws.bus("audit") == [("workflow.completed", {"n": None}, "podium")]


def test_a_queue_gets_every_event_in_the_shape_of_a_bus_and_is_made_when_it_is_missing(aws):
    sink = parse_sink("sqs:orders")
    aws.listeners.publish(sink, STARTED)
    aws.listeners.publish(sink, COMPLETED)
    first, second = sorted(aws.queue("orders"), key=lambda each: each["id"], reverse=True)
    assert first == {
        "id": "wf:started:1",
        "source": "podium",
        "detail-type": "workflow.started",
        "time": "2026-01-01T00:00:00Z",
        "detail": {"workflowId": "é"},
    }
    assert second["id"] == "wf:completed:4"


def test_a_queue_that_is_there_is_used_as_it_is(aws):
    aws.stack.clients.sqs.create_queue(
        QueueName="podium-sink-own", Attributes={"MessageRetentionPeriod": "60"}
    )
    aws.listeners.publish(parse_sink("sqs:own"), STARTED)
    assert len(aws.queue("own")) == 1


def test_a_queue_that_was_deleted_is_made_again_at_the_next_try(aws):
    sink = parse_sink("sqs:orders")
    aws.listeners.publish(sink, STARTED)
    sqs = aws.stack.clients.sqs
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName="podium-sink-orders")["QueueUrl"])
    with pytest.raises(PodiumError):
        aws.listeners.publish(sink, STARTED)
    aws.listeners.publish(sink, COMPLETED)
    assert [each["id"] for each in aws.queue("orders")] == ["wf:completed:4"]


def test_the_queue_publisher_tells_how_a_workflow_ended_and_nothing_else(aws):
    sink = parse_sink("queue")
    for event in ("started", "completed", "terminated", "finalized", "paused"):
        aws.listeners.publish(
            sink, Notification(f"wf:{event}", f"workflow.{event}", 0, {"e": event})
        )
    for queue, event in [
        ("_callbackSuccessQueue", "completed"),
        ("_callbackFailureQueue", "terminated"),
        ("_callbackFinalizeQueue", "finalized"),
    ]:
        assert aws.queue(queue) == [{"e": event}]


def test_what_cannot_be_published_raises(aws):
    too_large = Notification("wf:x", "workflow.started", 0, {"large": "x" * 2_000_000})
    with pytest.raises(PodiumError):
        aws.listeners.publish(parse_sink("sqs:orders"), too_large)


def test_an_event_put_aside_is_read_back_whole(aws):
    aws.listeners.defer(parse_sink("sqs:orders"), STARTED, 77)
    assert [read_note(each) for each in aws.deferred()] == [(parse_sink("sqs:orders"), STARTED, 77)]


def test_in_memory_events_are_kept_by_their_sink():
    clock = VirtualClock()
    listeners = MemoryListeners(clock)
    for text in ("eventbridge", "sqs:orders", "queue"):
        listeners.publish(parse_sink(text), STARTED)
        listeners.publish(parse_sink(text), COMPLETED)
    listeners.defer(parse_sink("queue"), STARTED, 77)
    assert listeners.published == {
        "eventbridge": [STARTED, COMPLETED],
        "sqs:orders": [STARTED, COMPLETED],
        "_callbackSuccessQueue": [COMPLETED],
    }
    assert listeners.deferred.receive(1) == []
    clock.advance(10_000)
    (message,) = listeners.deferred.receive(1)
    assert read_note(json.loads(message.body)) == (parse_sink("queue"), STARTED, 77)
