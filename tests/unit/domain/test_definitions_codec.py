from __future__ import annotations

from typing import Any

import pytest

from podium.domain.definitions import TaskDef, WorkflowDef, WorkflowTask
from podium.errors import InvalidInputError


@pytest.mark.parametrize(
    ("field", "value", "read"),
    [
        ("retryCount", None, 0),
        ("timeoutSeconds", None, 0),
        ("createTime", None, 0),
        ("rateLimitPerFrequency", None, 0),
        ("rateLimitFrequencyInSeconds", None, 1),
        ("backoffScaleFactor", None, 1),
        ("taskStatusListenerEnabled", None, False),
        ("inputTemplate", None, {}),
        ("inputKeys", None, []),
        ("timeoutPolicy", None, "TIME_OUT_WF"),
    ],
)
def test_null_reads_as(field: str, value: Any, read: Any):
    assert TaskDef.from_json({field: value}).to_json()[field] == read


@pytest.mark.parametrize(
    "field", ["description", "pollTimeoutSeconds", "ownerEmail", "inputSchema", "name"]
)
def test_null_is_left_out_of(field: str):
    assert field not in TaskDef.from_json({field: None}).to_json()


@pytest.mark.parametrize(
    ("field", "value", "read"),
    [
        ("version", "5", 5),
        ("version", " -5 ", -5),
        ("version", 5.9, 5),
        ("version", "", 0),
        ("timeoutSeconds", 2**62, 2**62),
        ("name", 7, "7"),
        ("name", 1.5, "1.5"),
        ("description", True, "true"),
        ("restartable", "false", False),
        ("restartable", 1, True),
        ("restartable", "TRUE", True),
        ("version", -(2**31), -(2**31)),
    ],
)
def test_scalars_are_read_as_leniently_as_the_peer_reads_them(field: str, value: Any, read: Any):
    assert WorkflowDef.from_json({field: value}).to_json()[field] == read


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"tasks": "x"}, "tasks: expected an array"),
        ({"tasks": {}}, "tasks: expected an array"),
        ({"tasks": [None]}, "tasks[0]: expected an object"),
        ({"tasks": [{}, {}, {"forkTasks": ["x"]}]}, "tasks[2].forkTasks[0]: expected an array"),
        (
            {"tasks": [{"decisionCases": {"a": [{}, 1]}}]},
            "tasks[0].decisionCases[a][1]: expected an object",
        ),
        ({"tasks": [{"decisionCases": []}]}, "tasks[0].decisionCases: expected an object"),
        ({"tasks": [{"type": None}]}, "tasks[0].type: must not be null"),
        ({"tasks": [{"joinOn": [None]}]}, "tasks[0].joinOn[0]: must not be null"),
        ({"tasks": [{"joinOn": [[]]}]}, "tasks[0].joinOn[0]: expected a string"),
        ({"tasks": [{"inputParameters": []}]}, "tasks[0].inputParameters: expected an object"),
        ({"tasks": [{"joinMode": "x"}]}, "tasks[0].joinMode: expected one of SYNC, ASYNC"),
        ({"timeoutPolicy": "RETRY"}, "timeoutPolicy: expected one of TIME_OUT_WF, ALERT_ONLY"),
        ({"timeoutPolicy": 1}, "timeoutPolicy: expected one of TIME_OUT_WF, ALERT_ONLY"),
        ({"version": "x"}, "version: expected a number"),
        ({"version": "1_000"}, "version: expected a number"),
        ({"version": "9" * 5000}, "version: expected a number"),
        ({"version": float("nan")}, "version: expected a number"),
        ({"version": True}, "version: expected a number"),
        ({"version": [1]}, "version: expected a number"),
        ({"version": float("inf")}, "version: expected a number"),
        ({"version": 2**31}, "version: expected a number of at most 32 bits"),
        ({"timeoutSeconds": 2**63}, "timeoutSeconds: expected a number of at most 64 bits"),
        ({"restartable": "maybe"}, "restartable: expected true or false"),
        ({"restartable": []}, "restartable: expected true or false"),
        ({"name": {}}, "name: expected a string"),
        (
            {"tasks": [{"subWorkflowParam": {"workflowDefinition": "not ${an} expression"}}]},
            (
                "tasks[0].subWorkflowParam.workflowDefinition: "
                "expected an object or an expression ${...}"
            ),
        ),
        (
            {"tasks": [{"subWorkflowParam": {"workflowDefinition": {"tasks": [1]}}}]},
            "tasks[0].subWorkflowParam.workflowDefinition.tasks[0]: expected an object",
        ),
        (
            {"tasks": [{"subWorkflowParam": {"taskToDomain": {"*": {}}}}]},
            "tasks[0].subWorkflowParam.taskToDomain[*]: expected a string",
        ),
    ],
)
def test_a_wrong_type_is_refused_with_the_path_of_the_field(source: Any, message: str):
    with pytest.raises(InvalidInputError) as refusal:
        WorkflowDef.from_json(source)

    assert str(refusal.value) == message


@pytest.mark.parametrize("source", [[], "x", 1, None])
def test_a_definition_is_an_object(source: Any):
    with pytest.raises(InvalidInputError, match=r"^expected an object$"):
        WorkflowDef.from_json(source)


def test_bottomless_nesting_is_refused():
    source: dict[str, Any] = {}
    for _ in range(5000):
        source = {"loopOver": [source]}

    with pytest.raises(InvalidInputError, match="WorkflowTask is nested too deeply"):
        WorkflowTask.from_json(source)


def test_unknown_fields_are_kept_at_every_level():
    source: dict[str, Any] = {
        "name": "wf",
        "tags": ["x"],
        "tasks": [
            {
                "name": "t",
                "color": None,
                "taskDefinition": {"name": "t", "unit": {"a": 1}},
                "onStateChange": {"onStart": [{"type": "event", "channel": 1}]},
                "subWorkflowParam": {"name": "child", "since": 2},
            }
        ],
    }

    written: Any = WorkflowDef.from_json(source).to_json()

    assert written["tags"] == ["x"]
    task = written["tasks"][0]
    assert task["color"] is None
    assert task["taskDefinition"]["unit"] == {"a": 1}
    assert task["onStateChange"]["onStart"][0] == {"type": "event", "channel": 1}
    assert task["subWorkflowParam"] == {"name": "child", "since": 2}


def test_nulls_inside_maps_survive():
    source: dict[str, Any] = {"name": "wf", "variables": {"a": None, "b": [None, {"c": None}]}}

    assert WorkflowDef.from_json(source).to_json()["variables"] == source["variables"]


def test_the_order_of_cases_and_parameters_is_kept():
    source: dict[str, Any] = {
        "decisionCases": {"z": [], "a": [], "m": []},
        "inputParameters": {"b": 1, "a": 2},
    }

    written: Any = WorkflowTask.from_json(source).to_json()

    assert list(written["decisionCases"]) == ["z", "a", "m"]
    assert list(written["inputParameters"]) == ["b", "a"]
