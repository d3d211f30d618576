"""The query grammar (rest-api.md 11): what is read, and what is pointed at when it cannot be."""

from __future__ import annotations

import contextlib

import pytest

from podium.domain.search.fields import TASK_FIELDS, WORKFLOW_FIELDS
from podium.domain.search.parsing import MAX_DEPTH, MAX_LENGTH, parse
from podium.domain.search.writing import write
from podium.errors import InvalidInputError

DAY = 1_706_659_200_000  # 2024-01-31


@pytest.mark.parametrize(
    ("text", "read"),
    [
        # What clients send (rest-api.md 11.1).
        (
            "workflowType IN (a,b) AND status IN (FAILED,TIMED_OUT) AND startTime>1700000000000",
            'workflowType IN ("a", "b") AND status IN ("FAILED", "TIMED_OUT") AND startTime > 1700000000000',
        ),
        ("startTime>1 AND startTime<1800000000000", "startTime > 1 AND startTime < 1800000000000"),
        ('workflowId="4e2f-1"', 'workflowId = "4e2f-1"'),
        ("correlationId IN (x)", 'correlationId IN ("x")'),
        (
            "workflowType = 'x' AND status = 'COMPLETED'",
            'workflowType = "x" AND status = "COMPLETED"',
        ),
        ('parentWorkflowId=""', 'parentWorkflowId = ""'),
        # Nothing at all.
        ("", ""),
        ("  \n ", ""),
        # Signs and spaces.
        ("version>=2", "version >= 2"),
        ("version<=2 AND version!=1", "version <= 2 AND version != 1"),
        ("  version\t<\n3 ", "version < 3"),
        ("version = '7'", "version = 7"),
        ("version = -7", "version = -7"),
        # Precedence and parentheses.
        ("version=1 OR version=2 AND priority=3", "version = 1 OR version = 2 AND priority = 3"),
        (
            "(version=1 OR version=2) AND priority=3",
            "(version = 1 OR version = 2) AND priority = 3",
        ),
        ("((version=1))", "version = 1"),
        (
            "(version=1 AND (version=2 AND version=3))",
            "version = 1 AND version = 2 AND version = 3",
        ),
        ("(version=1)OR(version=2)", "version = 1 OR version = 2"),
        # Keywords in any case.
        ("version between 1 and 2 or version in (3)", "version BETWEEN 1 AND 2 OR version IN (3)"),
        ("event Is Not Null and event is NULL", "event IS not null AND event IS null"),
        ("status not in (FAILED)", 'status NOT IN ("FAILED")'),
        ("workflowType starts_with 'or'", 'workflowType STARTS_WITH "or"'),
        # Quotes.
        (r"event = 'it\'s'", '''event = "it's"'''),
        (r'event = "say \"hi\" \\ now"', r'event = "say \"hi\" \\ now"'),
        ("event = 'AND )'", 'event = "AND )"'),
        ("event IN ('a,b', \"c)\", d e )", 'event IN ("a,b", "c)", "d e")'),
        # Bare values.
        ("correlationId=a:b-c/d.e,f=g", 'correlationId = "a:b-c/d.e,f=g"'),
        ("workflowType = my flow AND version=1", 'workflowType = "my flow" AND version = 1'),
        ("workflowType = größe-日本", 'workflowType = "größe-日本"'),
        ("workflowType = android", 'workflowType = "android"'),
        ("workflowType = and-or", 'workflowType = "and-or"'),
        (r"event = a\b", r'event = "a\\b"'),
        ("workflowType IN (my flow, b\\c)", r'workflowType IN ("my flow", "b\\c")'),
        # Wildcards, and those that are none.
        ("workflowType = order*", 'workflowType = "order*"'),
        ("workflowType != 'o?der'", 'workflowType != "o?der"'),
        (r"workflowType = 'a\*b'", r'workflowType = "a\*b"'),
        (r"workflowType = 'a\*b*\c'", r'workflowType = "a\*b*c"'),
        ("workflowType IN (a*)", 'workflowType IN ("a*")'),
        # Moments.
        ("startTime > 2024-01-31", f"startTime > {DAY}"),
        ("startTime > 2024-01-31T00:00:00.250Z", f"startTime > {DAY + 250}"),
        ("startTime > '2024-01-31 01:00+01:00'", f"startTime > {DAY}"),
        (
            "startTime > 2024-01-31 00:01 AND version=1",
            f"startTime > {DAY + 60_000} AND version = 1",
        ),
        ("startTime > 20240131", "startTime > 20240131"),
        ("input = 'o-1'", 'input = "o-1"'),
    ],
)
def test_it_reads(text, read):
    assert write(parse(text, WORKFLOW_FIELDS)) == read


@pytest.mark.parametrize(
    ("text", "offset", "problem"),
    [
        ("foo=1", 0, "a workflow has no field 'foo'; there are classifier, "),
        ("status=FAILED AND Status=x", 18, "a workflow has no field 'Status'"),
        ("jsonData='x'", 0, "a workflow has no field 'jsonData'"),
        ("=1", 0, "the name of a field is missing"),
        ("status", 6, "IS is missing after status"),
        ("status FAILED", 7, "IS is missing after status"),
        ("status=", 7, "a value is missing"),
        ("status= AND version=1", 8, "a value is missing"),
        ("status==FAILED", 7, "a value is missing"),
        ("status=FAILED AND", 17, "the name of a field is missing"),
        ("status=FAILED workflowType=x", 14, "AND, OR or the end is missing"),
        ("status='A' workflowType IN (x)", 11, "AND, OR or the end is missing"),
        ("status=FAILED)", 13, "AND, OR or the end is missing"),
        ("(status=FAILED", 14, "AND, OR or a closing parenthesis is missing"),
        ("status='FAILED", 7, "the quote is never closed"),
        ('status="it\\', 7, "the quote is never closed"),
        ("status=f(x)", 8, "AND, OR or the end is missing"),
        ("status IN FAILED", 10, "an opening parenthesis is missing after IN"),
        ("status IN ()", 11, "a value is missing"),
        ("status IN (A,)", 13, "a value is missing"),
        ("status IN (A", 12, "a comma or a closing parenthesis is missing"),
        ("status IN ('A' B)", 15, "a comma or a closing parenthesis is missing"),
        ("status NOT FAILED", 11, "IN is missing after NOT"),
        ("status IS FAILED", 10, "null is missing after IS"),
        ("version BETWEEN 1", 17, "AND is missing after the lower bound"),
        ("version BETWEEN 1 AND", 21, "a value is missing"),
        ("version=1.5", 8, "version is compared with an integer, not with '1.5'"),
        ("version=*", 8, "version is compared with an integer, not with '*'"),
        ("version=" + "9" * 19, 8, "version is compared with an integer"),
        ("version STARTS_WITH '1'", 20, "version is a number"),
        ("startTime>yesterday", 10, "startTime is compared with a number of milliseconds or an ISO date"),
        ("startTime>2024-02-30", 10, "startTime is compared with"),
        ("input<'a'", 6, "input has no order"),
        ("input BETWEEN 'a' AND 'b'", 14, "input has no order"),
    ],
)  # fmt: skip
def test_it_points_at(text, offset, problem):
    with pytest.raises(InvalidInputError) as caught:
        parse(text, WORKFLOW_FIELDS)
    message = str(caught.value)
    assert message.startswith("query: ")
    assert problem in message
    assert f"offset {offset}" in message


def test_the_message_quotes_the_place():
    with pytest.raises(
        InvalidInputError, match=r"\(at offset 16, 'Status = FAILED OR version = 1'\)"
    ):
        parse("priority = 3 OR Status = FAILED OR version = 1", WORKFLOW_FIELDS)


def test_tasks_have_fields_of_their_own():
    read = parse("taskDefName IN (t) AND updateTime>1 AND queueWaitTime >= 5", TASK_FIELDS)
    assert write(read) == 'taskDefName IN ("t") AND updateTime > 1 AND queueWaitTime >= 5'
    with pytest.raises(InvalidInputError, match="a task has no field 'version'"):
        parse("version=1", TASK_FIELDS)


@pytest.mark.parametrize("text", ["(" * 10_000, "(" * 9_000 + "version=1" + ")" * 9_000])
def test_deep_nesting_is_refused(text):
    with pytest.raises(InvalidInputError, match=f"nested deeper than {MAX_DEPTH} levels"):
        parse(text, WORKFLOW_FIELDS)


def test_nesting_up_to_the_limit_is_read():
    assert (
        write(parse("(" * MAX_DEPTH + "version=1" + ")" * MAX_DEPTH, WORKFLOW_FIELDS))
        == "version = 1"
    )


def test_a_long_query_is_refused_and_one_at_the_limit_read():
    clauses = " OR ".join(["version=1"] * (MAX_LENGTH // 13))
    parse(clauses.ljust(MAX_LENGTH), WORKFLOW_FIELDS)
    with pytest.raises(InvalidInputError, match=f"longer than {MAX_LENGTH} characters"):
        parse(" " * (MAX_LENGTH + 1), WORKFLOW_FIELDS)


@pytest.mark.parametrize(
    "text",
    [
        "workflowType = " + "a " * 9_000,
        "workflowType = " + "a" * 19_000 + "(",
        "workflowType = '" + "\\a" * 9_000,
        "workflowType = a" + " " * 19_000 + "b=1",
        "workflowType IN (" + "a," * 9_000,
    ],
)
def test_no_text_takes_long_to_read(text):
    """Reading takes time in proportion to the length; a slower one would not come back here."""
    with contextlib.suppress(InvalidInputError):
        parse(text, WORKFLOW_FIELDS)
