"""The query language of scheduled executions, and the order of results."""

from __future__ import annotations

import pytest

from podium.domain.schedules.executions import ExecutionState, WorkflowScheduleExecution
from podium.domain.schedules.search import (
    ExecutionQuery,
    execution_query,
    mentions,
    ordered_executions,
)
from podium.errors import InvalidInputError


def record(**fields):
    usual = {"schedule_name": "nightly", "workflow_name": "report", "execution_id": "x1"}
    return WorkflowScheduleExecution(**{**usual, "scheduled_time": 100, **fields})


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", ExecutionQuery()),
        ("  ", ExecutionQuery()),
        ("scheduleName IN (a, b ,)", ExecutionQuery(schedules=("a", "b"))),
        ("scheduleName IN (a) AND scheduleName IN (b)", ExecutionQuery(schedules=("a", "b"))),
        ("nightly", ExecutionQuery(schedules=("nightly",))),
        ("color=red", ExecutionQuery(schedules=("color=red",))),
        ("state IN (FAILED)", ExecutionQuery(states=(ExecutionState.FAILED,))),
        ("scheduledTime>5 AND scheduledTime<9", ExecutionQuery(after=5, before=9)),
        ("scheduledTime > 5", ExecutionQuery(after=5)),
        ("workflowName=re port", ExecutionQuery(workflow="re port")),
        ("executionId=x1", ExecutionQuery(execution_id="x1")),
        ("a  AND  state IN (POLLED,EXECUTED)", ExecutionQuery(
            schedules=("a",), states=(ExecutionState.POLLED, ExecutionState.EXECUTED))),
        # AND is a word in capitals between spaces.
        ("salt and pepper", ExecutionQuery(schedules=("salt and pepper",))),
        ("BRAND", ExecutionQuery(schedules=("BRAND",))),
    ],
)  # fmt: skip
def test_clauses_are_read(text, query):
    assert execution_query(text) == query


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("state IN (DONE)", "'DONE' in 'state IN (DONE)' is none of the states POLLED, FAILED"),
        ("a AND scheduledTime>soon", "expected epoch milliseconds in 'scheduledTime>soon'"),
        ("scheduledTime<", "not ''"),
        ("scheduledTime>" + "9" * 30, "expected epoch milliseconds"),
    ],
)
def test_what_is_wrong_is_said(text, reason):
    with pytest.raises(InvalidInputError) as error:
        execution_query(text)
    assert reason in str(error.value)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("", True),
        ("nightly", True),
        ("night", False),
        ("workflowName=epo", True),
        ("workflowName=x", False),
        ("executionId=x1", True),
        ("executionId=x", False),
        ("state IN (POLLED)", True),
        ("state IN (FAILED)", False),
        ("scheduledTime>99 AND scheduledTime<101", True),
        ("scheduledTime>100", False),
        ("scheduledTime<100", False),
        ("nightly AND state IN (FAILED)", False),
    ],
)
def test_all_clauses_have_to_hold(text, holds):
    assert execution_query(text).holds(record()) is holds


def test_executions_are_ordered_newest_first_or_as_asked():
    records = [
        record(scheduled_time=time, schedule_name=name, execution_id=f"{name}{time}")
        for name, time in [("b", 1), ("a", 2), ("b", 3), ("a", 3)]
    ]

    def order(*sort):
        return [each.execution_id for each in ordered_executions(records, sort)]

    assert order() == ["b3", "a3", "a2", "b1"]
    assert order("scheduleName:ASC", "scheduledTime") == ["a3", "a2", "b3", "b1"]
    assert order("scheduledTime:asc", "scheduleName:DESC") == ["b1", "a2", "b3", "a3"]
    with pytest.raises(InvalidInputError, match="sort: 'colour' is none of scheduledTime"):
        order("colour")
    with pytest.raises(InvalidInputError, match="expected ASC or DESC after 'state', not 'UP'"):
        order("state:up")


def test_free_text_is_part_of_something_in_any_case():
    assert mentions("*", None)
    assert mentions("", "a")
    assert mentions("Night", None, "the NIGHTLY one")
    assert not mentions("day", "night", None)
