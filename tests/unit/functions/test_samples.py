"""The HTTP samples through the handlers that they are sent to."""

from __future__ import annotations

from typing import Any

from functions.api.handler import handler as api
from functions.poll.handler import handler as poll
from tests.support.fake_engine import FakeEngine, installed, sample

NO_CONTEXT: Any = None


def test_the_start_request_of_the_sample_starts_its_workflow():
    with installed(FakeEngine({"starts.start": "wf-1"})) as engine:
        answer = api(sample("api-gateway-http-v2.json"), NO_CONTEXT)
    assert (answer["statusCode"], answer["body"]) == (200, "wf-1")
    validated, started = engine.calls
    assert validated[:2] == ("validating", "start")
    request = started[2][0]
    assert (request.name, request.version, request.correlation_id) == (
        "order_fulfilment",
        1,
        "ORD-1001",
    )
    assert request.input == {"orderId": "ORD-1001", "amount": 4200, "currency": "EUR"}


def test_the_poll_of_the_sample_asks_for_its_type_worker_count_and_wait():
    with installed(FakeEngine({"polls.poll": []})) as engine:
        answer = poll(sample("api-gateway-http-v2-poll.json"), NO_CONTEXT)
    assert (answer["statusCode"], answer["body"]) == (200, "[]")
    assert engine.calls == [("polls", "poll", ("reserve_stock", "worker-1", "", 5, 1000), {})]
