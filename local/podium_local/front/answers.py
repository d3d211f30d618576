"""What a function returned as an HTTP response, and the responses of the gateway itself."""

from __future__ import annotations

import base64
import binascii
import json
import socket
from typing import Any

from podium_local.front.http import HttpResponse

_JSON = ("content-type", "application/json")


def to_response(value: Any) -> HttpResponse:
    """Response for a handler's return value; ValueError if API Gateway could not make one of it."""
    if not isinstance(value, dict) or "statusCode" not in value:
        # Format 2.0 infers the rest: 200, JSON, the value itself.
        text = value if isinstance(value, str) else json.dumps(value)
        return HttpResponse(200, (_JSON,), text.encode())
    body = value.get("body")
    if body is not None and not isinstance(body, str):
        raise ValueError("the body of a response is text")
    headers = [(name.lower(), str(each)) for name, each in (value.get("headers") or {}).items()]
    headers += [("set-cookie", str(cookie)) for cookie in value.get("cookies") or ()]
    return HttpResponse(
        int(value["statusCode"]), tuple(headers), _bytes(body or "", value.get("isBase64Encoded"))
    )


def _bytes(body: str, is_base64: Any) -> bytes:
    if not is_base64:
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise ValueError("the body of the response is not base64") from error


def error(status: int, message: str, *, retryable: bool = False) -> HttpResponse:
    """An error in the shape of all others (rest-api.md 1.2)."""
    body = {
        "status": status,
        "message": message,
        "instance": socket.gethostname(),
        "retryable": retryable,
    }
    return HttpResponse(status, (_JSON,), json.dumps(body).encode())
