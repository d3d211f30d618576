from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from podium.domain.definitions import (
    JoinMode,
    RetryLogic,
    SubWorkflowParams,
    TaskDef,
    TimeoutPolicy,
    WorkflowDef,
    WorkflowTask,
    WorkflowTimeoutPolicy,
    walk,
)

EXAMPLES = Path(__file__).resolve().parents[3] / "events" / "definitions"


def leaf(ref: str) -> dict[str, Any]:
    return {"name": ref, "taskReferenceName": ref}


def test_an_empty_workflow_definition_has_the_defaults_of_the_peer():
    definition = WorkflowDef.from_json({"name": "wf"})

    assert definition.version == 1
    assert definition.schema_version == 2
    assert definition.restartable is True
    assert definition.enforce_schema is True
    assert definition.timeout_policy is WorkflowTimeoutPolicy.ALERT_ONLY
    assert definition.failure_workflow is None
    assert definition.tasks == ()


def test_an_empty_task_definition_has_the_defaults_of_the_peer():
    definition = TaskDef.from_json({"name": "t"})

    assert definition.retry_count == 3
    assert definition.retry_logic is RetryLogic.FIXED
    assert definition.retry_delay_seconds == 60
    assert definition.backoff_scale_factor == 1
    assert definition.timeout_policy is TimeoutPolicy.TIME_OUT_WF
    assert definition.response_timeout_seconds == 3600
    assert definition.rate_limit_frequency_in_seconds == 1
    assert definition.enforce_schema is False
    assert definition.task_status_listener_enabled is True


def test_what_is_always_present_is_written_with_its_default():
    written = WorkflowDef(name="wf").to_json()

    assert written == {
        "createTime": 0,
        "updateTime": 0,
        "name": "wf",
        "version": 1,
        "tasks": [],
        "inputParameters": [],
        "outputParameters": {},
        "inputTemplate": {},
        "variables": {},
        "schemaVersion": 2,
        "restartable": True,
        "workflowStatusListenerEnabled": False,
        "timeoutPolicy": "ALERT_ONLY",
        "timeoutSeconds": 0,
        "enforceSchema": True,
        "metadata": {},
        "maskedFields": [],
    }


def test_a_task_is_written_with_the_names_of_the_wire():
    written = WorkflowTask(
        name="t", task_reference_name="ref", sub_workflow_param=SubWorkflowParams(name="child")
    ).to_json()

    assert written == {
        "name": "t",
        "taskReferenceName": "ref",
        "inputParameters": {},
        "type": "SIMPLE",
        "startDelay": 0,
        "optional": False,
        "permissive": False,
        "asyncComplete": False,
        "subWorkflowParam": {"name": "child"},
        "decisionCases": {},
        "defaultCase": [],
        "forkTasks": [],
        "joinOn": [],
        "defaultExclusiveJoinTask": [],
        "loopOver": [],
        "onStateChange": {},
        "metadata": {},
    }


def test_a_task_definition_keeps_the_odd_spellings():
    definition = TaskDef(name="t", execution_name_space="blue", isolation_group_id="g")

    written = definition.to_json()

    assert written["executionNameSpace"] == "blue"
    assert written["isolationGroupId"] == "g"
    assert written["backoffJitterMs"] == 0


def test_the_type_of_a_task_has_an_alias():
    assert WorkflowTask.from_json({"workflowTaskType": "WAIT"}).type == "WAIT"


def test_the_type_wins_over_its_alias():
    task = WorkflowTask.from_json({"type": "HUMAN", "workflowTaskType": "WAIT"})

    assert task.type == "HUMAN"
    assert task.extra == {}


def test_a_join_mode_is_read_and_left_out_when_absent():
    assert WorkflowTask.from_json({"joinMode": "SYNC"}).join_mode is JoinMode.SYNC
    assert "joinMode" not in WorkflowTask.from_json({"joinMode": None}).to_json()


def test_a_sub_workflow_may_be_given_as_a_definition():
    params = SubWorkflowParams.from_json(
        {"name": "other", "version": 7, "workflowDefinition": {"name": "inline", "version": 2}}
    )

    assert isinstance(params.workflow_definition, WorkflowDef)
    assert (params.workflow_name, params.workflow_version) == ("inline", 2)


def test_a_sub_workflow_may_be_given_as_an_expression():
    params = SubWorkflowParams.from_json({"name": "n", "workflowDefinition": "${t.output.def}"})

    assert params.workflow_definition == "${t.output.def}"
    assert (params.workflow_name, params.workflow_version) == ("n", None)
    assert params.to_json() == {"name": "n", "workflowDefinition": "${t.output.def}"}


def test_a_definition_is_known_by_name_and_version():
    definition = WorkflowDef(name="wf", version=3)

    assert definition.identity == ("wf", 3)
    assert definition.key == "wf.3"


def test_walk_goes_through_nested_lists_in_pre_order():
    tasks = WorkflowDef.from_json(
        {
            "tasks": [
                leaf("switch")
                | {
                    "type": "SWITCH",
                    "decisionCases": {"z": [leaf("z1"), leaf("z2")], "a": [leaf("a1")]},
                    "defaultCase": [leaf("default")],
                },
                leaf("fork") | {"type": "FORK_JOIN", "forkTasks": [[leaf("b1")], [], [leaf("b2")]]},
                leaf("loop")
                | {
                    "type": "DO_WHILE",
                    "loopOver": [
                        leaf("inner") | {"type": "DO_WHILE", "loopOver": [leaf("innermost")]}
                    ],
                },
                leaf("last"),
            ]
        }
    ).tasks

    refs = [task.task_reference_name for task in walk(tasks)]

    assert refs == (
        [
            "switch",
            "z1",
            "z2",
            "a1",
            "default",
            "fork",
            "b1",
            "b2",
            "loop",
            "inner",
            "innermost",
            "last",
        ]
    )


def test_walk_passes_by_lists_that_a_type_does_not_run():
    task = WorkflowTask.from_json(leaf("t") | {"loopOver": [leaf("never")]})

    assert [found.task_reference_name for found in walk([task])] == ["t"]
    assert task.to_json()["loopOver"]


def test_walk_does_not_enter_inline_sub_workflows():
    task = WorkflowTask.from_json(
        leaf("sub")
        | {
            "type": "SUB_WORKFLOW",
            "subWorkflowParam": {"workflowDefinition": {"name": "i", "tasks": [leaf("t")]}},
        }
    )

    assert list(walk([task])) == [task]


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_examples_keep_all_they_say(example: Path):
    source = json.loads(example.read_text())

    written = WorkflowDef.from_json(source).to_json()

    assert {key: written[key] for key in source if key != "tasks"} == {
        key: value for key, value in source.items() if key != "tasks"
    }
    assert WorkflowDef.from_json(written) == WorkflowDef.from_json(source)
