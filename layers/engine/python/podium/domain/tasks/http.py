"""HTTP: the request that the input describes, and the end that the answer means (tasks.md 14).

The call itself is made outside a decision, by the ``system_tasks`` function. Deliberately unlike
the peer, a failure keeps the response map: its status code and body are not lost.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn, Protocol

from podium.domain.expressions import as_text, excerpt
from podium.domain.outcome import Outcome
from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from podium.domain.json import Json, JsonMap

_TIMEOUT = 3000
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class HttpCall:
    """What is asked of whom; timeouts in milliseconds."""

    method: str
    uri: str
    headers: Mapping[str, str]
    body: bytes | None
    connect_timeout: int = _TIMEOUT
    read_timeout: int = _TIMEOUT
    #: The task stays open after its call, until somebody completes it.
    async_complete: bool = False


class Response(Protocol):
    """The answer to a call, whatever its status."""

    @property
    def status(self) -> int:
        """Status code."""
        ...

    @property
    def reason(self) -> str:
        """Reason phrase, empty when there is none."""
        ...

    @property
    def headers(self) -> Mapping[str, list[str]]:
        """All values of each header."""
        ...

    @property
    def body(self) -> Json:
        """What :func:`read_body` made of it."""
        ...


class _InvalidError(ValueError):
    """The input describes no request; the message says why."""


def request(task_input: JsonMap) -> HttpCall | Outcome:
    """The call that ``http_request``, else the input itself, describes; FAILED when it does not."""
    given = task_input.get("http_request")
    fields = task_input if given is None else given
    if not isinstance(fields, Mapping):
        return _failed("http_request is not a map")
    uri, method = fields.get("uri"), fields.get("method")
    if not isinstance(uri, str) or not uri.strip():
        return _failed(
            "Missing HTTP URI.  See documentation for HttpTask for required input parameters"
        )
    if not isinstance(method, str) or not method.strip():
        return _failed("No HTTP method specified")
    if not (method.strip().isascii() and method.strip().isalpha()):
        return _failed(f"Invalid HTTP request: no such method: {excerpt(method)}")
    body = fields.get("body")
    try:
        return HttpCall(
            method=method.strip().upper(),
            uri=uri.strip(),
            headers=_headers(fields),
            body=None if body is None else as_text(body).encode(),
            connect_timeout=_milliseconds(fields, "connectionTimeOut"),
            read_timeout=_milliseconds(fields, "readTimeOut"),
            async_complete=_flag(fields) or _flag(task_input),
        )
    except (_InvalidError, UnicodeEncodeError) as error:
        return _failed(f"Invalid HTTP request: {error}")


def end(call: HttpCall, response: Response) -> Outcome:
    """COMPLETED (or still IN_PROGRESS) on 2xx, else FAILED; always with ``{response}``."""
    output: JsonMap = {
        "response": {
            "statusCode": response.status,
            "reasonPhrase": response.reason,
            "headers": dict(response.headers),
            "body": response.body,
        }
    }
    if 200 <= response.status < 300:
        is_open = call.async_complete
        return Outcome(TaskStatus.IN_PROGRESS if is_open else TaskStatus.COMPLETED, output)
    said = "" if response.body is None else f": {excerpt(response.body)}"
    status = f"{response.status} {response.reason}".strip()
    return Outcome(TaskStatus.FAILED, output, f"Failed to invoke HTTP task due to: {status}{said}")


def read_body(text: str) -> Json:
    """The body of a response: maps and lists as they are, numbers as floats, all else as text.

    None when there is no body. What is not JSON is the text itself.
    """
    if not text:
        return None
    try:
        value: Json = json.loads(
            text, parse_int=_integer, parse_float=_float, parse_constant=_refuse
        )
        if "\\u" in text:
            # Half of a surrogate pair is no text that can be stored.
            as_text(value).encode()
    except (ValueError, RecursionError):
        return text
    if isinstance(value, (dict, list)):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    return as_text(value)


def _headers(fields: JsonMap) -> dict[str, str]:
    given = fields.get("headers")
    if given is not None and not isinstance(given, Mapping):
        raise _InvalidError("headers is not a map")
    headers = {name: _joined(value) for name, value in (given or {}).items() if value is not None}
    for name, text in headers.items():
        if not name or any(character in name + text for character in "\r\n\0"):
            raise _InvalidError(f"the header {excerpt(name)} cannot be sent")
        f"{name}{text}".encode("latin-1")
    named = {name.lower() for name in headers}
    if "accept" not in named:
        headers["Accept"] = _joined(fields.get("accept") or _JSON)
    if "content-type" not in named:
        headers["Content-Type"] = _joined(fields.get("contentType") or _JSON)
    return headers


def _joined(value: Json) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(as_text(item) for item in value)
    return as_text(value)


def _milliseconds(fields: JsonMap, key: str) -> int:
    value = fields.get(key)
    if value is None:
        return _TIMEOUT
    try:
        milliseconds = int(value) if isinstance(value, (str, int, float)) else -1
    except (ValueError, OverflowError):
        milliseconds = -1
    if milliseconds < 0:
        raise _InvalidError(f"{key} is not a number of milliseconds: {excerpt(value)}")
    return milliseconds


def _flag(fields: JsonMap) -> bool:
    return fields.get("asyncComplete") in (True, "true")


def _integer(digits: str) -> int | float:
    # Beyond 64 bits only a float can be stored.
    return int(digits) if len(digits) < 19 else float(digits)


def _float(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _refuse(digits)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _failed(reason: str) -> Outcome:
    return Outcome(TaskStatus.FAILED, {}, reason)
