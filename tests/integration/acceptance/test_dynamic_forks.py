"""tasks.md 27, case 17: what a dynamic fork keeps of its branches, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.client import Client, definition, simple, task

FAN = task(
    "FORK_JOIN_DYNAMIC",
    "fan",
    dynamicForkTasksParam="tasks",
    dynamicForkTasksInputParamName="inputs",
    inputParameters={"tasks": "${workflow.input.tasks}", "inputs": "${workflow.input.inputs}"},
)
JOIN = task("JOIN", "join")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (
            {"tasks": None, "inputs": {}},
            "Input 'tasks' is invalid. Cannot deserialize a list of Workflow Tasks from 'null'",
        ),
        (
            {"tasks": [{"name": "x", "taskReferenceName": None}], "inputs": {}},
            "Input 'tasks' is invalid. Cannot deserialize a list of Workflow Tasks from ",
        ),
        (
            {"tasks": [simple("x")], "inputs": None},
            "Input to the dynamically forked tasks is not a map",
        ),
        (
            {"tasks": [simple("x")], "inputs": {"x": 7}},
            "Tasks could not be dynamically forked due to invalid input",
        ),
        (
            {"tasks": [simple("first")], "inputs": {}},
            "attempted to create a duplicate task reference name: first",
        ),
    ],
)
def test_case_17_invalid_input_fails_the_workflow_after_its_first_task(
    client: Client, given: dict[str, Any], reason: str
) -> None:
    wf = client.run(definition("refused", simple("first"), FAN, JOIN), given)
    client.finish("first")
    found = client.workflow(wf)
    assert found["status"] == "FAILED"
    assert reason in found["reasonForIncompletion"]
    assert client.tasks(wf) == [("first", "COMPLETED")]


def test_case_17_invalid_input_at_the_start_leaves_a_failed_workflow_without_tasks(
    client: Client,
) -> None:
    wf = client.run(definition("at_once", FAN, JOIN), {"tasks": "x", "inputs": {}})
    assert client.tasks(wf) == []
    assert client.status(wf) == "FAILED"


def test_case_17_what_is_unknown_in_a_branch_is_kept(client: Client) -> None:
    branch = simple("x", metadata={"a": 1}, custom="kept")
    wf = client.run(
        definition("keeping", FAN, JOIN), {"tasks": [branch], "inputs": {"x": {"k": None}}}
    )
    assert client.task(wf, "fan")["inputData"]["forkedTasks"] == ["x"]
    config = client.task(wf, "x")["workflowTask"]
    assert (config["metadata"], config["custom"]) == ({"a": 1}, "kept")
    assert client.finish("x")["inputData"] == {"k": None}
    assert client.status(wf) == "COMPLETED"


def test_case_17_a_child_branch_needs_no_name(client: Client) -> None:
    client.register(definition("child", simple("inner")))
    branch = {
        "name": None,
        "taskReferenceName": "kid",
        "type": "SUB_WORKFLOW",
        "subWorkflowParam": {"name": "child"},
    }
    given = {"tasks": [branch], "inputs": {"kid": {"a": 1}}}
    wf = client.run(definition("nameless", FAN, JOIN), given)
    child = client.task(wf, "kid")["subWorkflowId"]
    assert client.workflow(child)["input"] == {"a": 1}
    client.finish("inner", {"b": 2})
    assert client.task(wf, "join")["outputData"]["kid"]["b"] == 2
    assert client.status(wf) == "COMPLETED"


def test_case_17_a_failed_branch_gets_its_attempts(client: Client) -> None:
    client.register({"name": "x", "retryCount": 1, "retryDelaySeconds": 0})
    given = {"tasks": [simple("x"), simple("y")], "inputs": {}}
    wf = client.run(definition("again", FAN, JOIN), given)
    client.finish("y", {"y": 1})
    client.fail("x")
    assert client.task(wf, "join")["status"] == "IN_PROGRESS"
    client.finish("x", {"x": 2})
    assert client.task(wf, "join")["outputData"] == {"x": {"x": 2}, "y": {"y": 1}}
    assert client.status(wf) == "COMPLETED"
