"""What a row has to be like to meet a condition (rest-api.md 11)."""

from __future__ import annotations

import pytest

from podium.domain.search import TASK_FIELDS, WORKFLOW_FIELDS, matches, parse
from podium.domain.search.patterns import matches_pattern
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.support.executions import NOW
from tests.support.rows import task_row, workflow_row

RUNNING = workflow_row(correlation_id="c-1", version=10, input='{"id":"O-7","at":"Köln"}')
FAILED = workflow_row(
    status=WorkflowStatus.FAILED,
    end_time=NOW + 500,
    parent_workflow_id="up",
    failed_task_names=("charge", "ship"),
    reason_for_incompletion="a*b failed",
)


def holds(text, row):
    return matches(parse(text, WORKFLOW_FIELDS), row)


@pytest.mark.parametrize(
    ("text", "running", "failed"),
    [
        ("", True, True),
        ("workflowType = orders", True, True),
        ("workflowType = Orders", False, False),
        # Wildcards do not look at case, and stand for the rest of the text alone.
        ("workflowType = ORD*", True, True),
        ("workflowType = 'o?d*s'", True, True),
        ("workflowType = rder*", False, False),
        ("workflowType != ORD*", False, False),
        (r"reasonForIncompletion = 'a\*b failed'", False, True),
        (r"reasonForIncompletion = '?\*?*'", False, True),
        ("workflowType STARTS_WITH 'ord'", True, True),
        ("workflowType STARTS_WITH 'ORD'", False, False),
        # Numbers are compared as numbers.
        ("version > 9", True, False),
        ("version BETWEEN 1 AND 1", False, True),
        ("version IN (1, 2)", False, True),
        # What has not ended ended at 0.
        ("endTime = 0", True, False),
        (f"endTime < {NOW}", True, False),
        ("endTime > 0", False, True),
        ("endTime IS null", True, False),
        ("endTime IS not null", False, True),
        ("executionTime = 500", False, True),
        # What is not set is empty.
        ('correlationId = ""', False, True),
        ("correlationId IS null", False, True),
        ("correlationId != 'c-1'", False, True),
        ("correlationId NOT IN (c-1, c-2)", False, True),
        ("correlationId < 'c'", False, True),
        ("correlationId = '*'", True, True),
        ("correlationId = '?*'", True, False),
        ('parentWorkflowId = ""', True, False),
        # Several names: one of them.
        ("failedTaskNames = ship", False, True),
        ("failedTaskNames != ship", True, False),
        ("failedTaskNames STARTS_WITH 'char'", False, True),
        ("failedTaskNames = 'S*'", False, True),
        ("failedTaskNames IS null", True, False),
        ("failedTaskNames > 'r'", False, True),
        # Payloads: whether it is in there.
        ('input = \'"id":"O-7"\'', True, False),
        ("input = köln", True, False),
        ("input = 'id*köln'", True, False),
        ("input != köln", False, True),
        ("input = ''", False, False),
        ("output = '{}'", True, True),
        # Every classifier that is not given is this one.
        ("classifier = workflow", True, True),
        ("classifier IN (agent)", False, False),
        # OR binds less than AND.
        ("version = 10 OR version = 1 AND status = RUNNING", True, False),
        ("(version = 10 OR version = 1) AND status = FAILED", False, True),
    ],
)
def test_a_row_meets(text, running, failed):
    assert (holds(text, RUNNING), holds(text, FAILED)) == (running, failed)


def test_a_task_meets():
    done = task_row(status=TaskStatus.COMPLETED, start_time=NOW + 5, end_time=NOW + 9)
    query = parse(
        "taskDefName IN (charge_card) AND queueWaitTime = 5 AND executionTime = 4", TASK_FIELDS
    )
    assert matches(query, done)
    assert not matches(query, task_row())


@pytest.mark.parametrize(
    ("pattern", "text", "holds"),
    [
        ("a*c", "abbc", True),
        ("a*c", "abbcd", False),
        ("*a*a*", "aba", True),
        ("*a*a*", "ab", False),
        ("a**b", "ab", True),
        ("*b*bc", "abbc", True),
        ("?", "", False),
        ("*", "", True),
        ("a?c", "a\nc", True),
        (r"a\?c", "abc", False),
        (r"a\?c", "a?c", True),
        (r"a\\*", "a\\x", True),
        ("a.c", "abc", False),
    ],
)
def test_a_pattern_matches(pattern, text, holds):
    assert matches_pattern(pattern, text) is holds


def test_many_wildcards_take_no_more_time_than_few():
    """A pattern that goes back and forth in the text would not come to an end here."""
    assert not matches_pattern("*a" * 200 + "*b", "a" * 20_000)
