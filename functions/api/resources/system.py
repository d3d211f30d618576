"""Health and version (rest-api.md 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium import VERSION

if TYPE_CHECKING:
    from podium.bootstrap import Engine
    from podium.domain.json import Json
    from podium.http_event import Request


def health(request: Request, engine: Engine) -> Json:
    """Whoever answers is healthy."""
    return {"healthResults": [], "suppressedHealthResults": [], "healthy": True}


def version(request: Request, engine: Engine) -> str:
    """Podium's version."""
    return VERSION
