"""Payloads that clients read and write themselves (rest-api.md 3.4, 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from podium.errors import InvalidInputError
from podium.services.external_storage import Operation, PayloadType

if TYPE_CHECKING:
    from podium.bootstrap import Engine
    from podium.domain.json import Json
    from podium.http_event import Request

E = TypeVar("E")


def location(request: Request, engine: Engine) -> Json:
    """Where to put a payload, or to get one."""
    operation = _one("operation", request.choices("operation", tuple(Operation)))
    payload_type = _one("payloadType", request.choices("payloadType", tuple(PayloadType)))
    path = request.text("path") or ""
    found = engine.external_storage.location(operation, payload_type, path)
    return {"uri": found.uri, "path": found.path}


def _one(name: str, given: list[E]) -> E:
    if len(given) != 1:
        raise InvalidInputError(f"query parameter {name} is required")
    return given[0]
