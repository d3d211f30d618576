"""Routes requests to functions as the HTTP API does, and keeps to the limits of API Gateway and Lambda."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium_local.front import answers
from podium_local.front.events import to_event
from podium_local.topology import Function, HttpRoute, Topology

if TYPE_CHECKING:
    from podium_local.clock import LocalClock
    from podium_local.front.http import HttpRequest, HttpResponse
    from podium_local.pump.invoking import Invoker

#: Lambda's limit on the payload of an invocation and of its answer.
PAYLOAD_LIMIT = 6 * 1024 * 1024
#: API Gateway gives up on an integration after this many seconds.
TIME_LIMIT = 30.0

TOO_LARGE = (
    f"the request exceeds {PAYLOAD_LIMIT} bytes, the limit of one invocation; put large payloads into "
    "external payload storage (GET /api/workflow/externalstoragelocation or "
    "/api/tasks/externalstoragelocation says where) and pass their path "
    "(externalInputPayloadStoragePath, externalOutputPayloadStoragePath)"
)
ANSWER_TOO_LARGE = (
    f"the answer exceeds {PAYLOAD_LIMIT} bytes, the limit of one invocation; ask for less of it"
)
TIMED_OUT = f"the function did not answer within {TIME_LIMIT:.0f} seconds"

_PROXY = "{proxy+}"


@dataclass(frozen=True, slots=True)
class _Route:
    method: str
    #: Path before ``{proxy+}``, or the whole path.
    prefix: str
    is_greedy: bool
    key: str
    function: Function

    def catches(self, request: HttpRequest) -> bool:
        if self.method not in ("ANY", request.method):
            return False
        if self.is_greedy:
            # At least one character: "/{proxy+}" is not the root.
            return request.target.startswith(self.prefix) and request.target != self.prefix
        return request.target == self.prefix


class Gateway:
    """The HTTP API of a topology."""

    def __init__(self, topology: Topology, invoker: Invoker, clock: LocalClock) -> None:
        """Routes are those of the functions' HTTP triggers."""
        self._invoker = invoker
        self._clock = clock
        routes = [
            _route(function, trigger)
            for function in topology.functions
            for trigger in function.triggers
            if isinstance(trigger, HttpRoute)
        ]
        # A whole path wins over a greedy one, a longer prefix over a shorter, a method over ANY.
        self._routes = sorted(
            routes, key=lambda route: (route.is_greedy, -len(route.prefix), route.method == "ANY")
        )

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Run the function that the request is for; takes as long as it takes."""
        if len(request.body) > PAYLOAD_LIMIT:
            return answers.error(413, TOO_LARGE)
        route = next((route for route in self._routes if route.catches(request)), None)
        if route is None:
            return answers.error(404, f"no route for {request.method} {request.target}")
        proxy = request.target.removeprefix(route.prefix) if route.is_greedy else ""
        event = to_event(request, route.key, proxy, self._clock.now())
        # Base64 and escapes make a body larger; a small one cannot come near the limit.
        if len(request.body) > PAYLOAD_LIMIT // 8 and _size(event) > PAYLOAD_LIMIT:
            return answers.error(413, TOO_LARGE)
        return self._answer(route.function, event)

    def _answer(self, function: Function, event: dict[str, object]) -> HttpResponse:
        # Nobody retries a request here: a client that gets no answer has to be one that repeats it.
        outcome = self._invoker.invoke(function, event, may_drop=self._invoker.drops_requests)
        if outcome.error is not None:
            return answers.error(500, "Internal Server Error")
        try:
            response = answers.to_response(outcome.value)
        except ValueError as error:
            return answers.error(500, f"the function {function.name} gave no valid answer: {error}")
        # Escapes make a body larger: it is text within JSON.
        if len(response.body) > PAYLOAD_LIMIT // 8 and _size(outcome.value) > PAYLOAD_LIMIT:
            return answers.error(413, ANSWER_TOO_LARGE)
        return response


def _size(payload: object) -> int:
    """Bytes of an event or an answer as Lambda carries it: JSON in UTF-8."""
    return len(json.dumps(payload, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _route(function: Function, trigger: HttpRoute) -> _Route:
    return _Route(
        method=trigger.method,
        prefix=trigger.path.removesuffix(_PROXY),
        is_greedy=trigger.path.endswith(_PROXY),
        key=f"{trigger.method} {trigger.path}",
        function=function,
    )
