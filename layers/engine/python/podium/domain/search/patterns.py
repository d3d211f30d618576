r"""Texts with wildcards: ``*`` is any text, ``?`` any character, a backslash takes that away.

The same notation is used inside quotes in a query, so that a pattern can be written as it is.
"""

from __future__ import annotations

import re
from functools import lru_cache

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_SPECIAL = re.compile(r"[*?\\]")
_PIECE = re.compile(r"\\(?P<literal>.)|(?P<any>\*+)|(?P<one>\?)|(?P<text>[^\\*?]+|\\)", re.DOTALL)


def unescape(text: str) -> str:
    """``text`` with each escaped character as itself."""
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text


def escape(text: str) -> str:
    """The pattern that matches ``text`` alone."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def is_wild(pattern: str) -> bool:
    """There is a wildcard in it that counts."""
    return any(found["any"] or found["one"] for found in _PIECE.finditer(pattern))


def tidy(pattern: str) -> str:
    """The same pattern with no more escapes than it needs."""
    return "".join(
        escape(found["literal"]) if found["literal"] else found[0]
        for found in _PIECE.finditer(pattern)
    )


def matches_pattern(pattern: str, text: str, *, anywhere: bool = False) -> bool:
    """``text``, or (``anywhere``) some part of it, is as the pattern says, whatever the case."""
    return _compiled(f"*{pattern}*" if anywhere else pattern).match(text) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    """A regular expression whose time grows with the text only linearly for each wildcard.

    Of a piece between two stars the first occurrence is as good as any later one, so there is no
    going back: each is an atomic group.
    """
    pieces: list[list[str]] = [[]]
    for found in _PIECE.finditer(pattern):
        if found["any"]:
            pieces.append([])
        else:
            pieces[-1].append("." if found["one"] else re.escape(found["literal"] or found["text"]))
    first, *rest = ("".join(piece) for piece in pieces)
    if not rest:
        return re.compile(f"{first}\\Z", re.DOTALL | re.IGNORECASE)
    *between, last = rest
    middle = "".join(f"(?>.*?{piece})" for piece in between if piece)
    return re.compile(f"{first}{middle}.*{last}\\Z", re.DOTALL | re.IGNORECASE)
