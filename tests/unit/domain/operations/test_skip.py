"""Skip a task that does not exist yet (engine.md 15.6; tasks.md 27, case 8)."""

from __future__ import annotations

import pytest

from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import ConflictError, InvalidInputError
from tests.support.driver import Driver, simple, task, workflow

CHAIN = (simple("a"), simple("b"), simple("c", inputParameters={"x": "${b.output.x}"}))


def _fork(*branches):
    refs = [branch[-1]["taskReferenceName"] for branch in branches]
    return (
        task("fork", "FORK_JOIN", forkTasks=list(branches)),
        task("join", "JOIN", joinOn=refs),
    )


def _finish(driver: Driver, *refs: str) -> None:
    for ref in refs:
        driver.complete(ref)
    assert driver.status is WorkflowStatus.COMPLETED


def test_a_skipped_task_is_stepped_over_and_its_output_can_be_named():
    driver = Driver(workflow(*CHAIN)).start()
    driver.skip("b", {"in": 1}, {"x": 2})
    skipped = driver.task("b")
    assert (skipped.status, skipped.input, skipped.output) == (
        TaskStatus.SKIPPED,
        {"in": 1},
        {"x": 2},
    )
    assert (skipped.type, driver.header.place(skipped.seq)) == ("b", 0)
    driver.complete("a")
    assert driver.task("c").input == {"x": 2}
    assert driver.header.place(driver.task("c").seq) == 2
    _finish(driver, "c")


def test_several_in_a_row_are_skipped():
    driver = Driver(workflow(*CHAIN, simple("d"))).start()
    driver.skip("c")
    driver.skip("b")
    driver.complete("a")
    _finish(driver, "d")


def test_the_last_task_is_skipped():
    driver = Driver(workflow(simple("a"), simple("b"))).start()
    driver.skip("b", None, {"not": "the output"})
    driver.complete("a", {"n": 1})
    assert driver.status is WorkflowStatus.COMPLETED
    assert driver.output == {"n": 1}


def test_a_skipped_task_of_a_branch_counts_as_joined():
    driver = Driver(workflow(simple("a"), *_fork([simple("x"), simple("y")], [simple("z")])))
    driver.start().skip("y", None, {"of": "y"})
    driver.complete("a")
    driver.complete("x")
    driver.complete("z")
    assert driver.status is WorkflowStatus.COMPLETED
    assert driver.output_of("join") == {"y": {"of": "y"}}


def test_a_skipped_head_of_a_branch():
    driver = Driver(workflow(simple("a"), *_fork([simple("x"), simple("y")], [simple("z")])))
    driver.start().skip("x")
    driver.complete("a")
    assert sorted(driver.open_refs) == ["join", "y", "z"]
    _finish(driver, "y", "z")


def test_with_a_fork_its_join_is_skipped():
    driver = Driver(workflow(simple("a"), *_fork([simple("x")], [simple("y")]), simple("b")))
    driver.start().skip("fork")
    driver.complete("a")
    assert driver.open_refs == ["b"]
    _finish(driver, "b")


@pytest.mark.parametrize(
    "skipped",
    [
        task("t", "DO_WHILE", loopCondition="false", loopOver=[simple("x")]),
        task("t", "SUB_WORKFLOW", subWorkflowParam={"name": "c", "version": 1}),
        task("t", "WAIT"),
        task("t", "SET_VARIABLE", inputParameters={"v": 1}),
        task("t", "TERMINATE", inputParameters={"terminationStatus": "FAILED"}),
        task(
            "t",
            "SWITCH",
            evaluatorType="value-param",
            expression="k",
            inputParameters={"k": "a"},
            decisionCases={"a": [simple("x")]},
        ),
    ],
    ids=lambda each: each["type"],
)
def test_a_task_of_any_type_is_skipped_with_all_that_is_in_it(skipped):
    driver = Driver(workflow(simple("a"), skipped, simple("b"))).start()
    driver.skip("t")
    driver.complete("a")
    assert driver.open_refs == ["b"]
    _finish(driver, "b")


def test_a_retry_keeps_what_is_skipped():
    driver = Driver(workflow(*CHAIN)).start()
    driver.skip("b")
    driver.fail("a")
    driver.retry()
    driver.complete("a")
    assert driver.open_refs == ["c"]


def test_a_restart_forgets_what_is_skipped():
    driver = Driver(workflow(*CHAIN)).start()
    driver.skip("b")
    driver.fail("a")
    driver.restart()
    driver.complete("a")
    assert driver.open_refs == ["b"]


def test_a_rerun_in_front_of_a_skipped_task_forgets_it_and_one_behind_it_does_not():
    driver = Driver(workflow(*CHAIN)).start()
    driver.skip("b")
    driver.complete("a")
    driver.complete("c")
    driver.rerun("c")
    assert driver.header.steps_over("1")
    driver.complete("c")
    driver.rerun("a")
    driver.complete("a")
    assert driver.open_refs == ["b"]


def test_a_skipped_task_can_be_rerun():
    driver = Driver(workflow(*CHAIN)).start()
    driver.skip("b")
    driver.complete("a")
    driver.complete("c")
    driver.rerun("b")
    assert driver.open_refs == ["b"]
    assert driver.task("b").seq == 2
    _finish(driver, "b", "c")


@pytest.mark.parametrize(
    ("operate", "status"),
    [
        (Driver.pause, "PAUSED"),
        (Driver.terminate, "TERMINATED"),
        (lambda driver: driver.fail("a"), "FAILED"),
    ],
)
def test_only_a_running_workflow_skips(operate, status):
    driver = Driver(workflow(*CHAIN)).start()
    operate(driver)
    with pytest.raises(ConflictError, match=f"wf is {status}.*by b cannot be skipped"):
        driver.skip("b")


def test_what_exists_already_is_not_skipped():
    driver = Driver(workflow(*CHAIN)).start()
    with pytest.raises(ConflictError, match="by a exists already in workflow wf"):
        driver.skip("a")
    driver.complete("a")
    with pytest.raises(ConflictError):
        driver.skip("a")
    driver.skip("c")
    with pytest.raises(ConflictError):
        driver.skip("c")


@pytest.mark.parametrize("ref", ["nowhere", "x", "join"])
def test_what_cannot_be_skipped_is_refused(ref):
    loop = task("loop", "DO_WHILE", loopCondition="false", loopOver=[simple("x")])
    driver = Driver(workflow(simple("a"), loop, *_fork([simple("y")], [simple("z")]))).start()
    with pytest.raises(InvalidInputError, match=f"by {ref} .* wf"):
        driver.skip(ref)
