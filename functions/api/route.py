"""What a route is: the columns of the route table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from functions.api.parameter import Parameter
    from podium.bootstrap import Engine
    from podium.http_event import Request

    Handler = Callable[[Request, Engine], Any]

#: Paths of GET routes that change something.
_CHANGING = ("/api/tasks/poll/", "/api/scheduler/admin/")
_VARIABLE = re.compile(r"\{(\w+)\}")
#: The model of a body that is taken as it comes, whatever it looks like.
RAW = "Text"


class Content(Enum):
    """Type of an answer that went well; fixed for each route, whatever the client accepts."""

    JSON = "application/json"
    #: The bare value, without JSON quotes.
    TEXT = "text/plain"
    HTML = "text/html; charset=utf-8"
    EMPTY = ""


class Role(Enum):
    """What a caller may do (docs/api.md, Permissions).

    A route names the one role that it needs. ADMIN may do everything, and whoever has any role may do
    what READER may. Nothing is enforced yet: an installation has no keys.
    """

    #: Secrets, environment, the engine itself.
    ADMIN = "admin"
    #: Definitions, event handlers, schedules.
    METADATA = "metadata"
    #: Starts executions and steers them.
    OPERATOR = "operator"
    #: Takes tasks and reports them.
    WORKER = "worker"
    #: Looks at everything but secrets.
    READER = "reader"


@dataclass(frozen=True, slots=True)
class Route:
    """One row: what is asked for, what it is, how it answers, who serves it.

    A model is the name of a schema (docs/reference/models.md); ``Name[]`` is an array of them, and
    ``Name?`` is a body that may be left out.
    """

    method: str
    path: str
    summary: str
    content: Content
    handler: Handler
    #: The role that a caller needs. A row that names none is for administrators alone.
    permission: Role = Role.ADMIN
    #: Model of the body; None: there is none, and what is sent all the same is ignored.
    body: str | None = None
    #: Model of a JSON answer.
    answer: str | None = None
    #: Query parameters and headers; others are ignored.
    parameters: tuple[Parameter, ...] = ()
    status: int = 200
    #: Statuses of refusals, beside the 400 and 413 of parameters and bodies.
    errors: tuple[int, ...] = ()
    #: Status when the handler has nothing to answer (None); the body is empty then.
    status_of_nothing: int = 200

    @property
    def is_safe(self) -> bool:
        """It only reads: HEAD may ask for it, too."""
        return self.method == "GET" and not self.path.startswith(_CHANGING)

    @property
    def variables(self) -> list[str]:
        """Names of the path's variables, in order."""
        return _VARIABLE.findall(self.path)

    @property
    def rule(self) -> str:
        """The path in the resolver's own notation, ``<name>`` for a variable."""
        return _VARIABLE.sub(r"<\1>", self.path)

    @property
    def specificity(self) -> tuple[bool, ...]:
        """Sort key: of two routes that match a path, the one with the earlier literal segment wins."""
        return tuple(segment.startswith("{") for segment in self.path.split("/"))
