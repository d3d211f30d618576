"""The routes of Conductor's REST API twice: as a list, and as docs/reference/rest-api.md names them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

_ROOT = Path(__file__).parents[2]
LIST = _ROOT / "tests/unit/functions/reference_routes.txt"
DOCUMENT = _ROOT / "docs/reference/rest-api.md"
_LINE = re.compile(r"(GET|POST|PUT|DELETE|\*) (/\S*)(?: : (\S.*))?")
#: A method, if one stands before it, and a path or nothing in code quotes.
_NAMED = re.compile(r"(?:(GET|POST|PUT|DELETE)\s+)?`(?:(GET|POST|PUT|DELETE) )?(/[^`\s]*|)`")


@dataclass(frozen=True)
class Listed:
    """One line of the list."""

    #: ``*`` is any.
    method: str
    #: Variables are ``*``; a family ends in ``*``.
    path: str
    #: Why it is left out; empty for what is served.
    reason: str
    #: The path as the list writes it.
    written: str

    @property
    def is_family(self) -> bool:
        """It stands for every path that begins so."""
        return self.path.endswith("*") and not self.path.endswith("/*")

    def covers(self, method: str, path: str) -> bool:
        """``method path`` is this line, or of its family; an empty method is any.

        A ``path`` that ends in ``/**`` is a family itself.
        """
        if method and self.method not in {method, "*"}:
            return False
        if path.endswith("/**") and self.path.startswith(path.rstrip("*")):
            return True
        if self.is_family or self.method == "*":
            return path.startswith(self.path.rstrip("*")) or path + "*" == self.path
        return fnmatchcase(path, self.path) and path.count("/") == self.path.count("/")


def plain(path: str) -> str:
    """Variables without their names, which differ from place to place."""
    return re.sub(r"\{\w+\}", "*", path)


def listed() -> list[Listed]:
    """Every line of the list."""
    found = []
    for line in LIST.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            parts = _LINE.fullmatch(line)
            assert parts is not None, line
            found.append(Listed(parts[1], plain(parts[2]), parts[3] or "", parts[2]))
    return found


@dataclass(frozen=True)
class Named:
    """A path somewhere in the document."""

    line: int
    #: Empty where the document names the path alone.
    method: str
    #: What it may be in full: under the base of its section or of its line, or as it stands.
    paths: tuple[str, ...]


def named() -> Iterator[Named]:
    """Every path in code quotes of the document, in tables and in the text between them."""
    section = ""
    for number, line in enumerate(DOCUMENT.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("#"):
            heading = re.search(r"^## .*?`(/api[^`]*)`", line)
            section = heading[1] if heading else "" if line.startswith("## ") else section
            continue
        here, method = section, ""
        for found in _NAMED.finditer(line):
            method = found[1] or found[2] or (method if line.startswith("|") else "")
            path = plain(found[3].replace("/*", "/**"))
            if path in {"/", "/api"} or (not path and not found[1]):
                continue
            if path.startswith("/api/") and not section:
                here = path
            candidates = (path, f"{here}{path}", f"/api{path}", f"{here}/{path}")
            yield Named(number, method, candidates)
