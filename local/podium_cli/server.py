"""One Conductor server, over HTTP: requests in, JSON or text out, its errors as ours."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import urllib3

from podium_cli.credentials import credentials_for
from podium_cli.errors import (
    CliError,
    NotFoundError,
    RefusedError,
    TooLargeError,
    UnreachableError,
    UsageError,
)

#: Where ``podium up`` listens unless it is told otherwise.
DEFAULT_URL = "http://localhost:8080/api"
#: Seconds to connect, and to wait for an answer: longer than an HTTP API of AWS does.
_CONNECT, _READ = 10.0, 60.0

_END_OF_URL = "Does the URL end where the API begins (/api)?"

Query = Mapping[str, Any]


class Server:
    """Any server with Conductor's API; ``url`` includes its base path (``/api``)."""

    def __init__(
        self, url: str = DEFAULT_URL, environment: Mapping[str, str] | None = None
    ) -> None:
        """Nothing is sent yet. Keys are those of ``environment``; without it there are none.

        Raises UsageError for what is no URL of a server.
        """
        self.url = normal_url(url)
        self._credentials = credentials_for(self.url, environment or {}, self._token)
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=_CONNECT, read=_READ), retries=False
        )

    def get(self, *path: str, **query: Any) -> Any:
        """Answer of a GET; parameters that are None are left out."""
        return self.send("GET", path, query)

    def put(self, *path: str, body: Any = None, **query: Any) -> Any:
        """Answer of a PUT."""
        return self.send("PUT", path, query, body)

    def post(self, *path: str, body: Any = None, **query: Any) -> Any:
        """Answer of a POST."""
        return self.send("POST", path, query, body)

    def delete(self, *path: str, body: Any = None, **query: Any) -> Any:
        """Answer of a DELETE."""
        return self.send("DELETE", path, query, body)

    def send(self, method: str, path: Sequence[str], query: Query, body: Any = None) -> Any:
        """Send one request; ``path`` are segments, not encoded yet. A text is sent as it is.

        Raises NotFoundError, RefusedError, UnreachableError.
        """
        target = "/".join([self.url, *(_segment(text) for text in path)])
        pairs = {name: _parameter(value) for name, value in query.items() if value is not None}
        if pairs:
            target += "?" + urlencode(pairs, doseq=True)
        content, headers = _content(body)
        response = self._request(method, target, content, headers)
        if response.status == 401 and self._credentials.renew():
            response = self._request(method, target, content, headers)
        answer = _answer(response)
        if response.status >= 400:
            raise self._error(response.status, answer)
        if "html" in response.headers.get("Content-Type", ""):
            message = f"{self.url} answers with a web page: no API is there"
            raise RefusedError(message, hint=_END_OF_URL)
        return answer

    def _request(
        self, method: str, target: str, content: bytes | None, headers: dict[str, str]
    ) -> urllib3.BaseHTTPResponse:
        let_in = self._credentials.headers(method, target, headers, content)
        try:
            return self._pool.request(method, target, body=content, headers=headers | let_in)
        except urllib3.exceptions.HTTPError as error:
            raise self._unreachable(error) from None

    def _token(self, key: str, secret: str) -> str | None:
        """A token for a key; None where the server knows no keys."""
        content, headers = _content({"keyId": key, "keySecret": secret})
        try:
            response = self._pool.request(
                "POST", f"{self.url}/token", body=content, headers=headers
            )
        except urllib3.exceptions.HTTPError as error:
            raise self._unreachable(error) from None
        answer = _answer(response)
        if response.status == 404:
            return None
        if response.status >= 400:
            raise self._error(response.status, answer)
        return str(answer["token"]) if isinstance(answer, dict) and "token" in answer else None

    def _unreachable(self, error: urllib3.exceptions.HTTPError) -> UnreachableError:
        if isinstance(error, urllib3.exceptions.ReadTimeoutError):
            message = f"{self.url} did not answer within {_READ:g} s"
            return UnreachableError(message, hint="What it was asked to do may have happened.")
        return UnreachableError(
            f"no server answers at {self.url} ({_reason(error)})",
            hint="Start one on this machine with `podium up`, or name another with --server or "
            "CONDUCTOR_SERVER_URL.",
        )

    def _error(self, status: int, answer: Any) -> CliError:
        body = answer if isinstance(answer, dict) else {}
        message = str(body.get("message") or answer or f"HTTP status {status}").strip()
        details = tuple(
            f"{each.get('path', '')}: {each.get('message', '')}"
            for each in body.get("validationErrors") or ()
        )
        if status in {401, 403}:
            hint = (
                f"{self.url} asks for credentials, or yours do not suffice: CONDUCTOR_AUTH_KEY and "
                "CONDUCTOR_AUTH_SECRET, or AWS credentials for an address of AWS."
            )
            return RefusedError(message, details=details, hint=hint)
        if status in {404, 405, 501} and _is_no_route(message):
            return RefusedError(message, hint=f"{self.url} does not serve this. {_END_OF_URL}")
        if status == 404:
            return NotFoundError(message, details=details)
        if status == 413:
            return TooLargeError(message, details=details)
        hint = "Try again: the server says that it was busy." if body.get("retryable") else ""
        return RefusedError(message, details=details, hint=hint)


def normal_url(url: str) -> str:
    """``url`` without a slash at its end; ``/api`` is added where there is no path at all."""
    text = url.strip()
    parts = urlsplit(text if "://" in text else f"http://{text}")
    try:
        is_sound = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        is_sound = False
    if not is_sound:
        hint = f"It looks like {DEFAULT_URL}."
        raise UsageError(f"{url!r} is not the URL of a server", hint=hint)
    return parts._replace(path=parts.path.rstrip("/") or "/api").geturl()


def _segment(text: str) -> str:
    """A slash in a name is encoded twice: an HTTP API decodes paths once before anybody sees them."""
    return quote(text, safe="").replace("%2F", "%252F")


def _parameter(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def _content(body: Any) -> tuple[bytes | None, dict[str, str]]:
    # Compressed, more of a large execution fits into an answer (docs/payloads.md).
    headers = {"Accept": "*/*", "Accept-Encoding": "gzip", "User-Agent": "podium-cli"}
    if body is None:
        return None, headers
    if isinstance(body, str):
        return body.encode(), headers | {"Content-Type": "text/plain"}
    return json.dumps(body).encode(), headers | {"Content-Type": "application/json"}


def _answer(response: urllib3.BaseHTTPResponse) -> Any:
    """JSON read; other text as it is; None for an empty body."""
    text = response.data.decode("utf-8", "replace")
    if not text:
        return None
    if "json" not in response.headers.get("Content-Type", ""):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _is_no_route(message: str) -> bool:
    """The peer's words, and ours, for a path that the server does not know at all."""
    known = ("No endpoint", "No static resource", "is not supported", "is not built yet")
    return any(words in message for words in known)


def _reason(error: BaseException) -> str:
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return "there is no such host"
    cause = error.__cause__ or error.__context__
    text = getattr(cause, "strerror", None)
    if text:
        return str(text)
    # What is refused at once is one of these, too.
    if isinstance(error, urllib3.exceptions.ConnectTimeoutError):
        return "it takes too long to connect"
    return str(error).rpartition(": ")[2].strip()
