"""Hide the secrets that a task was handed in what it reports: the engine's rule (docs/secrets.md).

The engine does the same when it takes a result; here it is done before the result goes into a queue.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

MASK = "***"
#: A shorter value is hidden only where it is all of a text.
_SHORTEST_PART = 4
_RESERVED = re.compile(r"[^A-Za-z0-9_~]", re.DOTALL)


class Mask:
    """Hides the values of some secrets."""

    def __init__(self, values: Iterable[Any]) -> None:
        """``values``: texts of secrets, and parts of those that hold JSON."""
        self._whole = {text for value in values for text in _texts(value)}
        long = (text for text in self._whole if len(text) >= _SHORTEST_PART)
        forms = {form for text in long for form in _forms(text)}
        by_length = sorted(forms, key=lambda form: (-len(form), form))
        self._parts = re.compile("|".join(map(_pattern, by_length))) if forms else None

    def json(self, value: Any) -> Any:
        """``value`` with every occurrence hidden, in keys, too."""
        if not self._whole:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(key): self.json(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.json(item) for item in value]
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return MASK if is_number and _json(value) in self._whole else value

    def text(self, text: str) -> str:
        """``text`` with every occurrence hidden."""
        if text in self._whole:
            return MASK
        return text if self._parts is None else self._parts.sub(MASK, text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if value.strip():
            yield value
            yield from _long_texts(_held(value))
    elif isinstance(value, (dict, list)):
        if value:
            yield _json(value)
            yield from _long_texts(value)
    elif value is not None and not isinstance(value, bool):
        yield _json(value)


def _held(text: str) -> Any:
    if text.lstrip()[:1] not in {"{", "["}:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _long_texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if len(value.strip()) >= _SHORTEST_PART:
            yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _long_texts(item)


def _forms(text: str) -> Iterator[str]:
    """As it is, and within JSON, which may itself be a text within JSON."""
    yield text
    yield text.strip()
    for once in _in_json(text):
        yield once
        yield from _in_json(once)


def _in_json(text: str) -> tuple[str, str]:
    return json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]


def _pattern(form: str) -> str:
    """A form of which any character may be encoded as in a URI."""
    return _RESERVED.sub(_encoded, form)


def _encoded(found: re.Match[str]) -> str:
    letter = found[0]
    code = "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "surrogatepass"))
    either_case = re.sub("[A-F]", lambda digit: f"[{digit[0]}{digit[0].lower()}]", code)
    plus = r"|\+" if letter == " " else ""
    return f"(?:{either_case}|{re.escape(letter)}{plus})"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
