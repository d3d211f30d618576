"""HEAD and OPTIONS, which every path answers beside the methods of its rows."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any

from functions.api.route import Route
from podium.cross_origin import CrossOrigin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def allowed_methods(routes: Iterable[Route]) -> list[str]:
    """Methods of one path, whose rows these are; none of a path that is unknown."""
    rows = list(routes)
    methods = {row.method for row in rows}
    if any(row.is_safe for row in rows):
        methods.add("HEAD")
    if methods:
        methods.add("OPTIONS")
    return sorted(methods)


def as_get(event: Mapping[str, Any]) -> dict[str, Any]:
    """The event of a HEAD request as that of a GET."""
    context = event["requestContext"]
    http = context["http"] | {"method": "GET"}
    return {**event, "requestContext": context | {"http": http}}


def without_body(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer to a HEAD request: all that GET answers but the body, whose length is told."""
    body = answer.get("body") or ""
    length = len(b64decode(body) if answer.get("isBase64Encoded") else body.encode())
    headers = (answer.get("headers") or {}) | {"Content-Length": str(length)}
    return answer | {"headers": headers, "body": "", "isBase64Encoded": False}


def options(
    methods: list[str], headers: Mapping[str, str], cross_origin: CrossOrigin
) -> dict[str, Any]:
    """Which ``methods`` a path has; to a preflight also what the origin may do."""
    allow = ", ".join(methods)
    return {
        "statusCode": 200,
        "headers": {"Allow": allow} | cross_origin.headers(headers, allow),
        "body": "",
        "isBase64Encoded": False,
    }
