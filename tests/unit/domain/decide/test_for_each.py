"""FOR_EACH: order, bound, what items see, results (docs/task-types.md)."""

from __future__ import annotations

from typing import Any

import pytest

from podium.domain.status import TaskStatus, WorkflowStatus
from podium.domain.tasks.for_each import MOST_CONCURRENT
from tests.support.driver import Driver, simple, task, workflow


def each(*body: Any, ref: str = "each", items: Any = (1, 2, 3), at_once: Any = None, **fields: Any):
    inputs = {"items": list(items) if isinstance(items, tuple) else items}
    if at_once is not None:
        inputs["concurrency"] = at_once
    return task(ref, "FOR_EACH", inputParameters=inputs, loopOver=list(body), **fields)


def test_items_run_one_after_the_other_in_their_order():
    driver = Driver(
        workflow(each(simple("a"), simple("b"), items=("x", "y")), simple("end"))
    ).start()
    assert driver.refs == ["each", "a__1"]
    driver.complete("a__1", {"v": 1})
    driver.complete("b__1", {"v": 2})
    assert driver.open_refs == ["each", "a__2"]
    driver.complete("a__2", {"v": 3})
    driver.complete("b__2")
    assert driver.task("each").status is TaskStatus.COMPLETED
    assert driver.output_of("each") == {
        "results": [{"a": {"v": 1}, "b": {"v": 2}}, {"a": {"v": 3}, "b": {}}],
        "count": 2,
        "failures": [],
    }
    driver.complete("end")
    assert driver.status is WorkflowStatus.COMPLETED


def test_as_many_items_as_the_bound_are_in_progress():
    driver = Driver(workflow(each(simple("a"), items=tuple("vwxyz"), at_once=2))).start()
    assert driver.open_refs == ["each", "a__1", "a__2"]
    driver.complete("a__2", {"n": 2})
    assert driver.open_refs == ["each", "a__1", "a__3"]
    driver.complete("a__3", {"n": 3})
    driver.complete("a__4", {"n": 4})
    driver.complete("a__5", {"n": 5})
    assert driver.open_refs == ["each", "a__1"]
    driver.complete("a__1", {"n": 1})
    assert driver.status is WorkflowStatus.COMPLETED
    results: Any = driver.output_of("each")["results"]
    assert [result["a"]["n"] for result in results] == [1, 2, 3, 4, 5]


def test_an_item_sees_its_own_number_value_and_tasks():
    inputs = {
        "index": "${each.output.loopIndex}",
        "number": "${each.output.iteration}",
        "item": "${each.output.loopItem}",
    }
    second = simple("b", inputParameters={"from_a": "${a.output.v}"})
    driver = Driver(
        workflow(each(simple("a", inputParameters=inputs), second, items=("x", "y"), at_once=2))
    ).start()
    assert driver.task("a__1").input == {"index": 0, "number": 1, "item": "x"}
    assert driver.task("a__2").input == {"index": 1, "number": 2, "item": "y"}
    driver.complete("a__2", {"v": "of two"})
    assert driver.task("b__2").input == {"from_a": "of two"}
    driver.complete("a__1", {"v": "of one"})
    assert driver.task("b__1").input == {"from_a": "of one"}


def test_from_outside_items_are_seen_through_the_results_alone():
    end = simple(
        "end",
        inputParameters={
            "task": "${a.output}",
            "second": "${each.output.results[1].a.v}",
            "count": "${each.output.count}",
        },
    )
    driver = Driver(workflow(each(simple("a"), items=(1, 2)), end)).start()
    driver.complete("a__1", {"v": 1})
    driver.complete("a__2", {"v": 2})
    assert driver.task("end").input == {"task": None, "second": 2, "count": 2}


def test_the_items_are_those_of_the_beginning():
    body = [task("set", "SET_VARIABLE", inputParameters={"list": []}), simple("a")]
    definition = workflow(
        each(*body, items="${workflow.variables.list}"), variables={"list": [1, 2]}
    )
    driver = Driver(definition).start()
    driver.complete("a__1")
    driver.complete("a__2")
    assert driver.output_of("each")["count"] == 2


def test_the_items_may_stand_on_the_task():
    inputs = {"order": "${each.output.loopItem}"}
    definition = workflow(
        task(
            "each",
            "FOR_EACH",
            items="${workflow.input.orders}",
            loopOver=[simple("a", inputParameters=inputs)],
        )
    )
    driver = Driver(definition, {"orders": [{"id": 7}]}).start()
    assert driver.task("each").input == {"items": [{"id": 7}]}
    assert driver.task("a__1").input == {"order": {"id": 7}}


@pytest.mark.parametrize("items", [[], None, "${workflow.input.nothing}"])
def test_over_nothing_it_ends_at_once(items):
    driver = Driver(workflow(each(simple("a"), items=items), simple("end"))).start()
    assert driver.refs == ["each", "end"]
    assert driver.output_of("each") == {"results": [], "count": 0, "failures": []}


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"items": {"a": 1}}, 'items is not a list: {"a":1}'),
        ({"items": 7}, "items is not a list: 7"),
        ({"items": [1], "concurrency": 0}, "concurrency: 0 is not a whole number from 1 to 500"),
        (
            {"items": [1], "concurrency": "no"},
            "concurrency: no is not a whole number from 1 to 500",
        ),
        (
            {"items": [1], "concurrency": MOST_CONCURRENT + 1},
            "concurrency: 501 is not a whole number from 1 to 500",
        ),
    ],
)
def test_input_that_says_nothing_usable_fails_it(inputs, reason):
    loop = task("each", "FOR_EACH", inputParameters=inputs, loopOver=[simple("a")])
    driver = Driver(workflow(loop)).start()
    assert driver.task("each").status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert driver.task("each").reason == reason
    assert driver.status is WorkflowStatus.FAILED


@pytest.mark.parametrize("at_once", ["2", 2.0, "${workflow.input.bound}"])
def test_the_bound_may_be_text_or_an_expression(at_once):
    driver = Driver(workflow(each(simple("a"), at_once=at_once)), {"bound": 2}).start()
    assert driver.open_refs == ["each", "a__1", "a__2"]


def test_a_failed_item_is_retried_before_it_counts():
    driver = Driver(workflow(each(simple("a", retryCount=1), at_once=2))).start()
    driver.fail("a__2")
    assert driver.open_refs == ["each", "a__1", "a__2"]
    for number in (1, 2, 3):
        driver.complete(f"a__{number}", {"n": number})
    assert driver.output_of("each")["results"] == [{"a": {"n": number}} for number in (1, 2, 3)]


def test_a_failed_item_ends_the_workflow():
    driver = Driver(workflow(each(simple("a"), at_once=2))).start()
    driver.fail("a__2", "broken")
    assert driver.status is WorkflowStatus.FAILED
    assert driver.task("each").status is TaskStatus.CANCELED
    assert "reason: 'broken'" in driver.header.reason


def test_an_optional_task_that_failed_does_not_end_its_item():
    driver = Driver(workflow(each(simple("a", optional=True), simple("b"), items=(1,)))).start()
    driver.fail("a__1")
    driver.complete("b__1")
    assert driver.status is WorkflowStatus.COMPLETED


def test_items_within_items():
    inner = each(
        simple(
            "a", inputParameters={"pair": ["${rows.output.loopItem}", "${cells.output.loopItem}"]}
        ),
        ref="cells",
        items="${rows.output.loopItem}",
        at_once=2,
    )
    rows = each(inner, simple("b"), ref="rows", items=([1, 2], [3]), at_once=2)
    driver = Driver(workflow(rows)).start()
    assert driver.open_refs == ["rows", "cells__1", "cells__2", "a__1__1", "a__1__2", "a__2__1"]
    assert driver.task("a__1__2").input == {"pair": [[1, 2], 2]}
    assert driver.task("a__2__1").input == {"pair": [[3], 3]}
    driver.complete("a__2__1", {"v": 3})
    driver.complete("b__2")
    driver.complete("a__1__2", {"v": 2})
    driver.complete("a__1__1", {"v": 1})
    driver.complete("b__1", {"v": "b"})
    assert driver.output_of("rows")["results"] == [
        {
            "cells": {"results": [{"a": {"v": 1}}, {"a": {"v": 2}}], "count": 2, "failures": []},
            "b": {"v": "b"},
        },
        {"cells": {"results": [{"a": {"v": 3}}], "count": 1, "failures": []}, "b": {}},
    ]
    assert driver.status is WorkflowStatus.COMPLETED


def test_a_loop_within_items_and_items_within_a_loop():
    loop = task("loop", "DO_WHILE", loopCondition="$.loop['iteration'] < 2", loopOver=[simple("a")])
    outer = task(
        "outer",
        "DO_WHILE",
        loopCondition="$.outer['iteration'] < 2",
        loopOver=[each(loop, items=("x", "y"), at_once=2)],
    )
    driver = Driver(workflow(outer)).start()
    for iteration in (1, 2):
        for number in (2, 1):
            driver.complete(f"a__{iteration}__{number}__1", {"v": number})
            driver.complete(f"a__{iteration}__{number}__2", {"v": -number})
    assert driver.status is WorkflowStatus.COMPLETED
    results: Any = driver.output_of("outer")["2"]["each"]["results"]
    assert [result["loop"]["2"]["a"]["v"] for result in results] == [-1, -2]
    assert results[0].keys() == {"loop", "a"}


def test_forks_within_items_are_joined_item_by_item():
    fork = [
        task("fork", "FORK_JOIN", forkTasks=[[simple("left")], [simple("right")]]),
        task("join", "JOIN", joinOn=["left", "right"]),
        simple("last", inputParameters={"left": "${join.output.left}"}),
    ]
    driver = Driver(workflow(each(*fork, items=(1, 2), at_once=2))).start()
    driver.complete("left__1")
    driver.complete("right__2")
    assert "last__1" not in driver.refs
    driver.complete("left__2", {"v": 2})
    assert driver.open_refs[-1] == "last__2"
    driver.complete("last__2")
    driver.complete("right__1")
    driver.complete("last__1")
    assert driver.status is WorkflowStatus.COMPLETED
    joined: Any = driver.output_of("join__2")
    assert joined == {"left__2": {"v": 2}}


def test_dynamic_forks_within_items_have_their_own_branches():
    body = [
        task(
            "fan",
            "FORK_JOIN_DYNAMIC",
            inputParameters={
                "forkTaskName": "work",
                "forkTaskInputs": "${each.output.loopItem}",
            },
        ),
        task("join", "JOIN"),
        simple("last"),
    ]
    items = ([{"n": 1}], [{"n": 2}, {"n": 3}])
    driver = Driver(workflow(each(*body, items=items, at_once=2))).start()
    branches = [task.wire_ref for task in driver.open if task.name == "work"]
    assert len(branches) == 3
    for ref in reversed(branches):
        driver.complete(ref, {"of": ref})
    driver.complete("last__2")
    driver.complete("last__1")
    assert driver.status is WorkflowStatus.COMPLETED
    results: Any = driver.output_of("each")["results"]
    made = [sorted(set(result) - {"fan", "join", "last"}) for result in results]
    assert [len(names) for names in made] == [1, 2]


def test_items_that_take_no_time_end_within_the_budget_of_decisions():
    body = task("set", "SET_VARIABLE", inputParameters={"last": "${each.output.loopItem}"})
    items = tuple(range(500))
    driver = Driver(workflow(each(body, items=items, at_once=10)), max_ended=7).start()
    driver.advance()
    assert driver.status is WorkflowStatus.COMPLETED
    assert driver.state.variables["last"] == 499
    assert max(len(decision.header.open) for decision in driver.decisions) <= 11


def test_the_header_holds_as_much_for_many_items_as_for_few():
    driver = Driver(workflow(each(simple("a"), items=tuple(range(300)), at_once=3))).start()
    for number in range(1, 301):
        driver.complete(f"a__{number}", {"n": number})
    assert driver.status is WorkflowStatus.COMPLETED
    assert max(len(decision.header.open) for decision in driver.decisions) == 4
    assert len(driver.output_of("each")["results"]) == 300


def test_a_paused_workflow_goes_on_where_it_was():
    driver = Driver(workflow(each(simple("a"), at_once=2))).start()
    driver.pause()
    driver.ended("a__1")
    driver.ended("a__2")
    assert driver.advance() is None
    driver.resume()
    assert driver.open_refs == ["each", "a__3"]
