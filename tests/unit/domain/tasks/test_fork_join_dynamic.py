"""FORK_JOIN_DYNAMIC (tasks.md 6)."""

from __future__ import annotations

import pytest

from podium.domain.definitions import WorkflowTask
from podium.domain.json import Json
from podium.domain.outcome import TerminateWorkflowError
from podium.domain.tasks.fork_join_dynamic import branches


def fork(**fields: Json) -> WorkflowTask:
    given = {"name": "f", "taskReferenceName": "f1", "type": "FORK_JOIN_DYNAMIC", **fields}
    return WorkflowTask.from_json(given)


LIST = fork(dynamicForkTasksParam="tasks", dynamicForkTasksInputParamName="inputs")
LEGACY = fork(dynamicForkJoinTasksParam="tasks")


def refs(made: list[WorkflowTask]) -> list[str]:
    return [branch.task_reference_name for branch in made]


# A list of inputs for one task


def test_one_branch_runs_for_each_element():
    made = branches(fork(), {"forkTaskName": "pick", "forkTaskInputs": [{"a": 1}, 7, None]})
    assert refs(made) == ["_pick_0", "_pick_1", "_pick_2"]
    assert {(branch.name, branch.type) for branch in made} == {("pick", "SIMPLE")}
    assert [branch.input_parameters for branch in made] == [
        {"a": 1, "__index": 0},
        {"input": 7, "__index": 1},
        {"input": None, "__index": 2},
    ]


@pytest.mark.parametrize(
    ("task_input", "name", "task_type"),
    [
        ({"forkTaskType": "HTTP"}, "HTTP", "HTTP"),
        ({"forkTaskType": "HTTP", "forkTaskName": "call"}, "call", "HTTP"),
        ({"forkTaskType": "MINE"}, "f1", "MINE"),
        ({}, "f1", "SIMPLE"),
    ],
)
def test_the_name_comes_from_the_input_the_type_or_the_fork(task_input, name, task_type):
    [branch] = branches(fork(), {**task_input, "forkTaskInputs": [1]})
    assert (branch.name, branch.type) == (name, task_type)
    assert branch.task_reference_name == f"_{name}_0"


def test_a_later_fork_of_the_same_execution_puts_its_own_name_first():
    made = branches(fork(), {"forkTaskName": "pick", "forkTaskInputs": [1, 2]}, is_first=False)
    assert refs(made) == ["_f1_pick_0", "_f1_pick_1"]


@pytest.mark.parametrize(("version", "read"), [("3", 3), (3, 3), (None, None), ("", None)])
def test_a_workflow_runs_for_each_element(version, read):
    [branch] = branches(
        fork(),
        {
            "forkTaskWorkflow": "orders",
            "forkTaskWorkflowVersion": version,
            "forkTaskInputs": [{"a": 1, "taskToDomain": {"*": "blue"}}],
        },
    )
    assert (branch.type, branch.name) == ("SUB_WORKFLOW", "orders")
    assert branch.sub_workflow_param is not None
    assert branch.sub_workflow_param.name == "orders"
    assert branch.sub_workflow_param.version == read
    assert branch.sub_workflow_param.task_to_domain == {"*": "blue"}
    assert branch.input_parameters["a"] == 1


def test_an_element_may_hold_settings_of_its_task():
    [branch] = branches(
        fork(), {"forkTaskName": "pick", "forkTaskInputs": [{"retryCount": 2, "a": 1}]}
    )
    assert branch.retry_count == 2
    assert branch.extra == {}
    assert branch.input_parameters == {"retryCount": 2, "a": 1, "__index": 0}


def test_an_element_that_is_no_task_is_input_all_the_same():
    [branch] = branches(fork(), {"forkTaskName": "pick", "forkTaskInputs": [{"type": 7}]})
    assert (branch.name, branch.type) == ("pick", "SIMPLE")
    assert branch.input_parameters == {"type": 7, "__index": 0}


def test_an_optional_fork_makes_its_branches_optional():
    [branch] = branches(fork(optional=True), {"forkTaskInputs": [{"optional": False}]})
    assert branch.optional


def test_the_list_of_inputs_goes_before_the_other_forms():
    made = branches(LIST, {"forkTaskInputs": [], "tasks": None})
    assert made == []


# A list of tasks and a map of inputs


def test_each_listed_task_gets_its_own_input_over_its_parameters():
    made = branches(
        LIST,
        {
            "tasks": [
                {"name": "a", "taskReferenceName": "r1", "inputParameters": {"x": 1, "y": 2}},
                {"name": "b", "taskReferenceName": "r2", "type": "HTTP", "optional": True},
            ],
            "inputs": {"r1": {"y": 3, "z": "${workflow.input.z}"}, "unused": 7},
        },
    )
    assert refs(made) == ["r1", "r2"]
    assert made[0].type == "SIMPLE"
    assert made[0].input_parameters == {"x": 1, "y": 3, "z": "${workflow.input.z}"}
    assert (made[1].type, made[1].optional, made[1].input_parameters) == ("HTTP", True, {})


def test_custom_keys_of_a_listed_task_are_kept():
    [branch] = branches(
        LIST,
        {"tasks": [{"name": "a", "taskReferenceName": "r1", "custom": 1}], "inputs": {}},
    )
    assert branch.to_json()["custom"] == 1


def test_a_sub_workflow_needs_no_name():
    element = {
        "taskReferenceName": "r1",
        "name": None,
        "type": "SUB_WORKFLOW",
        "subWorkflowParam": {"name": "orders"},
    }
    [branch] = branches(LIST, {"tasks": [element], "inputs": {}})
    assert branch.task_reference_name == "r1"


def test_an_empty_list_has_no_branches():
    assert branches(LIST, {"tasks": [], "inputs": {}}) == []


@pytest.mark.parametrize(
    "tasks",
    [
        None,
        {},
        "text",
        [7],
        [{"name": "a"}],
        [{"name": "a", "taskReferenceName": None}],
        [{"taskReferenceName": "r1"}],
        [{"name": "a", "taskReferenceName": "r1", "optional": []}],
    ],
)
def test_what_is_no_list_of_tasks_fails_the_workflow(tasks):
    with pytest.raises(
        TerminateWorkflowError,
        match="Cannot deserialize a list of Workflow Tasks from",
    ):
        branches(LIST, {"tasks": tasks, "inputs": {}})


@pytest.mark.parametrize("inputs", [None, [], "text", 7])
def test_inputs_that_are_no_map_fail_the_workflow(inputs):
    task = {"name": "a", "taskReferenceName": "r1"}
    with pytest.raises(TerminateWorkflowError, match="is not a map"):
        branches(LIST, {"tasks": [task], "inputs": inputs})


@pytest.mark.parametrize("own", [None, [], "text", 7])
def test_an_input_that_is_no_map_fails_the_workflow(own):
    task = {"name": "a", "taskReferenceName": "r1"}
    with pytest.raises(
        TerminateWorkflowError, match="could not be dynamically forked due to invalid input"
    ):
        branches(LIST, {"tasks": [task], "inputs": {"r1": own}})


# The legacy form


def test_dynamic_tasks_are_read_from_one_map():
    made = branches(
        LEGACY,
        {
            "tasks": {
                "dynamicTasks": [
                    {"taskName": "a", "referenceName": "r1", "input": {"x": 1}},
                    {"taskName": "b", "referenceName": "r2", "type": "HTTP"},
                    {"workflowName": "orders", "referenceName": "r3", "type": "SUB_WORKFLOW"},
                ]
            }
        },
    )
    assert [(b.task_reference_name, b.name, b.type) for b in made] == [
        ("r1", "a", "SIMPLE"),
        ("r2", "b", "HTTP"),
        ("r3", "orders", "SUB_WORKFLOW"),
    ]
    assert made[0].input_parameters == {"x": 1}
    assert made[2].sub_workflow_param is not None
    assert made[2].sub_workflow_param.name == "orders"


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"dynamicTasks": None},
        {"dynamicTasks": [7]},
        {"dynamicTasks": [{"taskName": "a"}]},
        {"dynamicTasks": [{"referenceName": "r1"}]},
        {"dynamicTasks": [{"taskName": "a", "referenceName": "r1", "input": [1]}]},
    ],
)
def test_without_dynamic_tasks_the_workflow_fails(value):
    with pytest.raises(TerminateWorkflowError, match="Dynamic tasks could not be created"):
        branches(LEGACY, {"tasks": value})


# All forms


def test_a_fork_that_names_no_input_fails_the_workflow():
    with pytest.raises(TerminateWorkflowError, match="f1 has neither a list forkTaskInputs"):
        branches(fork(), {})


def test_a_reference_name_that_comes_twice_fails_the_workflow():
    task = {"name": "a", "taskReferenceName": "r1"}
    with pytest.raises(
        TerminateWorkflowError, match="attempted to create a duplicate task reference name: r1"
    ):
        branches(LIST, {"tasks": [task, task], "inputs": {}})


def test_a_large_input_is_not_repeated_in_the_reason():
    with pytest.raises(TerminateWorkflowError) as caught:
        branches(LIST, {"tasks": "x" * 100_000, "inputs": {}})
    assert len(str(caught.value)) < 500
