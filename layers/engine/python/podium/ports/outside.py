"""Small ports: clock, sleep, ids, payload blobs, HTTP calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from podium.domain.json import Json


class Clock(Protocol):
    """The one source of time."""

    def now(self) -> int:
        """Epoch milliseconds."""
        ...


class Sleep(Protocol):
    """The one way to let time pass."""

    def __call__(self, milliseconds: int) -> None:
        """Come back after so long."""
        ...


class Ids(Protocol):
    """The one source of random ids."""

    def workflow_id(self) -> str:
        """A new random workflow id (UUID text)."""
        ...

    def unique(self) -> str:
        """A new random id of anything else, a request or a message (UUID text)."""
        ...


class Blobs(Protocol):
    """Payloads too large for an item."""

    def put(self, path: str, content: bytes) -> None:
        """Write; a repeat with the same content changes nothing."""
        ...

    def get(self, path: str) -> bytes:
        """Read; raises NotFoundError."""
        ...

    def size(self, path: str) -> int:
        """Bytes that a read would give; raises NotFoundError. HeadObject."""
        ...

    def delete(self, folder: str) -> None:
        """Remove everything whose path begins with ``folder``; one list and one call per page."""
        ...

    def address(self, path: str, *, write: bool) -> str:
        """A URL with which anybody may read it, or write it, for a quarter of an hour; no call."""
        ...


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One call of an HTTP task; times in milliseconds."""

    method: str
    uri: str
    headers: Mapping[str, str]
    body: bytes | None
    connect_timeout: int = 3000
    read_timeout: int = 3000


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """The answer, whatever its status."""

    status: int
    reason: str
    headers: Mapping[str, list[str]]
    body: Json


class HttpError(Exception):
    """No answer: the target is forbidden, unreachable or too slow; the message says which."""


class HttpCaller(Protocol):
    """Makes the calls of HTTP tasks; follows no redirect, refuses private targets unless allowed."""

    def call(self, request: HttpRequest) -> HttpResponse:
        """Raises HttpError."""
        ...
