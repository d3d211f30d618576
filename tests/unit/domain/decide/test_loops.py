"""DO_WHILE (tasks.md 9; 27, cases 19 and 20)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from podium.domain.engines import EngineError
from podium.domain.execution import Kind
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.support.driver import START, Driver, LoopScripts, engines, simple, task, workflow


def _loop(*body, rounds=2, ref="loop", **fields):
    condition = f"$.{ref}['iteration'] < {rounds}"
    return task(ref, "DO_WHILE", **({"loopCondition": condition} | fields), loopOver=list(body))


def test_each_iteration_runs_the_body_under_suffixed_refs():
    driver = Driver(workflow(_loop(simple("a"), simple("b")), simple("end"))).start()
    assert driver.refs == ["loop", "a__1"]
    assert driver.task("a__1").iteration == (1,)
    driver.complete("a__1", {"v": 1})
    driver.complete("b__1", {"v": 2})
    driver.complete("a__2", {"v": 3})
    driver.now += 9
    driver.complete("b__2")
    loop = driver.task("loop")
    assert loop.wire_ref == "loop"
    assert (loop.status, loop.seq, loop.inc) == (TaskStatus.COMPLETED, 1, 0)
    assert (loop.scheduled_at, loop.ended_at) == (START, START + 9)
    assert driver.output_of("loop") == {
        "1": {"a": {"v": 1}, "b": {"v": 2}},
        "2": {"a": {"v": 3}, "b": {}},
        "iteration": 2,
    }
    end = driver.task("end")
    assert (end.wire_ref, end.iteration) == ("end", ())


def test_one_iteration_is_run_at_least():
    driver = Driver(workflow(_loop(simple("a"), rounds=0))).start()
    driver.complete("a__1")
    assert driver.status is WorkflowStatus.COMPLETED


def test_the_iteration_of_an_open_loop_is_visible_to_its_body():
    inputs = {"i": "${loop.output.iteration}", "last": "${a.output.v}"}
    driver = Driver(workflow(_loop(simple("a", inputParameters=inputs)))).start()
    assert driver.task("a__1").input == {"i": 1, "last": None}
    driver.complete("a__1", {"v": 7})
    assert driver.task("a__2").input == {"i": 2, "last": 7}


def test_iterations_are_addressed_through_the_output_of_the_ended_loop():
    end = simple(
        "end", inputParameters={"x": "${loop.output.1.a.v}", "n": "${loop.output.iteration}"}
    )
    driver = Driver(workflow(_loop(simple("a")), end)).start()
    driver.complete("a__1", {"v": 1})
    driver.complete("a__2", {"v": 2})
    assert driver.task("end").input == {"x": 1, "n": 2}


def test_loops_follow_one_another():
    driver = Driver(
        workflow(_loop(simple("a"), rounds=1), _loop(simple("b"), rounds=1, ref="second"))
    ).start()
    driver.complete("a__1")
    assert driver.open_refs == ["second", "b__1"]
    driver.complete("b__1")
    assert driver.status is WorkflowStatus.COMPLETED


def test_five_hundred_iterations_of_a_computed_task_run_in_cut_decisions():
    inputs = {"expression": "$.value", "value": "${loop.output.iteration}"}
    body = task("n", "INLINE", inputParameters=inputs)
    end = simple("end", inputParameters={"last": "${n.output.result}"})
    driver = Driver(workflow(_loop(body, rounds=500), end)).start()
    assert driver.task("end").input == {"last": 500}
    assert len(driver.tasks) == 502
    assert max(len(decision.ended) for decision in driver.decisions) <= 80
    kinds = [entry.kind for decision in driver.decisions[:-1] for entry in decision.header.open]
    assert kinds == [Kind.FLOW, Kind.DUE] * (len(driver.decisions) - 1)


def test_a_failed_child_is_retried_within_its_iteration():
    driver = Driver(workflow(_loop(simple("a", retryCount=1)))).start()
    driver.fail("a__1")
    retried = driver.task("a__1")
    assert (retried.attempt, retried.iteration, retried.retried_seq) == (1, (1,), 2)
    driver.complete("a__1")
    assert driver.open_refs == ["loop", "a__2"]


def test_a_required_child_that_fails_ends_the_workflow_and_cancels_the_loop():
    driver = Driver(workflow(_loop(simple("a")))).start()
    driver.fail("a__1")
    assert driver.status is WorkflowStatus.FAILED
    assert driver.task("loop").status is TaskStatus.CANCELED


def test_a_permissive_child_that_fails_fails_the_loop_at_the_end_of_the_iteration():
    driver = Driver(workflow(_loop(simple("a", permissive=True), simple("b")))).start()
    driver.fail("a__1", "bad")
    assert driver.open_refs == ["loop", "b__1"]
    driver.complete("b__1")
    assert (driver.task("loop").status, driver.task("loop").reason) == (TaskStatus.FAILED, "bad")
    assert driver.status is WorkflowStatus.FAILED


def test_a_permissive_failure_before_the_loop_does_not_touch_it():
    driver = Driver(
        workflow(simple("p", permissive=True), _loop(simple("a", permissive=True), rounds=1))
    ).start()
    driver.fail("p")
    driver.complete("a__1")
    assert driver.task("loop").status is TaskStatus.COMPLETED
    assert driver.status is WorkflowStatus.FAILED


def test_an_optional_child_that_fails_does_not_fail_the_loop():
    driver = Driver(workflow(_loop(simple("a", optional=True), rounds=1))).start()
    driver.fail("a__1")
    assert driver.status is WorkflowStatus.COMPLETED


def test_a_condition_that_cannot_be_evaluated_ends_the_loop_for_good():
    driver = Driver(
        workflow(_loop(simple("a"), loopCondition="throw 1")),
        engines=engines({"throw 1": EngineError("Error: 1")}),
    ).start()
    driver.complete("a__1")
    loop = driver.task("loop")
    assert loop.status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert loop.reason == "Unable to evaluate condition throw 1, exception Error: 1"
    assert driver.status is WorkflowStatus.FAILED


def test_an_empty_body_fails_instead_of_going_round_for_ever():
    driver = Driver(workflow(_loop())).start()
    assert driver.status is WorkflowStatus.FAILED
    assert "loopOver is empty" in driver.header.reason


def test_an_iteration_waits_for_a_branch_its_join_did_not_name():
    fork = task("f", "FORK_JOIN", forkTasks=[[simple("x")], [simple("y")]])
    driver = Driver(workflow(_loop(fork, task("j", "JOIN", joinOn=["x"])))).start()
    driver.complete("x__1")
    assert driver.open_refs == ["loop", "y__1"]
    driver.complete("y__1")
    assert driver.open_refs == ["loop", "x__2", "y__2", "j__2"]


def test_a_join_in_a_loop_joins_its_own_iteration():
    fork = task("f", "FORK_JOIN", forkTasks=[[simple("x")], [simple("y")]])
    driver = Driver(workflow(_loop(fork, task("j", "JOIN", joinOn=["x", "y"])))).start()
    assert driver.task("j__1").input == {"joinOn": ["x", "y"]}
    for number in (1, 2):
        driver.complete(f"x__{number}", {"n": number})
        driver.complete(f"y__{number}")
    assert driver.output_of("j__1") == {"x__1": {"n": 1}}
    assert driver.output_of("j__2") == {"x__2": {"n": 2}}
    assert driver.status is WorkflowStatus.COMPLETED


def test_a_loop_in_a_branch_is_joined_by_its_own_ref():
    fork = task("f", "FORK_JOIN", forkTasks=[[_loop(simple("a"))], [simple("b")]])
    driver = Driver(workflow(fork, task("j", "JOIN", joinOn=["loop", "b"]), simple("end"))).start()
    assert driver.refs == ["f", "loop", "b", "j", "a__1"]
    driver.complete("b")
    driver.complete("a__1")
    driver.complete("a__2")
    assert driver.open_refs == ["end"]


def test_choices_variables_and_waits_work_inside_a_loop():
    switch = task(
        "s",
        "SWITCH",
        evaluatorType="value-param",
        expression="i",
        inputParameters={"i": "${loop.output.iteration}"},
        decisionCases={"1": [task("w", "WAIT", inputParameters={"duration": "5 s"})]},
        defaultCase=[simple("other")],
    )
    variable = task("v", "SET_VARIABLE", inputParameters={"n": "${loop.output.iteration}"})
    driver = Driver(workflow(_loop(variable, switch))).start()
    assert driver.open_refs == ["loop", "w__1"]
    driver.complete("w__1")
    assert driver.open_refs == ["loop", "other__2"]
    assert driver.state.variables == {"n": 2}


# Nested loops -----------------------------------------------------------------------------------


def _nested():
    return _loop(simple("a"), _loop(simple("b"), ref="inner"), simple("c"), ref="outer")


def test_loops_nest_with_composed_iterations():
    driver = Driver(workflow(_nested(), simple("end"))).start()
    driver.complete("a__1")
    assert driver.open_refs == ["outer", "inner__1", "b__1__1"]
    driver.complete("b__1__1", {"v": 11})
    driver.complete("b__1__2", {"v": 12})
    assert driver.open_refs == ["outer", "c__1"]
    driver.complete("c__1")
    driver.complete("a__2")
    driver.complete("b__2__1", {"v": 21})
    driver.complete("b__2__2", {"v": 22})
    driver.complete("c__2")
    assert driver.open_refs == ["end"]
    assert driver.output_of("inner__2") == {
        "1": {"b": {"v": 21}},
        "2": {"b": {"v": 22}},
        "iteration": 2,
    }
    outer = driver.output_of("outer")
    assert outer["iteration"] == 2
    assert outer["1"] == {
        "a": {},
        "b": {"v": 12},
        "c": {},
        "inner": {"1": {"b": {"v": 11}}, "2": {"b": {"v": 12}}, "iteration": 2},
    }


def test_a_join_in_a_nested_loop_joins_its_own_iterations():
    fork = task("f", "FORK_JOIN", forkTasks=[[simple("x")]])
    inner = _loop(fork, task("j", "JOIN", joinOn=["x"]), ref="inner")
    driver = Driver(workflow(_loop(inner, ref="outer"))).start()
    for outer in (1, 2):
        for inner_number in (1, 2):
            driver.complete(f"x__{outer}__{inner_number}", {"at": [outer, inner_number]})
    assert driver.status is WorkflowStatus.COMPLETED
    assert driver.output_of("j__2__1") == {"x__2__1": {"at": [2, 1]}}


# Lists ------------------------------------------------------------------------------------------


def test_a_loop_over_a_list_shows_index_and_item():
    inputs = {"item": "${loop.output.loopItem}", "index": "${loop.output.loopIndex}"}
    loop = task(
        "loop",
        "DO_WHILE",
        items="${workflow.input.names}",
        loopOver=[simple("a", inputParameters=inputs)],
    )
    driver = Driver(workflow(loop), {"names": ["ann", {"b": 1}]}).start()
    assert driver.task("a__1").input == {"item": "ann", "index": 0}
    assert driver.task("loop").output == {"iteration": 1, "loopIndex": 0, "loopItem": "ann"}
    driver.complete("a__1")
    assert driver.task("a__2").input == {"item": {"b": 1}, "index": 1}
    driver.complete("a__2")
    assert driver.status is WorkflowStatus.COMPLETED


@pytest.mark.parametrize("names", [[], None])
def test_a_loop_over_nothing_completes_at_once(names):
    loop = task(
        "loop",
        "DO_WHILE",
        loopCondition="",
        inputParameters={"_items": "${workflow.input.names}"},
        loopOver=[simple("a")],
    )
    driver = Driver(workflow(loop, simple("end")), {"names": names}).start()
    assert driver.output_of("loop") == {"iteration": 0}
    assert driver.open_refs == ["end"]


def test_a_loop_over_a_list_with_a_condition_needs_both():
    loop = _loop(simple("a"), rounds=2, items="${workflow.input.names}")
    driver = Driver(workflow(loop), {"names": [1, 2, 3]}).start()
    driver.complete("a__1")
    driver.complete("a__2")
    assert driver.status is WorkflowStatus.COMPLETED


def test_items_made_from_the_loop_itself_do_not_recurse():
    items = ["x", "${loop.output.iteration}", "${loop.output.loopItem}"]
    item = simple("a", inputParameters={"item": "${loop.output.loopItem}"})
    loop = task("loop", "DO_WHILE", inputParameters={"_items": items}, loopOver=[item])
    driver = Driver(workflow(loop)).start()
    driver.complete("a__1")
    driver.complete("a__2")
    assert [driver.task(f"a__{number}").input["item"] for number in (1, 2, 3)] == ["x", 2, None]


# Conditions -------------------------------------------------------------------------------------


def _seen(condition, *body, **fields):
    """The document that the condition saw after one iteration of ``body``."""
    scripts = LoopScripts({condition: False})
    driver = Driver(
        workflow(_loop(*body, loopCondition=condition, **fields)),
        engines=replace(engines(), script=scripts),
    ).start()
    for open_task in list(driver.open):
        if open_task.kind is Kind.WORKER:
            driver.complete(open_task.wire_ref, {"v": 1})
    return scripts.bindings[-1]["$"]


def test_a_condition_sees_input_own_iteration_and_the_children_it_names():
    seen = _seen("$.a.v < $.limit", simple("a"), inputParameters={"limit": 5})
    assert seen == {"limit": 5, "a": {"v": 1}, "loop": {"iteration": 1}}


def test_a_condition_that_looks_into_the_loops_output_gets_all_of_it():
    seen = _seen("$.loop['1'].a.v < 3", simple("a"))
    assert seen["loop"] == {"1": {"a": {"v": 1}}, "iteration": 1}


@pytest.mark.parametrize("condition", ["f($)", "$[name]", "Object.keys($).length < 2"])
def test_a_condition_that_uses_all_of_the_document_gets_all_of_it(condition):
    seen = _seen(condition, simple("a"))
    assert seen == {"a": {"v": 1}, "loop": {"1": {"a": {"v": 1}}, "iteration": 1}}


@pytest.mark.parametrize(
    "condition",
    [
        "$.loop.iteration < 3",
        "$.loop['iteration'] < 3",
        '$["loop"]["iteration"] < 3',
        "$['loop'].loopIndex < 3",
        "$.loop?.iteration < 3",
    ],
)
def test_a_condition_that_counts_does_not_have_the_output_built(condition):
    assert _seen(condition, simple("a"))["loop"] == {"iteration": 1}


def test_keep_last_n_shows_the_last_iterations_only():
    driver = Driver(
        workflow(_loop(simple("a"), rounds=5, inputParameters={"keepLastN": 2}))
    ).start()
    for number in range(1, 6):
        driver.complete(f"a__{number}", {"v": number})
    assert driver.output_of("loop") == {"4": {"a": {"v": 4}}, "5": {"a": {"v": 5}}, "iteration": 5}


def test_a_loop_ended_from_outside_leaves_its_body_to_itself():
    driver = Driver(workflow(_loop(simple("a"), simple("b")), simple("end"))).start()
    driver.complete("loop")
    assert driver.open_refs == ["a__1", "end"]
    driver.complete("a__1")
    driver.complete("b__1")
    driver.complete("end")
    assert driver.status is WorkflowStatus.COMPLETED
