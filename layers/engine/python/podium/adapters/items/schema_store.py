"""The SchemaStore port, on the items of the metadata table.

pk ``SCHEMA``, sk ``<name>#<version>``, the name escaped; ``j`` holds the schema as JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.adapters.items import text as json_text
from podium.adapters.items.attributes import text, with_key
from podium.adapters.items.keys import LAST, short_ref
from podium.adapters.items.table import Put
from podium.domain.definitions import SchemaDef
from podium.errors import PayloadTooLargeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.adapters.items.attributes import Item, Key
    from podium.adapters.items.table import Table

_PARTITION = "SCHEMA"
#: Bytes: an item holds 400 KB.
_LARGEST = 390_000


class ItemSchemaStore:
    """One item for each version of a schema."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, schema: SchemaDef) -> None:
        encoded = json_text.dumps(schema.to_json())
        if len(encoded.encode()) > _LARGEST:
            raise PayloadTooLargeError(f"schema {schema.name} has more than {_LARGEST} bytes")
        self._table.put(Put(with_key(_key(schema.name, schema.version), {"j": encoded})))

    def get(self, name: str, version: int) -> SchemaDef | None:
        item = self._table.get(_key(name, version))
        return None if item is None else _schema(item)

    def versions(self, name: str) -> Sequence[SchemaDef]:
        prefix = f"{short_ref(name)}#"
        return [_schema(item) for item in self._table.query(_PARTITION, (prefix, prefix + LAST))]

    def all(self) -> Sequence[SchemaDef]:
        found = [_schema(item) for item in self._table.query(_PARTITION)]
        return sorted(found, key=lambda schema: (schema.name, schema.version))

    def delete(self, name: str, version: int) -> None:
        self._table.delete(_key(name, version))


def _key(name: str, version: int) -> Key:
    return _PARTITION, f"{short_ref(name)}#{version:010d}"


def _schema(item: Item) -> SchemaDef:
    return SchemaDef.from_json(json_text.load_map(text(item, "j")))
