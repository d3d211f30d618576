"""Errors as answers: the only place of the API where an exception meets an HTTP status."""

from __future__ import annotations

import socket
from functools import cache
from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler.api_gateway import Response

from podium.domain.wire import error_answer, error_json
from podium.json_text import encode_json
from podium.observability import logger

if TYPE_CHECKING:
    from podium.domain.json import Json


def error_response(error: Exception) -> Response[str]:
    """The ErrorResponse of ``error``; what is our own fault is logged with its traceback."""
    status, body = error_answer(error, host_name())
    if status >= 500:
        logger().exception("request failed", exc_info=error)
    return json_response(status, body)


def no_such_route(method: str, path: str, allowed: list[str]) -> Response[str]:
    """404 for an unknown path, 405 for a known one with other methods."""
    if not allowed:
        return _plain_error(404, f"No endpoint {method} {path}")
    message = f"Request method '{method}' is not supported for {path}"
    return _plain_error(405, message, {"Allow": ", ".join(allowed)})


@cache
def host_name() -> str:
    """Name of the machine, as the peer names the server node in its errors."""
    return socket.gethostname()


def json_response(
    status: int, body: Json, headers: dict[str, str | list[str]] | None = None
) -> Response[str]:
    """The JSON of ``body``."""
    return Response(status, "application/json", encode_json(body), headers)


def _plain_error(
    status: int, message: str, headers: dict[str, str | list[str]] | None = None
) -> Response[str]:
    return json_response(status, error_json(status, message, instance=host_name()), headers)
