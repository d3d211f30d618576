"""Hide what nobody may see: values of secrets in what tasks report, and masked fields in what is shown.

Two different things. A secret's value is looked for in every text, wherever it stands, and is gone
before anything is stored. A masked field (WorkflowDef.maskedFields) is hidden by its key in what is
shown; the stored value stays, since expressions and workers need it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from podium.domain.expressions import as_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from podium.domain.json import Json, JsonMap

MASK = "***"
#: A shorter value is hidden only where it is all of a text: it would be found everywhere.
_SHORTEST_PART = 4
#: Characters that stand for themselves in a URI and in a regular expression.
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_~")


class Mask:
    """Hides the values of some secrets."""

    def __init__(self, values: Iterable[Json]) -> None:
        """``values``: texts of secrets, and parts of those that hold JSON.

        Of a map or list that was handed out, or a text that holds one, each text of four characters
        or more is hidden, too.
        """
        texts = {text for value in values for text in _texts(value)}
        self._whole = texts
        forms = {form for text in texts if len(text) >= _SHORTEST_PART for form in _forms(text)}
        # The longest first: a value may contain another.
        by_length = sorted(forms, key=lambda form: (-len(form), form))
        self._parts = re.compile("|".join(map(_pattern, by_length))) if forms else None

    def json(self, value: Json) -> Json:
        """``value`` with every occurrence hidden, in keys, too; a number that is a secret is one."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return self.map(value)
        if isinstance(value, (list, tuple)):
            return [self.json(item) for item in value]
        # A flag is nobody's secret, be there one that reads "true".
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return MASK if is_number and as_text(value) in self._whole else value

    def map(self, value: JsonMap) -> dict[str, Json]:
        """As :meth:`json`, of a map."""
        return {self.text(key): self.json(item) for key, item in value.items()}

    def text(self, text: str) -> str:
        """``text`` with every occurrence hidden."""
        if text in self._whole:
            return MASK
        return text if self._parts is None else self._parts.sub(MASK, text)


def mask_fields(value: Json, fields: Collection[str]) -> Json:
    """``value`` with ``***`` under each key that is one of ``fields``, at any depth."""
    if isinstance(value, Mapping):
        return {
            key: MASK if key in fields else mask_fields(item, fields) for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [mask_fields(item, fields) for item in value]
    return value


def _texts(value: Json) -> Iterator[str]:
    """What is to be hidden of one value: true, false, null and nothing at all are no secrets."""
    if isinstance(value, str):
        if value.strip():
            yield value
            yield from _long_texts(_held(value))
    elif isinstance(value, (Mapping, list, tuple)):
        if value:
            yield as_text(value)
            yield from _long_texts(value)
    elif value is not None and not isinstance(value, bool):
        yield as_text(value)


def _held(text: str) -> Json:
    """The map or list that ``text`` holds as JSON."""
    if text.lstrip()[:1] not in {"{", "["}:
        return None
    try:
        held: Json = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return held


def _long_texts(value: Json) -> Iterator[str]:
    """Texts of maps and lists; numbers in them are too common to be searched for."""
    if isinstance(value, str):
        if len(value.strip()) >= _SHORTEST_PART:
            yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _long_texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _long_texts(item)


def _forms(text: str) -> Iterator[str]:
    """How a text may appear: as it is, and within JSON, which may itself be a text within JSON."""
    yield text
    yield text.strip()
    for once in _in_json(text):
        yield once
        yield from _in_json(once)


def _in_json(text: str) -> tuple[str, str]:
    return json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]


def _pattern(form: str) -> str:
    """A form of which any character may be encoded as in a URI: who encodes how many differs."""
    return "".join(letter if letter in _UNRESERVED else _encoded(letter) for letter in form)


def _encoded(letter: str) -> str:
    code = "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "surrogatepass"))
    either_case = re.sub("[A-F]", lambda digit: f"[{digit[0]}{digit[0].lower()}]", code)
    plus = r"|\+" if letter == " " else ""
    return f"(?:{either_case}|{re.escape(letter)}{plus})"
