"""HttpCaller on urllib3: the calls of HTTP tasks.

Follows no redirect. Unless allowed, it refuses targets that are not on the public internet: the
host is resolved here, every address checked, and the connection made to a checked address, so that
a name cannot point elsewhere a moment later (design: no way from a definition into the account's network).
"""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from podium.domain.tasks.http import read_body
from podium.ports.outside import HttpError, HttpRequest, HttpResponse

if TYPE_CHECKING:
    import urllib3

#: Bytes of a body that are read; more fails the task, which could not store it.
LARGEST_BODY = 10 * 1024 * 1024
#: How urllib3 begins its messages: with an address that the definition did not name.
_POOL = re.compile(r"^HTTPS?ConnectionPool\(.*?\): ")
_PORTS = {"http": 80, "https": 443}


class UrllibHttpCaller:
    """Makes HTTP calls from this process."""

    def __init__(self, *, allow_private: bool = False) -> None:
        """``allow_private``: loopback, link-local and private addresses may be called, too."""
        self._allow_private = allow_private

    def call(self, request: HttpRequest) -> HttpResponse:
        """One call; raises HttpError when there is no answer to it."""
        import urllib3  # noqa: PLC0415  # only functions that make calls pay for it

        parts, host, port = _target(request.uri)
        address = self._address(host, port)
        try:
            with _pool(parts.scheme, address, port, host, request) as pool:
                answer = pool.request(
                    request.method,
                    (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
                    body=request.body,
                    headers={"Host": parts.netloc.rpartition("@")[2], **request.headers},
                    redirect=False,
                    preload_content=False,
                )
                content = answer.read(LARGEST_BODY + 1, decode_content=True)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            message = f"{request.method} {request.uri}: {_POOL.sub('', str(error))}"
            raise HttpError(message) from error
        if len(content) > LARGEST_BODY:
            message = f"{request.method} {request.uri}: the answer exceeds {LARGEST_BODY} bytes"
            raise HttpError(message)
        headers = {name: answer.headers.getlist(name) for name in dict.fromkeys(answer.headers)}
        text = content.decode("utf-8", "replace")
        return HttpResponse(answer.status, answer.reason or "", headers, read_body(text))

    def _address(self, host: str, port: int) -> str:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            message = f"cannot resolve {host}: {error}"
            raise HttpError(message) from error
        addresses = [str(info[4][0]) for info in found]
        if not self._allow_private:
            for address in addresses:
                if not ipaddress.ip_address(address.partition("%")[0]).is_global:
                    message = (
                        f"{host} is at {address}, which is not a public address; "
                        "PODIUM_HTTP_TASK_ALLOW_PRIVATE allows it"
                    )
                    raise HttpError(message)
        return addresses[0]


def _target(uri: str) -> tuple[SplitResult, str, int]:
    """The parts of an http or https URI, its host and port."""
    try:
        parts = urlsplit(uri)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError) as error:
        message = f"{uri!r} is not an http or https URI"
        raise HttpError(message) from error
    if not parts.hostname:
        message = f"{uri!r} is not an http or https URI"
        raise HttpError(message)
    return parts, parts.hostname, port


def _pool(
    scheme: str, address: str, port: int, host: str, request: HttpRequest
) -> urllib3.HTTPConnectionPool:
    """A pool for one connection to ``address``; a certificate has to be that of ``host``."""
    import urllib3  # noqa: PLC0415  # see call

    timeout = urllib3.Timeout(
        connect=request.connect_timeout / 1000, read=request.read_timeout / 1000
    )
    if scheme == "http":
        return urllib3.HTTPConnectionPool(address, port, timeout=timeout, retries=False)
    return urllib3.HTTPSConnectionPool(
        address, port, timeout=timeout, retries=False, server_hostname=host, assert_hostname=host
    )
