"""Registered schemas (docs/schemas.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.definitions import SchemaDef

if TYPE_CHECKING:
    from podium.bootstrap import Engine
    from podium.domain.json import Json
    from podium.http_event import Request


def register(request: Request, engine: Engine) -> None:
    """One schema, or an array of them."""
    body = request.body()
    values = [body] if isinstance(body, dict) else request.body_objects()
    schemas = [SchemaDef.from_json(each) for each in values]
    is_new = request.flag("newVersion", default=False)
    engine.describing.register(schemas, as_new_version=is_new)


def every(request: Request, engine: Engine) -> Json:
    """Every version of every schema."""
    return [schema.to_json() for schema in engine.describing.all()]


def latest(request: Request, engine: Engine) -> Json:
    """The highest version of one."""
    return engine.describing.get(request.path("name"), None).to_json()


def get(request: Request, engine: Engine) -> Json:
    """One version."""
    return engine.describing.get(request.path("name"), request.path_number("version")).to_json()


def delete_all(request: Request, engine: Engine) -> None:
    """Every version of one."""
    engine.describing.delete(request.path("name"), None)


def delete(request: Request, engine: Engine) -> None:
    """One version."""
    engine.describing.delete(request.path("name"), request.path_number("version"))
