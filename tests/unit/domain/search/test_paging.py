"""Pages by offset, and what keeps them whole while executions start and end."""

from __future__ import annotations

from dataclasses import replace

from podium.domain.search import SearchRequest, page_of
from podium.domain.search.ordering import WORKFLOW_ORDER
from tests.support.rows import workflow_row

#: The newest, which come first, last.
ROWS = [workflow_row(f"wf-{number:02}", start_time=number) for number in range(10)]


def page(rows, start, size=3, after=None):
    return page_of(rows, SearchRequest(start=start, size=size), after)


def ids(found):
    return [int(row.workflow_id[3:]) for row in found.rows]


def test_a_page_is_cut_out_of_all_hits():
    assert ids(page(ROWS, 0)) == [9, 8, 7]
    assert ids(page(ROWS, 3)) == [6, 5, 4]
    assert ids(page(ROWS, 9)) == [0]
    assert ids(page(ROWS, 10)) == ids(page(ROWS, 99)) == ids(page(ROWS, 0, 0)) == []
    assert {page(ROWS, start).total for start in (0, 9, 99)} == {10}


def test_a_place_is_remembered_where_somebody_may_ask_for_the_next_page():
    assert page(ROWS, 0).mark is not None
    assert page(ROWS, 7).mark is not None
    # The last page of several: some clients go on until nothing comes any more.
    assert page(ROWS, 9).mark is not None
    # All there is on one page, and nothing at all.
    assert page(ROWS, 0, 11).mark is None
    assert page(ROWS, 10).mark is None
    assert page(ROWS, 0, 0).mark is None


def test_a_total_counts_what_was_passed_and_what_is_left():
    """So that a client that stops there has seen everything, and nothing twice."""
    first = page(ROWS, 0, 5)
    more = [*ROWS, workflow_row("wf-10", start_time=10)]
    assert (page(more, 5, 5).total, page(more, 5, 5, first.mark).total) == (11, 10)
    fewer = ROWS[:8]
    assert (page(fewer, 5, 5).total, page(fewer, 5, 5, first.mark).total) == (8, 10)


def test_nothing_is_seen_twice_when_executions_start_between_two_pages():
    first = page(ROWS, 0)
    more = [*ROWS, *(workflow_row(f"wf-{number}", start_time=number) for number in range(10, 15))]
    assert ids(page(more, 3)) == [11, 10, 9]
    assert ids(page(more, 3, after=first.mark)) == [6, 5, 4]


def test_nothing_is_passed_over_when_hits_disappear_between_two_pages():
    first = page(ROWS, 0)
    fewer = ROWS[:8]
    assert ids(page(fewer, 3)) == [4, 3, 2]
    assert ids(page(fewer, 3, after=first.mark)) == [6, 5, 4]


def test_the_row_that_was_remembered_need_not_be_there_any_more():
    first = page(ROWS, 0)
    assert ids(page([row for row in ROWS if row.start_time != 7], 3, after=first.mark)) == [6, 5, 4]


def test_rows_of_one_moment_are_told_apart_by_their_ids():
    rows = [replace(row, start_time=5) for row in ROWS]
    first = page_of(rows, SearchRequest(order=WORKFLOW_ORDER, size=4))
    second = page_of(rows, SearchRequest(order=WORKFLOW_ORDER, size=4), first.mark)
    assert (ids(first), ids(second)) == ([0, 1, 2, 3], [4, 5, 6, 7])
