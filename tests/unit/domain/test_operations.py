"""Pause, resume, terminate (engine.md 15.1, 15.2; protocol.md 5, 6)."""

from __future__ import annotations

import pytest

from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import ConflictError
from tests.support.driver import START, Driver, simple, task, workflow


def _chain():
    return Driver(workflow(simple("a"), simple("b"))).start()


def _completed():
    driver = Driver(workflow(simple("a"))).start()
    driver.complete("a")
    return driver


def test_a_paused_execution_counts_its_pause():
    driver = _chain()
    driver.pause()
    assert (driver.status, driver.header.hold) == (WorkflowStatus.PAUSED, 1)
    driver.pause()
    assert driver.header.hold == 1
    driver.now += 5
    driver.resume()
    assert (driver.header.status, driver.header.hold) == (WorkflowStatus.RUNNING, 2)
    assert driver.header.last_retried_at == START + 5


def test_what_ended_during_a_pause_is_folded_after_it():
    driver = _chain()
    driver.pause()
    driver.ended("a")
    driver.resume()
    assert driver.open_refs == ["b"]


def test_an_ended_execution_cannot_be_paused():
    with pytest.raises(ConflictError, match="COMPLETED"):
        _completed().pause()


def test_only_a_paused_execution_can_be_resumed():
    with pytest.raises(ConflictError, match="not PAUSED"):
        _chain().resume()


def test_terminating_ends_everything_with_the_given_reason():
    driver = _chain()
    driver.terminate("enough")
    assert (driver.status, driver.header.reason) == (WorkflowStatus.TERMINATED, "enough")
    assert driver.header.failed_seq == 0
    assert driver.header.ended_at == START
    assert driver.task("a").status is TaskStatus.CANCELED
    assert driver.output == {}


def test_terminating_computes_the_output():
    driver = Driver(
        workflow(simple("a"), simple("b"), outputParameters={"x": "${a.output.x}"})
    ).start()
    driver.complete("a", {"x": 1})
    driver.terminate()
    assert driver.output == {"x": 1}


def test_a_paused_execution_can_be_terminated_and_is_held_no_more():
    driver = _chain()
    driver.pause()
    driver.terminate()
    assert driver.status is WorkflowStatus.TERMINATED
    assert driver.header.hold == 2


def test_terminating_twice_changes_nothing():
    driver = _chain()
    driver.terminate("one")
    driver.terminate("two")
    assert driver.header.reason == "one"
    assert len(driver.decisions) == 2


def test_a_completed_execution_cannot_be_terminated():
    with pytest.raises(ConflictError, match="COMPLETED"):
        _completed().terminate()


def test_a_failed_execution_becomes_terminated():
    driver = _chain()
    driver.fail("a")
    driver.terminate("after all")
    assert (driver.status, driver.header.reason) == (WorkflowStatus.TERMINATED, "after all")


def test_terminating_by_hand_starts_no_failure_workflow():
    driver = Driver(workflow(simple("a"), failureWorkflow="cleanup")).start()
    driver.terminate()
    assert driver.output == {}


def test_a_cut_decision_can_be_terminated_and_keeps_what_was_due():
    tasks = [task(f"n{number}", "NOOP") for number in range(5)]
    driver = Driver(workflow(*tasks), max_ended=2)
    driver.decide(())
    driver.terminate()
    assert [entry.kind.value for entry in driver.header.open] == ["d"]
    assert driver.refs == ["n0", "n1"]
