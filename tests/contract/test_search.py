"""Rows of searches: kept by version, reached in order, on every store (ADR 13)."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest

from podium.adapters.items.search_store import ItemSearch
from podium.domain.search import (
    ByCorrelation,
    ById,
    ByParent,
    ByStatus,
    ByTime,
    ByType,
    Span,
    WorkflowRow,
)
from podium.domain.status import WorkflowStatus
from podium.ports.search import Indexed, Total
from tests.support.executions import NOW

RUNNING, PAUSED, COMPLETED, FAILED = (
    WorkflowStatus.RUNNING,
    WorkflowStatus.PAUSED,
    WorkflowStatus.COMPLETED,
    WorkflowStatus.FAILED,
)

#: Each test has its own week, since all of them share a table.
_WEEKS = itertools.count(1)


@pytest.fixture
def search(store):
    return ItemSearch(store._table)


@pytest.fixture
def week():
    return NOW + next(_WEEKS) * 604_800_000


@pytest.fixture
def row(wf, week):
    """Makes rows of one test: number, start time in ms after the beginning of its week."""

    def make(number: int, after: int | None = None, **fields) -> WorkflowRow:
        values = {
            "workflow_id": f"{wf}-{number:04d}",
            "workflow_type": f"orders-{wf}",
            "version": 1,
            "status": RUNNING,
            "start_time": week + (number if after is None else after),
        }
        return WorkflowRow(**values | fields)

    return make


def put(search: ItemSearch, *rows: WorkflowRow, version: int = 1) -> None:
    for row in rows:
        assert search.put(Indexed(row, version))


def found(search: ItemSearch, *accesses, newest_first=True, page=100) -> list[WorkflowRow]:
    return [indexed.row for indexed in search.rows(accesses, newest_first=newest_first, page=page)]


def whole(week: int) -> Span:
    return Span(week, week + 604_799_999)


def test_what_was_put_is_read(search, row):
    kept = row(
        1,
        status=FAILED,
        update_time=NOW,
        end_time=NOW + 5,
        correlation_id="",
        priority=7,
        parent_workflow_id="p",
        parent_workflow_task_id="p.1.ship",
        reason_for_incompletion="no stock",
        event="order:placed",
        created_by="ann",
        idempotency_key="k 1",
        failed_reference_task_names=("a,b", "c"),
        failed_task_names=("ship",),
        external_input_payload_storage_path="in/x.json",
    )
    search.put(Indexed(kept, 3))
    (indexed,) = search.rows([ById((kept.workflow_id,))], newest_first=True, page=10)
    assert indexed == Indexed(kept, 3)


def test_names_of_too_many_failed_tasks_are_not_kept(search, row):
    names = tuple(f"task_{number}" for number in range(100))
    kept = row(1, status=FAILED, failed_reference_task_names=names, failed_task_names=names)
    search.put(Indexed(kept, 3))
    (indexed,) = search.rows([ById((kept.workflow_id,))], newest_first=True, page=10)
    assert indexed.lacks_failures
    assert indexed.row == replace(kept, failed_reference_task_names=(), failed_task_names=())


def test_an_older_version_changes_nothing(search, row, week):
    put(search, row(1, status=FAILED), version=5)
    assert not search.put(Indexed(row(1), 5))
    assert not search.put(Indexed(row(1), 4))
    assert [each.status for each in found(search, ByTime(whole(week)))] == [FAILED]


def test_a_row_that_was_forgotten_does_not_come_back(search, row, week):
    put(search, row(1), version=2)
    assert search.forget(row(1).workflow_id, 3, NOW)
    assert not search.put(Indexed(row(1), 2))
    assert not search.put(Indexed(row(1), 3))
    assert found(search, ByTime(whole(week)), ById((row(1).workflow_id,))) == []


def test_an_older_version_forgets_nothing(search, row, week):
    put(search, row(1), version=4)
    assert not search.forget(row(1).workflow_id, 4, NOW)
    assert len(found(search, ByTime(whole(week)))) == 1


@pytest.mark.parametrize("page", [1, 3, 100])
@pytest.mark.parametrize("newest_first", [True, False])
def test_rows_come_in_the_order_of_their_starts_whatever_the_pages(
    search, row, week, page, newest_first
):
    rows = [row(number, status=(RUNNING, FAILED, COMPLETED)[number % 3]) for number in range(20)]
    put(search, *rows)
    name = rows[0].workflow_type
    expected = rows[::-1] if newest_first else rows
    for access in (ByType((name,)), ByTime(whole(week))):
        assert found(search, access, newest_first=newest_first, page=page) == expected


@pytest.mark.parametrize("newest_first", [True, False])
def test_rows_that_started_together_come_by_their_ids(search, row, week, newest_first):
    rows = [row(number, after=9) for number in range(12)]
    put(search, *reversed(rows))
    assert found(search, ByTime(whole(week)), newest_first=newest_first, page=2) == rows


def test_a_span_has_both_its_ends(search, row, week):
    put(search, *(row(number) for number in range(6)))
    span = Span(week + 2, week + 4)
    assert [each.start_time - week for each in found(search, ByTime(span))] == [4, 3, 2]
    assert [
        each.start_time - week for each in found(search, ByType((row(0).workflow_type,), (), span))
    ] == [4, 3, 2]


def test_names_and_statuses_are_both_looked_at(search, row, week):
    put(
        search,
        row(1),
        row(2, status=FAILED),
        row(3, status=PAUSED),
        row(4, workflow_type=f"other-{week}", status=FAILED),
        row(5, workflow_type=f"third-{week}", status=FAILED),
    )
    names = (row(1).workflow_type, f"other-{week}")
    access = ByType(names, (FAILED, PAUSED), whole(week))
    assert [each.workflow_id[-1] for each in found(search, access)] == ["4", "3", "2"]


@pytest.mark.parametrize("statuses", [(FAILED, PAUSED), (RUNNING,), (COMPLETED, FAILED)])
def test_a_status_is_found_whatever_runs(search, row, week, statuses):
    every = tuple(WorkflowStatus)
    rows = [row(number, status=every[number % 6]) for number in range(18)]
    put(search, *rows)
    access = ByStatus(statuses, whole(week))
    assert found(search, access, newest_first=False) == [
        each for each in rows if each.status in statuses
    ]


def test_relations_are_found(search, row, week):
    put(
        search,
        row(1, correlation_id=f"c {week}"),
        row(2, correlation_id="x" * 1500),
        row(3, correlation_id="", parent_workflow_id=f"p-{week}"),
        row(4, parent_workflow_id=f"p-{week}", correlation_id=f"c {week}"),
    )

    def ids(access, **options) -> str:
        return "".join(each.workflow_id[-1] for each in found(search, access, **options))

    span = whole(week)
    assert ids(ByCorrelation((f"c {week}",), span)) == "41"
    assert ids(ByCorrelation((f"c {week}", "x" * 1500), span), page=1) == "421"
    assert ids(ByCorrelation(("",), span)) == "3"
    assert ids(ByParent((f"p-{week}",), span)) == "43"
    assert ids(ByParent(("",), span)) == "21"
    assert ids(ByParent(("", f"p-{week}"), span)) == "4321"


def test_a_row_that_several_accesses_reach_comes_once(search, row, week):
    put(search, row(1, correlation_id=f"c{week}"), row(2))
    accesses = (
        ById((row(1).workflow_id, "unknown")),
        ByCorrelation((f"c{week}",)),
        ByTime(whole(week)),
    )
    assert [each.workflow_id[-1] for each in found(search, *accesses)] == ["2", "1"]


def test_a_row_that_ends_meanwhile_comes_once(search, row, week):
    rows = [row(number) for number in range(6)]
    put(search, *rows)
    reading = search.rows([ByType((rows[0].workflow_type,))], newest_first=False, page=2)
    first = next(reading).row
    put(search, *(replace(each, status=COMPLETED) for each in rows), version=2)
    later = [indexed.row.workflow_id for indexed in reading]
    assert len({first.workflow_id, *later}) == 1 + len(later)


def test_a_total_is_counted_where_the_rows_lie(search, row, week):
    put(search, *(row(number, status=(RUNNING, FAILED)[number % 2]) for number in range(9)))
    name = row(0).workflow_type
    assert search.total([ByType((name,), (), Span())]) == Total(9)
    assert search.total([ByType((name,), (FAILED,))]) == Total(4)
    assert search.total([ByTime(whole(week))]) == Total(9)
    assert search.total([ByStatus((FAILED,), whole(week))]) == Total(4)


def test_a_total_that_only_rows_tell_is_not_counted(search):
    unknown: Callable[..., Total | None] = search.total
    assert unknown([ByStatus((RUNNING, COMPLETED))]) is None
    assert unknown([ById(("a",))]) is None
    assert unknown([ByType(("a",)), ByTime()]) is None
