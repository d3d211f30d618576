"""The TagStore port, on the items of the metadata table.

pk ``TAG``, sk ``<kind>#<name>#<digest of the tag>``, the name escaped; ``k``, ``v`` and ``t`` are its
key, value and type.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from podium.adapters.items.attributes import text, with_key
from podium.adapters.items.keys import LAST, short_ref
from podium.adapters.items.table import Put
from podium.domain.tags import Tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from podium.adapters.items.attributes import Item, Key
    from podium.adapters.items.table import Table
    from podium.domain.tags import Tagged

_PARTITION = "TAG"


class ItemTagStore:
    """One item for each tag, so that adding and removing are one call each and lose no race."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, kind: Tagged, name: str, tag: Tag) -> None:
        attributes = {"k": tag.key, "v": tag.value, "t": tag.type}
        self._table.put(Put(with_key(_key(kind, name, tag), attributes)))

    def remove(self, kind: Tagged, name: str, tag: Tag) -> None:
        self._table.delete(_key(kind, name, tag))

    def of(self, kind: Tagged, name: str) -> Sequence[Tag]:
        prefix = _prefix(kind, name)
        return _tags(self._table.query(_PARTITION, (prefix, prefix + LAST)))

    def all(self) -> Sequence[Tag]:
        return _tags(self._table.query(_PARTITION))


def _prefix(kind: Tagged, name: str) -> str:
    return f"{kind.value}#{short_ref(name)}#"


def _key(kind: Tagged, name: str, tag: Tag) -> Key:
    identity = f"{tag.key}\0{tag.value}\0{tag.type}"
    digest = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:40]
    return _PARTITION, _prefix(kind, name) + digest


def _tags(items: Iterable[Item]) -> list[Tag]:
    return sorted({Tag(text(item, "k"), text(item, "v"), text(item, "t")) for item in items})
