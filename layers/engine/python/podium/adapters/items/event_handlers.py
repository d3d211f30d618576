"""The EventHandlerStore port, on the metadata table.

A handler: pk ``EVENT``, sk its name. Its place: pk ``EVENT#<event>``, sk its name; the place is
written first and taken away last, and counts only when the handler says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from podium.adapters.items import text as json_text
from podium.adapters.items.attributes import text, with_key
from podium.adapters.items.conditions import Exists, Missing
from podium.adapters.items.keys import short_ref
from podium.adapters.items.table import Put
from podium.domain.events.handler import EventHandler
from podium.errors import PayloadTooLargeError

if TYPE_CHECKING:
    from podium.adapters.items.attributes import Item, Key
    from podium.adapters.items.conditions import Condition
    from podium.adapters.items.table import Table

_HANDLERS = "EVENT"
#: An item holds 400 KB.
_LARGEST = 380_000


class ItemEventHandlers:
    """Event handlers as items."""

    def __init__(self, table: Table) -> None:
        """``table``: the metadata table."""
        self._table = table

    def create(self, handler: EventHandler) -> bool:
        return self._put(handler, Missing())

    def replace(self, handler: EventHandler) -> EventHandler | None:
        old = self._find(handler.name)
        if old is None or not self._put(handler, Exists()):
            return None
        if old.event != handler.event:
            self._table.delete(_place(old))
        return old

    def delete(self, name: str) -> EventHandler | None:
        found = self._find(name)
        if found is None:
            return None
        self._table.delete(_key(name))
        self._table.delete(_place(found))
        return found

    def all(self) -> Sequence[EventHandler]:
        found = map(_handler, self._table.query(_HANDLERS))
        return sorted(found, key=lambda handler: handler.name)

    def of_event(self, event: str) -> Sequence[EventHandler]:
        places = self._table.query(_partition(event))
        found = [self._find(text(place, "n")) for place in places]
        return [handler for handler in found if handler is not None and handler.event == event]

    def _find(self, name: str) -> EventHandler | None:
        item = self._table.get(_key(name))
        return None if item is None else _handler(item)

    def _put(self, handler: EventHandler, condition: Condition) -> bool:
        encoded = json_text.dumps(handler.to_json())
        if len(encoded.encode()) > _LARGEST:
            raise PayloadTooLargeError(f"event handler {handler.name} is larger than 380 KB")
        self._table.put(Put(with_key(_place(handler), {"n": handler.name})))
        item = with_key(_key(handler.name), {"n": handler.name, "j": encoded})
        return self._table.put(Put(item, condition)).applied


def _handler(item: Item) -> EventHandler:
    return EventHandler.from_json(json_text.load_map(text(item, "j")))


def _key(name: str) -> Key:
    return _HANDLERS, short_ref(name)


def _partition(event: str) -> str:
    return f"{_HANDLERS}#{short_ref(event)}"


def _place(handler: EventHandler) -> Key:
    return _partition(handler.event), short_ref(handler.name)
