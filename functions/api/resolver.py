"""Powertools' resolver for HTTP APIs, made fit for any path and for several requests at once."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

_VARIABLE = re.compile(r"<(\w+)>")


class Resolver(APIGatewayHttpResolver):
    """Matches a variable with any text but a slash, and keeps each request to its own thread.

    Powertools keeps the event in a class attribute and the route's arguments on the resolver. Lambda
    gives a process one request at a time; the local runtime serves several in threads.
    """

    def __init__(self) -> None:
        """Without validation: requests are checked by hand, so that errors are the peer's."""
        self._local = threading.local()
        super().__init__(enable_validation=False)

    def resolve(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Answer one event."""
        self._local.event = APIGatewayProxyEventV2(dict(event))
        self._local.context = {}
        return super().resolve(event, context)

    def build_routes(self) -> None:
        """Build what powertools builds at each route's first request, which is no time for a race."""
        for route in (*self._static_routes, *self._dynamic_routes):
            route._build_middleware_stack(self._router_middlewares, self)  # noqa: SLF001 - see above

    def matches(self, rule: str, path: str) -> bool:
        """A path is one that ``rule`` describes."""
        return self._compile_regex(rule).match(path) is not None

    @property
    def current_event(self) -> APIGatewayProxyEventV2:  # type: ignore[override]  # an attribute there
        """The event of this thread's request."""
        event: APIGatewayProxyEventV2 = self._local.event
        return event

    @property
    def context(self) -> dict[str, Any]:
        """What powertools notes about this thread's request."""
        if not hasattr(self._local, "context"):
            self._local.context = {}
        context: dict[str, Any] = self._local.context
        return context

    @context.setter
    def context(self, value: dict[str, Any]) -> None:
        self._local.context = value

    @staticmethod
    def _compile_regex(rule: str, base_regex: str = "") -> re.Pattern[str]:  # noqa: ARG004 - powertools' signature
        """Names are free text with the peer: any character but a slash is part of a segment."""
        pattern = "".join(
            f"(?P<{part}>[^/]+)" if index % 2 else re.escape(part)
            for index, part in enumerate(_VARIABLE.split(rule))
        )
        return re.compile(pattern + r"\Z")
