"""Dead letters: what was received too often, and giving it back (docs/operations.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podium.bootstrap import Engine
    from podium.domain.json import Json
    from podium.http_event import Request


def list_all(request: Request, engine: Engine) -> Json:
    """Every queue of dead letters."""
    return [
        {
            "queue": each.queue,
            "size": each.size,
            "sources": list(each.sources),
            **({} if each.oldest is None else {"oldestMessageTime": each.oldest}),
        }
        for each in engine.redriving().all()
    ]


def redrive(request: Request, engine: Engine) -> Json:
    """Messages of one queue go back to where they came from."""
    limit = request.number("limit", 100)
    done = engine.redriving().redrive(request.path("queue"), limit)
    return {
        "queue": done.queue,
        "moved": dict(done.moved),
        "kept": done.kept,
        "left": done.left,
    }
