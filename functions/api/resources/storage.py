"""Payloads that clients read and write themselves (rest-api.md 3.4, 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.services.external_storage import Operation, PayloadType

if TYPE_CHECKING:
    from podium.bootstrap import Engine
    from podium.domain.json import Json
    from podium.http_event import Request


def location(request: Request, engine: Engine) -> Json:
    """Where to put a payload, or to get one."""
    operation = request.choice("operation", tuple(Operation), Operation.READ)
    payload_type = request.choice("payloadType", tuple(PayloadType), PayloadType.WORKFLOW_INPUT)
    path = request.text("path") or ""
    found = engine.external_storage.location(operation, payload_type, path)
    return {"uri": found.uri, "path": found.path}
