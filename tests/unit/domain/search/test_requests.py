"""The parameters of a search, free text among them (rest-api.md 3.6, 11.2)."""

from __future__ import annotations

import pytest

from podium.domain.search import (
    MAX_SIZE,
    TASK_FIELDS,
    WORKFLOW_FIELDS,
    SearchParameters,
    default_order,
    write,
)
from podium.domain.search.free_text import MAX_LENGTH
from podium.domain.status import WorkflowStatus
from podium.errors import InvalidInputError, ValidationError, Violation
from tests.support.rows import task_row, workflow_row


def read(fields=WORKFLOW_FIELDS, max_size=MAX_SIZE, **parameters):
    return SearchParameters(**parameters).read(fields, max_size)


def test_without_parameters_everything_is_wanted_the_newest_first():
    found = read()
    assert (found.start, found.size, found.order) == (0, 100, default_order(WORKFLOW_FIELDS))
    assert (write(found.condition), found.free_text) == ("", "")
    assert found.wants(workflow_row())


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"start": -1}, "start is -1"),
        ({"size": -5}, "size is -5"),
        ({"sort": ["foo"]}, "sort: a workflow has no field 'foo'"),
        ({"query": "foo=1"}, "query: a workflow has no field 'foo'"),
        ({"free_text": "x" * (MAX_LENGTH + 1)}, "freeText is longer than 2000 characters"),
    ],
)
def test_what_cannot_be_read_is_named(parameters, message):
    with pytest.raises(InvalidInputError) as caught:
        read(**parameters)
    assert message in str(caught.value)


def test_more_than_the_limit_breaks_a_constraint_as_it_does_for_the_peer():
    with pytest.raises(ValidationError) as caught:
        SearchParameters(size=5001).read(WORKFLOW_FIELDS, MAX_SIZE, "searchWorkflowsV2")
    assert caught.value.violations == (
        Violation(
            "searchWorkflowsV2.arg1",
            "Cannot return more than 5000 workflows. Please use pagination.",
            "5001",
        ),
    )


def test_a_route_without_a_limit_takes_any_size():
    assert read(TASK_FIELDS, None, size=100_000).size == 100_000
    assert read(size=5000).size == 5000


def test_classifier_and_level_are_added_to_the_query():
    found = read(query="version=1 OR version=2", classifier=["a, b", "c"], top_level_only=True)
    assert write(found.condition) == (
        '(version = 1 OR version = 2) AND classifier IN ("a", "b", "c") AND parentWorkflowId = ""'
    )
    assert read(classifier=["workflow"]).wants(workflow_row())


@pytest.mark.parametrize("text", ["", "*", " * ", "**"])
def test_a_star_looks_for_nothing(text):
    assert read(free_text=text).free_text == ""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("wf-7", True),
        ("ORD", True),
        ("c-9", True),
        ("Card Declined", True),
        ("card*no", True),
        ("card?declined", True),
        ('"card declined"', True),
        ('"Größe"', True),
        ("größe xl", True),
        ('{"size":"Größe', True),
        ("charge_ref", True),
        ("blue", True),
        ("failed", True),
        ("bob", True),
        ("workflow/input", True),
        ("somewhere else", False),
        ("card  declined", False),
        # Words with a field are clauses.
        ("status:FAILED", True),
        ("status:RUNNING", False),
        ("status:FAILED AND workflowType:ord*", True),
        ("status:FAILED declined", True),
        ('reasonForIncompletion:"card declined: no"', True),
        ("version:1", True),
        ("version:2", False),
        ("startTime:1", False),
        # Not a field, or not a value of it: a text with a colon.
        ("declined: no", True),
        ("version:x", False),
        (r"a\b", True),
    ],
)
def test_free_text_is_looked_for_in_every_text(text, found):
    row = workflow_row(
        "wf-7",
        status=WorkflowStatus.FAILED,
        correlation_id="c-9",
        reason_for_incompletion="card declined: no",
        input='{"size":"Größe XL"}',
        output=r'{"path":"a\b"}',
        failed_reference_task_names=("charge_ref",),
        task_to_domain={"*": "blue"},
        created_by="Bob",
        external_input_payload_storage_path="workflow/input/1.json",
    )
    assert read(free_text=text).wants(row) is found


def test_free_text_looks_into_tasks():
    row = task_row(domain="green", input='{"amount":5}')
    for text in ("green", '"amount":5', "charge_card", "status:SCHEDULED"):
        assert read(TASK_FIELDS, free_text=text).wants(row), text
    assert not read(TASK_FIELDS, free_text="status:COMPLETED").wants(row)


def test_a_page_is_named_after_all_that_decides_what_is_on_it():
    """However it is written."""
    base = read(query="version=1", sort=["startTime"])
    same = read(query=" version = '1'", sort=["startTime:ASC"], start=7, size=3)
    assert base.page_key(100) == same.page_key(100)
    others = [
        read(query="version=2", sort=["startTime"]),
        read(query="version=1", sort=["startTime:DESC"]),
        read(query="version=1", sort=["startTime"], free_text="x"),
        read(query="version=1", sort=["startTime"], top_level_only=True),
    ]
    names = {each.page_key(100) for each in [base, *others]} | {base.page_key(200)}
    assert len(names) == 6
