"""Which pages of other origins may call the API from a browser (CORS).

A browser sends the origin of the page with a request, and shows the answer to the page only if its
headers name that origin. Before anything but a simple request it asks first: OPTIONS, the preflight.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from podium.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: How long (s) a browser need not ask again; Chromium keeps no answer longer.
_MAX_AGE = 7200
_ANY = "*"
_ANY_PORT = ":*"


@dataclass(frozen=True, slots=True)
class CrossOrigin:
    """The origins that are allowed; none by default."""

    allowed: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> CrossOrigin:
        """Origins separated by commas: ``https://ui.example.com``, ``http://localhost:*`` (any port), ``*``.

        Raises InvalidInputError for what no browser could send.
        """
        origins = tuple(each.strip() for each in text.split(",") if each.strip())
        for origin in origins:
            scheme, _, host = origin.partition("://")
            if origin != _ANY and (not host or scheme not in {"http", "https"} or "/" in host):
                message = f"{origin!r} is not an origin: expected *, or a scheme and a host as in https://ui.example.com"
                raise InvalidInputError(message)
        return cls(origins)

    def headers(self, request: Mapping[str, str], methods: str = "") -> dict[str, str]:
        """What an answer to a request with these headers (by names in any case) has to say.

        Nothing without an origin that is allowed. ``methods``: what is allowed, for a preflight.
        """
        if not self.allowed:
            return {}
        given = {name.lower(): value for name, value in request.items()}
        origin = given.get("origin", "")
        # A cache must not show one origin the answer to another, nor to none.
        found = {"Vary": "Origin"}
        if not self._allows(origin):
            return found
        found["Access-Control-Allow-Origin"] = origin
        # Answers say in headers of their own what their models have no place for.
        found["Access-Control-Expose-Headers"] = "*"
        if methods and is_preflight(given):
            asked = given.get("access-control-request-headers", "")
            found["Access-Control-Allow-Methods"] = methods
            found["Access-Control-Max-Age"] = str(_MAX_AGE)
            if asked:
                found["Access-Control-Allow-Headers"] = asked
        return found

    def _allows(self, origin: str) -> bool:
        return bool(origin) and any(_matches(origin, each) for each in self.allowed)

    def answer(self, event: Mapping[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        """A function's ``answer`` to an HTTP ``event``, with the headers that it has to have."""
        headers = self.headers(event.get("headers") or {})
        return answer | {"headers": (answer.get("headers") or {}) | headers} if headers else answer


def is_preflight(request: Mapping[str, str]) -> bool:
    """A browser asks before it sends; names in lower case."""
    return "origin" in request and "access-control-request-method" in request


def _matches(origin: str, pattern: str) -> bool:
    if pattern.endswith(_ANY_PORT):
        host, _, port = origin.rpartition(":")
        bare = pattern.removesuffix(_ANY_PORT)
        return origin == bare or (host == bare and port.isdigit())
    return pattern in {_ANY, origin}
