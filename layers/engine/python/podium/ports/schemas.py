"""Port of the registered schemas: JSON Schemas and others that definitions name (docs/schemas.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from podium.domain.definitions import SchemaDef


class SchemaStore(Protocol):
    """Schemas by name and version."""

    def put(self, schema: SchemaDef) -> None:
        """PutItem: create or replace. Raises PayloadTooLargeError for one that no item holds."""
        ...

    def get(self, name: str, version: int) -> SchemaDef | None:
        """GetItem."""
        ...

    def versions(self, name: str) -> Sequence[SchemaDef]:
        """Every version of one name, ascending; a Query per page."""
        ...

    def all(self) -> Sequence[SchemaDef]:
        """Every schema, by name and version; a Query per page."""
        ...

    def delete(self, name: str, version: int) -> None:
        """DeleteItem; nothing when there is none."""
        ...
