"""Rerun from the start and from tasks of every kind (engine.md 15.5; tasks.md 27, case 8)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from podium.domain import operations
from podium.domain.execution import Kind, StartRecord
from podium.domain.ids import TaskKey
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import ConflictError, InvalidInputError
from tests.support.driver import START, Driver, simple, task, workflow


def _fork(*branches, ref="fork"):
    refs = [branch[-1]["taskReferenceName"] for branch in branches]
    return (
        task(ref, "FORK_JOIN", forkTasks=list(branches)),
        task(f"{ref}_join", "JOIN", joinOn=refs),
    )


def _loop(*children, times=3, ref="loop"):
    condition = f"$.{ref}['iteration'] < {times}"
    return task(ref, "DO_WHILE", loopCondition=condition, loopOver=list(children))


def _dynamic(*refs, ref="fan"):
    inputs = {"tasks": [simple(each) for each in refs], "inputs": {}}
    return (
        task(
            ref,
            "FORK_JOIN_DYNAMIC",
            dynamicForkTasksParam="tasks",
            dynamicForkTasksInputParamName="inputs",
            inputParameters=inputs,
        ),
        task(f"{ref}_join", "JOIN"),
    )


def _each(*children, count=3, concurrency=1):
    return task(
        "each",
        "FOR_EACH",
        inputParameters={"items": list(range(count)), "concurrency": concurrency},
        loopOver=list(children),
    )


class Worker:
    """Completes whatever is open, and counts what it did."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.runs: Counter[str] = Counter()

    def complete(self, wire_ref: str, output: dict[str, Any] | None = None) -> None:
        self.runs[wire_ref] += 1
        self.driver.complete(wire_ref, output)

    def fail(self, wire_ref: str) -> None:
        self.driver.fail(wire_ref)

    def finish(self) -> None:
        """To the end; the workflow is COMPLETED then."""
        for _ in range(100):
            if self.driver.status is not WorkflowStatus.RUNNING:
                break
            ready = [each for each in self.driver.open if each.kind is not Kind.FLOW]
            self.complete(ready[0].wire_ref)
        assert (self.driver.status, self.driver.header.reason) == (WorkflowStatus.COMPLETED, "")
        attempts = [(each.wire_ref, each.attempt) for each in self.driver.tasks]
        assert len(attempts) == len(set(attempts))

    def again(self) -> Counter[str]:
        """What is done until the end from now on."""
        before = Counter(self.runs)
        self.finish()
        return self.runs - before


def _completed(*tasks: dict[str, Any], **fields: Any) -> tuple[Driver, Worker]:
    driver = Driver(workflow(*tasks, **fields), {"n": 1})
    driver.start()
    worker = Worker(driver)
    worker.finish()
    return driver, worker


CHAIN = (simple("a"), simple("b"), simple("c"))


def test_a_rerun_from_the_start_keeps_the_time_of_creation():
    driver, worker = _completed(*CHAIN)
    driver.now += 60_000
    driver.rerun()
    assert driver.header.created_at == START
    assert (driver.header.rerun_at, driver.header.last_retried_at) == (driver.now, 0)
    assert driver.header.gone == ((1, 3),)
    assert worker.again() == {"a": 1, "b": 1, "c": 1}


def test_a_rerun_may_bring_another_input():
    echo = simple("a", inputParameters={"n": "${workflow.input.n}"})
    driver, worker = _completed(echo)
    driver.rerun(record=StartRecord(input={"n": 2}))
    assert driver.task("a").input == {"n": 2}
    worker.finish()
    driver.rerun("a", record=StartRecord(input={"n": 3}))
    assert driver.task("a").input == {"n": 3}
    assert driver.state.start.input == {"n": 3}


def test_a_rerun_from_a_task_resets_it_in_place_and_voids_what_followed():
    driver, worker = _completed(*CHAIN)
    before = driver.task("b")
    driver.now += 60_000
    driver.rerun("b")
    after = driver.task("b")
    assert (after.seq, after.inc, after.attempt) == (before.seq, 1, 0)
    assert (after.status, after.scheduled_at) == (TaskStatus.SCHEDULED, driver.now)
    assert driver.refs == ["a", "b"]
    assert worker.again() == {"b": 1, "c": 1}
    assert [each.seq for each in driver.tasks] == [1, 2, 4]


def test_a_rerun_of_a_rerun():
    driver, worker = _completed(*CHAIN)
    for number in range(1, 4):
        driver.rerun("b")
        assert driver.task("b").inc == number
        assert worker.again() == {"b": 1, "c": 1}
    assert driver.header.gone == ((3, 5),)


def test_a_task_may_get_another_input():
    driver, worker = _completed(simple("a", inputParameters={"n": "${workflow.input.n}"}))
    driver.rerun("a", {"other": True})
    assert driver.task("a").input == {"other": True}
    worker.finish()


def test_a_failed_attempt_is_reset_and_keeps_its_number():
    driver = Driver(workflow(simple("a", retryCount=1), simple("b"))).start()
    worker = Worker(driver)
    driver.fail("a")
    driver.fail("a")
    driver.rerun("a")
    assert [(each.seq, each.attempt, each.inc) for each in driver.tasks] == [(1, 0, 0), (2, 1, 1)]
    assert driver.task("a").retried_seq == 1
    assert worker.again() == {"a": 1, "b": 1}


def test_a_rerun_from_an_earlier_attempt_voids_the_later_ones():
    driver = Driver(workflow(simple("a", retryCount=1), simple("b"))).start()
    driver.fail("a")
    driver.fail("a")
    key = TaskKey("wf", "a", 1)
    tasks = driver.tasks
    driver.operate(
        lambda state, context: operations.rerun_from(state, tasks, key, None, None, context)
    )
    assert [(each.seq, each.attempt) for each in driver.tasks] == [(1, 0)]
    assert Worker(driver).again() == {"a": 1, "b": 1}


# Forks -------------------------------------------------------------------------------------------

FORKED = (simple("first"), *_fork([simple("a1"), simple("a2")], [simple("b1")]), simple("last"))


def test_a_rerun_inside_a_branch_leaves_the_other_branches_alone():
    driver, worker = _completed(*FORKED)
    driver.rerun("a1")
    assert driver.open_refs == ["a1", "fork_join"]
    assert driver.task("fork_join").inc == 1
    assert worker.again() == {"a1": 1, "a2": 1, "last": 1}


def test_a_rerun_from_a_fork_opens_its_branches_again():
    driver, worker = _completed(*FORKED)
    driver.rerun("fork")
    assert driver.task("fork").inc == 1
    assert worker.again() == {"a1": 1, "a2": 1, "b1": 1, "last": 1}


def test_a_rerun_from_a_join_joins_at_once():
    driver, worker = _completed(*FORKED)
    driver.rerun("fork_join")
    assert driver.open_refs == ["last"]
    assert driver.task("fork_join").inc == 1
    assert worker.again() == {"last": 1}


def test_a_rerun_of_a_failed_branch_resets_cancelled_siblings_without_counting():
    driver = Driver(workflow(*FORKED)).start()
    worker = Worker(driver)
    worker.complete("first")
    driver.fail("a1")
    assert driver.task("b1").status is TaskStatus.CANCELED
    driver.rerun("a1")
    sibling = driver.task("b1")
    assert (sibling.attempt, sibling.inc, sibling.status) == (0, 1, TaskStatus.SCHEDULED)
    assert worker.again() == {"a1": 1, "a2": 1, "b1": 1, "last": 1}


def test_a_cancelled_sibling_workflow_gets_a_fresh_child():
    child = task("kid", "SUB_WORKFLOW", subWorkflowParam={"name": "c", "version": 1})
    driver = Driver(workflow(*_fork([simple("a")], [child]))).start()
    before = driver.task("kid")
    driver.fail("a")
    driver.rerun("a")
    after = driver.task("kid")
    assert (after.seq, after.inc) == (before.seq, 1)
    assert after.child_id != before.child_id


def test_nested_forks_wait_again_at_every_level():
    inner = _fork([simple("x")], [simple("y")], ref="inner")
    driver, worker = _completed(*_fork([simple("a"), *inner], [simple("b")]), simple("last"))
    driver.rerun("x")
    assert sorted(driver.open_refs) == ["fork_join", "inner_join", "x"]
    assert worker.again() == {"x": 1, "last": 1}


def test_a_rerun_from_a_dynamic_fork_makes_its_branches_anew():
    driver, worker = _completed(*_dynamic("x", "y"), simple("last"))
    driver.rerun("fan")
    assert worker.again() == {"x": 1, "y": 1, "last": 1}


def test_a_rerun_inside_a_dynamic_fork_leaves_the_other_branches_alone():
    driver, worker = _completed(*_dynamic("x", "y"), simple("last"))
    driver.rerun("x")
    assert worker.again() == {"x": 1, "last": 1}


# Choices -----------------------------------------------------------------------------------------


def _switch(ref="sw", **fields):
    return task(
        ref,
        "SWITCH",
        evaluatorType="value-param",
        expression="case",
        inputParameters={"case": "${first.output.case}"},
        decisionCases={"a": [simple("x1"), simple("x2")], "b": [simple("y")]},
        **fields,
    )


def test_a_rerun_from_a_switch_chooses_again():
    driver = Driver(workflow(simple("first"), _switch(), simple("last"))).start()
    worker = Worker(driver)
    worker.complete("first", {"case": "a"})
    worker.finish()
    driver.rerun("sw", {"case": "b"})
    assert driver.refs == ["first", "sw", "y"]
    assert worker.again() == {"y": 1, "last": 1}


def test_a_rerun_inside_a_case_goes_on_behind_the_switch():
    driver = Driver(workflow(simple("first"), _switch(), simple("last"))).start()
    worker = Worker(driver)
    worker.complete("first", {"case": "a"})
    worker.finish()
    driver.rerun("x2")
    assert worker.again() == {"x2": 1, "last": 1}


# Loops -------------------------------------------------------------------------------------------


def test_a_rerun_from_a_loop_begins_with_its_first_iteration():
    driver, worker = _completed(_loop(simple("one"), simple("two"), times=2), simple("last"))
    driver.rerun("loop")
    assert driver.open_refs == ["loop", "one__1"]
    assert worker.again() == {"one__1": 1, "two__1": 1, "one__2": 1, "two__2": 1, "last": 1}


def test_a_rerun_inside_a_loop_goes_on_in_the_same_iteration():
    driver, worker = _completed(_loop(simple("one"), simple("two")), simple("last"))
    driver.rerun("two__2")
    assert sorted(driver.open_refs) == ["loop", "two__2"]
    assert driver.task("loop").inc == 1
    assert worker.again() == {"two__2": 1, "one__3": 1, "two__3": 1, "last": 1}
    assert driver.output_of("loop")["iteration"] == 3


def test_a_rerun_inside_nested_loops():
    inner = _loop(simple("step"), times=2, ref="inner")
    driver, worker = _completed(_loop(simple("a"), inner, times=2), simple("last"))
    driver.rerun("step__1__2")
    assert worker.again() == {
        "step__1__2": 1,
        "a__2": 1,
        "step__2__1": 1,
        "step__2__2": 1,
        "last": 1,
    }


def test_a_rerun_inside_a_fork_inside_a_loop():
    body = _fork([simple("a")], [simple("b")])
    driver, worker = _completed(_loop(*body, simple("end"), times=2), simple("last"))
    driver.rerun("a__1")
    assert sorted(driver.open_refs) == ["a__1", "fork_join__1", "loop"]
    assert worker.again() == {
        "a__1": 1,
        "end__1": 1,
        "a__2": 1,
        "b__2": 1,
        "end__2": 1,
        "last": 1,
    }


def test_a_rerun_from_a_failed_child_of_a_loop():
    driver = Driver(workflow(_loop(simple("one"), simple("two"), times=2), simple("last"))).start()
    worker = Worker(driver)
    worker.complete("one__1")
    worker.complete("two__1")
    worker.complete("one__2")
    driver.fail("two__2")
    driver.rerun("two__2")
    assert worker.again() == {"two__2": 1, "last": 1}


def test_a_rerun_inside_for_each_leaves_the_other_items_alone():
    driver, worker = _completed(_each(simple("one"), simple("two")), simple("last"))
    refs = [each.wire_ref for each in driver.tasks]
    target = next(each for each in driver.tasks if each.name == "two" and each.iteration == (2,))
    driver.rerun(target.wire_ref)
    again = worker.again()
    assert again == {target.wire_ref: 1, "last": 1}
    assert sorted(refs) == sorted(each.wire_ref for each in driver.tasks)


def test_a_rerun_from_for_each_runs_every_item_again():
    driver, worker = _completed(_each(simple("one"), count=2), simple("last"))
    driver.rerun("each")
    assert sum(worker.again().values()) == 3


# Tasks that decisions run ------------------------------------------------------------------------


def test_a_rerun_from_a_computed_task_runs_it_at_once():
    calc = task(
        "calc",
        "INLINE",
        inputParameters={
            "evaluatorType": "javascript",
            "expression": "$.value",
            "value": "${a.output.n}",
        },
    )
    driver = Driver(workflow(simple("a"), calc, simple("b"))).start()
    worker = Worker(driver)
    worker.complete("a", {"n": 1})
    worker.finish()
    driver.rerun("calc", {"evaluatorType": "javascript", "expression": "$.value", "value": 5})
    assert driver.task("calc").output == {"result": 5}
    assert driver.task("calc").inc == 1
    assert worker.again() == {"b": 1}


def test_a_rerun_from_set_variable_sets_it_again():
    note = task("note", "SET_VARIABLE", inputParameters={"v": "${workflow.input.n}"})
    driver, worker = _completed(note, simple("a"))
    driver.rerun("note", {"v": 9})
    assert driver.state.variables == {"v": 9}
    worker.finish()


def test_a_wait_has_its_whole_time_again():
    waiting = task("w", "WAIT", inputParameters={"duration": "10 seconds"})
    driver = Driver(workflow(waiting, simple("a"))).start()
    driver.complete("w")
    driver.fail("a")
    driver.now += 60_000
    driver.rerun("w")
    assert driver.task("w").wait_until == driver.now + 10_000
    assert driver.header.timer == driver.now + 10_000


@pytest.mark.parametrize("kind", ["HUMAN", "HTTP", "START_WORKFLOW"])
def test_a_rerun_from_any_lasting_task(kind):
    driver, worker = _completed(simple("a"), task("t", kind), simple("b"))
    driver.rerun("t")
    assert driver.open_refs == ["t"]
    assert worker.again() == {"t": 1, "b": 1}


def test_a_rerun_from_a_child_workflow_starts_a_new_one():
    child = task("kid", "SUB_WORKFLOW", subWorkflowParam={"name": "c", "version": 1})
    driver, worker = _completed(child, simple("last"))
    before = driver.task("kid").child_id
    driver.rerun("kid")
    assert driver.task("kid").child_id != before
    assert worker.again() == {"kid": 1, "last": 1}


def test_a_rerun_in_front_of_a_terminate_runs_it_again():
    stop = task("stop", "TERMINATE", inputParameters={"terminationStatus": "FAILED"})
    driver = Driver(workflow(simple("a"), stop)).start()
    driver.complete("a")
    driver.rerun("a")
    driver.complete("a")
    assert driver.status is WorkflowStatus.FAILED
    assert driver.refs == ["a", "stop"]


def test_a_permissive_failure_elsewhere_is_reset_too():
    tasks = _fork([simple("a", permissive=True), simple("a2")], [simple("b")])
    driver = Driver(workflow(*tasks)).start()
    worker = Worker(driver)
    driver.fail("a")
    worker.complete("a2")
    driver.fail("b")
    driver.rerun("b")
    assert sorted(driver.open_refs) == ["a", "b", "fork_join"]
    assert driver.header.failed_permissive == ()
    assert worker.again() == {"a": 1, "b": 1}


def test_a_permissive_failure_behind_the_task_is_void():
    driver = Driver(workflow(simple("a"), simple("b", permissive=True), simple("c"))).start()
    worker = Worker(driver)
    worker.complete("a")
    driver.fail("b")
    worker.complete("c")
    driver.rerun("a")
    assert driver.header.failed_permissive == ()
    assert worker.again() == {"a": 1, "b": 1, "c": 1}


def test_a_workflow_that_timed_out_has_its_time_again():
    fields = {"timeoutSeconds": 60, "timeoutPolicy": "TIME_OUT_WF"}
    driver = Driver(workflow(simple("a"), **fields)).start()
    driver.now += 60_000
    driver.time_out()
    driver.now += 60_000
    driver.rerun("a")
    assert driver.header.timer == driver.now + 60_000


# Bad input ---------------------------------------------------------------------------------------


def test_only_what_has_ended_can_be_rerun():
    driver = Driver(workflow(simple("a"))).start()
    with pytest.raises(ConflictError, match=r"wf is RUNNING.*unable to rerun"):
        driver.rerun()
    driver.pause()
    with pytest.raises(ConflictError, match="PAUSED"):
        driver.rerun("a")


@pytest.mark.parametrize("key", [TaskKey("wf", "a", 2), TaskKey("wf", "nowhere", 1)])
def test_an_unknown_task_is_refused(key):
    driver, _ = _completed(simple("a"))
    with pytest.raises(InvalidInputError, match=f"Task {key.task_id} not found"):
        driver.operate(
            lambda state, context: operations.rerun_from(
                state, driver.tasks, key, None, None, context
            )
        )


def test_a_void_task_is_unknown():
    driver, _ = _completed(*CHAIN)
    void = driver.task("c")
    driver.rerun("b")
    driver.terminate()
    key = TaskKey("wf", "c", void.seq)
    tasks = [each for _, each in sorted(driver.items.items())]
    with pytest.raises(InvalidInputError):
        driver.operate(
            lambda state, context: operations.rerun_from(state, tasks, key, None, None, context)
        )
