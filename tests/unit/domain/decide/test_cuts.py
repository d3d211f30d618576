"""Decisions that are cut: DUE entries are the next decision (protocol.md 3, (23))."""

from __future__ import annotations

from dataclasses import replace

from podium.domain.execution import Kind
from podium.domain.status import WorkflowStatus
from tests.support.driver import Driver, engines, simple, task, workflow

FOREVER = {"true": True}


def _noops(count):
    return [task(f"n{number}", "NOOP") for number in range(count)]


def test_a_long_chain_is_cut_at_the_budget():
    driver = Driver(workflow(*_noops(7), simple("end")), max_ended=3)
    driver.decide(())
    assert driver.refs == ["n0", "n1", "n2"]
    assert [(entry.kind, entry.node) for entry in driver.header.open] == [(Kind.DUE, "3")]
    driver.advance()
    assert driver.refs[-1] == "end"
    assert driver.header.version == 3


def test_a_worker_task_beyond_the_budget_is_created_by_the_next_decision():
    driver = Driver(workflow(*_noops(3), simple("end")), max_ended=3)
    driver.decide(())
    assert [entry.kind for entry in driver.header.open] == [Kind.DUE]
    driver.decide(())
    assert driver.open_refs == ["end"]
    driver.complete("end")
    assert driver.status is WorkflowStatus.COMPLETED


def test_an_end_that_comes_between_is_folded_with_what_is_due():
    fork = task("f", "FORK_JOIN", forkTasks=[[simple("a")], _noops(5)])
    driver = Driver(workflow(fork, task("j", "JOIN", joinOn=["a", "n4"])), max_ended=2)
    driver.decide(())
    assert "a" in driver.open_refs
    driver.decide([driver.ended("a")])
    driver.advance()
    assert driver.status is WorkflowStatus.COMPLETED


def test_a_fork_beyond_the_budget_is_unfolded_later_and_joined_all_the_same():
    fork = task("f", "FORK_JOIN", forkTasks=[_noops(2), [simple("b")]])
    driver = Driver(workflow(fork, task("j", "JOIN", joinOn=["n1", "b"])), max_ended=1)
    driver.start()
    assert driver.open_refs == ["b", "j"]
    driver.complete("b")
    assert driver.status is WorkflowStatus.COMPLETED


def test_a_loop_that_never_ends_by_itself_does_not_make_a_decision_endless():
    waits = task("w", "WAIT", inputParameters={"until": "1970-01-01"})
    empty = task("e", "DO_WHILE", items="${workflow.input.none}", loopOver=_noops(1))
    choice = task("s", "SWITCH", evaluatorType="value-param", expression="x")
    for body in (waits, empty, choice):
        loop = task("loop", "DO_WHILE", loopCondition="true", loopOver=[body])
        driver = Driver(workflow(loop), engines=engines(FOREVER), max_ended=10)
        for _ in range(3):
            decision = driver.decide(())
            assert decision is not None
            assert 10 <= len(decision.ended) <= 11
        assert driver.status is WorkflowStatus.RUNNING


def test_large_results_cut_a_decision_before_they_exceed_a_transaction():
    tasks = [
        task(
            f"i{number}",
            "INLINE",
            inputParameters={"expression": "$.value", "value": "${workflow.input.x}"},
        )
        for number in range(5)
    ]
    driver = Driver(workflow(*tasks), {"x": "x" * 600_000})
    driver.decide(())
    assert driver.refs == ["i0", "i1"]
    driver.advance()
    assert driver.status is WorkflowStatus.COMPLETED


def test_a_join_waits_for_a_fork_in_its_branch_that_is_still_due():
    inner = task("g", "FORK_JOIN_DYNAMIC", inputParameters={"forkTaskInputs": []})
    branch = [*_noops(2), inner, task("gj", "JOIN")]
    fork = task("f", "FORK_JOIN", forkTasks=[branch])
    driver = Driver(workflow(fork, task("j", "JOIN", joinOn=["gj"]), simple("end")), max_ended=3)
    driver.start()
    assert driver.open_refs == ["end"]


def test_what_is_over_as_soon_as_it_is_created_is_cut_too():
    """A fork of WAITs whose moment has passed: a transaction holds 100 items."""
    refs = [f"w{number}" for number in range(150)]
    waits = [[task(ref, "WAIT", inputParameters={"until": "1970-01-01"})] for ref in refs]
    definition = workflow(
        task("f", "FORK_JOIN", forkTasks=waits), task("j", "JOIN", joinOn=refs), simple("end")
    )
    driver = Driver(definition).start()
    assert max(len(decision.ended) for decision in driver.decisions) <= 81
    assert driver.open_refs == ["end"]
    assert sorted(driver.refs) == sorted(["f", *refs, "j", "end"])


def test_a_decision_is_cut_where_its_programs_ran_long_and_still_gets_on():
    driver = Driver(
        workflow(*_noops(3), simple("end")), engines=replace(engines(), is_spent=lambda: True)
    )
    driver.decide(())
    assert driver.refs == ["n0"]
    assert [entry.kind for entry in driver.header.open] == [Kind.DUE]
    driver.advance()
    assert driver.open_refs == ["end"]
