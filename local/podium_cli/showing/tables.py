"""Tables of what lists hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from podium_cli.showing.words import status_text, time_text

Row = Mapping[str, Any]
#: A heading, and how to read its cell from a row.
Column = tuple[str, Callable[[Row], Any]]


def table(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[Column], nothing: str
) -> RenderableType:
    """One line for each row, or the sentence ``nothing``. Ids and names are never cut off."""
    found = Table(box=None, pad_edge=False, header_style="bold")
    for heading, _ in columns:
        found.add_column(heading, overflow="fold")
    count = 0
    for row in rows:
        found.add_row(*(_cell(read(row)) for _, read in columns))
        count += 1
    return found if count else Text(nothing)


def page(
    answer: Mapping[str, Any], columns: Sequence[Column], nothing: str, start: int
) -> RenderableType:
    """The table of a SearchResult, with which part of all hits it is."""
    rows, total = answer.get("results") or [], answer.get("totalHits", 0)
    shown = table(rows, columns, nothing)
    if not rows or (start == 0 and len(rows) == total):
        return shown
    return Group(shown, Text(f"{start + 1}-{start + len(rows)} of {total}", style="dim"))


def field(name: str) -> Callable[[Mapping[str, Any]], Any]:
    """Reads a property."""
    return lambda row: row.get(name)


def status(row: Mapping[str, Any]) -> Text:
    """Reads the status, coloured."""
    return status_text(str(row.get("status", "")))


def time(name: str) -> Callable[[Mapping[str, Any]], str]:
    """Reads a time."""
    return lambda row: time_text(row.get(name))


def _cell(value: Any) -> Text:
    if isinstance(value, Text):
        return value
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    if isinstance(value, (list, tuple)):
        return Text(", ".join(str(each) for each in value))
    return Text("" if value is None else str(value))
