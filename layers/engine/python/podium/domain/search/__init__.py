"""The search language: queries as values, what they match, in which order, and how to find it.

Pure, and the same for every store (rest-api.md 11). Every function keeps rows up to date; what reads
queries is loaded where somebody searches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.search.accesses import (
    Access,
    ByCorrelation,
    ById,
    ByParent,
    ByStatus,
    ByTime,
    ByType,
    Plan,
    Span,
)
from podium.domain.search.condition import EVERYTHING, Condition, Everything, all_of
from podium.domain.search.fields import TASK_FIELDS, WORKFLOW_FIELDS, Fields
from podium.domain.search.ordering import (
    Mark,
    Order,
    SortKey,
    default_order,
    is_after,
    mark_of,
    parse_sort,
    row_id,
    sort_rows,
)
from podium.domain.search.rows import Row, TaskRow, WorkflowRow, task_row, workflow_row

if TYPE_CHECKING:
    from podium.domain.search.language import (
        MAX_SIZE,
        REMEMBER_SECONDS,
        Page,
        SearchParameters,
        SearchRequest,
        is_turned,
        matches,
        page_of,
        parse,
        plan,
        write,
    )

__all__ = [
    "EVERYTHING",
    "MAX_SIZE",
    "REMEMBER_SECONDS",
    "TASK_FIELDS",
    "WORKFLOW_FIELDS",
    "Access",
    "ByCorrelation",
    "ById",
    "ByParent",
    "ByStatus",
    "ByTime",
    "ByType",
    "Condition",
    "Everything",
    "Fields",
    "Mark",
    "Order",
    "Page",
    "Plan",
    "Row",
    "SearchParameters",
    "SearchRequest",
    "SortKey",
    "Span",
    "TaskRow",
    "WorkflowRow",
    "all_of",
    "default_order",
    "is_after",
    "is_turned",
    "mark_of",
    "matches",
    "page_of",
    "parse",
    "parse_sort",
    "plan",
    "row_id",
    "sort_rows",
    "task_row",
    "workflow_row",
    "write",
]


def __getattr__(name: str) -> object:
    """What reads queries, when it is asked for."""
    if name not in __all__:
        raise AttributeError(name)
    from podium.domain.search import language  # noqa: PLC0415 - it would be loaded by everybody

    return getattr(language, name)
