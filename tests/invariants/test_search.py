"""Searches find what a plain filter finds, each execution once (rest-api.md 11).

- A generated query, planned, filtered, sorted and paged, gives what plain Python gives that knows
  nothing of the search language (tests/support/queries.py).
- The accesses of a plan reach every hit; what its residual leaves of what they reach is the hits.
- A condition written as text is read as the same condition.
- Pages that are read one after the other, while executions start, end and go, show every execution that
  is a hit throughout exactly once.
"""

from __future__ import annotations

import itertools
import re
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
    Mark,
    SearchParameters,
    WorkflowRow,
    matches,
    page_of,
    parse,
    parse_sort,
    plan,
    write,
)
from podium.domain.status import WorkflowStatus
from podium.errors import InvalidInputError
from tests.support.queries import (
    BASE,
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
RUNNING, FAILED = WorkflowStatus.RUNNING, WorkflowStatus.FAILED


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


@st.composite
def happenings(draw: st.DrawFn) -> list[tuple[str, int]]:
    """What goes on between two pages: executions start, end, and are removed."""
    kinds = st.sampled_from(["start", "start", "end", "remove"])
    return draw(st.lists(st.tuples(kinds, st.integers(0, 299)), max_size=6))


def changed(rows: list[WorkflowRow], events: list[tuple[str, int]], now: int) -> list[WorkflowRow]:
    """``rows`` once that has happened at ``now``."""
    rows = list(rows)
    for step, (kind, number) in enumerate(events):
        match kind:
            case "start":
                new = replace(ROWS[number], status=RUNNING, start_time=now, end_time=0)
                rows.append(replace(new, workflow_id=f"{number:03}-{now}-{step}"))
            case "end" if rows:
                index = number % len(rows)
                rows[index] = replace(rows[index], status=FAILED, end_time=now)
            case "remove" if rows:
                del rows[number % len(rows)]
    return rows


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["", "status=RUNNING", "status IN (RUNNING, FAILED) AND version=1"]),
    st.sampled_from([[], ["startTime"], ["workflowType:DESC"], ["priority", "startTime:DESC"]]),
    st.integers(1, 30),
    st.lists(happenings(), max_size=12),
    st.booleans(),
)
def test_whatever_happens_between_pages_a_hit_is_seen_once(
    query: str, sort: list[str], size: int, events: list[list[tuple[str, int]]], until_empty: bool
):
    asked = SearchParameters(query=query, sort=sort, size=size).read(WORKFLOW_FIELDS)
    rows, now = ROWS[:60], BASE + 3_600_000
    places: dict[str, Mark] = {}
    seen: list[str] = []
    always = {row.workflow_id for row in rows if asked.wants(row)}
    for happened in itertools.chain(events, itertools.repeat([])):
        page = page_of(rows, asked, places.get(asked.page_key(asked.start)))
        seen += [row.workflow_id for row in page.rows]
        asked = replace(asked, start=asked.start + size)
        if page.mark is not None:
            places[asked.page_key(asked.start)] = page.mark
        if not page.rows if until_empty else asked.start >= page.total:
            break
        if asked.start == size and len(page.rows) < size:
            # All hits: no place is kept of such a page (docs/search.md), the next one would be an offset.
            break
        now += 1000
        rows = changed(rows, happened, now)
        always &= {row.workflow_id for row in rows if asked.wants(row)}
    assert always <= set(seen)
    # Another one may have been removed and started anew meanwhile, but not under the same id.
    assert len(seen) == len(set(seen))


_WORDS = st.sampled_from(
    [
        *("workflowType", "status", "startTime", "version", "input", "failedTaskNames", "foo"),
        *("=", "!=", "<", "<=", ">", ">=", "IN", "not", "BETWEEN", "AND", "or", "STARTS_WITH"),
        *("IS", "null", "(", ")", ",", "'", '"', "'x'", '"a\\"*"', "*", "\\", "7", "2026-01-31"),
    ]
)


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(_WORDS | st.text(max_size=4), max_size=12), st.sampled_from([" ", ""]))
def test_any_text_is_read_or_refused_with_its_place(words: list[str], space: str):
    text = space.join(words)
    try:
        condition = parse(text, WORKFLOW_FIELDS)
    except InvalidInputError as error:
        found = re.search(r"offset (\d+)", str(error))
        assert found is not None
        assert 0 <= int(found[1]) <= len(text)
    else:
        assert parse(write(condition), WORKFLOW_FIELDS) == condition
        planned = plan(condition, (), WORKFLOW_FIELDS)
        hits = {row.workflow_id for row in ROWS[:60] if matches(condition, row)}
        near = [
            row for row in ROWS[:60] if any(reached(access, row) for access in planned.accesses)
        ]
        assert {row.workflow_id for row in near if matches(planned.residual, row)} == hits


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=30), st.text(max_size=30))
def test_any_free_text_is_looked_for(text: str, rest: str):
    """As it stands: a row that holds it is found."""
    request = SearchParameters(free_text=text).read(WORKFLOW_FIELDS)
    if ":" not in text and '"' not in text:
        row = replace(ROWS[0], reason_for_incompletion=f"{rest}{text.strip()}{rest}")
        assert request.wants(row)
