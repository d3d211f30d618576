"""Record: the base of everything that has a JSON form (models.md 0).

A table per class, made once from the declarations of ``codec``, drives both directions. The wire
name of a field is the camelCase of its name, unless its declaration says otherwise. What a record does not know is kept in ``extra`` and
written back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Self, TypeVar

from podium.domain.definitions.readers import MismatchError, Reader, Writer
from podium.errors import InvalidInputError

if TYPE_CHECKING:
    from podium.domain.json import Json, JsonMap

#: Equal to no value: the field is always written.
NOTHING: object = object()


@dataclass(frozen=True, slots=True)
class Wire:
    """What one field is on the wire: how to read it, how to write it, when to leave it out."""

    read: Reader
    write: Writer | None = None
    #: The value that is not written.
    omitted: object = NOTHING
    #: A second name that is read when the first is absent.
    alias: str = ""
    #: The name on the wire where it is not the camelCase of the field's.
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Table:
    """The fields of one class: by wire name for reading, in order for writing."""

    readers: Mapping[str, tuple[str, Reader]]
    aliases: Mapping[str, str]
    writers: tuple[tuple[str, str, Writer | None, object], ...]


_TABLES: dict[type[Record], _Table] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Base of everything that has a JSON form; ``extra`` holds the properties it does not know."""

    extra: JsonMap = field(default_factory=dict)

    @classmethod
    def from_json(cls, value: JsonMap) -> Self:
        """Read the JSON object ``value``.

        Raises InvalidInputError naming the path of the first field of a wrong type, for example
        ``tasks[2].forkTasks[0]: expected an array``.
        """
        try:
            return read_record(cls, value)
        except MismatchError as mismatch:
            raise InvalidInputError(str(mismatch)) from None
        except RecursionError:
            raise InvalidInputError(f"{cls.__name__} is nested too deeply") from None

    def to_json(self) -> dict[str, Json]:
        """The JSON object: defaults written, null ``o`` fields left out, unknown ones last."""
        result: dict[str, Json] = {}
        for name, wire_name, write, omitted in _table(type(self)).writers:
            value = getattr(self, name)
            if value != omitted:
                result[wire_name] = value if write is None else write(value)
        result.update(self.extra)
        return result


_R = TypeVar("_R", bound=Record)


def read_record(cls: type[_R], value: Any) -> _R:
    """A ``cls`` from a JSON object; raises MismatchError."""
    if not isinstance(value, Mapping):
        raise MismatchError("expected an object")
    table = _table(cls)
    values: dict[str, Any] = {}
    extra: dict[str, Json] = {}
    for key, item in value.items():
        known = table.readers.get(key)
        if known is None and key in table.aliases:
            if table.aliases[key] in value:
                continue
            known = table.readers[table.aliases[key]]
        if known is None:
            extra[key] = item
            continue
        name, read = known
        try:
            values[name] = read(item)
        except MismatchError as mismatch:
            raise mismatch.within(key) from None
    return cls(extra=extra, **values)


def _table(cls: type[Record]) -> _Table:
    table = _TABLES.get(cls)
    if table is None:
        table = _TABLES[cls] = _make_table(cls)
    return table


def _make_table(cls: type[Record]) -> _Table:
    readers: dict[str, tuple[str, Reader]] = {}
    aliases: dict[str, str] = {}
    writers: list[tuple[str, str, Writer | None, object]] = []
    for item in fields(cls):
        wire: Wire | None = item.metadata.get("wire")
        if wire is None:
            continue
        head, *rest = item.name.split("_")
        wire_name = wire.name or head + "".join(part.capitalize() for part in rest)
        readers[wire_name] = (item.name, wire.read)
        if wire.alias:
            aliases[wire.alias] = wire_name
        writers.append((item.name, wire_name, wire.write, wire.omitted))
    return _Table(readers, aliases, tuple(writers))
