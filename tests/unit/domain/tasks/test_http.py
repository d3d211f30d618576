"""HTTP (tasks.md 14)."""

from __future__ import annotations

import pytest

from podium.domain.json import Json
from podium.domain.outcome import Outcome
from podium.domain.status import TaskStatus
from podium.domain.tasks import http
from podium.ports.outside import HttpResponse

CALL = http.HttpCall("GET", "http://x", {}, None)


def call(**fields: Json) -> http.HttpCall:
    read = http.request({"http_request": {"uri": "http://x", "method": "GET", **fields}})
    assert isinstance(read, http.HttpCall)
    return read


def refusal(task_input: dict[str, Json]) -> Outcome:
    read = http.request(task_input)
    assert isinstance(read, Outcome)
    assert read.status is TaskStatus.FAILED
    return read


def test_the_request_has_defaults():
    assert call() == http.HttpCall(
        method="GET",
        uri="http://x",
        headers={"Accept": "application/json", "Content-Type": "application/json"},
        body=None,
        connect_timeout=3000,
        read_timeout=3000,
        async_complete=False,
    )


def test_the_keys_may_stand_at_the_top_of_the_input():
    read = http.request({"uri": "http://x", "method": "post", "body": {"a": 1}})
    assert isinstance(read, http.HttpCall)
    assert (read.method, read.uri, read.body) == ("POST", "http://x", b'{"a":1}')


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ({"a": [1, None]}, b'{"a":[1,null]}'),
        ([1], b"[1]"),
        ("raw text", b"raw text"),
        ("é", "é".encode()),
        (7, b"7"),
        (False, b"false"),
        (None, None),
    ],
)
def test_text_is_sent_as_it_is_and_all_else_as_json(body, sent):
    assert call(body=body).body == sent


def test_headers_drop_nulls_and_go_before_the_defaults():
    headers = {"X-A": "1", "X-B": None, "X-N": 7, "X-L": ["a", "b"], "content-type": "text/plain"}
    assert call(headers=headers, accept=["text/html", "text/plain"]).headers == {
        "X-A": "1",
        "X-N": "7",
        "X-L": "a, b",
        "content-type": "text/plain",
        "Accept": "text/html, text/plain",
    }
    assert call(contentType="text/xml").headers["Content-Type"] == "text/xml"


def test_timeouts_are_milliseconds_as_number_or_text():
    read = call(connectionTimeOut=500, readTimeOut="7000")
    assert (read.connect_timeout, read.read_timeout) == (500, 7000)


@pytest.mark.parametrize(
    "task_input",
    [
        {"http_request": {"uri": "http://x", "method": "GET", "asyncComplete": True}},
        {"http_request": {"uri": "http://x", "method": "GET"}, "asyncComplete": True},
        {"uri": "http://x", "method": "GET", "asyncComplete": "true"},
    ],
)
def test_async_complete_may_stand_in_either_place(task_input):
    read = http.request(task_input)
    assert isinstance(read, http.HttpCall)
    assert read.async_complete


@pytest.mark.parametrize(
    ("task_input", "message"),
    [
        ({}, "Missing HTTP URI"),
        ({"http_request": {}}, "Missing HTTP URI"),
        ({"http_request": {"uri": " ", "method": "GET"}}, "Missing HTTP URI"),
        ({"http_request": {"uri": 7, "method": "GET"}}, "Missing HTTP URI"),
        ({"http_request": "GET http://x"}, "http_request is not a map"),
        ({"http_request": {"uri": "http://x"}}, "No HTTP method specified"),
        ({"http_request": {"uri": "http://x", "method": None}}, "No HTTP method specified"),
        ({"uri": "http://x", "method": "GET /\r\nX: y"}, "no such method"),
        ({"uri": "http://x", "method": "GET", "headers": []}, "headers is not a map"),
        ({"uri": "http://x", "method": "GET", "headers": {"A": "b\r\nC: d"}}, "cannot be sent"),
        ({"uri": "http://x", "method": "GET", "headers": {"": "b"}}, "cannot be sent"),
        ({"uri": "http://x", "method": "GET", "headers": {"A": "\u20ac"}}, "Invalid HTTP request"),
        ({"uri": "http://x", "method": "GET", "readTimeOut": "soon"}, "readTimeOut"),
        ({"uri": "http://x", "method": "GET", "readTimeOut": -1}, "readTimeOut"),
        ({"uri": "http://x", "method": "GET", "connectionTimeOut": []}, "connectionTimeOut"),
        ({"uri": "http://x", "method": "GET", "body": "\ud800"}, "Invalid HTTP request"),
    ],
)
def test_what_is_no_request_fails_with_a_reason(task_input, message):
    assert message in refusal(task_input).reason


def test_a_good_answer_completes_the_task():
    outcome = http.end(CALL, HttpResponse(201, "Created", {"X-A": ["1", "2"]}, {"id": 7}))
    assert outcome == Outcome(
        TaskStatus.COMPLETED,
        {
            "response": {
                "statusCode": 201,
                "reasonPhrase": "Created",
                "headers": {"X-A": ["1", "2"]},
                "body": {"id": 7},
            }
        },
    )


def test_an_asynchronous_task_stays_open_after_a_good_answer():
    outcome = http.end(call(asyncComplete=True), HttpResponse(202, "Accepted", {}, None))
    assert outcome.status is TaskStatus.IN_PROGRESS
    assert isinstance(outcome.output["response"], dict)


@pytest.mark.parametrize("status", [199, 301, 404, 500])
def test_any_other_answer_fails_the_task_and_keeps_the_response(status):
    response = HttpResponse(status, "Why", {}, {"error": "gone"})
    outcome = http.end(call(asyncComplete=True), response)
    assert outcome.status is TaskStatus.FAILED
    kept = outcome.output["response"]
    assert isinstance(kept, dict)
    assert (kept["statusCode"], kept["body"]) == (status, {"error": "gone"})
    expected = f'Failed to invoke HTTP task due to: {status} Why: {{"error":"gone"}}'
    assert outcome.reason == expected


def test_a_large_body_is_not_repeated_in_the_reason():
    outcome = http.end(CALL, HttpResponse(500, "", {}, "x" * 100_000))
    assert len(outcome.reason) < 500


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("", None),
        ('{"a": 1}', {"a": 1}),
        ("[1, 2.5]", [1, 2.5]),
        ("7", 7.0),
        ("7.5", 7.5),
        ("true", "true"),
        ("null", "null"),
        ('"text"', "text"),
        ("<p>hello</p>", "<p>hello</p>"),
        ("{broken", "{broken"),
        ("NaN", "NaN"),
        ('{"a": NaN}', '{"a": NaN}'),
        ('{"a": 1e999}', '{"a": 1e999}'),
        ('{"a": 123456789012345678901234567890}', {"a": 123456789012345678901234567890.0}),
        ('{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        ('{"a": "\\ud83d"}', '{"a": "\\ud83d"}'),
        ("[" * 5000, "[" * 5000),
    ],
)
def test_a_body_is_json_if_it_is_a_map_or_list_and_else_text(text, body):
    assert http.read_body(text) == body
    assert type(http.read_body(text)) is type(body)
