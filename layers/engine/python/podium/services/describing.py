"""Registered schemas of inputs and outputs, which definitions name (docs/schemas.md)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.schemas import unusable
from podium.errors import InvalidInputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.domain.definitions import SchemaDef
    from podium.ports.bundle import Ports


class Describing:
    """The schema routes on the schema store."""

    def __init__(self, ports: Ports) -> None:
        """Keep the ports."""
        self._ports = ports

    def register(self, schemas: Sequence[SchemaDef], *, as_new_version: bool = False) -> None:
        """Create or replace; ``as_new_version``: as the one after the highest, whatever it says.

        Nothing is stored unless all can be: raises InvalidInputError for a schema without a name, a
        version below 1, or a JSON Schema that is none.
        """
        if not schemas:
            raise InvalidInputError("a schema is required")
        for index, schema in enumerate(schemas):
            self._refuse_unusable(schema, f"body[{index}]")
        for schema in schemas:
            self._store(schema, as_new_version=as_new_version)

    def get(self, name: str, version: int | None) -> SchemaDef:
        """One schema, the highest version if none is given; raises NotFoundError."""
        if version is not None:
            found = self._ports.schemas.get(name, version)
        else:
            found = next(reversed(self._ports.schemas.versions(name)), None)
        if found is None:
            raise _unknown(name, version)
        return found

    def all(self) -> Sequence[SchemaDef]:
        """Every schema, by name and version."""
        return self._ports.schemas.all()

    def delete(self, name: str, version: int | None) -> None:
        """Forget one version, or all; raises NotFoundError. Executions keep their own copy."""
        schemas = self._ports.schemas
        if version is None:
            versions = [each.version for each in schemas.versions(name)]
        else:
            versions = [version] if schemas.get(name, version) else []
        if not versions:
            raise _unknown(name, version)
        for each in versions:
            schemas.delete(name, each)

    def _store(self, schema: SchemaDef, *, as_new_version: bool) -> None:
        now, schemas = self._ports.clock.now(), self._ports.schemas
        if as_new_version:
            known = schemas.versions(schema.name)
            schema = replace(schema, version=known[-1].version + 1 if known else 1)
        old = schemas.get(schema.name, schema.version)
        created = now if old is None else old.create_time
        changed = 0 if old is None else now
        schemas.put(replace(schema, create_time=created, update_time=changed))

    def _refuse_unusable(self, schema: SchemaDef, path: str) -> None:
        if not schema.name.strip():
            raise InvalidInputError(f"{path}.name: a schema needs a name")
        if schema.version < 1:
            raise InvalidInputError(f"{path}.version: {schema.version} is less than 1")
        if not schema.is_checkable:
            return
        reason = unusable(schema, self._ports.engines.schema)
        if reason is not None:
            raise InvalidInputError(f"{path}: the schema {schema.name} cannot be used: {reason}")


def _unknown(name: str, version: int | None) -> NotFoundError:
    which = "" if version is None else f", version: {version}"
    return NotFoundError(f"No such schema found by name: {name}{which}")
