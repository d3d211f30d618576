"""HTTP requests as API Gateway sends them (payload version 2.0), read without any framework.

Used by the api and the poll function. Whatever a client gets wrong is an InvalidInputError that
names the parameter or the body; nothing here answers 500 (rest-api.md 1.3).
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl, unquote

from podium.errors import InvalidInputError
from podium.json_text import decode_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from enum import StrEnum

    from podium.domain.json import Json

    E = TypeVar("E", bound=StrEnum)

#: What the peer's framework reads as a boolean, in any case.
_FLAGS = {"true": True, "yes": True, "on": True, "1": True} | {
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}
_INT_BITS, _LONG_BITS = 32, 64


class Request:
    """One HTTP request; ``path`` holds the values of the route's path variables."""

    def __init__(self, event: Mapping[str, Any], path: Mapping[str, str]) -> None:
        """Keep the event; its parts are read when they are asked for.

        HTTP APIs decode the path before they send it, Function URLs do not; decoding here as well
        serves both. A name with a slash therefore has to be encoded twice behind an HTTP API.
        """
        self._event = event
        self._path = {name: unquote(value) for name, value in path.items()}

    # --- path and query -----------------------------------------------------------------------

    def path(self, name: str) -> str:
        """Value of a path variable."""
        return self._path[name]

    def path_choice(self, name: str, choices: Sequence[E]) -> E:
        """A path variable that is one of ``choices``, by its exact name."""
        return _choice(f"path variable {name}", self._path[name], choices)

    def path_number(self, name: str) -> int:
        """A path variable that is a 32-bit whole number."""
        return _number(f"path variable {name}", self._path[name], _INT_BITS)

    @cached_property
    def _query(self) -> dict[str, list[str]]:
        values: dict[str, list[str]] = {}
        for name, value in parse_qsl(self._event.get("rawQueryString") or "", True):
            values.setdefault(name, []).append(value)
        return values

    def text(self, name: str) -> str | None:
        """A query parameter, the first one if it is repeated; None when it is absent or empty."""
        return self._query.get(name, [""])[0] or None

    def required_text(self, name: str) -> str:
        """A query parameter that must be there."""
        value = self.text(name)
        if value is None:
            raise InvalidInputError(f"query parameter {name} is required")
        return value

    def texts(self, name: str) -> list[str]:
        """A list parameter: repeated, separated by commas, or both; blanks are skipped."""
        values = (item for value in self._query.get(name, ()) for item in value.split(","))
        return [value.strip() for value in values if value.strip()]

    def choices(self, name: str, choices: Sequence[E]) -> list[E]:
        """A list parameter of ``choices``, in any case."""
        what = f"query parameter {name}"
        return [_choice(what, value.upper(), choices) for value in self.texts(name)]

    def choice(self, name: str, choices: Sequence[E], default: E) -> E:
        """One of ``choices``, in any case."""
        value = self.text(name)
        if value is None:
            return default
        return _choice(f"query parameter {name}", value.strip().upper(), choices)

    def flag(self, name: str, *, default: bool) -> bool:
        """A boolean, in any case (the Python SDK sends ``True``)."""
        value = self.text(name)
        if value is None:
            return default
        flag = _FLAGS.get(value.strip().lower())
        if flag is None:
            raise InvalidInputError(
                f"query parameter {name}: expected true or false, not {value!r}"
            )
        return flag

    def number(self, name: str, default: int) -> int:
        """A 32-bit whole number."""
        value = self.optional_number(name)
        return default if value is None else value

    def optional_number(self, name: str) -> int | None:
        """A 32-bit whole number, or None when it is absent or empty."""
        value = self.text(name)
        return None if value is None else _number(f"query parameter {name}", value, _INT_BITS)

    def milliseconds(self, name: str) -> int:
        """A moment (epoch ms), 0 when it is absent or empty."""
        value = self.text(name)
        return 0 if value is None else _number(f"query parameter {name}", value, _LONG_BITS)

    # --- headers ------------------------------------------------------------------------------

    def header(self, name: str) -> str | None:
        """A header, whatever its case; None when it is absent or blank."""
        for each, value in (self._event.get("headers") or {}).items():
            if each.lower() == name.lower():
                return str(value).strip() or None
        return None

    def accepts(self, encoding: str) -> bool:
        """The client takes bodies in this encoding (Accept-Encoding); ``q=0`` says that it does not."""
        for each in (self.header("accept-encoding") or "").lower().split(","):
            name, _, quality = (part.strip() for part in each.partition(";"))
            if name in {encoding, "*"}:
                return re.fullmatch(r"q\s*=\s*0(\.0*)?", quality) is None
        return False

    def header_choice(self, name: str, choices: Sequence[E]) -> E | None:
        """A header that is one of ``choices``, in any case; None when it is absent or blank."""
        value = self.header(name)
        return None if value is None else _choice(f"header {name}", value.upper(), choices)

    # --- body ---------------------------------------------------------------------------------

    def raw_body(self) -> str:
        """The body as it came, as text; empty when there is none."""
        body = str(self._event.get("body") or "")
        try:
            if self._event.get("isBase64Encoded"):
                return base64.b64decode(body, validate=True).decode()
            # Half a surrogate pair is no character: no store would take it.
            return body if body.isascii() else body.encode().decode()
        except (binascii.Error, UnicodeError):
            raise InvalidInputError("the body is not UTF-8 text") from None

    def body(self) -> Json:
        """The JSON of the body; null and nothing at all are refused alike."""
        value = decode_json(self.raw_body())
        if value is None:
            raise InvalidInputError("a JSON body is required")
        return value

    def body_object(self) -> dict[str, Any]:
        """The body as a JSON object."""
        value = self.body()
        if not isinstance(value, dict):
            raise InvalidInputError(f"the body must be a JSON object, not {_kind(value)}")
        return value

    def body_array(self) -> list[Any]:
        """The body as a JSON array."""
        value = self.body()
        if not isinstance(value, list):
            raise InvalidInputError(f"the body must be a JSON array, not {_kind(value)}")
        return value

    def body_objects(self) -> list[dict[str, Any]]:
        """The body as an array of JSON objects."""
        values = self.body_array()
        for index, value in enumerate(values):
            if not isinstance(value, dict):
                raise InvalidInputError(f"body[{index}]: expected an object, not {_kind(value)}")
        return values

    def body_texts(self) -> list[str]:
        """The body as an array of texts."""
        values = self.body_array()
        for index, value in enumerate(values):
            if not isinstance(value, str):
                raise InvalidInputError(f"body[{index}]: expected a string, not {_kind(value)}")
        return values


def _choice(what: str, value: str, choices: Sequence[E]) -> E:
    for choice in choices:
        if choice.value == value:
            return choice
    names = ", ".join(choice.value for choice in choices)
    raise InvalidInputError(f"{what}: expected one of {names}, not {value!r}")


def _number(what: str, value: str, bits: int) -> int:
    # int() would also take underscores and digits of other scripts.
    if not re.fullmatch(r"\s*[+-]?[0-9]{1,20}\s*", value):
        raise InvalidInputError(f"{what}: expected a whole number, not {value!r}")
    number = int(value)
    if not -(1 << bits - 1) <= number < 1 << bits - 1:
        raise InvalidInputError(f"{what}: {value} does not fit into {bits} bits")
    return number


def _kind(value: Json) -> str:
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean"}
    return names.get(type(value), "a number" if value is not None else "null")
