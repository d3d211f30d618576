"""Names of events, and the events that sinks mean."""

from __future__ import annotations

import pytest

from podium.domain.events.names import EventKind, EventName, parse_event, sink_event
from podium.errors import InvalidInputError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("conductor:order:paid", EventName(EventKind.CONDUCTOR, "order:paid")),
        ("sqs:orders", EventName(EventKind.SQS, "orders")),
        ("sqs:orders.fifo", EventName(EventKind.SQS, "orders.fifo")),
        ("sns:orders", EventName(EventKind.SNS, "orders")),
        ("eventbridge", EventName(EventKind.EVENT_BRIDGE)),
        ("eventbridge:shop", EventName(EventKind.EVENT_BRIDGE, "shop")),
        ("eventbridge:shop:a:b", EventName(EventKind.EVENT_BRIDGE, "shop", "a:b")),
        ("eventbridge::order.paid", EventName(EventKind.EVENT_BRIDGE, "", "order.paid")),
        ("kafka:orders.v1", EventName(EventKind.KAFKA, "orders.v1")),
    ],
)
def test_an_event_is_read_and_written_as_it_is(text, expected):
    assert parse_event(text) == expected
    assert str(expected) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "conductor",
        "conductor:",
        "conductor::",
        "sqs",
        "sqs:",
        "sqs:a b",
        "sqs:.fifo",
        "sqs:" + "q" * 51,
        "sns:a/b",
        "eventbridge:a b",
        "eventbridge:a:",
        "eventbridge:a:" + "t" * 129,
        "kafka:",
        "kafka:a b",
        "amqp_queue:orders",
        "nats:orders",
        "dummy",
        "conductor:" + "x" * 600,
    ],
)
def test_what_is_no_event_is_refused_by_its_name(text):
    with pytest.raises(InvalidInputError, match="is no event"):
        parse_event(text)


@pytest.mark.parametrize(
    ("sink", "expected"),
    [
        ("conductor", "conductor:order:tell"),
        ("conductor:paid", "conductor:order:paid"),
        (" sqs:orders ", "sqs:orders"),
        ("eventbridge", "eventbridge"),
    ],
)
def test_a_sink_of_conductor_is_an_event_of_its_workflow(sink, expected):
    assert str(sink_event(sink, "order", "tell")) == expected


@pytest.mark.parametrize("sink", [None, 7, {}, "", "conductors", "sqs:", "https://example.org"])
def test_a_bad_sink_is_refused(sink):
    with pytest.raises(InvalidInputError, match="Invalid / Unsupported sink specified"):
        sink_event(sink, "order", "tell")
