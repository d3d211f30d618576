"""What requests carry to be let in: a token for a key, or an IAM signature; nothing by default."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Protocol

from podium_cli.errors import RefusedError

#: Address of an HTTP API of AWS; the region is in it.
_EXECUTE_API = re.compile(r"https://[^/]+\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?(/|$)")

Headers = dict[str, str]


class Credentials(Protocol):
    """Headers that let a request in."""

    def headers(self, method: str, url: str, headers: Headers, body: bytes | None) -> Headers:
        """To be sent besides ``headers``."""
        ...

    def renew(self) -> bool:
        """Get others, after a 401; False: there are none."""
        ...


class Nobody:
    """Asks for nothing."""

    def headers(self, method: str, url: str, headers: Headers, body: bytes | None) -> Headers:
        """None."""
        return {}

    def renew(self) -> bool:
        """No."""
        return False


class KeyPair:
    """A key and its secret, for which the server gives a token, as the SDKs do it (clients.md 1).

    A server without keys answers 404; then requests go without, as with the SDKs.
    """

    def __init__(self, fetch: Callable[[], str | None]) -> None:
        """``fetch`` asks the server for a token; None: it has no keys."""
        self._fetch = fetch
        self._token: str | None = None
        self._is_fetched = False

    def headers(self, method: str, url: str, headers: Headers, body: bytes | None) -> Headers:
        """The token, fetched when the first request is made."""
        if not self._is_fetched:
            self._token, self._is_fetched = self._fetch(), True
        return {"X-Authorization": self._token} if self._token else {}

    def renew(self) -> bool:
        """Fetch another token with the next request, once its time may be up."""
        had_one, self._is_fetched = self._token is not None, False
        return had_one


class IamSignature:
    """Signature version 4 with the AWS credentials of whoever runs the command (docs/deploy.md)."""

    def __init__(self, region: str) -> None:
        """Credentials are looked for where boto3 does."""
        self._region = region

    def headers(self, method: str, url: str, headers: Headers, body: bytes | None) -> Headers:
        """Date, signature and, for temporary credentials, their token."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.session import Session

        found = Session().get_credentials()
        if found is None:
            hint = "Log in with the AWS CLI, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
            raise RefusedError(
                "this server asks for AWS credentials, and there are none", hint=hint
            )
        # Of the headers only the host: what lies between may change the others.
        request = AWSRequest(method, url, data=body)
        SigV4Auth(found.get_frozen_credentials(), "execute-api", self._region).add_auth(request)
        return {name: str(value) for name, value in request.headers.items()}

    def renew(self) -> bool:
        """Each request has a signature of its own."""
        return False


def credentials_for(
    url: str, environment: Mapping[str, str], fetch: Callable[[str, str], str | None]
) -> Credentials:
    """Those for a server: a signature for an API of AWS, a token where a key is in the environment."""
    signed = _EXECUTE_API.match(url)
    if signed:
        return IamSignature(signed[1])
    key = environment.get("CONDUCTOR_AUTH_KEY", "").strip()
    secret = environment.get("CONDUCTOR_AUTH_SECRET", "").strip()
    if key and secret:
        return KeyPair(lambda: fetch(key, secret))
    return Nobody()
