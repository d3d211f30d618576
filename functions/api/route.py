"""What a route is: the columns of the route table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from podium.bootstrap import Engine
    from podium.http_event import Request

    Handler = Callable[[Request, Engine], Any]

_VARIABLE = re.compile(r"\{(\w+)\}")


class Content(Enum):
    """Type of an answer that went well; fixed for each route, whatever the client accepts."""

    JSON = "application/json"
    #: The bare value, without JSON quotes.
    TEXT = "text/plain"
    EMPTY = ""


@dataclass(frozen=True, slots=True)
class Route:
    """One row: what is asked for, what it is, how it answers, who serves it."""

    method: str
    path: str
    summary: str
    content: Content = Content.JSON
    #: None: the route is known and not built yet; it answers 501.
    handler: Handler | None = None
    status: int = 200
    #: Status when the handler has nothing to answer (None); the body is empty then.
    status_of_nothing: int = 200

    @property
    def is_built(self) -> bool:
        """Somebody serves it."""
        return self.handler is not None

    @property
    def rule(self) -> str:
        """The path in the resolver's own notation, ``<name>`` for a variable."""
        return _VARIABLE.sub(r"<\1>", self.path)

    @property
    def specificity(self) -> tuple[bool, ...]:
        """Sort key: of two routes that match a path, the one with the earlier literal segment wins."""
        return tuple(segment.startswith("{") for segment in self.path.split("/"))
