"""Requests as events of an HTTP API, payload format 2.0 (events/ holds a real one)."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote
from uuid import uuid4

from podium_local.front.http import Headers, HttpRequest
from podium_local.resources import ACCOUNT

#: Content types whose bodies API Gateway passes on as text; all others are base64.
_TEXT = ("application/json", "application/javascript", "application/xml", "application/graphql")


def to_event(request: HttpRequest, route_key: str, proxy: str, now: int) -> dict[str, Any]:
    """The event for a request that ``route_key`` caught; ``proxy`` is what its ``{proxy+}`` stands for."""
    # HTTP APIs decode the path (Function URLs would not); the query stays as it was sent.
    path = unquote(request.target)
    headers = _joined(request.headers)
    moment = datetime.fromtimestamp(now / 1000, UTC)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "local",
            "domainName": headers.get("host", "localhost"),
            "domainPrefix": headers.get("host", "localhost").split(".")[0],
            "http": {
                "method": request.method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.client,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": str(uuid4()),
            "routeKey": route_key,
            "stage": "$default",
            "time": moment.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": now,
        },
        "pathParameters": {"proxy": unquote(proxy)},
        "isBase64Encoded": False,
    }
    if cookies := _cookies(request.headers):
        event["cookies"] = cookies
    if request.query:
        event["queryStringParameters"] = _query(request.query)
    if request.body:
        event["body"], event["isBase64Encoded"] = _body(headers.get("content-type"), request.body)
    return event


def _joined(headers: Headers) -> dict[str, str]:
    """Names in lower case, repeated headers joined by commas; cookies have a place of their own."""
    values: dict[str, list[str]] = {}
    for name, value in headers:
        if name.lower() != "cookie":
            values.setdefault(name.lower(), []).append(value)
    return {name: ",".join(several) for name, several in values.items()}


def _cookies(headers: Headers) -> list[str]:
    return [
        cookie.strip()
        for name, value in headers
        if name.lower() == "cookie"
        for cookie in value.split(";")
        if cookie.strip()
    ]


def _query(query: str) -> dict[str, str]:
    """Decoded, repeated parameters joined by commas: which comma was whose is lost, as in AWS."""
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        values.setdefault(name, []).append(value)
    return {name: ",".join(several) for name, several in values.items()}


def _body(content_type: str | None, body: bytes) -> tuple[str, bool]:
    kind = (content_type or "").split(";")[0].strip().lower()
    is_text = kind.startswith("text/") or kind in _TEXT or kind.endswith(("+json", "+xml"))
    if is_text:
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode(), True
