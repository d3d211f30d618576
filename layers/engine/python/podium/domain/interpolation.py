"""The grammar of text with ``${...}`` in it (engine.md 10.1): cut into plain text and expressions.

Braces must balance, else the text is left alone; ``$${`` does not open an expression; expressions
nest (``${a.${b}}``). A cut text is cached, since a definition evaluates the same few again and again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

#: ``${a.${b}}`` may nest this deep; deeper text is left alone.
_MAX_NESTING = 16
#: Characters of a text whose parts are kept; thousands of longer ones would fill the memory.
_MAX_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Expression:
    """One ``${...}``: as written, and what stands between the braces."""

    source: str
    parts: Template

    @property
    def path(self) -> str | None:
        """The path, or None while a nested expression decides about it."""
        if not self.parts:
            return ""
        first = self.parts[0]
        return first if len(self.parts) == 1 and isinstance(first, str) else None


Template = tuple["str | Expression", ...]


def cut(text: str) -> Template:
    """Cut ``text`` into plain text and expressions; the parts joined are the text again."""
    return _cut_once(text) if len(text) <= _MAX_KEPT else _whole(text)


def _whole(text: str) -> Template:
    return _cut(text, 0, len(text), _pairs(text), 0)


_cut_once = lru_cache(maxsize=4096)(_whole)


def unescape(text: str) -> str:
    """Undo the escape: ``$${x}`` means the text ``${x}``."""
    return text.replace("$${", "${")


def _cut(text: str, start: int, end: int, pairs: dict[int, int], depth: int) -> Template:
    parts: list[str | Expression] = []
    done = position = start
    while depth < _MAX_NESTING and (position := text.find("${", position, end)) >= 0:
        closing = pairs.get(position + 1, end)
        if closing >= end or text.startswith("$", position - 1, position):
            position += 2
            continue
        if position > done:
            parts.append(text[done:position])
        inner = _cut(text, position + 2, closing, pairs, depth + 1)
        done = closing + 1
        parts.append(Expression(text[position:done], inner))
        position = done
    if done < end:
        parts.append(text[done:end])
    return tuple(parts)


def _pairs(text: str) -> dict[int, int]:
    """Where each ``{`` that is closed is closed; one pass, however many are not."""
    pairs: dict[int, int] = {}
    open_at: list[int] = []
    for position, character in enumerate(text):
        if character == "{":
            open_at.append(position)
        elif character == "}" and open_at:
            pairs[open_at.pop()] = position
    return pairs
