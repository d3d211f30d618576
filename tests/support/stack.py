"""The whole product in this process, without sockets, on a clock that tests move.

Requests go through the front's event building to the real handlers; the pump runs when it is told to.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from podium_local.clock import LocalClock, VirtualClock
from podium_local.engine import install_engine
from podium_local.front import HttpRequest
from podium_local.pump import Faults
from podium_local.pump.invoking import Handler, import_handler
from podium_local.runtime import LocalRuntime, Options
from podium_local.topology import Function

#: While more than this is to pass, the minute's tick comes every quarter of an hour only: timers farther
#: than 15 minutes are all that it is for (protocol.md 8).
_LONG = 3_600_000
_COARSE = 15 * 60_000


@dataclass(frozen=True)
class Answer:
    """A response; unpacks into status, headers and body."""

    status: int
    headers: dict[str, str]
    #: Read as JSON if it says it is; text otherwise.
    body: Any

    def __iter__(self) -> Iterator[Any]:
        """Status, headers, body."""
        return iter((self.status, self.headers, self.body))


class _StackClock(VirtualClock):
    """While a request sleeps, the rest of the world goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.on_sleep: Callable[[int], None] = self.advance

    def sleep(self, milliseconds: int) -> None:
        self.on_sleep(milliseconds)


class LocalStack:
    """A client, a worker and the passing of time."""

    def __init__(self, runtime: LocalRuntime, clock: _StackClock) -> None:
        self.runtime = runtime
        self.clock = clock
        clock.on_sleep = self._sleep
        #: What somebody does while a request waits: called after each of its pauses.
        self.meanwhile: Callable[[], None] = lambda: None
        #: Pauses that requests have made (ms).
        self.pauses: list[int] = []

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        query: Mapping[str, Any] | Sequence[tuple[str, Any]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request; ``path`` is not encoded yet. A str or bytes body is sent as it is, others as JSON."""
        sent = dict(headers or {})
        if body is None:
            content = b""
        elif isinstance(body, bytes):
            content = body
        else:
            content = (body if isinstance(body, str) else json.dumps(body)).encode()
            sent.setdefault("Content-Type", "application/json")
        response = self.runtime.handle(
            HttpRequest(
                method=method,
                target=quote(path, safe="/%"),
                query=urlencode(query or {}, doseq=True),
                headers=tuple(sent.items()),
                body=content,
            )
        )
        answered = {name.lower(): value for name, value in response.headers}
        text = response.body.decode()
        is_json = "json" in answered.get("content-type", "") and text
        return Answer(response.status, answered, json.loads(text) if is_json else text)

    def _sleep(self, milliseconds: int) -> None:
        self.pauses.append(milliseconds)
        self.advance(milliseconds / 1000)
        self.meanwhile()

    def settle(self) -> None:
        """Let everything happen that is due at this moment."""
        self.runtime.pump.run_until_idle()

    def advance(self, seconds: float) -> None:
        """Let time pass, doing on the way whatever becomes due, in order."""
        self.settle()
        end = self.clock.now() + round(seconds * 1000)
        while (now := self.clock.now()) < end:
            due = self.runtime.pump.next_due()
            coarse = _COARSE if end - now > _LONG else 0
            step = min(end, max(due if due is not None else end, now + coarse, now + 1))
            self.clock.advance(step - now)
            self.settle()


@contextmanager
def local_stack(
    *,
    inline_advance: bool = True,
    faults: Faults | None = None,
    settings: Mapping[str, str] | None = None,
    engine: Callable[[LocalClock], None] = install_engine,
    find: Callable[[Function], Handler] = import_handler,
) -> Iterator[LocalStack]:
    """A fresh installation. Retries of the stream do not wait: faults are to cost no time."""
    clock = _StackClock()
    options = Options(
        clock=clock,
        inline_advance=inline_advance,
        faults=faults,
        backoff=lambda attempt: 0,
        settings=settings or {},
        engine=engine,
        find=find,
    )
    with LocalRuntime(options) as runtime:
        yield LocalStack(runtime, clock)
