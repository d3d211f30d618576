"""Pause, resume, terminate (engine.md 15.1, 15.2; protocol.md 5, 6)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from podium.domain import operations
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import ConflictError, PayloadTooLargeError
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


def _with_variables():
    definition = workflow(
        simple("a"),
        simple("b", inputParameters={"v": "${workflow.variables.v}"}),
        variables={"v": 1, "kept": [1]},
    )
    return Driver(definition).start()


def _update(driver, given):
    driver.operate(lambda state, context: operations.update_variables(state, given, context))


def test_variables_are_put_over_those_there_are():
    driver = _with_variables()
    _update(driver, {"v": {"n": None}, "new": True})
    assert driver.state.variables == {"v": {"n": None}, "kept": [1], "new": True}
    driver.complete("a")
    assert driver.task("b").input == {"v": {"n": None}}


def test_variables_may_be_changed_during_a_pause():
    driver = _with_variables()
    driver.pause()
    _update(driver, {"v": 2})
    assert driver.header.status is WorkflowStatus.PAUSED
    assert driver.state.variables["v"] == 2


def test_no_variables_change_nothing():
    driver = _with_variables()
    before = driver.header
    _update(driver, {})
    assert driver.header == before


def test_a_change_of_variables_asks_for_no_handler():
    driver = _with_variables()
    before = driver.header
    decision = operations.update_variables(driver.state, {"v": 2}, driver.context())
    assert decision is not None
    assert not replace(decision, previous=before).needs_handler


def test_the_variables_of_an_ended_execution_stay():
    driver = _completed()
    with pytest.raises(ConflictError, match="wf is COMPLETED"):
        _update(driver, {"v": 2})


def test_variables_beyond_the_limit_are_refused_whole():
    driver = _with_variables()
    with pytest.raises(PayloadTooLargeError, match="permissible limit: 262144 bytes"):
        _update(driver, {"v": "x" * 262_144})
    assert driver.state.variables["v"] == 1
