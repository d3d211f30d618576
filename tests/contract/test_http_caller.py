"""The HTTP caller against a server of this machine: what it sends, reads and refuses."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from podium.adapters import web
from podium.adapters.web import UrllibHttpCaller
from podium.ports.outside import HttpError, HttpRequest


class Handler(BaseHTTPRequestHandler):
    """Answers by path; what was asked is echoed by /echo."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(200, json.dumps({"path": self.path, "body": body.decode(), **self._seen()}))

    def do_GET(self) -> None:
        match self.path:
            case "/redirect":
                self._answer(302, "", Location="/echo")
            case "/broken":
                self._answer(503, "busy")
            case "/number":
                self._answer(200, "7")
            case "/silent":
                self.server.released.wait(10)  # type: ignore[attr-defined]
            case "/large":
                self._answer(200, "x" * 2000)
            case _:
                self._answer(200, "")

    def _seen(self) -> dict[str, object]:
        return {"host": self.headers["Host"], "x": self.headers.get("X-Test")}

    def _answer(self, status: int, body: str, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:  # its name there
        pass


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.released = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.released.set()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


CALLER = UrllibHttpCaller(allow_private=True)


def get(uri: str, **timeouts: int) -> HttpRequest:
    return HttpRequest("GET", uri, {}, None, **timeouts)


def test_method_path_query_headers_and_body_arrive(base: str) -> None:
    request = HttpRequest("POST", f"{base}/echo?a=1&b=%20", {"X-Test": "yes"}, b'{"n": 1}')
    response = CALLER.call(request)
    assert (response.status, response.reason) == (200, "OK")
    assert response.body == {
        "path": "/echo?a=1&b=%20",
        "body": '{"n": 1}',
        "host": base.removeprefix("http://"),
        "x": "yes",
    }


def test_every_value_of_a_header_is_kept(base: str) -> None:
    assert CALLER.call(get(f"{base}/")).headers["Set-Cookie"] == ["a=1", "b=2"]


def test_no_body_is_none_and_a_number_a_float(base: str) -> None:
    assert CALLER.call(get(f"{base}/")).body is None
    assert CALLER.call(get(f"{base}/number")).body == 7.0


def test_a_redirect_and_an_error_are_answers(base: str) -> None:
    assert CALLER.call(get(f"{base}/redirect")).status == 302
    broken = CALLER.call(get(f"{base}/broken"))
    assert (broken.status, broken.body) == (503, "busy")


def test_a_target_that_is_not_public_is_refused_unless_allowed(base: str) -> None:
    with pytest.raises(HttpError, match="not a public address"):
        UrllibHttpCaller().call(get(base))


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "10.0.0.1", "[::1]", "[fe80::1]", "0.0.0.0", "localhost"]
)
def test_metadata_service_and_private_networks_are_refused(host: str) -> None:
    with pytest.raises(HttpError, match="not a public address"):
        UrllibHttpCaller().call(get(f"http://{host}/latest/meta-data"))


@pytest.mark.parametrize(
    "uri",
    ["ftp://a/b", "file:///etc/passwd", "http://", "nonsense", "http://a:99999/", "http://[::1"],
)
def test_what_is_no_http_uri_is_refused(uri: str) -> None:
    with pytest.raises(HttpError, match="not an http or https URI"):
        CALLER.call(get(uri))


def test_a_name_that_does_not_resolve_is_said_so() -> None:
    with pytest.raises(HttpError, match="cannot resolve"):
        CALLER.call(get("http://does-not-exist.invalid/"))


def test_a_server_that_stays_silent_is_left_after_the_read_timeout(base: str) -> None:
    with pytest.raises(HttpError, match="timed out"):
        CALLER.call(get(f"{base}/silent", read_timeout=50))


def test_nobody_listening_is_an_error_with_the_uri() -> None:
    with pytest.raises(HttpError, match=r"http://127\.0\.0\.1:1/"):
        CALLER.call(get("http://127.0.0.1:1/"))


def test_an_answer_too_large_to_keep_is_refused(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "LARGEST_BODY", 1000)
    with pytest.raises(HttpError, match="exceeds 1000 bytes"):
        CALLER.call(get(f"{base}/large"))
