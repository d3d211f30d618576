"""Errors, bulk results, pages, logs, poll data and summaries (rest-api.md 1.2, models.md 3.5)."""

from __future__ import annotations

from podium.domain.definitions import WorkflowDef
from podium.domain.wire import (
    bulk_json,
    error_json,
    log_json,
    poll_data_json,
    search_result_json,
    summary_json,
)
from podium.errors import Violation


def test_an_ordinary_error_names_its_status_message_and_instance():
    assert error_json(404, "no such workflow x", instance="host") == {
        "status": 404,
        "message": "no such workflow x",
        "instance": "host",
        "retryable": False,
    }


def test_an_error_without_a_message_leaves_it_out():
    assert error_json(500, "", retryable=True) == {"status": 500, "retryable": True}


def test_violations_are_listed_and_take_the_place_of_the_instance():
    violations = (Violation("a.arg0", "must be", "x"), Violation("b.arg0", "must not be null"))
    assert error_json(400, "Validation failed", instance="host", violations=violations) == {
        "status": 400,
        "message": "Validation failed",
        "retryable": False,
        "validationErrors": [
            {"path": "a.arg0", "message": "must be", "invalidValue": "x"},
            {"path": "b.arg0", "message": "must not be null"},
        ],
    }


def test_a_bulk_answer_lists_successes_and_failures():
    assert bulk_json(["a"], {"b": "no"}) == {
        "bulkSuccessfulResults": ["a"],
        "bulkErrorResults": {"b": "no"},
    }


def test_a_page_says_how_many_there_are():
    assert search_result_json(7, [{"a": 1}]) == {"totalHits": 7, "results": [{"a": 1}]}


def test_a_log_line_says_when_and_where():
    assert log_json("hello", "t", 5) == {"log": "hello", "taskId": "t", "createdTime": 5}


def test_poll_data_leaves_out_an_absent_domain_and_worker():
    assert poll_data_json("charge", 5) == {"queueName": "charge", "lastPollTime": 5}
    assert poll_data_json("charge", 5, domain="eu", worker_id="w") == {
        "queueName": "charge",
        "domain": "eu",
        "workerId": "w",
        "lastPollTime": 5,
    }


def test_a_summary_shows_its_times_a_change_that_never_came_as_0():
    new = summary_json(WorkflowDef(name="a", version=2, create_time=1))
    assert new == {"name": "a", "version": 2, "createTime": 1, "updateTime": 0}
    assert summary_json(WorkflowDef(name="a", version=2, create_time=1, update_time=2)) == {
        "name": "a",
        "version": 2,
        "createTime": 1,
        "updateTime": 2,
    }
