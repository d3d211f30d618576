"""One small declarative codec between frozen dataclasses and the JSON of the wire (models.md 0).

A :class:`Record` declares each field with one of the functions below (``text()``, ``integer(3)``,
``records(lambda: WorkflowTask)``). The wire name is the camelCase of the field's name; a table per
class, made once, drives both directions.

Null and absent follow models.md 0.3: an absent property gets the field's default, null for a
number or a flag is 0 or false, null for a list or map is the empty one. Scalars are taken as
leniently as the peer takes them (``"5"`` for 5, 7 for ``"7"``); anything else of a wrong type is
refused with the path of the field. What a record does not know is kept in ``extra`` and written
back. Maps of free JSON are passed on as they are, never copied: nobody may change them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self, TypeVar

from podium.errors import InvalidInputError

if TYPE_CHECKING:
    from podium.domain.json import Json, JsonMap

_E = TypeVar("_E", bound=StrEnum)
_INT_BITS = 32
_LONG_BITS = 64
#: Equal to no value: the field is always written.
_NOTHING: object = object()


class _MismatchError(Exception):
    """A value has the wrong type; ``path`` grows outwards as the error climbs."""

    def __init__(self, problem: str, *path: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.path = path

    def within(self, step: str) -> _MismatchError:
        """The same problem, seen from one level further out."""
        return _MismatchError(self.problem, step, *self.path)

    def __str__(self) -> str:
        where = "".join(
            step if step.startswith("[") or index == 0 else f".{step}"
            for index, step in enumerate(self.path)
        )
        return f"{where}: {self.problem}" if where else self.problem


Reader = Callable[[Any], Any]
Writer = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Wire:
    """What one field is on the wire: how to read it, how to write it, when to leave it out."""

    read: Reader
    write: Writer | None = None
    #: The value that is not written.
    omitted: object = _NOTHING
    aliases: tuple[str, ...] = ()


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
            return _read_record(cls, value)
        except _MismatchError as mismatch:
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
        wire: _Wire | None = item.metadata.get("wire")
        if wire is None:
            continue
        head, *rest = item.name.split("_")
        wire_name = head + "".join(part.capitalize() for part in rest)
        readers[wire_name] = (item.name, wire.read)
        aliases.update(dict.fromkeys(wire.aliases, wire_name))
        writers.append((item.name, wire_name, wire.write, wire.omitted))
    return _Table(readers, aliases, tuple(writers))


def _read_record(cls: type[_R], value: Any) -> _R:
    if not isinstance(value, Mapping):
        raise _MismatchError("expected an object")
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
        except _MismatchError as mismatch:
            raise mismatch.within(key) from None
    return cls(extra=extra, **values)


def _wired(default: object, wire: _Wire) -> Any:
    return field(default=default, metadata={"wire": wire})


def _collection(factory: Callable[[], object], wire: _Wire) -> Any:
    return field(default_factory=factory, metadata={"wire": wire})


# Scalars ----------------------------------------------------------------------------------------


def text() -> Any:
    """A string, or None: left out of the JSON."""
    return _wired(None, _Wire(_read_text, omitted=None))


def name() -> Any:
    """A string that is required sooner or later: never None here, left out of the JSON when empty."""
    return _wired("", _Wire(lambda value: _read_text(value) or "", omitted=""))


def fixed_text(default: str, *aliases: str) -> Any:
    """A string that is always present and may not be null."""
    return _wired(default, _Wire(_read_present_text, aliases=aliases))


def integer(default: int = 0, *, null: int = 0, bits: int = _INT_BITS) -> Any:
    """A number that is always present; ``null`` is what JSON null reads as."""

    def read(value: Any) -> int:
        number = _read_integer(value, bits)
        return null if number is None else number

    return _wired(default, _Wire(read))


def long(default: int = 0) -> Any:
    """A 64-bit number (times in ms, timeouts in s), always present."""
    return integer(default, bits=_LONG_BITS)


def optional_integer() -> Any:
    """A number, or None: left out of the JSON."""
    return _wired(None, _Wire(lambda value: _read_integer(value, _INT_BITS), omitted=None))


def flag(default: bool = False) -> Any:  # noqa: FBT001, FBT002 - reads as a declaration
    """true or false, always present; null is false."""
    return _wired(default, _Wire(lambda value: bool(_read_flag(value))))


def optional_flag() -> Any:
    """true, false, or None: left out of the JSON."""
    return _wired(None, _Wire(_read_flag, omitted=None))


def choice(enum: type[_E], default: _E | None = None) -> Any:
    """One of the names of ``enum``; without a default it may be None and is then left out."""
    members = enum.__members__

    def read(value: Any) -> _E | None:
        if value is None:
            return default
        member = members.get(value) if isinstance(value, str) else None
        if member is None:
            raise _MismatchError(f"expected one of {', '.join(members)}")
        return member

    omitted = None if default is None else _NOTHING
    return _wired(default, _Wire(read, lambda member: member.value, omitted))


def anything() -> Any:
    """Any JSON value, or None: left out of the JSON."""
    return _wired(None, _Wire(lambda value: value, omitted=None))


# Collections ------------------------------------------------------------------------------------


def texts() -> Any:
    """A tuple of strings, always present."""
    return _collection(tuple, _Wire(_array(_read_present_text), list))


def json_map() -> Any:
    """A map of free JSON, always present."""
    return _collection(dict, _Wire(lambda value: {} if value is None else _read_map(value)))


def optional_map() -> Any:
    """A map of free JSON, or None: left out of the JSON."""
    return _wired(None, _Wire(lambda v: None if v is None else _read_map(v), omitted=None))


def optional_text_map() -> Any:
    """A map of strings, or None: left out of the JSON."""
    read = _map_of(_read_text)
    return _wired(None, _Wire(lambda v: None if v is None else read(v), omitted=None))


def text_map() -> Any:
    """A map of strings, always present."""
    return _collection(dict, _Wire(_map_of(_read_text)))


def record(cls: Callable[[], type[Record]]) -> Any:
    """A nested record, or None: left out of the JSON. ``cls`` is called when it is first needed."""

    def read(value: Any) -> Record | None:
        return None if value is None else _read_record(cls(), value)

    return _wired(None, _Wire(read, _write_record, None))


def record_or_expression(cls: Callable[[], type[Record]]) -> Any:
    """A nested record, a string ``${...}``, or None: left out of the JSON."""

    def read(value: Any) -> Record | str | None:
        if isinstance(value, str):
            if value.startswith("${") and value.endswith("}"):
                return value
            raise _MismatchError("expected an object or an expression ${...}")
        return None if value is None else _read_record(cls(), value)

    def write(value: Record | str) -> Json:
        return value if isinstance(value, str) else value.to_json()

    return _wired(None, _Wire(read, write, None))


def records(cls: Callable[[], type[Record]]) -> Any:
    """A tuple of records, always present."""
    return _collection(tuple, _Wire(_array(_item(cls)), _write_records))


def record_lists(cls: Callable[[], type[Record]]) -> Any:
    """A tuple of tuples of records, always present."""
    read = _array(_array(_item(cls)))
    return _collection(tuple, _Wire(read, lambda value: [_write_records(item) for item in value]))


def record_map(cls: Callable[[], type[Record]]) -> Any:
    """A map of tuples of records in the order of the JSON, always present."""
    read = _map_of(_array(_item(cls)))
    return _collection(
        dict, _Wire(read, lambda value: {key: _write_records(item) for key, item in value.items()})
    )


# Readers ----------------------------------------------------------------------------------------


def _read_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise _MismatchError("expected a string")


def _read_present_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    found = _read_text(value)
    if found is None:
        raise _MismatchError("must not be null")
    return found


def _read_integer(value: Any, bits: int) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _MismatchError("expected a number")
    try:
        # The peer cuts the fraction of a number off, but does not take one in a string.
        number = int(value)
    except (ValueError, OverflowError):
        raise _MismatchError("expected a number") from None
    if number.bit_length() >= bits and number != -(1 << bits - 1):
        raise _MismatchError(f"expected a number of at most {bits} bits")
    return number


def _read_flag(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value != 0
    if value in {"true", "True", "TRUE"}:
        return True
    if value in {"false", "False", "FALSE", ""}:
        return False
    raise _MismatchError("expected true or false")


def _read_map(value: Any) -> JsonMap:
    if not isinstance(value, Mapping):
        raise _MismatchError("expected an object")
    return value


def _item(cls: Callable[[], type[Record]]) -> Reader:
    return lambda value: _read_record(cls(), value)


def _array(read: Reader) -> Reader:
    def read_array(value: Any) -> tuple[Any, ...]:
        if value is None:
            return ()
        if not isinstance(value, list | tuple):
            raise _MismatchError("expected an array")
        result = []
        for index, item in enumerate(value):
            try:
                result.append(read(item))
            except _MismatchError as mismatch:
                raise mismatch.within(f"[{index}]") from None
        return tuple(result)

    return read_array


def _map_of(read: Reader) -> Reader:
    def read_map(value: Any) -> dict[str, Any]:
        if value is None:
            return {}
        result = {}
        for key, item in _read_map(value).items():
            try:
                result[key] = read(item)
            except _MismatchError as mismatch:
                raise mismatch.within(f"[{key}]") from None
        return result

    return read_map


def _write_record(value: Record) -> dict[str, Json]:
    return value.to_json()


def _write_records(value: Iterable[Record]) -> list[dict[str, Json]]:
    return [item.to_json() for item in value]
