"""The events function: each message on its own, and what comes again."""

from __future__ import annotations

import json
from typing import Any

from functions.events.handler import handler
from podium.adapters.event_messages import queue_message
from podium.adapters.items.payloads import Payloads
from podium.adapters.memory.blobs import MemoryBlobs
from podium.errors import DefectError, TransientError
from tests.support.fake_engine import FakeEngine, installed, sample

CONTEXT: Any = None
OWN = "arn:aws:sqs:eu-central-1:123456789012:podium-event-messages"


class Engine(FakeEngine):
    """Reads messages for real, and answers how many handlers react by the event."""

    def __init__(self, handlers: dict[str, Any]) -> None:
        super().__init__({"reacting.react": self._react})
        self.handlers = handlers
        self.posted: list[Any] = []
        posted = self.posted

        class Publisher:
            def post(self, message: Any) -> None:
                posted.append(message)

            def read(self, record: Any) -> Any:
                return queue_message(record, OWN, "podium-", Payloads(MemoryBlobs(), 1000))

        class Clock:
            @staticmethod
            def now() -> int:
                return 9000

        class Ports:
            publisher = Publisher()
            clock = Clock

        self.ports = Ports  # type: ignore[assignment]  # shaped like it

    def _react(self, message: Any) -> int:
        answer = self.handlers.get(str(message.event), 0)
        if isinstance(answer, Exception):
            raise answer
        return int(answer)

    @property
    def reacted(self) -> list[str]:
        return [str(args[0].event) for _, name, args, _ in self.calls if name == "react"]

    @property
    def shown_soon(self) -> int:
        return sum(name == "soon" for _, name, *_ in self.calls)


def failures(report: Any) -> list[str]:
    return [each["itemIdentifier"] for each in report["batchItemFailures"]]


def test_every_message_of_a_batch_is_reacted_to():
    engine = Engine({})
    with installed(engine):
        report = handler(sample("sqs-event-messages.json"), CONTEXT)
    assert failures(report) == []
    assert engine.reacted == [
        "conductor:order_fulfilment:order_paid",
        "sns:deliveries",
        "eventbridge:payments:card.charged",
    ]


def test_one_that_fails_comes_again_and_the_others_do_not():
    event = sample("sqs-event-messages.json")
    engine = Engine(
        {
            "sns:deliveries": TransientError("busy"),
            "eventbridge:payments:card.charged": DefectError("x"),
        }
    )
    with installed(engine):
        report = handler(event, CONTEXT)
    assert failures(report) == [record["messageId"] for record in event["Records"][1:]]
    assert engine.shown_soon == 1


def test_a_message_that_cannot_be_read_comes_again_until_it_is_a_dead_letter():
    event = sample("sqs-event-messages.json")
    event["Records"][0]["body"] = "nonsense"
    with installed(Engine({})):
        assert failures(handler(event, CONTEXT)) == [event["Records"][0]["messageId"]]


def test_a_message_of_a_queue_that_nobody_listens_to_any_more_stays_there():
    event = sample("sqs-event-source.json")
    with installed(Engine({})):
        assert failures(handler(event, CONTEXT)) == [event["Records"][0]["messageId"]]
    with installed(Engine({"sqs:payments": 1})):
        assert failures(handler(event, CONTEXT)) == []


def test_records_of_a_topic_are_reacted_to_and_hold_nobody_up():
    engine = Engine({"kafka:payments": 1})
    with installed(engine):
        assert handler(sample("kafka.json"), CONTEXT) is None
    assert engine.reacted == ["kafka:payments"] * 2
    assert engine.posted == []

    engine = Engine({"kafka:payments": TransientError("busy")})
    event = sample("kafka.json") | {"eventSource": "SelfManagedKafka"}
    with installed(engine):
        assert handler(event, CONTEXT) is None
    first, second = engine.posted
    assert (first.id, second.payload) == ("payments-0-15", "plain text")


def test_an_empty_or_strange_record_of_a_topic_is_text():
    engine = Engine({"kafka:payments": 1})
    record = {
        "topic": "payments",
        "partition": 1,
        "offset": 2,
        "value": None,
        "headers": [{"h": [-61, -87]}],
    }
    event = {"eventSource": "aws:kafka", "records": {"payments-1": [record]}}
    with installed(engine):
        handler(json.loads(json.dumps(event)), CONTEXT)
    ((_, _, (message,), _),) = engine.calls
    assert (message.id, message.payload) == ("payments-1-2", "")
