"""Where each value of a JSON text stands, by its path: what ``json`` does not tell."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

#: Keys and indices from the top of a document to a value.
Path = tuple[str | int, ...]

#: A text, a sign, or a number or word; what lies between them is white space.
_SIGN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


class Position(NamedTuple):
    """Both count from 1, in characters."""

    line: int
    column: int


@dataclass(slots=True)
class Positions:
    """The positions of one text."""

    #: Offset of each value, and of the key of each property.
    values: dict[Path, int] = field(default_factory=dict)
    keys: dict[Path, int] = field(default_factory=dict)
    #: Properties that are there already when they come again, with the offset of the later one.
    repeated: list[tuple[Path, int]] = field(default_factory=list)
    #: Offset at which each line begins.
    lines: list[int] = field(default_factory=list)

    def of(self, path: Path) -> Position:
        """Of the value at ``path``, or of the nearest one around it."""
        while path not in self.values and path:
            path = path[:-1]
        return self.at(self.keys.get(path, self.values.get(path, 0)))

    def at(self, offset: int) -> Position:
        """Line and column of an offset."""
        line = bisect_right(self.lines, offset)
        return Position(line, offset - self.lines[line - 1] + 1)


@dataclass(slots=True)
class _Container:
    """An object or an array that is not closed yet."""

    path: Path
    is_object: bool
    index: int = 0
    key: str | None = None

    def child(self) -> Path:
        if self.is_object:
            return (*self.path, self.key or "")
        return (*self.path, self.index)


def scan(text: str) -> Positions:
    """Positions in ``text``, which must be JSON."""
    found = Positions(lines=[0, *(match.end() for match in re.finditer("\n", text))])
    open_: list[_Container] = []
    for offset, sign in _signs(text):
        inner = open_[-1] if open_ else None
        if sign in "]}":
            open_.pop()
        elif sign == ",":
            _next(inner)
        elif inner is not None and inner.is_object and inner.key is None:
            inner.key = json.loads(sign)
            path = inner.child()
            if path in found.keys:
                found.repeated.append((path, offset))
            found.keys[path] = offset
        elif sign != ":":
            path = inner.child() if inner is not None else ()
            found.values[path] = offset
            if sign in "[{":
                open_.append(_Container(path, is_object=sign == "{"))
    return found


def _signs(text: str) -> Iterator[tuple[int, str]]:
    for match in _SIGN.finditer(text):
        yield match.start(), match[0]


def _next(inner: _Container | None) -> None:
    if inner is not None:
        inner.index += 1
        inner.key = None


def path_text(path: Path) -> str:
    """``$.tasks[2].decisionCases['a b']``."""
    text = "$"
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif re.fullmatch(r"[A-Za-z_]\w*", step):
            text += f".{step}"
        else:
            text += f"['{step}']"
    return text
