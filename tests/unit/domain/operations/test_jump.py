"""Jump to a task (docs/api.md): what is open ends SKIPPED, the flow goes on there."""

from __future__ import annotations

import pytest

from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import ConflictError, InvalidInputError
from tests.support.driver import Driver, simple, task, workflow

CHAIN = (simple("a"), simple("b"), simple("c"), simple("d"))


def _fork(*branches):
    refs = [branch[-1]["taskReferenceName"] for branch in branches]
    return (
        task("fork", "FORK_JOIN", forkTasks=list(branches)),
        task("join", "JOIN", joinOn=refs),
    )


def _switch(case):
    return task(
        "sw",
        "SWITCH",
        evaluatorType="value-param",
        expression="k",
        inputParameters={"k": case},
        decisionCases={"x": [simple("x1"), simple("x2")], "y": [simple("y")]},
    )


def _finish(driver: Driver, *refs: str) -> None:
    for ref in refs:
        driver.complete(ref)
    assert driver.status is WorkflowStatus.COMPLETED


def test_a_jump_forward_leaves_out_what_lies_between():
    driver = Driver(workflow(*CHAIN)).start()
    driver.jump("c")
    assert driver.refs == ["a", "c"]
    skipped = driver.task("a")
    assert (skipped.status, skipped.reason) == (TaskStatus.SKIPPED, "Skipped by a jump to c")
    _finish(driver, "c", "d")


def test_a_jump_back_voids_what_ran_there_and_behind():
    driver = Driver(workflow(*CHAIN)).start()
    for ref in ("a", "b", "c"):
        driver.complete(ref)
    driver.jump("b")
    assert driver.refs == ["a", "b"]
    assert driver.header.gone == ((2, 4),)
    assert driver.task("b").seq == 5
    _finish(driver, "b", "c", "d")


def test_a_jump_to_the_open_task_begins_it_anew():
    driver = Driver(workflow(*CHAIN)).start()
    driver.jump("a")
    assert [each.seq for each in driver.tasks] == [2]
    _finish(driver, "a", "b", "c", "d")


def test_the_task_may_get_an_input():
    driver = Driver(workflow(simple("a"), simple("b", inputParameters={"n": 1}))).start()
    driver.jump("b", {"n": 2})
    assert driver.task("b").input == {"n": 2}


def test_a_jump_out_of_a_fork_ends_every_branch():
    driver = Driver(workflow(*_fork([simple("x"), simple("x2")], [simple("y")]), simple("z")))
    driver.start().complete("x")
    driver.jump("z")
    assert [(each.ref, each.status.value) for each in driver.tasks] == [
        ("fork", "COMPLETED"),
        ("x", "COMPLETED"),
        ("y", "SKIPPED"),
        ("join", "SKIPPED"),
        ("x2", "SKIPPED"),
        ("z", "SCHEDULED"),
    ]
    _finish(driver, "z")


def test_a_jump_to_a_fork_opens_its_branches():
    driver = Driver(workflow(simple("a"), *_fork([simple("x")], [simple("y")]), simple("z")))
    driver.start().jump("fork")
    assert driver.open_refs == ["x", "y", "join"]
    _finish(driver, "x", "y", "z")


def test_a_jump_to_and_out_of_a_loop():
    loop = task("loop", "DO_WHILE", loopCondition="$.loop['iteration'] < 2", loopOver=[simple("x")])
    driver = Driver(workflow(simple("a"), loop, simple("z"))).start()
    driver.jump("loop")
    driver.complete("x__1")
    driver.jump("loop")
    assert driver.open_refs == ["loop", "x__1"]
    driver.jump("z")
    _finish(driver, "z")


def test_a_jump_into_a_case_goes_on_behind_the_choice():
    driver = Driver(workflow(simple("a"), _switch("y"), simple("z"))).start()
    driver.jump("x2")
    assert driver.refs == ["a", "x2"]
    driver.complete("x2")
    _finish(driver, "z")


def test_a_jump_to_a_choice_chooses():
    driver = Driver(workflow(simple("a"), _switch("x"), simple("z"))).start()
    driver.jump("sw", {"k": "y"})
    assert driver.open_refs == ["y"]


def test_a_jump_to_a_computed_task_runs_it():
    note = task("note", "SET_VARIABLE", inputParameters={"v": 1})
    driver = Driver(workflow(simple("a"), note, simple("z"))).start()
    driver.jump("note")
    assert driver.state.variables == {"v": 1}
    assert driver.open_refs == ["z"]


def test_a_jump_to_the_end_of_a_workflow_may_end_it():
    stop = task("stop", "TERMINATE", inputParameters={"terminationStatus": "COMPLETED"})
    driver = Driver(workflow(simple("a"), stop)).start()
    driver.jump("stop")
    assert driver.status is WorkflowStatus.COMPLETED


def test_a_skipped_task_can_be_jumped_to():
    driver = Driver(workflow(*CHAIN)).start()
    driver.skip("b")
    driver.jump("b")
    assert driver.open_refs == ["b"]
    assert driver.header.skipped == ()


def test_permissive_failures_behind_the_task_are_void():
    driver = Driver(workflow(simple("a"), simple("b", permissive=True), simple("c"))).start()
    driver.complete("a")
    driver.fail("b")
    driver.jump("a")
    _finish(driver, "a", "b", "c")


@pytest.mark.parametrize(
    ("operate", "status"),
    [
        (Driver.pause, "PAUSED"),
        (Driver.terminate, "TERMINATED"),
        (lambda driver: driver.fail("a"), "FAILED"),
    ],
)
def test_only_a_running_workflow_jumps(operate, status):
    driver = Driver(workflow(*CHAIN)).start()
    operate(driver)
    with pytest.raises(ConflictError, match=f"wf is {status}, so it cannot jump to b"):
        driver.jump("b")


@pytest.mark.parametrize("ref", ["nowhere", "x", "join", "step", "inner"])
def test_what_cannot_be_jumped_to_is_refused(ref):
    loop = task("loop", "DO_WHILE", loopCondition="false", loopOver=[simple("step")])
    inner = _switch("x") | {"taskReferenceName": "sw2", "decisionCases": {"x": [simple("inner")]}}
    tasks = (simple("a"), loop, *_fork([simple("x"), inner], [simple("y")]))
    driver = Driver(workflow(*tasks)).start()
    with pytest.raises(InvalidInputError, match=rf"wf.*{ref}|{ref}.*wf"):
        driver.jump(ref)


def test_more_than_one_commit_can_end_is_refused():
    driver = Driver(workflow(*_fork([simple("x")], [simple("y")]), simple("z"))).start()
    driver.max_ended = 2
    with pytest.raises(ConflictError, match="wf is RUNNING with 3 open tasks"):
        driver.jump("z")
