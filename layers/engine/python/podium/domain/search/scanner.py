"""Reading the words, symbols and values of a query, and pointing at what is wrong in it.

What a bare value may hold depends on where it stands, so the parser says what it expects next
rather than cutting the whole text into tokens first.
"""

from __future__ import annotations

import re

from podium.errors import InvalidInputError

_SPACE = re.compile(r"\s*")
_NAME = re.compile(r"[^\W\d][\w.]*")
_QUOTED = re.compile(r"""(["'])((?:\\.|(?!\1)[^\\])*+)\1""", re.DOTALL)
#: The first word of a bare value may hold signs of comparison, but not begin with one.
_FIRST = re.compile(r"""(?!(?:and|or)(?:[\s)]|\Z))[^\s()'"=<>!,][^\s()]*""", re.IGNORECASE)
#: Further words of it; with a sign of comparison behind it, a word is the next field.
_FURTHER = re.compile(
    r"""\s+(?!(?:and|or)(?:[\s)]|\Z))[^\s()'"=<>!]++(?![^\s()])"""
    r"""(?!\s*(?:[=<>!]|(?:in|not|is|between|starts_with)\b))""",
    re.IGNORECASE,
)
#: A bare value in a list goes up to the next comma.
_ITEM = re.compile(r"""[^\s,()'"][^,()]*""")
#: The text that follows, for a message.
_PIECE = re.compile(r"\S(?:.{0,30}\S)?")


class Scanner:
    """A text and how far it has been read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def is_at_end(self) -> bool:
        """Nothing but space is left."""
        self._skip()
        return self.position == len(self.text)

    def symbol(self, *symbols: str) -> str | None:
        """Take the first of ``symbols`` that comes next, if one does."""
        self._skip()
        for symbol in symbols:
            if self.text.startswith(symbol, self.position):
                self.position += len(symbol)
                return symbol
        return None

    def keyword(self, *words: str) -> str | None:
        """Take one of ``words``, in any case, if it comes next; as it is written in ``words``."""
        self._skip()
        found = _NAME.match(self.text, self.position)
        if found is None or found[0].upper() not in (upper := [word.upper() for word in words]):
            return None
        self.position = found.end()
        return words[upper.index(found[0].upper())]

    def name(self) -> str | None:
        """Take the name of a field."""
        self._skip()
        return self._take(_NAME)

    def quoted(self) -> str | None:
        """Take what is in quotes, single or double; with its escapes."""
        self._skip()
        if not self.text.startswith(("'", '"'), self.position):
            return None
        found = _QUOTED.match(self.text, self.position)
        if found is None:
            raise self.error("the quote is never closed")
        self.position = found.end()
        return found[2]

    def bare(self) -> str | None:
        """Take a value without quotes: a word, or several up to AND, OR, ``)`` or the end."""
        self._skip()
        start = self.position
        if self._take(_FIRST) is None:
            return None
        while self._take(_FURTHER) is not None:
            pass
        return self.text[start : self.position]

    def bare_item(self) -> str | None:
        """Take a value without quotes out of a list."""
        self._skip()
        taken = self._take(_ITEM)
        return None if taken is None else taken.rstrip()

    def error(self, problem: str, at: int | None = None) -> InvalidInputError:
        """The error that says what is wrong at ``at``, by default here."""
        if at is None:
            self._skip()
            at = self.position
        piece = _PIECE.match(self.text, at)
        where = f"at offset {at}, {piece[0]!r}" if piece else f"at its end, offset {at}"
        return InvalidInputError(f"query: {problem} ({where})")

    def _skip(self) -> None:
        found = _SPACE.match(self.text, self.position)
        self.position = found.end() if found else self.position

    def _take(self, pattern: re.Pattern[str]) -> str | None:
        found = pattern.match(self.text, self.position)
        if found is None:
            return None
        self.position = found.end()
        return found[0]
