"""Tags of definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.tags import Tag, Tagged
from podium.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from podium.bootstrap import Engine
    from podium.domain.json import Json
    from podium.http_event import Request

    Handler = Callable[[Request, Engine], Json]


def all_tags(request: Request, engine: Engine) -> Json:
    """Every tag that is in use."""
    return [tag.to_json() for tag in engine.tagging.all()]


def of_workflow(request: Request, engine: Engine) -> Json:
    """Those of one workflow, whatever the version."""
    return _of(request, engine, Tagged.WORKFLOW)


def add_to_workflow(request: Request, engine: Engine) -> None:
    """One more, or several."""
    engine.tagging.add(Tagged.WORKFLOW, request.path("name"), _tags(request))


def replace_of_workflow(request: Request, engine: Engine) -> None:
    """These instead of all others."""
    engine.tagging.replace(Tagged.WORKFLOW, request.path("name"), _tags(request))


def remove_from_workflow(request: Request, engine: Engine) -> None:
    """One less, or several."""
    engine.tagging.remove(Tagged.WORKFLOW, request.path("name"), _tags(request))


def of_task(request: Request, engine: Engine) -> Json:
    """Those of one task definition."""
    return _of(request, engine, Tagged.TASK)


def add_to_task(request: Request, engine: Engine) -> None:
    """One more, or several."""
    engine.tagging.add(Tagged.TASK, request.path("name"), _tags(request))


def replace_of_task(request: Request, engine: Engine) -> None:
    """These instead of all others."""
    engine.tagging.replace(Tagged.TASK, request.path("name"), _tags(request))


def remove_from_task(request: Request, engine: Engine) -> None:
    """One less, or several."""
    engine.tagging.remove(Tagged.TASK, request.path("name"), _tags(request))


def _of(request: Request, engine: Engine, kind: Tagged) -> Json:
    return [tag.to_json() for tag in engine.tagging.of(kind, request.path("name"))]


def _tags(request: Request) -> list[Tag]:
    """The body: one tag, or an array of them."""
    body = request.body()
    if isinstance(body, dict):
        return [Tag.from_json(body)]
    tags = request.body_objects()
    if len(tags) > _MOST:
        raise InvalidInputError(f"{len(tags)} tags are more than the {_MOST} of one request")
    return [Tag.from_json(each, f"body[{index}]") for index, each in enumerate(tags)]


#: Each is a call; a definition has a handful.
_MOST = 100
