"""Register event handlers, and listen to what they listen to (rest-api.md 6, engine.md 19.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.events.names import parse_event
from podium.domain.validation.event_handler import validate_event_handler
from podium.errors import (
    ConflictError,
    InvalidInputError,
    LostRaceError,
    NotFoundError,
    ValidationError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.domain.events.handler import EventHandler
    from podium.ports.bundle import Ports
    from podium.services.validating import Validating

#: Looks at the handlers of an event that others keep changing.
MAX_LOOKS = 10


class Subscribing:
    """Handlers in the table, and their sources open as long as one of them is active."""

    def __init__(self, ports: Ports, validating: Validating) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._handlers = ports.event_handlers
        self._sources = ports.event_sources
        self._validating = validating

    def create(self, handler: EventHandler) -> None:
        """Register a handler; raises ValidationError, ConflictError when its name is taken.

        Its source is opened first: one that cannot be opened leaves no handler behind.
        """
        self._check(handler, "addEventHandler.arg0")
        self._open_for(handler)
        if not self._handlers.create(handler):
            self._follow(handler.event)
            raise ConflictError(f"EventHandler with name: {handler.name} already exists!")
        self._follow(handler.event)

    def replace(self, handler: EventHandler) -> None:
        """Replace a handler; raises ValidationError, NotFoundError."""
        self._check(handler, "updateEventHandler.arg0")
        self._open_for(handler)
        old = self._handlers.replace(handler)
        self._follow(handler.event)
        if old is None:
            raise NotFoundError(_unknown(handler.name))
        if old.event != handler.event:
            self._follow(old.event)

    def delete(self, name: str) -> None:
        """Forget a handler; raises NotFoundError."""
        old = self._handlers.delete(name)
        if old is None:
            raise NotFoundError(_unknown(name))
        self._follow(old.event)

    def all(self) -> Sequence[EventHandler]:
        """Every handler by name."""
        return self._handlers.all()

    def of_event(self, event: str, *, active_only: bool) -> Sequence[EventHandler]:
        """Handlers of exactly this event."""
        found = self._handlers.of_event(event)
        return [handler for handler in found if handler.active or not active_only]

    def _check(self, handler: EventHandler, call: str) -> None:
        found = validate_event_handler(handler, self._validating.context, call)
        if found:
            raise ValidationError(found)

    def _open_for(self, handler: EventHandler) -> None:
        if handler.active:
            self._sources.open(parse_event(handler.event))

    def _follow(self, text: str) -> None:
        """Open the source of an event or close it, as its handlers are once nothing moves any more.

        Whoever changes a handler looks again after it has acted, so of two the last one puts right
        what the other saw too early.
        """
        try:
            event = parse_event(text)
        except InvalidInputError:
            # A handler of an older version: nothing listens to that.
            return
        is_open = None
        for _ in range(MAX_LOOKS):
            is_wanted = any(each.active for each in self._handlers.of_event(text))
            if is_open is is_wanted:
                return
            (self._sources.open if is_wanted else self._sources.close)(event)
            is_open = is_wanted
        raise LostRaceError(f"the handlers of {text} keep changing; try again")


def _unknown(name: str) -> str:
    return f"EventHandler with name: {name} not found!"
