"""FORK_JOIN and JOIN (tasks.md 5, 7; 27, cases 14 to 16)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from podium.domain.decide import decide
from podium.domain.decision import Decision, Missing, NeedLatest
from podium.domain.execution import Kind
from podium.domain.ids import TaskKey
from podium.domain.memory import TaskMemory
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.support.driver import START, Driver, simple, task, workflow


def _fork(*branches, join_on=None, ref="fork", **join):
    refs = [branch[-1]["taskReferenceName"] for branch in branches] if join_on is None else join_on
    return (
        task(ref, "FORK_JOIN", forkTasks=list(branches)),
        task(f"{ref}_join", "JOIN", joinOn=refs, **join),
    )


def test_fork_heads_and_join_are_created_in_this_order():
    driver = Driver(workflow(*_fork([simple("b1")], [simple("b2")]))).start()
    assert driver.refs == ["fork", "b1", "b2", "fork_join"]
    fork, join = driver.task("fork"), driver.task("fork_join")
    assert (fork.type, fork.name, fork.status) == ("FORK", "FORK", TaskStatus.COMPLETED)
    assert (join.type, join.status, join.kind) == ("JOIN", TaskStatus.IN_PROGRESS, Kind.FLOW)
    assert join.input == {"joinOn": ["b1", "b2"]}


def test_branches_go_on_independently_and_the_join_ends_with_the_last():
    driver = Driver(
        workflow(*_fork([simple("a1"), simple("a2")], [simple("b1")]), simple("end"))
    ).start()
    driver.complete("a1")
    assert driver.open_refs == ["b1", "fork_join", "a2"]
    driver.complete("b1", {"b": 1})
    driver.now += 50
    driver.complete("a2", {"a": 2})
    join = driver.task("fork_join")
    assert join.status is TaskStatus.COMPLETED
    assert (join.scheduled_at, join.started_at, join.ended_at) == (START, START, START + 50)
    assert driver.output_of("fork_join") == {"a2": {"a": 2}, "b1": {"b": 1}}
    assert driver.open_refs == ["end"]


def test_empty_outputs_are_left_out_of_the_output_of_a_join():
    driver = Driver(workflow(*_fork([simple("a")], [simple("b")]))).start()
    driver.complete("a")
    driver.complete("b")
    assert driver.output_of("fork_join") == {}
    assert driver.output == {}


def test_a_failing_branch_ends_the_workflow_and_cancels_the_others():
    driver = Driver(workflow(*_fork([simple("a")], [simple("b")]))).start()
    driver.fail("a")
    assert driver.status is WorkflowStatus.FAILED
    assert driver.task("b").status is TaskStatus.CANCELED
    assert driver.task("fork_join").status is TaskStatus.CANCELED
    assert [entry.seq for entry in driver.header.open] == [2, 3, 4]


def test_a_join_waits_for_the_retry_of_a_branch():
    driver = Driver(workflow(*_fork([simple("a", retryCount=1)], [simple("b")]))).start()
    driver.complete("b")
    driver.fail("a")
    assert driver.task("fork_join").status is TaskStatus.IN_PROGRESS
    driver.complete("a", {"x": 1})
    assert driver.output_of("fork_join") == {"a": {"x": 1}}
    assert driver.status is WorkflowStatus.COMPLETED


def test_a_permissive_branch_fails_the_join_when_all_branches_have_ended():
    driver = Driver(workflow(*_fork([simple("a", permissive=True)], [simple("b")]))).start()
    driver.fail("a", "bad")
    assert driver.open_refs == ["b", "fork_join"]
    driver.complete("b")
    join = driver.task("fork_join")
    assert (join.status, join.reason) == (TaskStatus.FAILED, "bad")
    assert driver.status is WorkflowStatus.FAILED
    task_id = TaskKey("wf", "fork_join", 4).task_id
    assert driver.header.reason == f"Task {task_id} failed with status: FAILED and reason: 'bad'"


def test_a_join_of_canceled_permissive_branches_is_canceled_and_terminates_the_workflow():
    driver = Driver(
        workflow(*_fork([simple("a", permissive=True)], [simple("b", permissive=True)]))
    ).start()
    driver.fail("a", "one", TaskStatus.CANCELED)
    driver.fail("b", "two", TaskStatus.CANCELED)
    assert driver.task("fork_join").status is TaskStatus.CANCELED
    assert driver.task("fork_join").reason == "one two"
    assert driver.status is WorkflowStatus.TERMINATED


def test_an_optional_branch_that_failed_completes_the_join_with_errors():
    driver = Driver(
        workflow(*_fork([simple("a", optional=True)], [simple("b")]), simple("end"))
    ).start()
    driver.fail("a")
    driver.complete("b")
    join = driver.task("fork_join")
    assert join.status is TaskStatus.COMPLETED_WITH_ERRORS
    assert join.reason == f"a/{TaskKey('wf', 'a', 2).task_id} completed with errors"
    driver.complete("end")
    assert driver.status is WorkflowStatus.COMPLETED


def test_an_optional_join_goes_on_after_a_permissive_failure():
    driver = Driver(
        workflow(*_fork([simple("a", permissive=True)], optional=True), simple("end"))
    ).start()
    driver.fail("a")
    assert driver.task("fork_join").status is TaskStatus.COMPLETED_WITH_ERRORS
    driver.complete("end")
    assert driver.status is WorkflowStatus.FAILED


def test_forks_nest_and_the_outer_join_names_the_inner_one():
    inner = _fork([simple("x")], [simple("y")], ref="inner")
    driver = Driver(workflow(*_fork([simple("a"), *inner], [simple("b")]), simple("end"))).start()
    driver.complete("a")
    driver.complete("b")
    driver.complete("x", {"x": 1})
    driver.complete("y", {"y": 2})
    assert driver.output_of("fork_join") == {"inner_join": {"x": {"x": 1}, "y": {"y": 2}}}
    assert driver.open_refs == ["end"]


def test_a_join_on_nothing_ends_at_once_but_the_branches_go_on():
    driver = Driver(workflow(*_fork([simple("a")], join_on=[]), simple("end"))).start()
    assert driver.open_refs == ["a", "end"]
    driver.complete("end")
    assert driver.status is not WorkflowStatus.COMPLETED
    driver.complete("a")
    assert driver.header.status is WorkflowStatus.COMPLETED


def test_a_join_may_name_a_task_in_the_middle_of_a_branch():
    driver = Driver(
        workflow(*_fork([simple("a1"), simple("a2")], join_on=["a1"]), simple("end"))
    ).start()
    driver.complete("a1")
    assert driver.open_refs == ["a2", "end"]


def test_branches_of_computed_tasks_join_in_the_same_decision():
    driver = Driver(
        workflow(
            *_fork(
                [task("a", "NOOP")],
                [task("b", "INLINE", inputParameters={"expression": "$.value"})],
            ),
            simple("end"),
        )
    ).start()
    assert driver.refs == ["fork", "a", "b", "fork_join", "end"]
    assert driver.header.version == 1
    assert driver.open_refs == ["end"]


def test_a_switch_at_the_head_of_a_branch_brings_its_case_along():
    switch = task(
        "s",
        "SWITCH",
        evaluatorType="value-param",
        expression="k",
        inputParameters={"k": "a"},
        decisionCases={"a": [simple("x")]},
    )
    driver = Driver(workflow(*_fork([switch], [simple("b")], join_on=["x", "b"]))).start()
    assert driver.refs == ["fork", "s", "x", "b", "fork_join"]
    driver.complete("b")
    driver.complete("x")
    assert driver.status is WorkflowStatus.COMPLETED


@pytest.mark.parametrize("following", [[], [simple("x")], [task("x", "EXCLUSIVE_JOIN")]])
def test_a_fork_without_a_join_fails_the_workflow(following):
    driver = Driver(
        workflow(task("fork", "FORK_JOIN", forkTasks=[[simple("a")]]), *following)
    ).start()
    assert driver.status is WorkflowStatus.FAILED
    assert "not followed by a join task" in driver.header.reason
    assert driver.tasks == []


@pytest.mark.parametrize("branches", [([],), ([], [])])
def test_an_empty_branch_is_nothing_to_do(branches):
    driver = Driver(workflow(*_fork(*branches, join_on=[]), simple("end"))).start()
    assert driver.refs == ["fork", "fork_join", "end"]


def test_the_other_branches_go_on_beside_an_empty_one():
    driver = Driver(workflow(*_fork([simple("a")], [], join_on=["a"]), simple("end"))).start()
    driver.complete("a")
    assert driver.open_refs == ["end"]


def test_a_join_on_a_task_its_branch_never_ran_fails_when_the_branch_is_over():
    switch = task(
        "s",
        "SWITCH",
        evaluatorType="value-param",
        expression="k",
        decisionCases={"a": [simple("x")]},
        defaultCase=[simple("y")],
    )
    driver = Driver(workflow(*_fork([switch], [simple("b")], join_on=["x", "b"]))).start()
    driver.complete("y")
    assert driver.open_refs == ["b", "fork_join"]
    driver.complete("b")
    assert driver.status is WorkflowStatus.FAILED
    assert "never scheduled: x" in driver.header.reason


def test_a_join_on_an_unknown_ref_fails_when_nothing_else_is_open():
    driver = Driver(workflow(*_fork([simple("a")], join_on=["a", "ghost"]), simple("end"))).start()
    driver.complete("a")
    assert driver.status is WorkflowStatus.FAILED
    assert "ghost" in driver.header.reason


def test_a_join_without_a_fork_joins_what_ran_before_it():
    driver = Driver(workflow(simple("a"), task("j", "JOIN", joinOn=["a"]), simple("end"))).start()
    driver.complete("a", {"v": 1})
    assert driver.output_of("j") == {"a": {"v": 1}}
    assert driver.open_refs == ["end"]


def test_a_join_completed_from_outside_lets_the_flow_go_on():
    driver = Driver(workflow(*_fork([simple("a")]), simple("end"))).start()
    driver.complete("fork_join", {"by": "hand"})
    assert driver.open_refs == ["a", "end"]
    driver.complete("a")
    driver.complete("end")
    assert driver.status is WorkflowStatus.COMPLETED
    assert driver.output_of("fork_join") == {"by": "hand"}


def test_nothing_is_read_to_know_that_a_branch_is_not_done():
    branches = [[simple(f"a{i}"), simple(f"b{i}")] for i in range(4)]
    driver = Driver(workflow(*_fork(*branches))).start()
    end = driver.ended("a0")
    cold = replace(driver.state, memory=TaskMemory())
    context = driver.context()
    assert isinstance(decide(cold, [end], context), Decision)


def test_an_outer_join_does_not_wait_for_what_an_inner_join_has_left_behind():
    inner = _fork([simple("x1"), simple("x2")], [simple("y")], join_on=["x1", "y"], ref="inner")
    driver = Driver(workflow(*_fork([*inner], [simple("b")]), simple("end"))).start()
    driver.complete("b")
    driver.complete("x1")
    assert "fork_join" in driver.open_refs
    driver.complete("y")
    assert driver.open_refs == ["x2", "end"]
    driver.complete("x2")
    driver.complete("end")
    assert driver.status is WorkflowStatus.COMPLETED


def test_an_outer_join_waits_for_what_follows_an_inner_join():
    inner = _fork([simple("x1"), simple("x2")], join_on=["x1"], ref="inner")
    driver = Driver(
        workflow(*_fork([*inner, simple("after")], [simple("b")]), simple("end"))
    ).start()
    driver.complete("b")
    driver.complete("x1")
    assert driver.open_refs == ["fork_join", "x2", "after"]
    driver.complete("x2")
    driver.complete("after", {"v": 1})
    assert driver.output_of("fork_join") == {"after": {"v": 1}}
    assert driver.open_refs == ["end"]


def test_an_outer_join_waits_for_a_task_it_names_among_those_left_behind():
    branch = [simple("x1"), simple("x2"), simple("x3")]
    inner = _fork(branch, join_on=["x1"], ref="inner")
    driver = Driver(workflow(*_fork([*inner], join_on=["x3"]), simple("end"))).start()
    driver.complete("x1")
    assert driver.open_refs == ["fork_join", "x2"]
    driver.complete("x2")
    driver.complete("x3")
    assert driver.open_refs == ["end"]


def test_what_several_new_tasks_lack_is_asked_for_at_once():
    heads = [simple(f"b{i}", inputParameters={"x": f"${{a{i}.output.x}}"}) for i in range(3)]
    chain = [simple(f"a{i}") for i in range(4)]
    driver = Driver(workflow(*chain, *_fork(*([head] for head in heads)))).start()
    for ref in ("a0", "a1", "a2"):
        driver.complete(ref)
    cold = replace(driver.state, memory=TaskMemory())
    asked = decide(cold, [driver.ended("a3")], driver.context())
    assert isinstance(asked, Missing)
    assert {need.ref for need in asked.needs if isinstance(need, NeedLatest)} == {"a0", "a1", "a2"}
