"""Rows of a page that fit into one answer: payload texts are cut where they are too long for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from podium.domain.search.rows import TaskRow, WorkflowRow

if TYPE_CHECKING:
    from collections.abc import Sequence

R = TypeVar("R", WorkflowRow, TaskRow)


def cut_texts(rows: Sequence[R], room: int) -> list[R]:
    """``rows`` with inputs and outputs that weigh ``room`` bytes of JSON at most.

    Each has an equal share, and what needs less than that stays whole. ``input_size`` and
    ``output_size`` go on telling how long the whole ones are.
    """
    if sum(_weight(row.input) + _weight(row.output) for row in rows) <= room:
        return list(rows)
    share = room // (2 * len(rows))
    return [
        replace(row, input=_cut(row.input, share), output=_cut(row.output, share)) for row in rows
    ]


def _cut(text: str, most: int) -> str:
    weight = _weight(text)
    return text if weight <= most else text[: len(text) * most // weight]


def _weight(text: str) -> int:
    """Bytes of JSON text within a JSON string: its quotes and backslashes are written with another one."""
    return len(text.encode("utf-8", "surrogatepass")) + text.count('"') + text.count("\\")
