"""Counters of one run: AWS calls with their units, HTTP requests, Lambda invocations, time in calls."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.client import BaseClient

from podium import bootstrap
from podium.adapters.aws.clients import Clients
from podium.adapters.aws.meter import Meter, Usage
from podium.settings import Settings
from podium_local.pump.invoking import Handler, import_handler

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podium_local.clock import LocalClock
    from podium_local.topology import Function

#: USD for a million requests of an HTTP API, and of Lambda (us-east-1).
API_PRICE = 1.00
LAMBDA_PRICE = 0.20
#: USD for a million invocations' time: 15 ms at 512 MB on arm64, 0.0075 GB-s at 13.3334 USD a million.
LAMBDA_TIME_PRICE = 0.0075 * 13.3334


@dataclass
class Counters:
    """Everything counted since ``start``."""

    meter: Meter = field(default_factory=Meter)
    invocations: Counter[str] = field(default_factory=Counter)
    http_requests: int = 0
    #: Seconds spent inside calls of AWS clients, ours and the runtime's own.
    seconds_in_calls: float = 0.0
    _before: Usage = field(default_factory=Usage)
    _invoked: Counter[str] = field(default_factory=Counter)
    _requested: int = 0
    _called: float = 0.0

    def start(self) -> None:
        """Count from here."""
        self._before = self.meter.snapshot()
        self._invoked = Counter(self.invocations)
        self._requested = self.http_requests
        self._called = self.seconds_in_calls

    def usage(self) -> Usage:
        """AWS usage since ``start``."""
        return self.meter.snapshot() - self._before

    def lambda_invocations(self) -> int:
        """Invocations of all functions since ``start``."""
        return (self.invocations - self._invoked).total()

    def api_requests(self) -> int:
        """HTTP requests since ``start``."""
        return self.http_requests - self._requested

    def time_in_calls(self) -> float:
        """Seconds since ``start`` that AWS clients took."""
        return self.seconds_in_calls - self._called

    def dollars(self) -> float:
        """All of it at list prices."""
        outside = (
            self.api_requests() * API_PRICE
            + self.lambda_invocations() * (LAMBDA_PRICE + LAMBDA_TIME_PRICE)
        ) / 1_000_000
        return self.usage().dollars + outside

    def engine(self, environment: Mapping[str, str]) -> Callable[[LocalClock], None]:
        """``Options.engine``: an engine whose clients this meter hears; ``environment`` is read late."""

        def install(clock: LocalClock) -> None:
            clients = Clients()
            self.meter.attach(clients.dynamodb, clients.sqs, clients.s3)
            settings = Settings.from_environment(environment)
            built = bootstrap.build(settings, clients=clients, clock=clock, sleep=clock.sleep)
            bootstrap.install(built)

        return install

    def find(self, function: Function) -> Handler:
        """``Options.find``: the real handler, counted."""
        handler = import_handler(function)

        def counted(event: Any, context: Any) -> Any:
            self.invocations[function.name] += 1
            return handler(event, context)

        return counted

    @contextmanager
    def timed_calls(self) -> Iterator[None]:
        """Time every call of an AWS client made in the body."""
        # The one place that all calls pass; botocore's types do not show it.
        base: Any = BaseClient
        original = base._make_api_call  # noqa: SLF001

        def timed(client: BaseClient, operation: str, parameters: Any) -> Any:
            begin = time.perf_counter()
            try:
                return original(client, operation, parameters)
            finally:
                self.seconds_in_calls += time.perf_counter() - begin

        base._make_api_call = timed  # noqa: SLF001
        try:
            yield
        finally:
            base._make_api_call = original  # noqa: SLF001
