"""Requests become the events an HTTP API sends, answers the responses it gives."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from podium_local.clock import VirtualClock
from podium_local.front import Gateway, HttpRequest
from podium_local.front.answers import to_response
from podium_local.front.events import to_event
from podium_local.front.gateway import PAYLOAD_LIMIT
from podium_local.pump import Invoker
from podium_local.topology import TOPOLOGY

EVENTS = Path(__file__).resolve().parents[3] / "events"


def event(**request: Any) -> dict[str, Any]:
    return to_event(
        HttpRequest(**({"method": "GET", "target": "/api/x"} | request)),
        "ANY /{proxy+}",
        "api/x",
        0,
    )


def test_the_event_has_the_keys_of_a_real_one():
    real = json.loads((EVENTS / "api-gateway-http-v2.json").read_text())
    ours = event(
        query="a=1",
        headers=(("Content-Type", "application/json"), ("Cookie", "a=b")),
        body=b"{}",
    )
    # Behind an authorizer or with stage variables there is more; nothing of that is local.
    assert set(ours) - {"cookies"} <= set(real) | {"body", "queryStringParameters"}
    assert {"version", "routeKey", "rawPath", "rawQueryString", "headers", "requestContext"} <= set(
        ours
    )
    assert set(real["requestContext"]) - {"authentication", "authorizer"} <= set(
        ours["requestContext"]
    )
    assert set(real["requestContext"]["http"]) == set(ours["requestContext"]["http"])


def test_the_path_is_decoded_and_the_query_is_not():
    ours = event(target="/api/a%20b%2Fc", query="q=a%20b&empty=")
    assert ours["rawPath"] == "/api/a b/c"
    assert ours["rawQueryString"] == "q=a%20b&empty="
    assert ours["queryStringParameters"] == {"q": "a b", "empty": ""}


def test_repeated_parameters_and_headers_are_joined_by_commas():
    ours = event(query="s=A&s=B", headers=(("X-Tag", "1"), ("x-tag", "2")))
    assert ours["queryStringParameters"] == {"s": "A,B"}
    assert ours["headers"] == {"x-tag": "1,2"}


def test_cookies_have_a_place_of_their_own():
    ours = event(headers=(("Cookie", "a=1; b=2"), ("cookie", "c=3")))
    assert ours["cookies"] == ["a=1", "b=2", "c=3"]
    assert "cookie" not in ours["headers"]


@pytest.mark.parametrize(
    ("content_type", "is_text"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("text/plain", True),
        ("application/problem+json", True),
        ("application/octet-stream", False),
        ("application/x-www-form-urlencoded", False),
        (None, False),
    ],
)
def test_bodies_that_are_no_text_are_base64(content_type, is_text):
    headers = (("content-type", content_type),) if content_type else ()
    ours = event(method="POST", headers=headers, body=b"{}")
    assert ours["isBase64Encoded"] is not is_text
    assert ours["body"] == ("{}" if is_text else base64.b64encode(b"{}").decode())


def test_text_that_is_not_utf8_is_base64():
    ours = event(headers=(("content-type", "text/plain"),), body=b"\xff")
    assert base64.b64decode(ours["body"]) == b"\xff"


def test_a_request_without_a_body_has_none():
    assert "body" not in event()


def test_an_answer_becomes_a_response():
    response = to_response(
        {
            "statusCode": 201,
            "headers": {"Content-Type": "text/plain"},
            "cookies": ["a=1", "b=2"],
            "body": base64.b64encode(b"\x00").decode(),
            "isBase64Encoded": True,
        }
    )
    assert (response.status, response.body) == (201, b"\x00")
    assert response.headers == (
        ("content-type", "text/plain"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
    )


def test_an_answer_without_a_status_is_json():
    response = to_response({"ok": True})
    assert (response.status, json.loads(response.body)) == (200, {"ok": True})


class Functions:
    """Handlers that note which function ran on what."""

    def __init__(self, answer: Any = None) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answer = {"statusCode": 200, "body": ""} if answer is None else answer
        clock = VirtualClock()
        self.gateway = Gateway(TOPOLOGY, Invoker(clock, find=self.find), clock)

    def find(self, function):
        def handler(event, context):
            self.calls.append((function.name, event))
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

        return handler

    def ask(self, method: str, target: str, body: bytes = b"") -> Any:
        return self.gateway.handle(HttpRequest(method, target, body=body))


@pytest.mark.parametrize(
    ("method", "target", "function", "proxy"),
    [
        ("GET", "/api/tasks/poll/batch/ship", "poll", "batch/ship"),
        ("POST", "/api/tasks/poll/batch/ship", "api", "api/tasks/poll/batch/ship"),
        ("GET", "/api/workflow/1", "api", "api/workflow/1"),
        ("HEAD", "/health", "api", "health"),
        ("OPTIONS", "/api/tasks", "api", "api/tasks"),
        ("GET", "/api/tasks/poll", "api", "api/tasks/poll"),
    ],
)
def test_the_most_specific_route_gets_the_request(method, target, function, proxy):
    functions = Functions()
    functions.ask(method, target)
    ((name, event),) = functions.calls
    assert name == function
    assert event["requestContext"]["http"]["method"] == method
    assert event["pathParameters"] == {"proxy": proxy}


def test_the_root_is_no_route():
    functions = Functions()
    assert functions.ask("GET", "/").status == 404
    assert functions.calls == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"x" * (PAYLOAD_LIMIT + 1), id="as it is"),
        pytest.param(b"\x00" * (PAYLOAD_LIMIT * 7 // 8), id="as base64"),
    ],
)
def test_a_request_that_no_invocation_can_carry_is_413_and_says_what_to_do(body):
    functions = Functions()
    response = functions.ask("POST", "/api/workflow", body)
    answer = json.loads(response.body)
    assert (response.status, answer["status"], answer["retryable"]) == (413, 413, False)
    assert "externalInputPayloadStoragePath" in answer["message"]
    assert functions.calls == []


def test_an_answer_that_no_invocation_can_carry_is_an_error():
    functions = Functions({"statusCode": 200, "body": "x" * (PAYLOAD_LIMIT + 1)})
    response = functions.ask("GET", "/api/workflow/1")
    assert response.status == 413
    assert "the answer exceeds" in json.loads(response.body)["message"]


@pytest.mark.parametrize(
    "answer",
    [RuntimeError("boom"), {"statusCode": 200, "body": {"not": "text"}}],
)
def test_a_function_that_fails_is_a_500_that_tells_nothing_of_its_inside(answer):
    response = Functions(answer).ask("GET", "/api/workflow/1")
    assert response.status == 500
    assert "boom" not in response.body.decode()
