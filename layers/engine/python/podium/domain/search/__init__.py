"""The search language: queries as values, what they match, in which order, and how to find it.

Pure, and the same for every store (rest-api.md 11).
"""

from __future__ import annotations

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
from podium.domain.search.matching import matches
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
from podium.domain.search.paging import REMEMBER_SECONDS, Page, page_of
from podium.domain.search.parsing import parse
from podium.domain.search.planning import plan
from podium.domain.search.requests import MAX_SIZE, SearchParameters, SearchRequest
from podium.domain.search.rows import Row, TaskRow, WorkflowRow, task_row, workflow_row
from podium.domain.search.writing import write

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
