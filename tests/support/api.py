"""The REST API without HTTP: requests as events through the real handlers, on a memory cluster."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from functions.api.handler import handler as api_handler
from functions.poll.handler import handler as poll_handler
from tests.support.fake_engine import http_event, installed

_CONTEXT: Any = None


@dataclass(frozen=True)
class Answer:
    """What a client would get."""

    status: int
    text: str
    content_type: str | None

    @property
    def json(self) -> Any:
        """The body read as JSON."""
        return json.loads(self.text)


class Api:
    """A client of one engine."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        query: Mapping[str, object] | str = "",
        *,
        raw: str | None = None,
        poll: bool = False,
    ) -> Answer:
        """One request; ``body`` is sent as JSON, ``raw`` as it is; ``poll``: to the poll function."""
        text = raw if body is None else json.dumps(body)
        wire_query = query if isinstance(query, str) else urlencode(query, doseq=True)
        event = http_event(method, path, wire_query, text)
        with installed(self._engine):
            found = (poll_handler if poll else api_handler)(event, _CONTEXT)
        assert found["isBase64Encoded"] is False
        content_type = (found.get("headers") or {}).get("Content-Type")
        return Answer(found["statusCode"], found["body"], content_type)

    def get(self, path: str, **query: object) -> Answer:
        """GET with a query."""
        return self.call("GET", path, query=query)

    def post(self, path: str, body: object = None, **query: object) -> Answer:
        """POST JSON."""
        return self.call("POST", path, body, query)

    def put(self, path: str, body: object = None, **query: object) -> Answer:
        """PUT JSON."""
        return self.call("PUT", path, body, query)

    def delete(self, path: str, **query: object) -> Answer:
        """DELETE with the body that the Python SDK sends."""
        return self.call("DELETE", path, {}, query)
