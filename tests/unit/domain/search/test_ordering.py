"""The order of hits: keys as clients write them, ties, places (rest-api.md 11.2)."""

from __future__ import annotations

import pytest

from podium.domain.search import (
    TASK_FIELDS,
    WORKFLOW_FIELDS,
    default_order,
    is_after,
    mark_of,
    parse_sort,
    sort_rows,
)
from podium.errors import InvalidInputError
from tests.support.executions import NOW
from tests.support.rows import task_row, workflow_row


def keys(*values):
    found = parse_sort(values, WORKFLOW_FIELDS)
    return [(key.field.name, "DESC" if key.descending else "ASC") for key in found]


@pytest.mark.parametrize(
    "values",
    [
        ["startTime:DESC|workflowId:ASC"],
        ["startTime:DESC,workflowId"],
        ["startTime:DESC", "workflowId:ASC"],
        [" startTime : desc ", "", "workflowId:", "|"],
        ["startTime:DESC|workflowId:ASC|startTime:ASC"],
    ],
)
def test_several_keys_are_read_in_every_notation(values):
    assert keys(*values) == [("startTime", "DESC"), ("workflowId", "ASC")]


def test_nothing_is_the_empty_order():
    assert keys() == keys("") == []


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("startTime:DESC|foo:ASC", "sort: a workflow has no field 'foo'"),
        ("startTime:UP", "sort: startTime:UP: a direction is ASC or DESC"),
        ("startTime:DESC:ASC", "a direction is ASC or DESC"),
        ("input", "sort: nothing can be sorted by 'input'"),
    ],
)
def test_an_order_that_cannot_be_read_is_refused(value, message):
    with pytest.raises(InvalidInputError) as caught:
        parse_sort([value], WORKFLOW_FIELDS)
    assert message in str(caught.value)


def test_rows_are_sorted_by_all_keys_and_then_by_id():
    rows = [
        workflow_row("d", priority=1),
        workflow_row("b", priority=5, end_time=NOW + 1),
        workflow_row("c", priority=5),
        workflow_row("a", priority=5),
    ]
    order = parse_sort(["priority:DESC|endTime:ASC"], WORKFLOW_FIELDS)
    assert [row.workflow_id for row in sort_rows(rows, order)] == ["a", "c", "b", "d"]


def test_what_has_not_ended_is_last_when_the_latest_end_comes_first():
    rows = [workflow_row("open"), workflow_row("ended", end_time=NOW)]
    order = parse_sort(["endTime:DESC"], WORKFLOW_FIELDS)
    assert [row.workflow_id for row in sort_rows(rows, order)] == ["ended", "open"]


def test_the_newest_come_first_unless_asked_otherwise():
    rows = [workflow_row("a", start_time=1), workflow_row("b", start_time=2)]
    found = sort_rows(rows, default_order(WORKFLOW_FIELDS))
    assert [row.workflow_id for row in found] == ["b", "a"]
    tasks = [task_row("wf.1.a", scheduled_time=1), task_row("wf.2.b", scheduled_time=2)]
    assert sort_rows(tasks, default_order(TASK_FIELDS)) == tasks[::-1]


@pytest.mark.parametrize(
    "sort", ["startTime:DESC", "priority|startTime:DESC", "correlationId:DESC", "failedTaskNames"]
)
def test_a_place_divides_the_rows_before_it_from_those_after_it(sort):
    rows = [
        workflow_row(
            f"{number}",
            start_time=number % 3,
            priority=number % 2,
            correlation_id=None if number % 4 else "c",
            failed_task_names=("x",) * (number % 2),
        )
        for number in range(12)
    ]
    order = parse_sort([sort], WORKFLOW_FIELDS)
    found = sort_rows(rows, order)
    for index, row in enumerate(found):
        mark = mark_of(row, order)
        assert [other for other in found if is_after(other, mark, order)] == found[index + 1 :]
