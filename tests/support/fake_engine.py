"""An engine that does nothing but note what a handler asked of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from podium import bootstrap
from podium.cross_origin import CrossOrigin

EVENTS = Path(__file__).resolve().parents[2] / "events"

#: Service, method, positional arguments, keyword arguments.
Call = tuple[str, str, tuple[Any, ...], dict[str, Any]]


class FakeService:
    """Notes every call and answers from a table by ``service.method``; an error is raised."""

    def __init__(self, name: str, calls: list[Call], answers: Mapping[str, Any]) -> None:
        self._name = name
        self._calls = calls
        self._answers = answers

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self._calls.append((self._name, method, args, kwargs))
            answer = self._answers.get(f"{self._name}.{method}")
            if isinstance(answer, Exception):
                raise answer
            return answer(*args, **kwargs) if callable(answer) else answer

        return call


class FakePorts:
    """The clock stands at 9000."""

    class clock:  # noqa: N801 - it stands for an attribute
        @staticmethod
        def now() -> int:
            return 9000


class FakeFitting:
    """Every answer fits."""

    threshold = 1_000_000_000


class FakeEngine:
    """Shaped like ``bootstrap.Engine``."""

    ports = FakePorts
    fitting = FakeFitting
    cross_origin = CrossOrigin()

    def __init__(self, answers: Mapping[str, Any] | None = None) -> None:
        self.calls: list[Call] = []
        self._answers = answers or {}

    def __getattr__(self, name: str) -> FakeService:
        return FakeService(name, self.calls, self._answers)

    def registering(self) -> FakeService:
        return FakeService("registering", self.calls, self._answers)

    def scheduling(self) -> SimpleNamespace:
        names = ("schedules", "finding", "firing")
        return SimpleNamespace(
            **{name: FakeService(name, self.calls, self._answers) for name in names}
        )

    def read_record(self, record: Mapping[str, Any]) -> Any:
        """A record is its own change; one whose event name is in the answers raises or is dropped."""
        answer = self._answers.get(f"read_record.{record['eventName']}", record)
        if isinstance(answer, Exception):
            raise answer
        return answer


class TimeLeft:
    """A context of Lambda: the milliseconds left, by one question after the other."""

    def __init__(self, *milliseconds: int) -> None:
        self._answers = iter(milliseconds)

    def get_remaining_time_in_millis(self) -> int:
        return next(self._answers)


@contextmanager
def installed(engine: Any) -> Iterator[Any]:
    """``engine`` is this process's engine."""
    bootstrap.install(engine)
    try:
        yield engine
    finally:
        bootstrap.install(None)


def sample(name: str) -> dict[str, Any]:
    """One of the events in ``events/``."""
    event: dict[str, Any] = json.loads((EVENTS / name).read_text())
    return event


def http_event(
    method: str, path: str, query: str = "", body: str | None = None, **more: Any
) -> dict[str, Any]:
    """A request in the shape of the sample, with another method, path, query and body."""
    event = sample("api-gateway-http-v2.json")
    event |= {"rawPath": path, "rawQueryString": query, "body": body, **more}
    event["requestContext"]["http"] |= {"method": method, "path": path}
    return event
