"""Results as answers: JSON, bare text or nothing, as the route's row says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from functions.api.route import Content
from podium.json_text import encode_json, text_weight
from podium.services.fitting import refuse_too_large

if TYPE_CHECKING:
    from functions.api.route import Route
    from podium.services.fitting import Fitting


def answer(route: Route, result: Any, fitting: Fitting) -> Response[str]:
    """Shape what the handler of ``route`` returned; None is an empty body (rest-api.md 1.1).

    Raises PayloadTooLargeError when it fits into no answer, whatever is left out of it.
    """
    if route.content is Content.EMPTY:
        return Response(route.status, None, "")
    if result is None:
        return Response(route.status_of_nothing, None, "")
    if route.content in {Content.TEXT, Content.HTML}:
        return Response(route.status, route.content.value, str(result))
    text = encode_json(result)
    if len(text) > fitting.threshold // 2:
        weight = text_weight(text)
        if weight > fitting.threshold:
            fitting.fit(result, weight)
            text = encode_json(result)
            refuse_too_large(text)
    return Response(route.status, route.content.value, text)
