"""Paths inside ``${...}``: which root they name, and the plain ones walked by hand (engine.md 10.2).

Nearly all paths are members and indexes (``t1.output.a[0]['c d']``); those never reach the path
engine. Parsed paths are cached, since a definition asks for the same few again and again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podium.domain.json import Json

#: A member or an index. A name that holds blanks, dots, brackets or a wildcard needs ``['...']``.
_STEP = re.compile(
    r"""\.(?P<name>[^\s.\[\]()*'",]+)
      | \[\s*(?P<index>-?\d{1,9})\s*\]
      | \[\s*'(?P<single>[^'\\]*)'\s*\]
      | \[\s*"(?P<double>[^"\\]*)"\s*\]""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Path:
    """A path cut twice: behind its root, and where walking by hand ends."""

    #: ``workflow``, a reference name, or empty when the path is over all roots (``$..a``, ``*``).
    root: str
    #: Member names and indexes below the root, as far as the path is plain.
    steps: tuple[str | int, ...]
    #: The rest as JSONPath, ``$`` being the value the steps lead to; empty when there is no rest.
    tail: str


@lru_cache(maxsize=4096)
def parse(path: str) -> Path:
    """Read what stands between ``${`` and ``}``; a leading ``$.`` may be missing."""
    steps, tail = split(path)
    # A filter may name other roots, and then has to see them.
    names_roots = "?" in tail and "$" in tail[1:]
    if names_roots or not steps or not isinstance(steps[0], str):
        return Path("", (), _absolute(path))
    return Path(steps[0], steps[1:], tail)


def split(path: str) -> tuple[tuple[str | int, ...], str]:
    """The plain steps that ``path`` begins with, and the rest as JSONPath over what they lead to.

    The rest is empty when all of the path is plain.
    """
    text = _absolute(path)
    steps: list[str | int] = []
    end = 1
    while match := _STEP.match(text, end):
        if text.startswith("(", match.end()):
            # The name of a function.
            break
        steps.append(_key(match))
        end = match.end()
    tail = f"${text[end:]}" if end < len(text) or not steps else ""
    return tuple(steps), tail


def _absolute(path: str) -> str:
    text = path.strip()
    if text.startswith("$"):
        return text
    return f"${text}" if text.startswith("[") else f"$.{text}"


def walk(value: Json, steps: tuple[str | int, ...]) -> Json:
    """Value at ``steps`` below ``value``; None when there is no such member or element."""
    for step in steps:
        if isinstance(step, str):
            if not isinstance(value, Mapping):
                return None
            value = value.get(step)
        elif isinstance(value, (list, tuple)) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def _key(match: re.Match[str]) -> str | int:
    index = match["index"]
    if index is not None:
        return int(index)
    return next(match[kind] for kind in ("name", "single", "double") if match[kind] is not None)
