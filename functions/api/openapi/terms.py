"""The words that the schemas are written in: JSON Schema 2020-12, as OpenAPI 3.1 has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

#: A JSON Schema.
Schema = dict[str, Any]

#: Where the schemas of a document are.
COMPONENTS = "#/components/schemas/"


def text(description: str = "", **more: Any) -> Schema:
    """A string."""
    return _of("string", description, more)


def number(description: str = "", **more: Any) -> Schema:
    """A whole number of 32 bits."""
    return _of("integer", description, {"format": "int32", **more})


def long(description: str = "", **more: Any) -> Schema:
    """A whole number of 64 bits."""
    return _of("integer", description, {"format": "int64", **more})


def moment(description: str = "", **more: Any) -> Schema:
    """Epoch milliseconds."""
    return long(f"{description} (epoch ms)".strip(), **more)


def date(description: str = "", **more: Any) -> Schema:
    """A moment as ISO 8601, in UTC."""
    return text(description, format="date-time", **more)


def flag(description: str = "", **more: Any) -> Schema:
    """True or false."""
    return _of("boolean", description, more)


def anything(description: str) -> Schema:
    """Any JSON value."""
    return {"description": description}


def free_map(description: str = "", **more: Any) -> Schema:
    """A JSON object of any values; nulls in it are kept."""
    return _of("object", description, more)


def map_of(values: Schema, description: str = "", **more: Any) -> Schema:
    """An object whose values all have one schema."""
    return _of("object", description, {"additionalProperties": values, **more})


def array(items: Schema, description: str = "", **more: Any) -> Schema:
    """A list."""
    return _of("array", description, {"items": items, **more})


def texts(description: str = "", **more: Any) -> Schema:
    """A list of strings."""
    return array(text(), description, **more)


def choice(values: Iterable[StrEnum], description: str = "", **more: Any) -> Schema:
    """One of the names of an enum."""
    return text(description, enum=[value.value for value in values], **more)


def ref(name: str, description: str = "") -> Schema:
    """The schema of that name."""
    found: Schema = {"$ref": COMPONENTS + name}
    return {**found, "description": description} if description else found


def model(
    description: str,
    properties: Mapping[str, Schema],
    *,
    required: Iterable[str] = (),
    example: Any = None,
) -> Schema:
    """An object; properties that it does not name are ignored, or kept in definitions."""
    found: Schema = {"type": "object", "description": description}
    if required := list(required):
        found["required"] = required
    found["properties"] = dict(properties)
    return found if example is None else {**found, "examples": [example]}


def answer_model(
    description: str,
    always: Mapping[str, Schema],
    sometimes: Mapping[str, Schema] | None = None,
) -> Schema:
    """An object that is answered: its properties are there ``always``, or left out when they are null."""
    return model(description, {**always, **(sometimes or {})}, required=always)


def _of(kind: str, description: str, more: Mapping[str, Any]) -> Schema:
    found: Schema = {"type": kind}
    if description:
        found["description"] = description
    return {**found, **more}
