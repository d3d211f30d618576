"""What carries events: sent, heard, opened and closed, on SQS, SNS, EventBridge and Lambda's mappings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from podium.adapters.aws.event_publisher import AwsEventPublisher
from podium.adapters.aws.event_sources import AwsEventSources
from podium.adapters.event_messages import queue_message
from podium.adapters.items.payloads import Payloads
from podium.adapters.memory.blobs import MemoryBlobs
from podium.adapters.memory.events import MemoryEventPublisher, MemoryEventSources
from podium.domain.events.message import EventMessage, Publication
from podium.domain.events.names import parse_event
from podium.errors import DefectError, InvalidInputError, NotFoundError
from podium_local.clock import VirtualClock
from podium_local.moto_patch.mappings import mapped_queues
from podium_local.pump.shapes import queue_record
from tests.support.aws import MotoStack, moto_stack
from tests.support.cluster import TopicKafka

REGION, ACCOUNT = "us-east-1", "123456789012"


class Aws:
    """The carriers on moto."""

    def __init__(self, stack: MotoStack) -> None:
        self.stack = stack
        self.sqs: Any = stack.clients.sqs
        self.kafka = TopicKafka()
        self.payloads = Payloads(MemoryBlobs(), 32_768)
        self.own_arn = stack.queue_arns["event-messages"]
        own_url = stack.queue_urls["event-messages"]
        clients = stack.clients
        self.publisher = AwsEventPublisher(
            clients.sqs,
            clients.sns,
            clients.events,
            own_queue_url=own_url,
            own_queue_arn=self.own_arn,
            prefix="podium-",
            payloads=self.payloads,
            kafka=self.kafka,
        )
        self.sources = AwsEventSources(
            clients.sqs,
            clients.sns,
            clients.events,
            clients.functions,
            function="podium-events",
            own_queue_arn=self.own_arn,
            dead_letters_arn=stack.queue_arns["event-dead-letters"],
            prefix="podium-",
        )

    def send(self, event: str, payload: Any = None, id_: str = "t1") -> None:
        self.publisher.publish(Publication(parse_event(event), id_, payload or {"a": 1}, "wf"))

    def heard(self, queue: str = "podium-event-messages") -> list[EventMessage]:
        """What the ``events`` function would read in a queue."""
        url = self.sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        answer = self.sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}"
        records = [queue_record(each, arn) for each in answer.get("Messages", [])]
        return [queue_message(each, self.own_arn, "podium-", self.payloads) for each in records]

    def attributes(self, queue: str) -> Any:
        url = self.sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        return self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]


@pytest.fixture
def aws() -> Iterator[Aws]:
    with moto_stack() as stack:
        yield Aws(stack)


def mapped() -> list[str]:
    return mapped_queues("podium-events", REGION, ACCOUNT)


# --- sent and heard --------------------------------------------------------------------------------


def test_an_event_of_conductor_goes_through_the_own_queue(aws):
    aws.send("conductor:w:t", {"é": None})
    assert aws.heard() == [EventMessage(parse_event("conductor:w:t"), "t1", {"é": None})]


def test_a_payload_too_large_for_a_message_goes_by_its_path(aws):
    large = {"x": "y" * 2_000_000}
    aws.send("conductor:w:t", large)
    assert [each.payload for each in aws.heard()] == [large]


def test_a_queue_gets_the_payload_and_the_id_of_the_task(aws):
    aws.sources.open(parse_event("sqs:orders"))
    aws.send("sqs:orders")
    assert aws.heard("podium-sink-orders") == [
        EventMessage(parse_event("sqs:orders"), "t1", {"a": 1})
    ]


def test_a_message_of_a_stranger_has_the_id_of_its_queue_and_any_text(aws):
    aws.sources.open(parse_event("sqs:orders"))
    url = aws.sqs.get_queue_url(QueueName="podium-sink-orders")["QueueUrl"]
    sent = aws.sqs.send_message(QueueUrl=url, MessageBody="hello")["MessageId"]
    assert aws.heard("podium-sink-orders") == [
        EventMessage(parse_event("sqs:orders"), sent, "hello")
    ]


def test_a_topic_tells_whoever_subscribed_and_podium_after_a_handler_has(aws):
    event = parse_event("sns:news")
    aws.sources.open(event)
    aws.sources.open(event)
    aws.send("sns:news")
    assert aws.heard() == [EventMessage(event, "t1", {"a": 1})]
    aws.sources.close(event)
    aws.send("sns:news")
    assert aws.heard() == []
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:podium-sink-news"
    aws.sources.open(event)
    sent = aws.stack.clients.sns.publish(TopicArn=topic, Message="[1]")["MessageId"]
    assert aws.heard() == [EventMessage(event, sent, [1])]


@pytest.mark.parametrize(
    ("event", "sent", "expected"),
    [
        ("eventbridge:shop:paid", "eventbridge:shop:paid", 1),
        ("eventbridge:shop:paid", "eventbridge:shop:other", 0),
        ("eventbridge:shop", "eventbridge:shop:paid", 1),
        ("eventbridge:shop", "eventbridge:shop", 1),
        ("eventbridge", "eventbridge", 1),
        ("eventbridge", "eventbridge:shop", 0),
    ],
)
def test_a_bus_tells_of_the_types_that_a_handler_names(aws, event, sent, expected):
    aws.stack.clients.events.create_event_bus(Name="podium-shop")
    aws.sources.open(parse_event(event))
    aws.sources.open(parse_event(event))
    aws.send(sent)
    heard = [EventMessage(parse_event(event), "t1", {"a": 1})]
    assert aws.heard() == heard * expected
    aws.sources.close(parse_event(event))
    aws.send(sent)
    assert aws.heard() == []


def test_an_event_of_somebody_else_has_its_own_id(aws):
    aws.stack.clients.events.create_event_bus(Name="podium-shop")
    aws.sources.open(parse_event("eventbridge:shop"))
    entry: Any = {"EventBusName": "podium-shop", "Source": "s", "DetailType": "d", "Detail": "{}"}
    sent = aws.stack.clients.events.put_events(Entries=[entry])["Entries"][0]["EventId"]
    assert [(each.id, each.payload) for each in aws.heard()] == [(sent, {})]


@pytest.mark.parametrize("event", ["sqs:nowhere", "sns:nowhere", "eventbridge:nowhere"])
def test_what_does_not_exist_is_told_by_its_name(aws, event):
    with pytest.raises(NotFoundError, match=r"podium-(sink-)?nowhere does not exist"):
        aws.send(event)


def test_a_queue_that_was_deleted_is_looked_for_again(aws):
    aws.sources.open(parse_event("sqs:orders"))
    aws.send("sqs:orders")
    url = aws.sqs.get_queue_url(QueueName="podium-sink-orders")["QueueUrl"]
    aws.sqs.delete_queue(QueueUrl=url)
    with pytest.raises(NotFoundError):
        aws.send("sqs:orders")
    aws.sources.open(parse_event("sqs:orders"))
    aws.send("sqs:orders")
    assert len(aws.heard("podium-sink-orders")) == 1


def test_a_fifo_queue_keeps_the_order_of_a_workflow_and_drops_a_repeat(aws):
    aws.sqs.create_queue(QueueName="podium-sink-line.fifo", Attributes={"FifoQueue": "true"})
    for _ in range(2):
        aws.send("sqs:line.fifo", {"n": 1}, "t1")
    aws.send("sqs:line.fifo", {"n": 2}, "t2")
    assert [each.payload for each in aws.heard("podium-sink-line.fifo")] == [{"n": 1}, {"n": 2}]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "text",
        "[]",
        "{}",
        '{"v":2}',
        '{"v":1,"event":"x","id":"i","payload":1}',
        '{"v":1,"event":"conductor:a"}',
        '{"v":1,"busEvent":{}}',
    ],
)
def test_what_a_stranger_put_into_the_own_queue_is_refused(aws, body):
    record = {"eventSourceARN": aws.own_arn, "messageId": "m", "body": body}
    with pytest.raises(DefectError):
        queue_message(record, aws.own_arn, "podium-", aws.payloads)


def test_a_topic_of_kafka_gets_a_record_with_the_id_of_the_task(aws):
    aws.send("kafka:orders", {"é": 1})
    (record,) = aws.kafka.topics["orders"]
    assert (record.servers, record.value, record.key) == ((), '{"é":1}'.encode(), b"wf")
    assert record.headers == (("conductor-message-id", b"t1"),)
    aws.kafka.down.add("orders")
    with pytest.raises(InvalidInputError, match="kafka:orders: no broker has orders"):
        aws.send("kafka:orders")


def test_queues_of_events_have_a_name_an_address_and_a_size(aws):
    event = parse_event("sqs:orders")
    assert aws.sources.size(aws.sources.queue_of(event)) == 0
    aws.sources.open(event)
    aws.send("sqs:orders")
    assert aws.sources.queue_of(event) == "podium-sink-orders"
    assert aws.sources.address(event).endswith("/podium-sink-orders")
    assert aws.sources.size("podium-sink-orders") == 1
    assert aws.sources.queue_of(parse_event("conductor:a:b")) == "podium-event-messages"
    assert aws.sources.size(aws.sources.queue_of(parse_event("kafka:a"))) == 0


# --- opened and closed -----------------------------------------------------------------------------


def test_a_queue_is_made_and_mapped_once_and_stays_when_it_is_closed(aws):
    event, arn = parse_event("sqs:orders"), f"arn:aws:sqs:{REGION}:{ACCOUNT}:podium-sink-orders"
    aws.sources.close(event)
    aws.sources.open(event)
    aws.sources.open(event)
    assert mapped() == [arn]
    found = aws.attributes("podium-sink-orders")
    assert int(found["VisibilityTimeout"]) == 360
    dead = json.loads(found["RedrivePolicy"])
    assert dead["deadLetterTargetArn"].endswith(":podium-event-dead-letters")
    (mapping,) = aws.stack.clients.functions.list_event_source_mappings(
        FunctionName="podium-events"
    )["EventSourceMappings"]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    aws.sources.close(event)
    aws.sources.close(event)
    assert mapped() == []
    assert aws.attributes("podium-sink-orders")["QueueArn"] == arn


def test_a_queue_that_is_there_gets_what_it_lacks_and_keeps_what_it_has(aws):
    other = json.dumps(
        {
            "deadLetterTargetArn": aws.stack.queue_arns["timers-dead-letters"],
            "maxReceiveCount": 3,
        }
    )
    aws.sqs.create_queue(QueueName="podium-sink-mine", Attributes={"RedrivePolicy": other})
    aws.sources.open(parse_event("sqs:mine"))
    found = aws.attributes("podium-sink-mine")
    assert int(found["VisibilityTimeout"]) == 360
    assert json.loads(found["RedrivePolicy"])["maxReceiveCount"] == 3


def test_a_bus_that_does_not_exist_cannot_be_listened_to(aws):
    with pytest.raises(InvalidInputError, match="podium-nowhere does not exist"):
        aws.sources.open(parse_event("eventbridge:nowhere"))
    aws.sources.close(parse_event("eventbridge:nowhere"))
    aws.sources.close(parse_event("sns:nowhere"))


@pytest.mark.parametrize("event", ["conductor:a:b", "kafka:topic"])
def test_what_needs_no_source_has_none(aws, event):
    aws.sources.open(parse_event(event))
    aws.sources.close(parse_event(event))
    assert mapped() == []


# --- in memory -------------------------------------------------------------------------------------


def test_in_memory_messages_are_kept_by_event():
    payloads = Payloads(MemoryBlobs(), 32_768)
    publisher = MemoryEventPublisher(VirtualClock(), payloads)
    for event in ("conductor:w:t", "sqs:orders"):
        publisher.publish(Publication(parse_event(event), "t1", {"a": 1}, "wf"))
    (message,) = publisher.own.receive(10)
    record = {"eventSourceARN": "own", "messageId": "m", "body": message.body}
    found = queue_message(record, "own", "podium-", payloads)
    assert found == EventMessage(parse_event("conductor:w:t"), "t1", {"a": 1})
    assert [each.id for each in publisher.published["sqs:orders"]] == ["t1"]
    publisher.missing.add("sqs:nowhere")
    with pytest.raises(NotFoundError):
        publisher.publish(Publication(parse_event("sqs:nowhere"), "t1", {}, "wf"))


def test_in_memory_sources_are_open_or_not():
    sources = MemoryEventSources()
    event = parse_event("sqs:orders")
    sources.open(event)
    sources.open(parse_event("kafka:orders"))
    assert sources.opened == {event}
    sources.close(event)
    assert sources.opened == set()
    sources.refused.add("sqs:orders")
    with pytest.raises(InvalidInputError):
        sources.open(event)
