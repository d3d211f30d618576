"""tasks.md 27, cases 5, 6, 9 and 11: callbacks, timeouts, delays between attempts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.client import Client, definition, simple


def test_case_5_a_callback_of_zero_seconds_is_pollable_at_once(client: Client) -> None:
    wf = client.run(definition("callback", simple("t1")))
    client.finish("t1", {"half": 1}, status="IN_PROGRESS", callbackAfterSeconds=0)
    again = client.finish("t1", {"whole": 2})
    assert again["outputData"] == {"half": 1}
    assert client.status(wf) == "COMPLETED"


def test_case_9_an_optional_task_is_retried_and_then_passed_over_when_it_times_out(
    client: Client,
) -> None:
    client.register(
        {"name": "t1", "retryCount": 1, "retryDelaySeconds": 0, "responseTimeoutSeconds": 10}
    )
    wf = client.run(definition("optional", simple("t1", optional=True), simple("t2")))
    for _ in range(2):
        assert client.poll("t1") is not None
        client.stack.advance(11)
    assert client.tasks(wf) == [
        ("t1", "TIMED_OUT"),
        ("t1", "COMPLETED_WITH_ERRORS"),
        ("t2", "SCHEDULED"),
    ]
    client.finish("t2")
    assert client.status(wf) == "COMPLETED"


def test_case_9_optional_wins_over_permissive(client: Client) -> None:
    client.register({"name": "t1", "retryCount": 0})
    wf = client.run(definition("both", simple("t1", optional=True, permissive=True), simple("t2")))
    client.fail("t1")
    client.finish("t2")
    assert client.status(wf) == "COMPLETED"


@pytest.mark.parametrize(
    ("policy", "waits"),
    [
        ({"retryLogic": "FIXED"}, [4, 4, 4]),
        ({"retryLogic": "EXPONENTIAL_BACKOFF"}, [4, 8, 16]),
        ({"retryLogic": "EXPONENTIAL_BACKOFF", "maxRetryDelaySeconds": 6}, [4, 6, 6]),
        ({"retryLogic": "LINEAR_BACKOFF", "backoffScaleFactor": 2}, [8, 16, 24]),
    ],
)
def test_case_11_an_attempt_comes_after_its_delay_and_not_before(
    client: Client, policy: dict[str, Any], waits: list[int]
) -> None:
    client.register({"name": "t1", "retryCount": 3, "retryDelaySeconds": 4, **policy})
    wf = client.run(definition("delayed", simple("t1")))
    client.fail("t1")
    for wait in waits[:-1]:
        client.stack.advance(wait - 1)
        assert client.poll("t1") is None
        client.stack.advance(1)
        client.fail("t1")
    assert client.task(wf, "t1")["callbackAfterSeconds"] == waits[-1]
    client.stack.advance(waits[-1])
    client.finish("t1")
    assert client.status(wf) == "COMPLETED"


def test_case_11_the_total_timeout_stops_the_attempts(client: Client) -> None:
    client.register(
        {
            "name": "t1",
            "retryCount": 50,
            "retryDelaySeconds": 0,
            "timeoutSeconds": 10,
            "responseTimeoutSeconds": 5,
            "totalTimeoutSeconds": 20,
        }
    )
    wf = client.run(definition("total", simple("t1")))
    client.fail("t1")
    assert client.status(wf) == "RUNNING"
    assert client.poll("t1") is not None
    client.stack.advance(19)
    assert client.status(wf) == "RUNNING"
    client.stack.advance(2)
    assert client.tasks(wf) == [("t1", "FAILED"), ("t1", "TIMED_OUT"), ("t1", "TIMED_OUT")]
    assert client.status(wf) == "TIMED_OUT"


def test_a_workflow_that_times_out_cancels_what_is_open(client: Client) -> None:
    wf = client.run(
        definition("late", simple("t1"), timeoutSeconds=30, timeoutPolicy="TIME_OUT_WF")
    )
    client.stack.advance(31)
    found = client.workflow(wf)
    assert found["status"] == "TIMED_OUT"
    assert client.tasks(wf) == [("t1", "CANCELED")]
    assert client.poll("t1") is None


def test_case_9_a_permissive_task_that_times_out_fails_the_workflow_at_its_end(
    client: Client,
) -> None:
    client.register({"name": "t1", "retryCount": 0, "responseTimeoutSeconds": 10})
    wf = client.run(definition("permissive", simple("t1", permissive=True), simple("t2")))
    assert client.poll("t1") is not None
    client.stack.advance(11)
    assert client.tasks(wf) == [("t1", "TIMED_OUT"), ("t2", "SCHEDULED")]
    client.finish("t2")
    assert client.status(wf) == "FAILED"


def test_case_11_the_jitter_is_not_shown_and_delays_by_no_more_than_it_may(client: Client) -> None:
    client.register(
        {"name": "t1", "retryCount": 1, "retryDelaySeconds": 4, "backoffJitterMs": 3000}
    )
    wf = client.run(definition("jittery", simple("t1")))
    client.fail("t1")
    assert client.task(wf, "t1")["callbackAfterSeconds"] == 4
    client.stack.advance(3)
    assert client.poll("t1") is None
    client.stack.advance(4)
    client.finish("t1")
    assert client.status(wf) == "COMPLETED"
