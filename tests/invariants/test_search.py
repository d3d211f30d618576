"""Searches find what a plain filter finds, each execution once (rest-api.md 11).

- A generated query, planned, filtered, sorted and paged, gives what plain Python gives that knows
  nothing of the search language (tests/support/queries.py).
- The accesses of a plan reach every hit; what its residual leaves of what they reach is the hits.
- A condition written as text is read as the same condition.
- Pages that are read one after the other, while executions start, end and go, show every execution that
  is a hit throughout exactly once.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podium.domain.search import (
    WORKFLOW_FIELDS,
    Access,
    ByCorrelation,
    ById,
    ByParent,
    ByStatus,
    ByTime,
    ByType,
    SearchParameters,
    WorkflowRow,
    matches,
    page_of,
    parse,
    parse_sort,
    plan,
    write,
)
from tests.support.queries import (
    Query,
    Sorting,
    facts_of,
    in_order,
    queries,
    sortings,
    workflow_rows,
)

ROWS = workflow_rows()
FACTS = [facts_of(row) for row in ROWS]


def expected(query: Query, sorting: Sorting) -> list[str]:
    """Ids of what plain Python finds."""
    found = in_order([fact for fact in FACTS if query.wants(fact)], sorting.keys)
    return [fact["workflowId"] for fact in found]


def reached(access: Access, row: WorkflowRow) -> bool:
    """The access yields the row: what its docstring says."""
    match access:
        case ById(ids):
            return row.workflow_id in ids
        case ByCorrelation(ids, started):
            return row.correlation_id in ids and row.start_time in started
        case ByParent(ids, started):
            return row.parent_workflow_id in ids and row.start_time in started
        case ByType(names, statuses, started):
            is_named = row.workflow_type in names and (not statuses or row.status in statuses)
            return is_named and row.start_time in started
        case ByStatus(statuses, started):
            return row.status in statuses and row.start_time in started
        case ByTime(started):
            return row.start_time in started


@settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
@given(queries(ROWS), sortings(), st.sampled_from([1, 7, 50, 299, 300, 1000]))
def test_a_search_finds_what_a_plain_filter_finds(query: Query, sorting: Sorting, size: int):
    wanted = expected(query, sorting)
    parameters = SearchParameters(query=query.text, sort=sorting.values)
    request = parameters.read(WORKFLOW_FIELDS)
    planned = plan(request.condition, request.order, WORKFLOW_FIELDS)
    rows = [row for row in ROWS if any(reached(access, row) for access in planned.accesses)]
    assert {row.workflow_id for row in rows if matches(planned.residual, row)} == set(wanted)
    hits = [row for row in rows if request.wants(row)]
    starts = [0, *range(0, len(wanted), size), len(wanted)]
    for start in {starts[0], starts[len(starts) // 2], starts[-2], starts[-1]}:
        page = page_of(hits, replace(request, start=start, size=size))
        assert page.total == len(wanted)
        assert [row.workflow_id for row in page.rows] == wanted[start : start + size]


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(queries(ROWS))
def test_a_condition_is_read_back_as_it_was_written(query: Query):
    condition = parse(query.text, WORKFLOW_FIELDS)
    assert parse(write(condition), WORKFLOW_FIELDS) == condition


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(queries(ROWS), sortings())
def test_rows_read_in_the_order_of_the_index_need_no_sorting(query: Query, sorting: Sorting):
    """Where a plan says so."""
    order = parse_sort(sorting.values, WORKFLOW_FIELDS)
    planned = plan(parse(query.text, WORKFLOW_FIELDS), order, WORKFLOW_FIELDS)
    if planned.serves_order:
        found = in_order(FACTS, [("startTime", planned.is_descending)])
        assert [fact["workflowId"] for fact in found if query.wants(fact)] == expected(
            query, sorting
        )
