"""Secrets and environment variables of workflows (rest-api.md 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podium.bootstrap import Engine
    from podium.domain.json import Json
    from podium.http_event import Request


def names(request: Request, engine: Engine) -> Json:
    """Names, no values."""
    return list(engine.keeping.names())


def glimpses(request: Request, engine: Engine) -> Json:
    """Names with the two ends of each value."""
    return [{"name": name, "partial": partial} for name, partial in engine.keeping.glimpses()]


def get(request: Request, engine: Engine) -> str:
    """The value."""
    return engine.keeping.value(request.path("key"))


def exists(request: Request, engine: Engine) -> Json:
    """Whether there is such a secret."""
    return engine.keeping.exists(request.path("key"))


def put(request: Request, engine: Engine) -> None:
    """The whole body is the value, whatever it looks like."""
    engine.keeping.put(request.path("key"), request.raw_body())


def delete(request: Request, engine: Engine) -> None:
    """Forget it."""
    engine.keeping.delete(request.path("key"))


def variables(request: Request, engine: Engine) -> Json:
    """Names and values."""
    return [{"name": name, "value": value} for name, value in engine.keeping.variables().items()]


def variable(request: Request, engine: Engine) -> str | None:
    """One value, or nothing."""
    return engine.keeping.variable(request.path("key"))
