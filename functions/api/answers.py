"""Results as answers: JSON, bare text or nothing, as the route's row says."""

from __future__ import annotations

import gzip
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from functions.api.route import Content
from podium.errors import PayloadTooLargeError
from podium.json_text import encode_json, text_weight
from podium.services.fitting import LARGEST_ANSWER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.api.route import Route
    from podium.http_event import Request
    from podium.services.fitting import Fitting

#: Level 3 of 9: three quarters of the gain in a third of the time.
_COMPRESSION = 3


@dataclass(frozen=True, slots=True)
class Headed:
    """A result that some headers say more of."""

    result: Any
    headers: Mapping[str, str]


def answer(route: Route, result: Any, request: Request, fitting: Fitting) -> Response[str]:
    """Shape what the handler of ``route`` returned; None is an empty body, of a text as well.

    What is too large leaves its largest payloads out; what still is goes compressed, if the client
    takes that. Raises PayloadTooLargeError when it fits into no answer.
    """
    if isinstance(result, Headed):
        response = answer(route, result.result, request, fitting)
        response.headers.update(result.headers)
        return response
    if route.content is Content.EMPTY:
        return Response(route.status, None, "")
    if result is None:
        is_text = route.content is Content.TEXT
        return Response(route.status_of_nothing, route.content.value if is_text else None, "")
    if route.content in {Content.TEXT, Content.HTML}:
        return Response(route.status, route.content.value, str(result))
    text = encode_json(result)
    if len(text) > fitting.threshold // 2:
        weight = text_weight(text)
        if weight > fitting.threshold:
            fitting.fit(result, weight)
            text = encode_json(result)
            if text_weight(text) > LARGEST_ANSWER:
                return _compressed(route, result, text, request)
    return Response(route.status, route.content.value, text)


def _compressed(route: Route, result: Any, text: str, request: Request) -> Response[str]:
    """API Gateway takes 10 MB, of which a function gives 6 MB, in base64."""
    if request.accepts("gzip"):
        body = b64encode(gzip.compress(text.encode(), _COMPRESSION, mtime=0)).decode()
        if len(body) <= LARGEST_ANSWER:
            headers: dict[str, str | list[str]] = {"Content-Encoding": "gzip"}
            response = Response(route.status, route.content.value, body, headers)
            response.base64_encoded = True
            return response
    raise PayloadTooLargeError(
        f"The answer has {text_weight(text)} bytes, more than the {LARGEST_ANSWER} of one request. "
        f"{_way_around(route, result)}"
    )


def _way_around(route: Route, result: Any) -> str:
    """How to get what does not fit, or to know of what was done."""
    done = ""
    if route.method != "GET":
        workflow_id = result.get("workflowId") if isinstance(result, dict) else None
        done = (
            f"What was asked for has been done in workflow {workflow_id}. " if workflow_id else ""
        )
    names = {parameter.name for parameter in route.parameters}
    for name in ("size", "count"):
        if name in names:
            return f"Ask for fewer at once: {name}, and start for those that follow"
    if route.path.startswith("/api/metadata/workflow"):
        return (
            "Ask for the names (GET /api/metadata/workflow/names) and then for one definition at a "
            "time (GET /api/metadata/workflow/{name}), or accept gzip"
        )
    if route.path.startswith("/api/workflow") or "workflow" in str(route.answer).lower():
        return (
            f"{done}Read an execution without its tasks (includeTasks=false) and its tasks in pages "
            "(GET /api/workflow/{workflowId}/tasks?start=0&count=15), or accept gzip"
        )
    return "Ask for one at a time, or accept gzip (Accept-Encoding)"
