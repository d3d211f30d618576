"""Entry of the poll function: the two poll routes, without a resolver (rest-api.md 5)."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from podium import bootstrap
from podium.domain.wire import error_answer
from podium.errors import NotFoundError
from podium.http_event import Request
from podium.json_text import encode_json
from podium.observability import logger
from podium.services.polled import polled_json

if TYPE_CHECKING:
    from podium.domain.json import Json

_PREFIX = "/api/tasks/poll/"
#: A poll for one task waits this long, like the peer's.
_SINGLE_WAIT_MS = 100


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one HTTP request (payload version 2.0).

    A function that is set up wrongly fails here: that is no error of the client.
    """
    return bootstrap.engine().cross_origin.answer(event, _handle(event))


def _handle(event: dict[str, Any]) -> dict[str, Any]:
    try:
        return _answer(*_poll(event))
    except Exception as error:  # noqa: BLE001 - the edge: every error becomes an answer
        status, body = error_answer(error, socket.gethostname())
        if status >= 500:
            logger().exception("poll failed")
        return _answer(status, body)


def _poll(event: dict[str, Any]) -> tuple[int, Json]:
    """Status and body; a None body is an empty one."""
    path = str(event["rawPath"]).partition(_PREFIX)[2].split("/")
    match path:
        case [task_type] if task_type:
            found = _take(Request(event, {"tasktype": task_type}), count=1, wait_ms=_SINGLE_WAIT_MS)
            return (200, found[0]) if found else (204, None)
        case ["batch", task_type] if task_type:
            request = Request(event, {"tasktype": task_type})
            count, timeout = request.number("count", 1), request.number("timeout", 100)
            return 200, _take(request, count=count, wait_ms=timeout)
        case _:
            raise NotFoundError(f"No endpoint GET {event['rawPath']}")


def _take(request: Request, *, count: int, wait_ms: int) -> list[dict[str, Json]]:
    engine = bootstrap.engine()
    found = engine.polls.poll(
        request.path("tasktype"),
        request.text("workerid") or "",
        request.text("domain") or "",
        count,
        wait_ms,
    )
    now = engine.ports.clock.now()
    return [polled_json(each, now) for each in found]


def _answer(status: int, body: Json) -> dict[str, Any]:
    if body is None:
        return {"statusCode": status, "body": "", "isBase64Encoded": False}
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": encode_json(body),
        "isBase64Encoded": False,
    }
