"""FORK_JOIN_DYNAMIC and DYNAMIC (tasks.md 2, 6; 27, case 17)."""

from __future__ import annotations

import pytest

from podium.domain.definitions import TaskDef
from podium.domain.execution import Kind
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.support.driver import Driver, simple, task, workflow


def _fork(branches, inputs=None, ref="f", **fields):
    return (
        task(
            ref,
            "FORK_JOIN_DYNAMIC",
            dynamicForkTasksParam="tasks",
            dynamicForkTasksInputParamName="inputs",
            inputParameters={"tasks": branches, "inputs": inputs or {}},
            **fields,
        ),
        task(f"{ref}_join", "JOIN", joinOn=[]),
    )


def test_branches_are_made_from_the_input_in_list_order():
    driver = Driver(
        workflow(
            *_fork("${workflow.input.tasks}", "${workflow.input.inputs}"),
            simple("end", inputParameters={"x": "${b.output.v}"}),
        ),
        {
            "tasks": [simple("a"), simple("b")],
            "inputs": {"a": {"p": 1}, "b": {"q": "${workflow.workflowId}"}},
        },
    ).start()
    assert driver.refs == ["f", "a", "b", "f_join"]
    assert (driver.task("a").input, driver.task("b").input) == ({"p": 1}, {"q": "wf"})
    assert driver.task("f").input["forkedTasks"] == ["a", "b"]
    assert driver.task("f_join").input == {"joinOn": ["a", "b"]}
    assert [entry.node for entry in driver.header.open] == ["0/1:0", "0/1:1", "1"]
    driver.complete("b", {"v": 2})
    driver.complete("a", {"v": 1})
    assert driver.output_of("f_join") == {"a": {"v": 1}, "b": {"v": 2}}
    assert driver.task("end").input == {"x": 2}


def test_an_empty_list_joins_at_once():
    driver = Driver(workflow(*_fork([]), simple("end"))).start()
    assert driver.output_of("f_join") == {}
    assert driver.open_refs == ["end"]


def test_a_failing_branch_ends_the_workflow():
    driver = Driver(workflow(*_fork([simple("a"), simple("b")]))).start()
    driver.fail("a")
    assert driver.status is WorkflowStatus.FAILED
    assert driver.task("f_join").status is TaskStatus.CANCELED


def test_an_optional_branch_does_not():
    driver = Driver(
        workflow(*_fork([simple("a", optional=True), simple("b")]), simple("end"))
    ).start()
    driver.fail("a")
    driver.complete("b")
    assert driver.task("f_join").status is TaskStatus.COMPLETED_WITH_ERRORS
    assert driver.open_refs == ["end"]


def test_a_branch_is_retried_by_its_own_count():
    driver = Driver(workflow(*_fork([simple("a", retryCount=1)]))).start()
    driver.fail("a")
    assert (driver.task("a").attempt, driver.task("a").node) == (1, "0/1:0")
    driver.complete("a")
    assert driver.status is WorkflowStatus.COMPLETED


def test_a_branch_gets_the_registered_definition_of_its_name():
    registered = TaskDef(name="a", retry_count=2, response_timeout_seconds=9)
    branch = {"name": "a", "taskReferenceName": "a", "type": "SIMPLE"}
    driver = Driver(workflow(*_fork([branch])), task_defs={"a": registered}).start()
    assert driver.task("a").lease == 9000
    driver.fail("a")
    assert driver.task("a").attempt == 1


def test_an_unregistered_branch_is_not_retried():
    branch = {"name": "a", "taskReferenceName": "a", "type": "SIMPLE"}
    driver = Driver(workflow(*_fork([branch]))).start()
    driver.fail("a")
    assert driver.status is WorkflowStatus.FAILED


@pytest.mark.parametrize(
    ("tasks", "inputs", "text"),
    [
        (None, {}, "Cannot deserialize a list of Workflow Tasks"),
        ("text", {}, "Cannot deserialize a list of Workflow Tasks"),
        ([{"name": "a"}], {}, "Cannot deserialize a list of Workflow Tasks"),
        ([simple("a")], None, "is not a map"),
        ([simple("a")], {"a": 5}, "invalid input"),
        ([simple("a"), simple("a")], {}, "duplicate task reference name: a"),
        ([simple("end")], {}, "duplicate task reference name: end"),
    ],
)
def test_invalid_input_fails_the_workflow_without_tasks(tasks, inputs, text):
    driver = Driver(
        workflow(*_fork("${workflow.input.tasks}", "${workflow.input.inputs}"), simple("end")),
        {"tasks": tasks, "inputs": inputs},
    ).start()
    assert driver.status is WorkflowStatus.FAILED
    assert text in driver.header.reason
    assert driver.tasks == []


def test_two_forks_may_not_make_the_same_ref():
    first = _fork([simple("a")])
    second = _fork([simple("a")], ref="g")
    driver = Driver(workflow(*first, *second)).start()
    driver.complete("a")
    assert driver.status is WorkflowStatus.FAILED
    assert "duplicate task reference name: a" in driver.header.reason


def test_two_forks_over_inputs_make_different_refs():
    def fork(ref):
        inputs = {"forkTaskName": "t", "forkTaskInputs": [{"v": 1}, 7]}
        return task(ref, "FORK_JOIN_DYNAMIC", inputParameters=inputs), task(f"{ref}j", "JOIN")

    driver = Driver(workflow(*fork("f"), *fork("g"))).start()
    assert driver.open_refs == ["_t_0", "_t_1", "fj"]
    assert driver.task("_t_0").input == {"v": 1, "__index": 0}
    driver.complete("_t_0")
    driver.complete("_t_1")
    assert driver.open_refs == ["_g_t_0", "_g_t_1", "gj"]


def test_forks_that_do_not_see_each_other_make_different_refs():
    def fork(ref):
        inputs = {"forkTaskName": "charge", "forkTaskInputs": [1]}
        made = task(ref, "FORK_JOIN_DYNAMIC", inputParameters=inputs)
        return made, task(f"{ref}_join", "JOIN", joinOn=[])

    def each(ref, *body):
        return task(ref, "FOR_EACH", inputParameters={"items": ["x"]}, loopOver=list(body))

    driver = Driver(workflow(each("e1", *fork("f1")), each("e2", *fork("f2")), *fork("f3"))).start()
    made = []
    for _ in range(3):
        (ref,) = (each.wire_ref for each in driver.open if each.type == "charge")
        made.append(ref)
        driver.complete(ref)
    assert made == ["_f1_charge_0__1", "_f2_charge_0__1", "_f3_charge_0"]
    assert driver.status is WorkflowStatus.COMPLETED


def test_a_choice_at_the_head_of_a_branch_is_joined_by_its_case():
    switch = task(
        "s",
        "SWITCH",
        evaluatorType="value-param",
        expression="k",
        inputParameters={"k": "a"},
        decisionCases={"a": [simple("x"), simple("y")]},
    )
    driver = Driver(workflow(*_fork([switch, simple("b")]), simple("end"))).start()
    assert driver.refs == ["f", "s", "x", "b", "f_join"]
    assert driver.task("f_join").input == {"joinOn": ["x", "b"]}
    driver.complete("b")
    driver.complete("x", {"v": 1})
    assert driver.open_refs == ["f_join", "y"]
    driver.complete("y")
    assert driver.output_of("f_join") == {"x": {"v": 1}}
    assert driver.open_refs == ["end"]


def test_a_loop_may_be_a_branch_with_a_dynamic_fork_in_it():
    inner = [*_fork([simple("deep")], ref="g")]
    loop = task("l", "DO_WHILE", loopCondition="$.l['iteration'] < 2", loopOver=inner)
    driver = Driver(workflow(*_fork([loop]), simple("end"))).start()
    assert driver.open_refs == ["l", "f_join", "deep__1", "g_join__1"]
    driver.complete("deep__1", {"v": 1})
    driver.complete("deep__2", {"v": 2})
    assert driver.open_refs == ["end"]
    assert driver.output_of("l")["2"] == {
        "deep": {"v": 2},
        "g": {},
        "g_join": {"deep__2": {"v": 2}},
    }


def test_in_a_loop_each_iteration_forks_anew():
    fork = _fork("${loop.output.loopItem}")
    loop = task("loop", "DO_WHILE", items="${workflow.input.lists}", loopOver=list(fork))
    driver = Driver(workflow(loop), {"lists": [[simple("a")], [simple("a"), simple("b")]]}).start()
    assert driver.open_refs == ["loop", "a__1", "f_join__1"]
    driver.complete("a__1", {"v": 1})
    driver.complete("a__2")
    driver.complete("b__2", {"v": 2})
    assert driver.output_of("f_join__2") == {"b__2": {"v": 2}}
    assert driver.output_of("loop")["1"]["a"] == {"v": 1}
    assert driver.status is WorkflowStatus.COMPLETED


def test_branches_may_be_sub_workflows():
    inputs = {
        "forkTaskWorkflow": "child",
        "forkTaskWorkflowVersion": "3",
        "forkTaskInputs": [{"v": 1}],
    }
    driver = Driver(
        workflow(task("f", "FORK_JOIN_DYNAMIC", inputParameters=inputs), task("j", "JOIN"))
    ).start()
    branch = driver.open[0]
    assert branch.kind is Kind.CHILD
    assert branch.input["subWorkflowName"] == "child"
    assert branch.input["subWorkflowVersion"] == 3
    assert branch.input["workflowInput"] == {"v": 1, "__index": 0}


# DYNAMIC ----------------------------------------------------------------------------------------


def _dynamic(**inputs):
    return task("d", "DYNAMIC", dynamicTaskNameParam="name", inputParameters=inputs)


def test_a_dynamic_task_runs_the_task_its_input_names():
    driver = Driver(workflow(_dynamic(name="${workflow.input.n}", x=1)), {"n": "shave"}).start()
    made = driver.task("d")
    assert (made.type, made.name, made.kind) == ("shave", "shave", Kind.WORKER)
    assert made.input == {"name": "shave", "x": 1}


def test_a_dynamic_task_has_the_retries_of_the_name_it_resolved_to():
    registered = TaskDef(name="shave", retry_count=1, retry_delay_seconds=4)
    driver = Driver(workflow(_dynamic(name="shave")), task_defs={"shave": registered}).start()
    driver.fail("d")
    assert (driver.task("d").attempt, driver.task("d").start_delay) == (1, 4)
    driver.fail("d")
    assert driver.status is WorkflowStatus.FAILED


def test_a_dynamic_task_without_a_name_fails_the_workflow_and_stays_due():
    driver = Driver(workflow(_dynamic(name=None))).start()
    assert driver.status is WorkflowStatus.FAILED
    assert driver.header.reason.startswith("Cannot map a dynamic task based on the parameter")
    assert [entry.kind for entry in driver.header.open] == [Kind.DUE]
    assert driver.tasks == []


def test_a_branch_may_hold_a_static_fork_of_its_own():
    inner = task("g", "FORK_JOIN", forkTasks=[[simple("x1"), simple("x2")], [simple("y")]])
    switch = task(
        "s",
        "SWITCH",
        evaluatorType="value-param",
        expression="k",
        defaultCase=[inner, task("gj", "JOIN", joinOn=["x2", "y"]), simple("last")],
    )
    driver = Driver(workflow(*_fork([switch, simple("b")]), simple("end"))).start()
    assert driver.refs == ["f", "s", "g", "x1", "y", "gj", "b", "f_join"]
    driver.complete("y", {"y": 1})
    driver.complete("x1")
    driver.complete("b")
    driver.complete("x2", {"x": 2})
    assert driver.output_of("gj") == {"x2": {"x": 2}, "y": {"y": 1}}
    assert driver.open_refs == ["f_join", "last"]
    driver.complete("last")
    assert driver.open_refs == ["end"]


def test_a_choice_that_chose_nothing_is_joined_by_itself():
    switch = task("s", "SWITCH", evaluatorType="value-param", expression="k")
    driver = Driver(workflow(*_fork([switch]), simple("end"))).start()
    assert driver.output_of("f_join") == {
        "s": {"evaluationResult": ["null"], "selectedCase": "null"}
    }
    assert driver.open_refs == ["end"]


def test_a_fork_without_a_join_as_a_branch_fails_the_workflow():
    inner = task("g", "FORK_JOIN", forkTasks=[[simple("x")]])
    driver = Driver(workflow(*_fork([inner]))).start()
    assert driver.status is WorkflowStatus.FAILED
    assert "not followed by a join task" in driver.header.reason
    assert driver.refs == ["f"]


def test_a_permissive_branch_is_found_among_all_tasks_for_the_reason():
    driver = Driver(
        workflow(
            *_fork([simple("a", permissive=True)], ref="f")[:1], task("j", "JOIN", optional=True)
        )
    ).start()
    driver.fail("a", "bad")
    assert driver.status is WorkflowStatus.FAILED
    assert "'bad'" in driver.header.reason


def test_more_branches_than_a_header_can_hold_fail_the_workflow():
    inputs = {"forkTaskName": "n" * 900, "forkTaskInputs": [1] * 330}
    fork = task("f", "FORK_JOIN_DYNAMIC", inputParameters=inputs)
    driver = Driver(workflow(fork, task("j", "JOIN"))).start()
    assert driver.status is WorkflowStatus.FAILED
    assert "opens 330 branches, more than can be open at once" in driver.header.reason
    assert driver.tasks == []


@pytest.mark.parametrize(
    "made",
    [
        _dynamic(name="n" * 1001),
        task(
            "f",
            "FORK_JOIN_DYNAMIC",
            inputParameters={"forkTaskName": "n" * 999, "forkTaskInputs": [1]},
        ),
    ],
)
def test_a_name_too_long_for_an_item_fails_the_workflow(made):
    driver = Driver(workflow(made, task("j", "JOIN"))).start()
    assert driver.status is WorkflowStatus.FAILED
    assert "too long a name" in driver.header.reason
