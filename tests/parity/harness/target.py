"""The server that HTTP tasks of the scenarios call: on 127.0.0.1, in this process.

In a scenario it is ``http://target``; a run puts its address there, and normalization takes it out.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

#: What stands for its address in a scenario and in a golden file.
NAME = "http://target"

#: Headers that an echo shows: those a scenario sets, none that a client adds by itself.
_ECHOED = ("content-type", "accept", "x-parity")


class _Handler(BaseHTTPRequestHandler):
    """/json, /text, /number, /empty, /echo, /status/N, /slow/SECONDS, /flaky/KEY/N (fails N times)."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[Counter[str]] = Counter()
    lock = threading.Lock()

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        words = parts.path.strip("/").split("/")
        sent = self._body().decode()
        status, kind, text = 200, "application/json", json.dumps({"path": parts.path})
        match words:
            case ["json"]:
                text = json.dumps({"name": "target", "list": [1, 2.5, None], "deep": {"yes": True}})
            case ["text"]:
                kind, text = "text/plain", "plain words"
            case ["number"]:
                text = "42"
            case ["true"]:
                text = "true"
            case ["empty"]:
                text = ""
            case ["echo"]:
                headers = {one: self.headers.get(one) for one in _ECHOED}
                query = dict(parse_qsl(parts.query))
                text = json.dumps(
                    {"method": self.command, "query": query, "headers": headers, "body": sent}
                )
            case ["status", code]:
                status, text = int(code), json.dumps({"asked": int(code)})
            case ["slow", seconds]:
                time.sleep(float(seconds))
            case ["flaky", key, times]:
                with self.lock:
                    self.seen[key] += 1
                    works = self.seen[key] > int(times)
                status = 200 if works else 500
                text = json.dumps({"works": works})
            case _:
                status = 404
        self.send_response_only(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def _body(self) -> bytes:
        """What was sent, in one piece or in chunks."""
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


# The names that http.server looks for.
for _method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
    setattr(_Handler, f"do_{_method}", _Handler._answer)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that went away is part of the scenarios."""


@contextmanager
def target() -> Iterator[str]:
    """Its address, ``http://127.0.0.1:<port>``, as long as the block lasts."""
    server = _Server(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    )
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
