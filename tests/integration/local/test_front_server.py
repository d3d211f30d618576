"""The front on a real socket: chunked bodies, limits, and slow functions that hold up nobody."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from podium.cross_origin import CrossOrigin
from podium_local.clock import SystemClock
from podium_local.front import Gateway
from podium_local.front.gateway import PAYLOAD_LIMIT
from podium_local.front.server import IDLE_LIMIT, FrontServer, make_app
from podium_local.pump import Invoker
from podium_local.topology import TOPOLOGY
from tests.parity.harness.client import PATIENCE


@contextmanager
def serving(
    handler: Callable[[dict[str, Any], Any], Any],
    time_limit: float = 30.0,
    cross_origin: CrossOrigin | None = None,
    idle_limit: int = IDLE_LIMIT,
) -> Iterator[Callable[[], http.client.HTTPConnection]]:
    clock = SystemClock()
    gateway = Gateway(TOPOLOGY, Invoker(clock, find=lambda function: handler), clock)
    listener = socket.create_server(("127.0.0.1", 0))
    server = FrontServer(make_app(gateway.handle, time_limit, cross_origin), listener, idle_limit)
    server.start()
    port = listener.getsockname()[1]
    try:
        yield lambda: http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    finally:
        server.stop()


def echo(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "cookies": ["a=1", "b=2"],
        "body": json.dumps(event),
    }


def test_a_chunked_body_arrives_whole():
    with serving(echo) as connect:
        connection = connect()
        connection.request(
            "POST",
            "/api/workflow",
            body=iter([b'{"name":', b' "x"}']),
            headers={"Content-Type": "application/json"},
            encode_chunked=True,
        )
        event = json.loads(connection.getresponse().read())
        connection.close()
    assert json.loads(event["body"]) == {"name": "x"}
    assert event["isBase64Encoded"] is False


def test_the_request_line_arrives_as_it_was_sent():
    with serving(echo) as connect:
        connection = connect()
        connection.request("GET", "/api/a%20b?s=A&s=B%2C", headers={"X-One": "1"})
        response = connection.getresponse()
        event = json.loads(response.read())
        cookies = response.headers.get_all("set-cookie")
        connection.close()
    assert event["rawPath"] == "/api/a b"
    assert event["rawQueryString"] == "s=A&s=B%2C"
    assert event["queryStringParameters"] == {"s": "A,B,"}
    assert event["headers"]["x-one"] == "1"
    assert cookies == ["a=1", "b=2"]


def test_head_and_options_reach_the_function():
    methods = []

    def handler(event, context):
        methods.append(event["requestContext"]["http"]["method"])
        return {"statusCode": 204}

    with serving(handler) as connect:
        connection = connect()
        for method in ("HEAD", "OPTIONS"):
            connection.request(method, "/health")
            response = connection.getresponse()
            response.read()
            assert response.status == 204
        connection.close()
    assert methods == ["HEAD", "OPTIONS"]


def test_a_body_over_the_limit_is_refused():
    with serving(echo) as connect:
        connection = connect()
        connection.request("POST", "/api/workflow", body=b"x" * (PAYLOAD_LIMIT + 1))
        response = connection.getresponse()
        answer = json.loads(response.read())
        connection.close()
    assert (response.status, answer["status"]) == (413, 413)


def test_a_function_that_takes_too_long_is_503():
    release = threading.Event()

    def handler(event, context):
        release.wait(20)
        return {"statusCode": 200}

    with serving(handler, time_limit=0.05) as connect:
        connection = connect()
        connection.request("GET", "/api/workflow/1")
        response = connection.getresponse()
        answer = json.loads(response.read())
        connection.close()
        release.set()
    assert response.status == 503
    assert answer["retryable"] is True


def test_a_request_that_waits_does_not_hold_up_the_next():
    release = threading.Event()
    waiting = threading.Event()

    def handler(event, context):
        if event["rawPath"] == "/api/slow":
            waiting.set()
            release.wait(20)
        return {"statusCode": 200, "body": event["rawPath"]}

    with serving(handler) as connect:
        slow, quick = connect(), connect()
        slow.request("GET", "/api/slow")
        assert waiting.wait(20)
        quick.request("GET", "/api/quick")
        assert quick.getresponse().read() == b"/api/quick"
        release.set()
        assert slow.getresponse().read() == b"/api/slow"
        slow.close()
        quick.close()


def test_a_page_may_read_what_the_front_itself_answers():
    allowed = CrossOrigin.parse("http://localhost:*")
    with serving(echo, cross_origin=allowed) as connect:
        connection = connect()
        page = {"Origin": "http://localhost:3000"}
        connection.request("POST", "/api/workflow", body=b"x" * (PAYLOAD_LIMIT + 1), headers=page)
        answer = connection.getresponse()
        assert answer.status == 413
        assert answer.getheader("Access-Control-Allow-Origin") == page["Origin"]
        connection.close()


def test_the_length_of_what_head_leaves_out_is_told():
    def head(event: dict[str, Any], context: Any) -> dict[str, Any]:
        return {"statusCode": 200, "headers": {"Content-Length": "42"}, "body": ""}

    with serving(head) as connect:
        connection = connect()
        connection.request("HEAD", "/api/version")
        answer = connection.getresponse()
        assert (answer.getheader("Content-Length"), answer.read()) == ("42", b"")
        connection.request("HEAD", "/api/version")
        assert connection.getresponse().status == 200, "the connection is in order"
        connection.close()


def test_an_idle_connection_is_closed_after_the_limit_which_no_pause_of_a_client_reaches():
    with serving(echo, idle_limit=0) as connect:
        connection = connect()
        connection.request("GET", "/api/version")
        assert connection.getresponse().read()
        assert connection.sock.recv(1) == b"", "the server hung up"
        connection.close()
    # Workers and the SDKs' pollers come back within their back-off, tests within their patience.
    assert IDLE_LIMIT > 4 * PATIENCE
