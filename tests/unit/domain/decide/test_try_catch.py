"""TRY_CATCH: what is caught, what the catch sees, what runs in the end (docs/task-types.md)."""

from __future__ import annotations

from typing import Any

import pytest

from podium.domain.execution import Kind
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.support.driver import Driver, simple, task, workflow

ERROR = {
    "ref": "${try.output.error.referenceTaskName}",
    "status": "${try.output.error.status}",
    "why": "${try.output.error.reasonForIncompletion}",
    "value": "${try.output.error.output.v}",
}


def attempt(
    tries: list[Any],
    catch: list[Any] | None = None,
    last: list[Any] | None = None,
    ref: str = "try",
    **fields: Any,
) -> dict[str, Any]:
    return task(
        ref, "TRY_CATCH", tryTasks=tries, catchTasks=catch or [], finallyTasks=last or [], **fields
    )


def plain(**fields: Any) -> dict[str, Any]:
    return attempt(
        [simple("a"), simple("b")],
        [simple("mend", inputParameters=ERROR)],
        [simple("clean", inputParameters=ERROR)],
        **fields,
    )


def end_with(driver: Driver, *refs: str) -> None:
    for ref in refs:
        driver.complete(ref)
    assert driver.status is WorkflowStatus.COMPLETED


def test_without_a_failure_the_catch_is_left_out():
    driver = Driver(workflow(plain(), simple("end"))).start()
    assert driver.refs == ["try", "a"]
    driver.complete("a")
    driver.complete("b")
    assert driver.open_refs == ["try", "clean"]
    assert driver.task("clean").input == dict.fromkeys(ERROR)
    driver.complete("clean")
    assert driver.task("try").status is TaskStatus.COMPLETED
    assert driver.output_of("try") == {"caught": False}
    end_with(driver, "end")


def test_a_failure_is_caught_and_the_flow_goes_on():
    driver = Driver(workflow(plain(), simple("end"))).start()
    driver.end("a", TaskStatus.FAILED, {"v": 7}, "broken")
    assert driver.open_refs == ["try", "mend"]
    seen = {"ref": "a", "status": "FAILED", "why": "broken", "value": 7}
    assert driver.task("mend").input == seen
    driver.complete("mend")
    assert driver.task("clean").input == seen
    driver.complete("clean")
    assert driver.task("try").status is TaskStatus.COMPLETED
    assert driver.output_of("try") == {
        "caught": True,
        "error": {
            "referenceTaskName": "a",
            "taskType": "a",
            "taskId": "wf.2.a",
            "status": "FAILED",
            "reasonForIncompletion": "broken",
            "retryCount": 0,
            "output": {"v": 7},
        },
    }
    assert "b" not in driver.refs
    end_with(driver, "end")


@pytest.mark.parametrize(
    "status", [TaskStatus.FAILED, TaskStatus.FAILED_WITH_TERMINAL_ERROR, TaskStatus.TIMED_OUT]
)
def test_every_failure_is_caught_by_default(status):
    driver = Driver(workflow(plain())).start()
    driver.fail("a", status=status)
    assert driver.task("mend").input["status"] == status
    end_with(driver, "mend", "clean")


def test_a_cancelled_task_is_not_caught_but_the_finally_runs():
    driver = Driver(workflow(plain())).start()
    driver.fail("a", "by hand", TaskStatus.CANCELED)
    assert driver.open_refs == ["try", "clean"]
    driver.complete("clean")
    assert driver.task("try").status is TaskStatus.CANCELED
    assert driver.status is WorkflowStatus.TERMINATED
    assert "Task a failed: by hand" in driver.header.reason


def test_what_is_caught_can_be_chosen():
    driver = Driver(workflow(plain(catchOn=["TIMED_OUT", "CANCELED"]))).start()
    driver.fail("a", status=TaskStatus.CANCELED)
    end_with(driver, "mend", "clean")
    driver = Driver(workflow(plain(catchOn=["TIMED_OUT", "CANCELED"]))).start()
    driver.fail("a", "broken")
    driver.complete("clean")
    assert driver.task("try").status is TaskStatus.FAILED
    assert driver.status is WorkflowStatus.FAILED


def test_a_timeout_that_would_end_the_workflow_is_caught():
    reason = "Task timed out after 9 seconds. Timeout configured as 5 seconds. Timeout policy configured to TIME_OUT_WF"
    driver = Driver(workflow(plain())).start()
    driver.fail("a", reason, TaskStatus.TIMED_OUT)
    end_with(driver, "mend", "clean")


def test_a_task_is_retried_before_its_failure_counts():
    driver = Driver(workflow(attempt([simple("a", retryCount=1)], [simple("mend")]))).start()
    driver.fail("a", "once")
    assert driver.open_refs == ["try", "a"]
    driver.fail("a", "twice")
    assert driver.open_refs == ["try", "mend"]
    end_with(driver, "mend")
    error: Any = driver.output_of("try")["error"]
    assert (error["reasonForIncompletion"], error["retryCount"]) == ("twice", 1)


def test_without_a_catch_the_finally_runs_and_the_failure_stays_one():
    driver = Driver(workflow(attempt([simple("a")], last=[simple("clean")]), simple("end"))).start()
    driver.fail("a", "broken")
    assert driver.open_refs == ["try", "clean"]
    driver.complete("clean")
    failed = driver.task("try")
    assert (failed.status, failed.reason) == (TaskStatus.FAILED, "Task a failed: broken")
    assert driver.status is WorkflowStatus.FAILED
    assert driver.header.failed_seq == failed.seq


def test_a_failure_in_the_catch_fails_it_after_the_finally():
    driver = Driver(workflow(plain())).start()
    driver.fail("a", "first")
    driver.fail("mend", "second")
    assert driver.task("clean").input["why"] == "second"
    driver.complete("clean")
    assert driver.task("try").reason == "Task mend failed: second"
    assert driver.status is WorkflowStatus.FAILED


def test_a_failure_in_the_finally_fails_it():
    driver = Driver(workflow(plain())).start()
    driver.fail("a", "first")
    driver.complete("mend")
    driver.fail("clean", "last")
    assert driver.task("try").reason == "Task clean failed: last"
    assert driver.status is WorkflowStatus.FAILED


def test_an_optional_one_that_fails_lets_the_flow_go_on():
    definition = workflow(
        attempt([simple("a")], last=[simple("clean")], optional=True), simple("end")
    )
    driver = Driver(definition).start()
    driver.fail("a")
    driver.complete("clean")
    assert driver.task("try").status is TaskStatus.COMPLETED_WITH_ERRORS
    end_with(driver, "end")


def test_one_within_another_passes_on_what_it_does_not_catch():
    inner = attempt([simple("a")], [simple("mend")], ref="inner")
    driver = Driver(
        workflow(attempt([inner, simple("b")], [simple("rescue", inputParameters=ERROR)]))
    ).start()
    driver.fail("a", "first")
    driver.fail("mend", "second")
    assert driver.open_refs == ["try", "rescue"]
    assert driver.task("rescue").input["ref"] == "inner"
    assert driver.task("rescue").input["why"] == "Task mend failed: second"
    end_with(driver, "rescue")
    assert driver.task("inner").status is TaskStatus.FAILED


def test_one_within_the_catch_of_another():
    inner = attempt([simple("mend")], [simple("give_up")], ref="inner")
    driver = Driver(workflow(attempt([simple("a")], [inner], [simple("clean")]))).start()
    driver.fail("a")
    driver.fail("mend")
    end_with(driver, "give_up", "clean")
    assert driver.output_of("try")["error"]["referenceTaskName"] == "a"


def test_terminate_ends_the_workflow_whatever_is_around_it():
    stop = task("stop", "TERMINATE", inputParameters={"terminationStatus": "FAILED"})
    driver = Driver(workflow(attempt([stop], [simple("mend")], [simple("clean")]))).start()
    assert driver.status is WorkflowStatus.FAILED
    assert driver.task("try").status is TaskStatus.CANCELED
    assert "clean" not in driver.refs


def test_an_operator_ends_the_workflow_whatever_is_around_it():
    driver = Driver(workflow(plain())).start()
    driver.terminate()
    assert driver.status is WorkflowStatus.TERMINATED
    assert driver.refs == ["try", "a"]


def test_a_decision_that_fails_within_itself_is_caught_in_the_same_decision():
    bad = task(
        "bad", "INLINE", inputParameters={"evaluatorType": "javascript", "expression": "oops"}
    )
    driver = Driver(workflow(attempt([bad], [simple("mend", inputParameters=ERROR)]))).start()
    assert driver.open_refs == ["try", "mend"]
    assert "SyntaxError" in str(driver.task("mend").input["why"])


@pytest.mark.parametrize(
    "bad",
    [
        [task("fan", "FORK_JOIN_DYNAMIC", dynamicForkTasksParam="x"), task("join", "JOIN")],
        [task("which", "SWITCH", evaluatorType="what", expression="x", decisionCases={"a": []})],
        [task("any", "DYNAMIC", dynamicTaskNameParam="name", inputParameters={"name": "HTTP"})],
    ],
    ids=["fork", "switch", "dynamic"],
)
def test_a_task_that_cannot_be_made_fails_and_is_caught(bad):
    driver = Driver(workflow(attempt(bad, [simple("mend", inputParameters=ERROR)]))).start()
    assert driver.task("mend").input["status"] == "FAILED_WITH_TERMINAL_ERROR"
    assert driver.task("mend").input["ref"] == bad[0]["taskReferenceName"]
    end_with(driver, "mend")


class TestForks:
    """A failure in a branch gives up the others, as at the end of a workflow."""

    def started(self, *after: Any) -> Driver:
        fork = [
            task(
                "fork", "FORK_JOIN", forkTasks=[[simple("left")], [simple("right"), simple("more")]]
            ),
            task("join", "JOIN", joinOn=["left", "more"]),
        ]
        return Driver(workflow(attempt(fork, [simple("mend")]), *after)).start()

    def test_the_other_branches_are_cancelled_before_the_catch_begins(self):
        driver = self.started()
        decision = driver.decide([driver.ended("left", TaskStatus.FAILED)])
        assert decision is not None
        assert [(e.seq, e.closing) for e in decision.header.open] == [
            (1, False),
            (4, True),
            (5, True),
        ]
        assert decision.needs_handler
        driver.advance()
        assert driver.task("right").status is TaskStatus.CANCELED
        assert driver.task("join").status is TaskStatus.CANCELED
        assert driver.open_refs == ["try", "mend"]
        end_with(driver, "mend")

    def test_a_branch_that_ends_first_after_all_leads_to_nothing(self):
        driver = self.started()
        driver.decide([driver.ended("left", TaskStatus.FAILED)])
        driver.advance(driver.ended("right", TaskStatus.COMPLETED, {"v": 1}))
        assert driver.task("right").status is TaskStatus.COMPLETED
        assert "more" not in driver.refs
        assert driver.open_refs == ["try", "mend"]

    def test_two_failures_at_once_are_one(self):
        driver = self.started()
        driver.advance(
            driver.ended("right", TaskStatus.FAILED, {}, "first"),
            driver.ended("left", TaskStatus.FAILED, {}, "second"),
        )
        end_with(driver, "mend")
        assert driver.output_of("try")["error"]["reasonForIncompletion"] == "first"

    def test_what_was_to_be_created_in_the_same_decision_is_not(self):
        driver = self.started()
        driver.advance(
            driver.ended("right"),
            driver.ended("left", TaskStatus.FAILED),
        )
        assert "more" not in driver.refs
        end_with(driver, "mend")

    def test_the_workflow_ends_while_a_part_is_given_up(self):
        driver = self.started()
        driver.decide([driver.ended("left", TaskStatus.FAILED)])
        driver.terminate()
        assert driver.status is WorkflowStatus.TERMINATED
        assert all(each.status.is_terminal for each in driver.tasks)

    def test_a_pause_while_a_part_is_given_up(self):
        driver = self.started()
        driver.decide([driver.ended("left", TaskStatus.FAILED)])
        driver.pause()
        assert driver.status is WorkflowStatus.PAUSED
        driver.resume()
        end_with(driver, "mend")

    def test_branches_outside_are_not_touched(self):
        tried = attempt([simple("a")], [simple("mend")])
        fork = [
            task("fork", "FORK_JOIN", forkTasks=[[tried, simple("b")], [simple("other")]]),
            task("join", "JOIN", joinOn=["b", "other"]),
        ]
        driver = Driver(workflow(*fork, simple("end"))).start()
        driver.fail("a")
        assert driver.open_refs == ["try", "other", "join", "mend"]
        end_with(driver, "mend", "b", "other", "end")


class TestPermissive:
    """A permissive failure lets its part come to an end, and counts there."""

    def test_it_is_caught_at_the_end_of_the_tries(self):
        tries = [simple("a", permissive=True), simple("b")]
        driver = Driver(workflow(attempt(tries, [simple("mend", inputParameters=ERROR)]))).start()
        driver.fail("a", "bad")
        driver.complete("b")
        assert driver.task("mend").input["why"] == "bad"
        end_with(driver, "mend")

    def test_in_the_catch_it_fails_the_whole(self):
        catch = [simple("mend", permissive=True), simple("note")]
        driver = Driver(workflow(attempt([simple("a")], catch))).start()
        driver.fail("a")
        driver.fail("mend", "bad")
        driver.complete("note")
        assert driver.task("try").reason == "Task mend failed: bad"
        assert driver.status is WorkflowStatus.FAILED

    def test_in_a_loop_it_fails_the_loop_and_that_is_caught(self):
        loop = task(
            "loop",
            "DO_WHILE",
            loopCondition="$.loop['iteration'] < 2",
            loopOver=[simple("a", permissive=True)],
        )
        driver = Driver(workflow(attempt([loop], [simple("mend")]))).start()
        driver.fail("a__1", "bad")
        end_with(driver, "mend")
        assert driver.header.failed_permissive == ()
        assert driver.output_of("try")["error"]["referenceTaskName"] == "loop"


class TestLoops:
    """Loops and TRY_CATCH in each other."""

    def test_each_iteration_has_tries_of_its_own(self):
        tried = attempt([simple("a")], [simple("mend", inputParameters=ERROR)])
        loop = task("loop", "DO_WHILE", loopCondition="$.loop['iteration'] < 2", loopOver=[tried])
        driver = Driver(workflow(loop)).start()
        driver.fail("a__1", "one")
        assert driver.task("mend__1").input["ref"] == "a__1"
        driver.complete("mend__1")
        driver.complete("a__2")
        assert driver.status is WorkflowStatus.COMPLETED
        outputs: Any = driver.output_of("loop")
        assert outputs["1"]["try"]["caught"] is True
        assert outputs["2"]["try"] == {"caught": False}

    def test_a_failure_in_a_loop_gives_up_the_loop(self):
        loop = task(
            "loop", "DO_WHILE", loopCondition="$.loop['iteration'] < 9", loopOver=[simple("a")]
        )
        driver = Driver(workflow(attempt([loop], [simple("mend")]))).start()
        driver.complete("a__1")
        driver.fail("a__2")
        assert driver.task("loop").status is TaskStatus.CANCELED
        end_with(driver, "mend")

    def test_a_failed_item_gives_up_all_items(self):
        each = task(
            "each",
            "FOR_EACH",
            inputParameters={"items": [1, 2, 3], "concurrency": 2},
            loopOver=[simple("a")],
        )
        catch = [simple("mend", inputParameters=ERROR)]
        driver = Driver(workflow(attempt([each], catch))).start()
        driver.fail("a__2", "bad")
        assert driver.task("a__1").status is TaskStatus.CANCELED
        assert driver.task("each").status is TaskStatus.CANCELED
        assert driver.task("mend").input["ref"] == "a__2"
        end_with(driver, "mend")
        assert driver.output_of("try")["error"]["referenceTaskName"] == "a__2"

    def test_each_item_has_tries_of_its_own(self):
        tried = attempt([simple("a")], [simple("mend", inputParameters=ERROR)])
        each = task(
            "each",
            "FOR_EACH",
            inputParameters={"items": [1, 2], "concurrency": 2},
            loopOver=[tried],
        )
        driver = Driver(workflow(each)).start()
        driver.fail("a__2", "two")
        driver.fail("a__1", "one")
        assert driver.task("mend__1").input["why"] == "one"
        assert driver.task("mend__2").input["why"] == "two"
        end_with(driver, "mend__2", "mend__1")
        assert driver.output_of("each")["failures"] == []


class TestItems:
    """FOR_EACH that goes on at failure."""

    def started(self, *body: Any, count: int = 3, at_once: int = 2) -> Driver:
        inputs = {
            "items": list(range(count)),
            "concurrency": at_once,
            "onItemFailure": "CONTINUE",
        }
        each = task("each", "FOR_EACH", inputParameters=inputs, loopOver=list(body))
        return Driver(workflow(each, simple("end"))).start()

    def test_a_failed_item_is_passed_over_and_told(self):
        driver = self.started(simple("a"), simple("b"))
        driver.complete("a__2", {"v": 2})
        driver.end("a__1", TaskStatus.FAILED, {"v": 1}, "bad")
        assert driver.open_refs == ["each", "b__2", "a__3"]
        for ref in ("b__2", "a__3", "b__3"):
            driver.complete(ref)
        each = driver.task("each")
        assert (each.status, each.reason) == (
            TaskStatus.COMPLETED_WITH_ERRORS,
            "1 failures in 3 items",
        )
        output: Any = driver.output_of("each")
        assert output["results"][0] == {"a": {"v": 1}}
        assert output["results"][1] == {"a": {"v": 2}, "b": {}}
        assert output["failures"] == [
            {
                "index": 0,
                "referenceTaskName": "a__1",
                "taskType": "a",
                "taskId": "wf.2.a~1f.1",
                "status": "FAILED",
                "reasonForIncompletion": "bad",
                "retryCount": 0,
                "output": {"v": 1},
            }
        ]
        end_with(driver, "end")

    def test_the_other_branches_of_the_item_are_given_up(self):
        fork = [
            task("fork", "FORK_JOIN", forkTasks=[[simple("left")], [simple("right")]]),
            task("join", "JOIN", joinOn=["left", "right"]),
        ]
        driver = self.started(*fork)
        driver.fail("left__1", "bad")
        assert driver.task("right__1").status is TaskStatus.CANCELED
        assert {"right__2", "right__3"} <= set(driver.open_refs)
        for number in (2, 3):
            driver.complete(f"left__{number}")
            driver.complete(f"right__{number}")
        failures: Any = driver.output_of("each")["failures"]
        assert [failure["referenceTaskName"] for failure in failures] == ["left__1"]
        end_with(driver, "end")

    def test_all_items_may_fail(self):
        driver = self.started(simple("a"), count=20)
        for number in range(1, 21):
            driver.fail(f"a__{number}", f"bad {number}")
        failures: Any = driver.output_of("each")["failures"]
        assert [failure["index"] for failure in failures] == list(range(20))
        assert max(len(decision.header.open) for decision in driver.decisions) <= 3
        end_with(driver, "end")

    def test_a_permissive_failure_counts_too(self):
        driver = self.started(simple("a", permissive=True), simple("b"), count=1)
        driver.fail("a__1", "bad")
        driver.complete("b__1", {"v": 1})
        assert driver.task("each").status is TaskStatus.COMPLETED_WITH_ERRORS
        output: Any = driver.output_of("each")
        assert output["results"] == [{"a": {}, "b": {"v": 1}}]
        assert [failure["referenceTaskName"] for failure in output["failures"]] == ["a__1"]
        end_with(driver, "end")

    def test_an_item_that_cannot_be_made_is_passed_over(self):
        bad = task("bad", "DYNAMIC", dynamicTaskNameParam="name")
        driver = self.started(bad)
        assert driver.open_refs == ["end"]
        assert len(driver.output_of("each")["failures"]) == 3

    def test_within_tries_the_failure_of_an_item_is_not_theirs(self):
        inputs = {"items": [1], "onItemFailure": "CONTINUE"}
        each = task("each", "FOR_EACH", inputParameters=inputs, loopOver=[simple("a")])
        driver = Driver(workflow(attempt([each], [simple("mend")]))).start()
        driver.fail("a__1")
        assert driver.status is WorkflowStatus.COMPLETED
        assert driver.output_of("try") == {"caught": False}


def test_a_part_may_be_empty_of_work():
    nothing = task("none", "NOOP")
    driver = Driver(
        workflow(attempt([nothing], [simple("mend")], [nothing | {"taskReferenceName": "none2"}]))
    ).start()
    assert driver.status is WorkflowStatus.COMPLETED
    assert driver.refs == ["try", "none", "none2"]


def test_in_a_dynamic_fork():
    branch = attempt(
        [simple("a")],
        [simple("mend", inputParameters={"why": "${t1.output.error.status}"})],
        ref="t1",
    )
    fan = task(
        "fan",
        "FORK_JOIN_DYNAMIC",
        dynamicForkTasksParam="tasks",
        dynamicForkTasksInputParamName="inputs",
        inputParameters={"tasks": "${workflow.input.tasks}", "inputs": {}},
    )
    driver = Driver(workflow(fan, task("join", "JOIN")), {"tasks": [branch]}).start()
    driver.fail("a")
    assert driver.task("mend").input == {"why": "FAILED"}
    driver.complete("mend")
    assert driver.status is WorkflowStatus.COMPLETED


def test_a_budget_cuts_it_anywhere():
    steps = [task(f"n{index}", "NOOP") for index in range(5)]
    bad = task(
        "bad", "INLINE", inputParameters={"evaluatorType": "javascript", "expression": "oops"}
    )
    definition = workflow(
        attempt([*steps, bad], [task("m", "NOOP")], [task("c", "NOOP")]), simple("end")
    )
    for budget in range(1, 8):
        driver = Driver(definition, max_ended=budget).start()
        driver.advance()
        assert driver.open_refs == ["end"]
        assert driver.task("try").status is TaskStatus.COMPLETED


def test_an_entry_that_is_given_up_is_not_due_any_more():
    fork = [
        task(
            "fork",
            "FORK_JOIN",
            forkTasks=[[simple("a")], [task(f"n{i}", "NOOP") for i in range(9)]],
        ),
        task("join", "JOIN", joinOn=["a", "n8"]),
    ]
    driver = Driver(workflow(attempt(fork, [simple("mend")])), max_ended=3)
    driver.decide(())
    assert any(entry.kind is Kind.DUE for entry in driver.header.open)
    driver.decide([driver.ended("a", TaskStatus.FAILED)])
    driver.advance()
    end_with(driver, "mend")
