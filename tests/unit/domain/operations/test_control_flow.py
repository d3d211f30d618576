"""Operations on executions with TRY_CATCH and FOR_EACH (docs/task-types.md, engine.md 15)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from podium.domain.operations.taking_up import entry_of
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import InvalidInputError
from tests.support.driver import Driver, simple, task, workflow


def attempt(
    tries: list[Any], catch: list[Any] | None = None, last: list[Any] | None = None, **fields: Any
) -> dict[str, Any]:
    lists = {"tryTasks": tries, "catchTasks": catch or [], "finallyTasks": last or []}
    return task("try", "TRY_CATCH", **lists, **fields)


def each(*body: Any, count: int = 3, at_once: int = 2, on_failure: str = "STOP") -> dict[str, Any]:
    inputs = {
        "items": list(range(count)),
        "concurrency": at_once,
        "onItemFailure": on_failure,
    }
    return task("each", "FOR_EACH", inputParameters=inputs, loopOver=list(body))


FORK = [
    task("fork", "FORK_JOIN", forkTasks=[[simple("left")], [simple("right"), simple("more")]]),
    task("join", "JOIN", joinOn=["left", "more"]),
]


def finish(driver: Driver, *refs: str) -> None:
    for ref in refs:
        driver.complete(ref, {"of": ref})
    assert driver.status is WorkflowStatus.COMPLETED, driver.open_refs


def runs(driver: Driver, ref: str) -> int:
    """How often ``ref`` completed."""
    done = TaskStatus.COMPLETED
    return sum(each.wire_ref == ref and each.status is done for each in driver.tasks)


class TestRetry:
    """What failed runs again, what ended well is kept."""

    def test_items_go_on_where_they_were(self):
        driver = Driver(workflow(each(simple("a"), simple("b"), count=4))).start()
        driver.complete("a__1", {"v": 1})
        driver.fail("b__1")
        assert driver.status is WorkflowStatus.FAILED
        driver.retry()
        assert sorted(driver.open_refs) == ["a__2", "b__1", "each"]
        assert driver.task("each").input["items"] == [0, 1, 2, 3]
        for ref in ("b__1", "a__2", "b__2", "a__3", "b__3", "a__4"):
            driver.complete(ref)
        finish(driver, "b__4")
        assert runs(driver, "a__1") == 1
        results: Any = driver.output_of("each")["results"]
        assert results[0]["a"] == {"v": 1}

    def test_items_that_could_not_begin_are_looked_up_again(self):
        loop = task(
            "each",
            "FOR_EACH",
            items="${workflow.variables.list}",
            loopOver=[simple("a")],
        )
        driver = Driver(workflow(loop, variables={"list": 7})).start()
        assert driver.task("each").status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
        driver.retry()
        assert driver.status is WorkflowStatus.FAILED

    def test_tries_that_failed_begin_anew(self):
        driver = Driver(workflow(attempt([simple("a"), simple("b")], [simple("mend")]))).start()
        driver.complete("a")
        driver.fail("b")
        driver.fail("mend")
        assert driver.status is WorkflowStatus.FAILED
        driver.retry()
        assert driver.open_refs == ["try", "a"]
        driver.complete("a")
        finish(driver, "b")
        assert driver.output_of("try") == {"caught": False}

    def test_tries_that_were_cancelled_go_on_in_their_part(self):
        driver = Driver(
            workflow(attempt([simple("a")], [simple("mend")], [simple("clean")]))
        ).start()
        driver.fail("a")
        driver.terminate()
        driver.retry()
        assert driver.open_refs == ["try", "mend"]
        finish(driver, "mend", "clean")
        assert driver.output_of("try")["caught"] is True
        assert driver.output_of("try")["error"]["referenceTaskName"] == "a"

    def test_what_was_being_given_up_stays_given_up(self):
        driver = Driver(workflow(attempt(FORK, [simple("mend")]))).start()
        driver.decide([driver.ended("left", TaskStatus.FAILED)])
        driver.terminate()
        driver.retry()
        assert driver.open_refs == ["try", "mend"]
        finish(driver, "mend")
        assert [t.status for t in driver.tasks if t.ref == "right"] == [TaskStatus.CANCELED]

    def test_passed_over_items_are_not_retried(self):
        driver = Driver(workflow(each(simple("a"), on_failure="CONTINUE"), simple("end"))).start()
        driver.fail("a__1")
        driver.complete("a__2")
        driver.complete("a__3")
        driver.fail("end")
        driver.retry()
        assert driver.open_refs == ["end"]
        finish(driver, "end")


class TestRerun:
    """From a task on; what comes after it is void."""

    def test_from_a_task_of_an_item(self):
        driver = Driver(workflow(each(simple("a"), simple("b"), count=2, at_once=1))).start()
        for ref in ("a__1", "b__1", "a__2", "b__2"):
            driver.complete(ref, {"v": 1})
        driver.rerun("a__1")
        assert driver.open_refs == ["each", "a__1"]
        driver.complete("a__1", {"v": 2})
        finish(driver, "b__1")
        results: Any = driver.output_of("each")["results"]
        assert results == [{"a": {"v": 2}, "b": {"of": "b__1"}}, {"a": {"v": 1}, "b": {"v": 1}}]

    def test_from_a_failed_item_that_was_passed_over(self):
        driver = Driver(workflow(each(simple("a"), count=3, on_failure="CONTINUE"))).start()
        driver.fail("a__1")
        driver.fail("a__2")
        driver.complete("a__3")
        driver.rerun("a__1")
        finish(driver, "a__1")
        last = driver.task("each")
        assert (last.status, last.reason) == (
            TaskStatus.COMPLETED_WITH_ERRORS,
            "1 failures in 3 items",
        )
        assert [fact["index"] for fact in driver.output_of("each")["failures"]] == [1]
        driver.rerun("a__2")
        finish(driver, "a__2")
        assert driver.task("each").status is TaskStatus.COMPLETED

    def test_from_the_for_each_itself(self):
        driver = Driver(workflow(each(simple("a"), count=2), simple("end"))).start()
        for ref in ("a__1", "a__2", "end"):
            driver.complete(ref)
        driver.rerun("each")
        assert driver.open_refs == ["each", "a__1", "a__2"]
        finish(driver, "a__1", "a__2", "end")

    def test_from_the_task_that_was_caught(self):
        driver = Driver(workflow(attempt([simple("a"), simple("b")], [simple("mend")]))).start()
        driver.fail("a")
        driver.complete("mend")
        assert driver.status is WorkflowStatus.COMPLETED
        driver.rerun("a")
        assert driver.open_refs == ["try", "a"]
        driver.complete("a")
        finish(driver, "b")
        assert driver.output_of("try") == {"caught": False}

    def test_from_a_task_of_the_catch(self):
        mend = simple("mend", inputParameters={"why": "${try.output.error.status}"})
        driver = Driver(workflow(attempt([simple("a")], [mend], [simple("clean")]))).start()
        driver.fail("a")
        driver.complete("mend")
        driver.complete("clean")
        driver.rerun("mend")
        assert driver.open_refs == ["try", "mend"]
        assert driver.task("mend").input == {"why": "FAILED"}
        finish(driver, "mend", "clean")
        assert driver.output_of("try")["caught"] is True

    def test_from_a_task_of_the_finally_that_was_fine(self):
        driver = Driver(workflow(attempt([simple("a")], last=[simple("clean")]))).start()
        driver.fail("a", "broken")
        driver.complete("clean")
        assert driver.status is WorkflowStatus.FAILED
        driver.rerun("clean")
        driver.complete("clean")
        assert driver.task("try").reason == "Task a failed: broken"
        assert driver.status is WorkflowStatus.FAILED

    def test_from_the_task_that_failed_the_finally(self):
        driver = Driver(workflow(attempt([simple("a")], last=[simple("clean")]))).start()
        driver.complete("a")
        driver.fail("clean")
        driver.rerun("clean")
        finish(driver, "clean")
        assert driver.output_of("try") == {"caught": False}

    def test_what_was_given_up_beside_the_task_runs_again(self):
        driver = Driver(workflow(attempt(FORK, [simple("mend")]))).start()
        driver.fail("left")
        driver.complete("mend")
        driver.rerun("left")
        assert sorted(driver.open_refs) == ["join", "left", "right", "try"]
        finish(driver, "left", "right", "more")
        assert driver.output_of("try") == {"caught": False}

    def test_what_was_given_up_within_a_container_runs_again_with_it(self):
        inner = task(
            "inner", "DO_WHILE", loopCondition="$.inner['iteration'] < 2", loopOver=[simple("x")]
        )
        fork = [
            task("fork", "FORK_JOIN", forkTasks=[[simple("left")], [inner]]),
            task("join", "JOIN", joinOn=["left", "inner"]),
        ]
        driver = Driver(workflow(attempt(fork, [simple("mend")]))).start()
        driver.complete("x__1")
        driver.fail("left")
        driver.complete("mend")
        driver.rerun("left")
        driver.complete("left")
        finish(driver, "x__1", "x__2")

    def test_what_was_given_up_elsewhere_does_not(self):
        driver = Driver(workflow(attempt(FORK, [simple("mend")]), simple("end"))).start()
        driver.fail("left")
        driver.complete("mend")
        driver.complete("end")
        driver.rerun("end")
        assert driver.open_refs == ["end"]
        finish(driver, "end")


@pytest.mark.parametrize("fails", [False, True])
def test_a_restart_forgets_it_all(fails):
    definition = workflow(
        attempt([each(simple("a"), count=2)], [simple("mend")], [simple("clean")])
    )
    driver = Driver(definition).start()
    if fails:
        driver.fail("a__1")
        driver.complete("mend")
    else:
        driver.complete("a__1")
        driver.complete("a__2")
    driver.complete("clean")
    assert driver.status is WorkflowStatus.COMPLETED
    driver.restart()
    assert driver.open_refs == ["try", "each", "a__1", "a__2"]
    finish(driver, "a__1", "a__2", "clean")
    assert driver.output_of("try") == {"caught": False}


def test_a_task_in_a_part_can_be_skipped():
    driver = Driver(workflow(attempt([simple("a"), simple("b")], [simple("mend")]))).start()
    driver.skip("b")
    finish(driver, "a")
    assert driver.task("b").status is TaskStatus.SKIPPED


def test_a_whole_one_can_be_skipped():
    driver = Driver(workflow(simple("first"), attempt([simple("a")], [simple("mend")]))).start()
    driver.skip("try")
    finish(driver, "first")


def test_a_task_of_items_cannot_be_skipped():
    driver = Driver(workflow(simple("first"), each(simple("a")))).start()
    with pytest.raises(InvalidInputError, match="inside a loop"):
        driver.skip("a")


def test_one_can_be_jumped_to_but_not_into():
    tried = attempt([simple("a")], [simple("mend")])
    driver = Driver(workflow(simple("first"), tried, simple("end"))).start()
    with pytest.raises(InvalidInputError, match="cannot jump"):
        driver.jump("mend")
    driver.jump("try")
    assert driver.open_refs == ["try", "a"]
    driver.fail("a")
    finish(driver, "mend", "end")


def test_a_jump_out_of_the_middle_ends_what_is_open():
    driver = Driver(workflow(attempt(FORK, [simple("mend")]), simple("end"))).start()
    driver.jump("end")
    assert driver.open_refs == ["end"]
    assert driver.task("right").status is TaskStatus.SKIPPED
    finish(driver, "end")


def test_a_jump_while_a_part_is_given_up():
    driver = Driver(workflow(attempt(FORK, [simple("mend")]), simple("end"))).start()
    driver.decide([driver.ended("left", TaskStatus.FAILED)])
    driver.jump("end")
    finish(driver, "end")


def test_a_task_of_a_part_that_is_over_and_fails_once_more_changes_nothing():
    """An operator retried the child of a task whose failure was caught before."""
    driver = Driver(workflow(attempt([simple("a")], [simple("mend")]))).start()
    driver.fail("a", "first")
    again = replace(driver.task("a"), status=TaskStatus.IN_PROGRESS, inc=1)
    driver.items[again.seq] = again
    entries = (*driver.header.open, entry_of(again))
    header = replace(driver.header, open=tuple(sorted(entries, key=lambda entry: entry.seq)))
    driver.state = replace(driver.state, header=header)
    driver.fail("a", "second")
    assert driver.open_refs == ["try", "mend"]
    finish(driver, "mend")
    assert driver.task("try").status is TaskStatus.COMPLETED
