"""The client of a server: what is sent, and what becomes of answers and failures."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from podium_cli.credentials import IamSignature, Nobody, credentials_for
from podium_cli.errors import CliError, NotFoundError, RefusedError, UnreachableError, UsageError
from podium_cli.server import Server, normal_url
from podium_cli.session import Session
from podium_cli.watching import read_execution

PAGE = "a page"


class Stub(ThreadingHTTPServer):
    """Answers what it is told to, and keeps what it was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[tuple[str, str, dict[str, str], str]] = []
        self.answers: dict[str, list[tuple[int, Any]]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api"


class _Handler(BaseHTTPRequestHandler):
    server: Stub

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.seen.append((self.command, self.path, headers, body))
        known = self.server.answers.get(self.path.partition("?")[0], [(200, None)])
        status, answer = known.pop(0) if len(known) > 1 else known[0]
        content = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        kind = "text/html" if answer == PAGE else "application/json"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - the names that http.server looks for

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as found:
        threading.Thread(
            target=found.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()
        yield found
        found.shutdown()


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("http://h:1/api/", "http://h:1/api"),
        ("http://h", "http://h/api"),
        ("h:8080", "http://h:8080/api"),
        ("https://h/conductor/v2", "https://h/conductor/v2"),
        (" http://h/api ", "http://h/api"),
    ],
)
def test_a_url_is_that_of_the_api(given, meant):
    assert normal_url(given) == meant


@pytest.mark.parametrize("given", ["ftp://h", "http://", "http://h:x", "", "http://h:0"])
def test_what_is_no_url_is_refused(given):
    with pytest.raises(UsageError):
        normal_url(given)


def test_names_are_encoded_and_queries_left_out_or_repeated(stub):
    server = Server(stub.url)
    server.get("metadata", "a b/ü?", version=None, all=True, status=["A", "B"])
    server.put("secrets", "s", body="as it is")
    assert stub.seen[0][:2] == (
        "GET",
        "/api/metadata/a%20b%252F%C3%BC%3F?all=true&status=A&status=B",
    )
    assert stub.seen[1][3] == "as it is"
    assert stub.seen[1][2]["content-type"] == "text/plain"


@pytest.mark.parametrize(
    ("status", "body", "kind", "hint"),
    [
        (404, {"message": "No such workflow x"}, NotFoundError, ""),
        (404, {"message": "No endpoint GET /y"}, RefusedError, "Does the URL end"),
        (409, {"message": "taken"}, RefusedError, ""),
        (401, {"message": "who?"}, RefusedError, "CONDUCTOR_AUTH_KEY"),
        (500, {"message": "busy", "retryable": True}, RefusedError, "Try again"),
        (502, None, RefusedError, ""),
    ],
)
def test_what_a_server_refuses_is_an_error_of_its_kind(stub, status, body, kind, hint):
    stub.answers["/api/x"] = [(status, body)]
    with pytest.raises(CliError) as raised:
        Server(stub.url).get("x")
    assert type(raised.value) is kind
    assert hint in raised.value.hint
    assert raised.value.message == (body or {}).get("message", f"HTTP status {status}")


def test_violations_are_details(stub):
    violations = [{"path": "a.arg0", "message": "must be"}]
    stub.answers["/api/x"] = [(400, {"message": "bad", "validationErrors": violations})]
    with pytest.raises(RefusedError) as raised:
        Server(stub.url).get("x")
    assert raised.value.details == ("a.arg0: must be",)


def test_an_execution_too_large_for_an_answer_is_read_page_by_page(stub):
    tasks = [{"taskId": str(number)} for number in range(5)]
    large = (413, {"message": "read its tasks in pages"})
    stub.answers["/api/workflow/w"] = [large, (200, {"workflowId": "w", "tasks": []})]
    stub.answers["/api/workflow/w/tasks"] = [
        large,
        (200, {"totalHits": 5, "results": tasks[:3]}),
        (200, {"totalHits": 5, "results": tasks[3:]}),
    ]
    assert read_execution(Session(url=stub.url), "w") == {"workflowId": "w", "tasks": tasks}
    assert [path.partition("?")[2] for _, path, *_ in stub.seen[2:]] == [
        "start=0&count=1000",
        "start=0&count=250",
        "start=3&count=250",
    ]


def test_a_page_is_no_answer(stub):
    stub.answers["/api/x"] = [(200, PAGE)]
    with pytest.raises(RefusedError, match="answers with a web page"):
        Server(stub.url).get("x")


def test_no_server_is_unreachable():
    with pytest.raises(UnreachableError, match="Connection refused"):
        Server("http://127.0.0.1:9").get("x")


KEYS = {"CONDUCTOR_AUTH_KEY": "k", "CONDUCTOR_AUTH_SECRET": "s"}


def test_a_key_is_exchanged_for_a_token_once(stub):
    stub.answers["/api/token"] = [(200, {"token": "t-1"})]
    server = Server(stub.url, KEYS)
    server.get("x")
    server.get("y")
    assert [path for _, path, *_ in stub.seen] == ["/api/token", "/api/x", "/api/y"]
    assert json.loads(stub.seen[0][3]) == {"keyId": "k", "keySecret": "s"}
    assert stub.seen[2][2]["x-authorization"] == "t-1"


def test_a_token_whose_time_is_up_is_renewed(stub):
    stub.answers["/api/token"] = [(200, {"token": "t-1"}), (200, {"token": "t-2"})]
    stub.answers["/api/x"] = [(401, {"message": "expired"}), (200, 7)]
    assert Server(stub.url, KEYS).get("x") == 7
    assert stub.seen[-1][2]["x-authorization"] == "t-2"


def test_a_server_without_keys_is_asked_without(stub):
    stub.answers["/api/token"] = [(404, {"message": "No endpoint POST /api/token"})]
    Server(stub.url, KEYS).get("x")
    assert "x-authorization" not in stub.seen[-1][2]


def test_keys_that_are_refused_are_told(stub):
    stub.answers["/api/token"] = [(401, {"message": "wrong secret"})]
    with pytest.raises(RefusedError, match="wrong secret"):
        Server(stub.url, KEYS).get("x")


def test_requests_to_an_api_of_aws_are_signed(monkeypatch):
    monkeypatch.setenv("AWS_SESSION_TOKEN", "session")
    url = "https://abc.execute-api.eu-west-1.amazonaws.com/api"
    found = credentials_for(url, KEYS, lambda *_: None)
    assert isinstance(found, IamSignature)
    headers = found.headers("POST", f"{url}/workflow?x=1", {"Content-Type": "text/plain"}, b"x")
    assert "/eu-west-1/execute-api/aws4_request" in headers["Authorization"]
    assert headers["X-Amz-Security-Token"] == "session"
    assert "SignedHeaders=host;x-amz-date;x-amz-security-token" in headers["Authorization"]


def test_nobody_else_is_told_anything():
    assert isinstance(credentials_for("https://evil.example/api", {}, lambda *_: None), Nobody)
