"""An HTTP request and response as values, without sockets."""

from __future__ import annotations

from dataclasses import dataclass

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request whose body is complete; ``target`` is the path as sent, percent-encoded, without query."""

    method: str
    target: str
    query: str = ""
    headers: Headers = ()
    body: bytes = b""
    client: str = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A response; a header may be there several times (set-cookie)."""

    status: int
    headers: Headers = ()
    body: bytes = b""
