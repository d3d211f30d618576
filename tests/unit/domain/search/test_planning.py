"""How the hits of a query are reached."""

from __future__ import annotations

import pytest

from podium.domain.search import (
    EVERYTHING,
    TASK_FIELDS,
    WORKFLOW_FIELDS,
    ByCorrelation,
    ById,
    ByParent,
    ByStatus,
    ByTime,
    ByType,
    Span,
    parse,
    parse_sort,
    plan,
    write,
)
from podium.domain.search.accesses import END_OF_TIME
from podium.domain.search.planning import MAX_ALTERNATIVES
from podium.domain.status import WorkflowStatus

ALL = list(WorkflowStatus)
RUNNING, PAUSED, COMPLETED, FAILED, TIMED_OUT, TERMINATED = ALL
ENDED = (COMPLETED, FAILED, TIMED_OUT, TERMINATED)


def planned(text, sort="", fields=WORKFLOW_FIELDS):
    return plan(parse(text, fields), parse_sort([sort], fields), fields)


@pytest.mark.parametrize(
    ("text", "accesses", "residual"),
    [
        ("", [ByTime()], ""),
        # What clients send (rest-api.md 11.1).
        (
            "workflowType IN (a,b) AND status IN (FAILED,TIMED_OUT) AND startTime>9 AND startTime<20",
            [ByType(("a", "b"), (FAILED, TIMED_OUT), Span(10, 19))],
            "",
        ),
        ("workflowId='x'", [ById(("x",))], ""),
        ("correlationId IN (x)", [ByCorrelation(("x",))], ""),
        ("workflowType = 'x' AND status = 'COMPLETED'", [ByType(("x",), (COMPLETED,))], ""),
        ("parentWorkflowId=''", [ByParent(("",))], ""),
        ("parentWorkflowId=p AND startTime>=5", [ByParent(("p",), Span(5))], ""),
        # The narrowest wins, the rest is left to the filter.
        ("status=FAILED AND workflowId IN (x,y)", [ById(("x", "y"))], 'status = "FAILED"'),
        ("workflowType=a AND correlationId=c", [ByCorrelation(("c",))], 'workflowType = "a"'),
        ("parentWorkflowId='' AND workflowType=a", [ByType(("a",))], 'parentWorkflowId = ""'),
        ("version=1 AND startTime BETWEEN 3 AND 4", [ByTime(Span(3, 4))], "version = 1"),
        # Statuses are few, so that any clause on them is worked out.
        ("status != COMPLETED AND status NOT IN (FAILED)", [ByStatus((RUNNING, PAUSED, TIMED_OUT, TERMINATED))], ""),
        ("status = T*", [ByStatus((TIMED_OUT, TERMINATED))], ""),
        ("status IS not null", [ByTime()], "status IS not null"),
        # What follows from what is said.
        ("endTime > 5", [ByStatus(ENDED)], "endTime > 5"),
        ("endTime > 5 AND endTime < 10", [ByStatus(ENDED, Span(0, 9))], "endTime > 5 AND endTime < 10"),
        ("endTime = 0", [ByStatus((RUNNING, PAUSED))], "endTime = 0"),
        ("endTime IS null", [ByStatus((RUNNING, PAUSED))], "endTime IS null"),
        ("endTime < 5", [ByTime()], "endTime < 5"),
        ("updateTime < 5", [ByTime(Span(0, 4))], "updateTime < 5"),
        ("updateTime > 5", [ByTime()], "updateTime > 5"),
        ("startTime IN (3, 9)", [ByTime(Span(3, 9))], "startTime IN (3, 9)"),
        ("startTime != 3", [ByTime()], "startTime != 3"),
        ("startTime = 3", [ByTime(Span(3, 3))], ""),
        ("startTime <= 3", [ByTime(Span(0, 3))], ""),
        # What nothing can be like.
        ("status = RUNNING AND status = FAILED", [], ""),
        ("status = unheard_of", [], ""),
        ("workflowId = x AND workflowId != x", [], ""),
        ("workflowId = ''", [], ""),
        ("startTime > 5 AND startTime < 5", [], ""),
        (f"startTime > {END_OF_TIME}", [], ""),
        ("status = RUNNING AND endTime > 1", [], ""),
        # Several lists for one field: what is in all of them.
        ("workflowType IN (a,b) AND workflowType IN (b,c)", [ByType(("b",))], ""),
        ("workflowType IN (a,b) AND workflowType = B*", [ByType(("b",))], 'workflowType = "B*"'),
        # Without a correlation id: stored under none.
        ("correlationId IN ('', c)", [ByTime()], 'correlationId IN ("", "c")'),
    ],
)  # fmt: skip
def test_all_clauses_are_served_or_left(text, accesses, residual):
    found = planned(text)
    assert list(found.accesses) == accesses
    assert write(found.residual) == residual


@pytest.mark.parametrize(
    ("text", "accesses"),
    [
        ("status=FAILED OR status=TIMED_OUT", [ByStatus((FAILED, TIMED_OUT))]),
        ("workflowType=a OR workflowType=b", [ByType(("a", "b"))]),
        ("workflowId=a OR workflowId IN (b,a)", [ById(("a", "b"))]),
        ("correlationId=a OR correlationId=b", [ByCorrelation(("a", "b"))]),
        ("parentWorkflowId=a OR parentWorkflowId=b", [ByParent(("a", "b"))]),
        (
            "workflowType=a AND (status=FAILED OR status=RUNNING)",
            [ByType(("a",), (RUNNING, FAILED))],
        ),
        ("workflowType=a OR correlationId=c", [ByType(("a",)), ByCorrelation(("c",))]),
        # One alternative that asks for everything asks for everything.
        ("workflowType=a OR version=1", [ByTime()]),
        (
            "(workflowType=a OR workflowType=b) AND (status=FAILED OR startTime>5)",
            [ByType(("a", "b"), (FAILED,)), ByType(("a", "b"), (), Span(6))],
        ),
    ],
)
def test_alternatives_are_reached_each_by_its_own(text, accesses):
    found = planned(text)
    assert list(found.accesses) == accesses
    # What a row came through is forgotten, so all of it is checked.
    assert (found.residual == EVERYTHING) is (len(accesses) == 1 and accesses != [ByTime()])


def test_too_many_alternatives_are_not_told_apart():
    many = " OR ".join(
        f"workflowType=a{number} AND version={number}" for number in range(MAX_ALTERNATIVES + 1)
    )
    assert planned(many).accesses == (ByTime(),)
    # Within a conjunction, the other clauses still count.
    assert planned(f"({many}) AND correlationId=c").accesses == (ByCorrelation(("c",)),)


def test_values_of_one_field_are_one_alternative():
    many = " OR ".join(f"workflowType=a{number}" for number in range(100))
    found = planned(f"({many}) AND status=FAILED")
    names = tuple(f"a{number}" for number in range(100))
    assert found.accesses == (ByType(names, (FAILED,)),)
    assert found.residual == EVERYTHING


def test_alternatives_multiply_only_up_to_the_limit():
    five = "(" + " OR ".join(f"version>{number}" for number in range(5)) + ")"
    found = planned(f"{five} AND {five} AND status=FAILED")
    assert found.accesses == (ByStatus((FAILED,)),)


def test_nothing_has_nothing_left_to_check():
    assert planned("status=a OR version=1 AND status=b").residual != EVERYTHING
    assert planned("status=a OR status=b").residual == EVERYTHING


@pytest.mark.parametrize(
    ("sort", "serves", "descends"),
    [
        ("", True, True),
        ("startTime:DESC", True, True),
        ("startTime:ASC", True, False),
        ("startTime:DESC|workflowId:ASC", True, True),
        ("startTime:DESC|workflowId:ASC|version", True, True),
        ("startTime:DESC|workflowId:DESC", False, True),
        ("startTime|version", False, False),
        ("version", False, False),
        ("endTime:DESC", False, True),
    ],
)
def test_indexes_serve_the_order_of_start_times(sort, serves, descends):
    found = planned("status=FAILED", sort)
    assert (found.serves_order, found.is_descending) == (serves, descends)


@pytest.mark.parametrize(
    ("text", "accesses"),
    [
        ("workflowId = w", [ById(("w",))]),
        ("taskId = 'w.1.a' OR taskId = 'v.2.b'", [ById(("w", "v"))]),
        ("taskId IN (w.1.a, w.2.b) AND workflowId = w", [ById(("w",))]),
        ("taskId = w.1.a AND workflowId = v", []),
        ("taskId = foreign", []),
        ("workflowType = a AND status = FAILED", [ByType(("a",))]),
        ("workflowType = a AND status IN (SCHEDULED, IN_PROGRESS)", [ByType(("a",), (RUNNING, PAUSED))]),
        ("status = SCHEDULED", [ByStatus((RUNNING, PAUSED))]),
        ("status = unheard_of", []),
        ("correlationId = c", [ByCorrelation(("c",))]),
        ("taskDefName IN (t) AND updateTime > 5", [ByTime()]),
        ("scheduledTime < 5", [ByTime(Span(0, 4))]),
        # A task that has not started has the start time 0.
        ("startTime < 5", [ByTime()]),
        ("startTime < 5 AND startTime > 0", [ByTime(Span(0, 4))]),
    ],
)  # fmt: skip
def test_tasks_are_reached_through_their_executions(text, accesses):
    found = planned(text, fields=TASK_FIELDS)
    assert list(found.accesses) == accesses
    assert not found.serves_order
    if accesses:
        assert found.residual != EVERYTHING
