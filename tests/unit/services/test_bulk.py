"""Each id by itself: failures, bugs and the end of time are told by id."""

from __future__ import annotations

import threading
from contextvars import ContextVar

import pytest

from podium.errors import DefectError, LostRaceError, NotFoundError
from podium.services.bulk import AT_ONCE, LIMIT_MS, each_of
from podium_local.clock import VirtualClock


def test_results_and_messages_are_in_the_order_of_the_ids() -> None:
    def operation(workflow_id: str) -> str:
        if workflow_id == "b":
            raise NotFoundError("no b")
        if workflow_id == "c":
            raise LostRaceError("c is too busy")
        return workflow_id.upper()

    results, errors = each_of(["d", "b", "a", "c", "a"], operation, VirtualClock())
    assert list(results.items()) == [("d", "D"), ("a", "A")]
    assert list(errors.items()) == [("b", "no b"), ("c", "c is too busy")]


def test_a_bug_is_logged_and_told_without_its_message(caplog: pytest.LogCaptureFixture) -> None:
    def operation(workflow_id: str) -> None:
        raise DefectError("arn:aws:secret")

    _results, errors = each_of(["a"], operation, VirtualClock())
    assert errors == {"a": "Internal error (DefectError) with workflow a"}
    assert "arn:aws:secret" in caplog.text


def test_what_time_does_not_reach_is_left_undone() -> None:
    clock = VirtualClock()
    done: list[str] = []

    def operation(workflow_id: str) -> None:
        done.append(workflow_id)
        clock.advance(LIMIT_MS + 1)

    ids = [f"id-{n}" for n in range(100)]
    results, errors = each_of(ids, operation, clock)
    assert set(results) == set(done)
    assert len(done) <= AT_ONCE
    assert set(errors) == set(ids) - set(done)
    assert all(each in message for each, message in errors.items())


def test_several_are_under_way_at_once_within_the_context_of_the_request() -> None:
    request: ContextVar[str] = ContextVar("request")
    request.set("r1")
    barrier = threading.Barrier(AT_ONCE, timeout=10)

    def operation(workflow_id: str) -> str:
        barrier.wait()
        return request.get()

    results, _errors = each_of([str(n) for n in range(AT_ONCE)], operation, VirtualClock())
    assert set(results.values()) == {"r1"}


def test_nothing_is_asked_of_nobody() -> None:
    results, errors = each_of([], str, VirtualClock())
    assert (results, errors) == ({}, {})
