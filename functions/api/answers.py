"""Results as answers: JSON, bare text or nothing, as the route's row says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from functions.api.errors import json_response
from functions.api.route import Content

if TYPE_CHECKING:
    from functions.api.route import Route


def answer(route: Route, result: Any) -> Response[str]:
    """Shape what the handler of ``route`` returned; None is an empty body (rest-api.md 1.1)."""
    if route.content is Content.EMPTY:
        return Response(route.status, None, "")
    if result is None:
        return Response(route.status_of_nothing, None, "")
    if route.content is Content.TEXT:
        return Response(route.status, route.content.value, str(result))
    return json_response(route.status, result)
