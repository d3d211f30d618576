"""The declarations a Record is made of: one function per kind of field (models.md 0).

``retry_count: int = codec.integer(3)`` declares the field, its default and its wire form at once.
Null and absent follow models.md 0.3: an absent property gets the field's default; null for a
number or a flag is 0 or false, null for a list or map is the empty one, null for an enum is its
default. Maps of free JSON are passed on as they are, never copied: nobody may change them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import MISSING, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from podium.domain.definitions.readers import (
    MismatchError,
    Reader,
    array,
    map_of,
    read_flag,
    read_integer,
    read_map,
    read_present_text,
    read_text,
)
from podium.domain.definitions.record import NOTHING, Record, Wire, read_record

if TYPE_CHECKING:
    from podium.domain.json import Json

_E = TypeVar("_E", bound=StrEnum)
_INT_BITS = 32
_LONG_BITS = 64


def _wired(default: object, wire: Wire) -> Any:
    return field(default=default, metadata={"wire": wire})


def _collection(factory: Callable[[], object], wire: Wire) -> Any:
    return field(default_factory=factory, metadata={"wire": wire})


def named(name: str, declaration: Any) -> Any:
    """What ``declaration`` says, called ``name`` on the wire."""
    wire = replace(declaration.metadata["wire"], name=name)
    if declaration.default_factory is MISSING:
        return _wired(declaration.default, wire)
    return _collection(declaration.default_factory, wire)


# Scalars ----------------------------------------------------------------------------------------


def text() -> Any:
    """A string, or None: left out of the JSON."""
    return _wired(None, Wire(read_text, omitted=None))


def name() -> Any:
    """A string that is required sooner or later: never None here, left out of the JSON when empty."""
    return _wired("", Wire(lambda value: read_text(value) or "", omitted=""))


def fixed_text(default: str, alias: str = "") -> Any:
    """A string that is always present and may not be null."""
    return _wired(default, Wire(read_present_text, alias=alias))


def integer(default: int = 0, *, null: int = 0, bits: int = _INT_BITS) -> Any:
    """A number that is always present; ``null`` is what JSON null reads as."""

    def read(value: Any) -> int:
        number = read_integer(value, bits)
        return null if number is None else number

    return _wired(default, Wire(read))


def long(default: int = 0) -> Any:
    """A 64-bit number (times in ms, timeouts in s), always present."""
    return integer(default, bits=_LONG_BITS)


def optional_integer() -> Any:
    """A number, or None: left out of the JSON."""
    return _wired(None, Wire(lambda value: read_integer(value, _INT_BITS), omitted=None))


def optional_long() -> Any:
    """A 64-bit number (times in ms), or None: left out of the JSON."""
    return _wired(None, Wire(lambda value: read_integer(value, _LONG_BITS), omitted=None))


def flag(default: bool = False) -> Any:  # noqa: FBT001, FBT002 - reads as a declaration
    """true or false, always present; null is false."""
    return _wired(default, Wire(lambda value: bool(read_flag(value))))


def optional_flag() -> Any:
    """true, false, or None: left out of the JSON."""
    return _wired(None, Wire(read_flag, omitted=None))


def choice(
    enum: type[_E],
    default: _E | None = None,
    *,
    among: Collection[_E] | None = None,
    by_value: bool = False,
) -> Any:
    """A name of ``enum``, or of its members ``among``; None without a default, then left out.

    ``by_value``: the values are on the wire, not the names.
    """
    members = {
        member.value if by_value else key: member
        for key, member in enum.__members__.items()
        if among is None or member in among
    }

    def read(value: Any) -> _E | None:
        if value is None:
            return default
        member = members.get(value) if isinstance(value, str) else None
        if member is None:
            raise MismatchError(f"expected one of {', '.join(members)}")
        return member

    omitted = None if default is None else NOTHING
    return _wired(default, Wire(read, lambda member: member.value, omitted))


def anything() -> Any:
    """Any JSON value, or None: left out of the JSON."""
    return _wired(None, Wire(lambda value: value, omitted=None))


# Collections ------------------------------------------------------------------------------------


def texts() -> Any:
    """A tuple of strings, always present."""
    return _collection(tuple, Wire(array(read_present_text), list))


def optional_texts() -> Any:
    """A tuple of strings; left out of the JSON when empty."""
    return _collection(tuple, Wire(array(read_present_text), list, ()))


def json_map() -> Any:
    """A map of free JSON, always present."""
    return _collection(dict, Wire(lambda value: {} if value is None else read_map(value)))


def optional_map() -> Any:
    """A map of free JSON, or None: left out of the JSON."""
    return _wired(None, Wire(lambda v: None if v is None else read_map(v), omitted=None))


def nullable_map() -> Any:
    """A map of free JSON that is empty when absent; null stays None, and is written as null."""
    return _collection(dict, Wire(lambda value: None if value is None else read_map(value)))


def optional_text_map() -> Any:
    """A map of strings, or None: left out of the JSON."""
    read = map_of(read_text)
    return _wired(None, Wire(lambda v: None if v is None else read(v), omitted=None))


def text_map() -> Any:
    """A map of strings, always present."""
    return _collection(dict, Wire(map_of(read_text)))


def record(cls: Callable[[], type[Record]]) -> Any:
    """A nested record, or None: left out of the JSON. ``cls`` is called when it is first needed."""

    def read(value: Any) -> Record | None:
        return None if value is None else read_record(cls(), value)

    return _wired(None, Wire(read, _write_record, None))


def record_or_expression(cls: Callable[[], type[Record]]) -> Any:
    """A nested record, a string ``${...}``, or None: left out of the JSON."""

    def read(value: Any) -> Record | str | None:
        if isinstance(value, str):
            if value.startswith("${") and value.endswith("}"):
                return value
            raise MismatchError("expected an object or an expression ${...}")
        return None if value is None else read_record(cls(), value)

    def write(value: Record | str) -> Json:
        return value if isinstance(value, str) else value.to_json()

    return _wired(None, Wire(read, write, None))


def records(cls: Callable[[], type[Record]]) -> Any:
    """A tuple of records, always present."""
    return _collection(tuple, Wire(array(_item(cls)), _write_records))


def optional_records(cls: Callable[[], type[Record]]) -> Any:
    """A tuple of records; left out of the JSON when empty."""
    return _collection(tuple, Wire(array(_item(cls)), _write_records, ()))


def record_lists(cls: Callable[[], type[Record]]) -> Any:
    """A tuple of tuples of records, always present."""
    read = array(array(_item(cls)))
    return _collection(tuple, Wire(read, lambda value: [_write_records(item) for item in value]))


def record_by_name(cls: Callable[[], type[Record]]) -> Any:
    """A map of records, always present."""
    read = map_of(_item(cls))
    return _collection(
        dict, Wire(read, lambda value: {key: _write_record(item) for key, item in value.items()})
    )


def record_map(cls: Callable[[], type[Record]]) -> Any:
    """A map of tuples of records in the order of the JSON, always present."""
    read = map_of(array(_item(cls)))
    return _collection(
        dict, Wire(read, lambda value: {key: _write_records(item) for key, item in value.items()})
    )


def _item(cls: Callable[[], type[Record]]) -> Reader:
    return lambda value: read_record(cls(), value)


def _write_record(value: Record) -> dict[str, Json]:
    return value.to_json()


def _write_records(value: Iterable[Record]) -> list[dict[str, Json]]:
    return [item.to_json() for item in value]
