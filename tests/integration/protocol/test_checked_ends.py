"""Whoever ends a task whose output has to meet a schema: a bad output never completes it."""

from __future__ import annotations

from typing import Any

import pytest

from podium.domain.ids import TaskKey
from podium.domain.json import Json
from podium.domain.requests import TaskResult
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.ports.outside import HttpResponse
from tests.integration.protocol.definitions import simple, workflow
from tests.support.cluster import Cluster

SCHEMA: dict[str, Any] = {"name": "s", "type": "JSON", "data": {"required": ["n"]}}


def strict(ref: str, kind: str, **fields: Json) -> dict[str, Json]:
    definition: dict[str, Json] = {"name": ref, "enforceSchema": True, "outputSchema": SCHEMA}
    return {
        "name": ref,
        "taskReferenceName": ref,
        "type": kind,
        "taskDefinition": definition,
        **fields,
    }


def begun(task: dict[str, Json], *after: dict[str, Json]) -> tuple[Cluster, str]:
    cluster = Cluster()
    wf = cluster.start(workflow(task, *after))
    cluster.settle()
    return cluster, wf


def assert_refused(cluster: Cluster, wf: str, output: dict[str, Json]) -> None:
    cluster.settle()
    task = cluster.task(wf, "t")
    assert task.status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert "'n' is a required property" in task.reason
    assert task.output == output
    assert cluster.status(wf) is WorkflowStatus.FAILED


@pytest.mark.parametrize(("output", "status"), [({"n": 1}, "COMPLETED"), ({"m": 1}, "FAILED")])
def test_of_a_worker(output: dict[str, Json], status: str) -> None:
    cluster, wf = begun(strict("t", "SIMPLE"))
    cluster.complete("t", output)
    cluster.settle()
    assert cluster.status(wf).value == status
    if status == "FAILED":
        assert_refused(cluster, wf, output)


def test_a_second_report_changes_nothing() -> None:
    cluster, wf = begun(strict("t", "SIMPLE"))
    (handed,) = cluster.poll("t")
    cluster.report(handed.task, wf, output={"m": 1})
    cluster.report(handed.task, wf, output={"n": 1})
    assert_refused(cluster, wf, {"m": 1})


def test_a_bad_end_is_not_checked() -> None:
    cluster, wf = begun(strict("t", "SIMPLE", retryCount=0))
    (handed,) = cluster.poll("t")
    cluster.report(handed.task, wf, TaskStatus.FAILED, {"m": 1})
    cluster.settle()
    assert cluster.task(wf, "t").status is TaskStatus.FAILED


def test_of_an_sqs_direct_worker() -> None:
    cluster, wf = begun(strict("t", "SIMPLE"))
    task = cluster.task(wf, "t")
    result = TaskResult(
        workflow_instance_id=wf,
        task_id=TaskKey(wf, "t", task.seq).task_id,
        status=TaskStatus.COMPLETED,
        output_data={"m": 1},
    )
    cluster.engine.updates.update(result, inc=0, epoch=0)
    assert_refused(cluster, wf, {"m": 1})


def test_by_reference_where_the_outputs_are_merged() -> None:
    cluster, wf = begun(strict("t", "HUMAN"))
    cluster.engine.updates.update_by_ref(wf, "t", TaskStatus.IN_PROGRESS, {"n": 1}, "")
    cluster.engine.updates.update_by_ref(wf, "t", TaskStatus.COMPLETED, {"m": 2}, "")
    cluster.settle()
    assert cluster.status(wf) is WorkflowStatus.COMPLETED
    assert cluster.task(wf, "t").output == {"n": 1, "m": 2}


def test_of_a_wait_whose_time_has_come() -> None:
    wait = strict("t", "WAIT", inputParameters={"duration": "5 seconds"})
    cluster, wf = begun(wait)
    cluster.advance(6)
    assert_refused(cluster, wf, {})


def test_of_an_http_task() -> None:
    cluster = Cluster()
    cluster.http.answers["http://shop/"] = HttpResponse(200, "OK", {}, {"m": 1})
    request: dict[str, Json] = {"http_request": {"uri": "http://shop/", "method": "GET"}}
    wf = cluster.start(workflow(strict("t", "HTTP", inputParameters=request)))
    cluster.settle()
    task = cluster.task(wf, "t")
    assert task.status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert task.output["response"]["body"] == {"m": 1}  # type: ignore[index, call-overload]


@pytest.mark.parametrize("delay", [0, 5])
def test_of_a_child_and_of_a_workflow_that_was_there_before(delay: int) -> None:
    cluster = Cluster()
    cluster.register(workflow(simple("inner"), name="child"))
    param: dict[str, Json] = {
        "name": "child",
        "idempotencyKey": "k",
        "idempotencyStrategy": "RETURN_EXISTING",
    }
    sub = strict("t", "SUB_WORKFLOW", subWorkflowParam=param, startDelay=delay)
    first = cluster.start(workflow(sub))
    cluster.advance(delay)
    cluster.settle()
    second = cluster.start(workflow(sub))
    cluster.advance(delay)
    cluster.settle()
    kid = cluster.task(first, "t").child_id
    cluster.complete("inner", {"m": 1})
    cluster.settle()
    third = cluster.start(workflow(sub))
    cluster.advance(delay)
    for wf in (first, second, third):
        assert cluster.task(wf, "t").child_id == kid
        assert_refused(cluster, wf, {"subWorkflowId": kid, "m": 1})


@pytest.mark.parametrize("delay", [0, 5])
def test_of_a_start_workflow(delay: int) -> None:
    cluster = Cluster()
    cluster.register(workflow(simple("inner"), name="child"))
    start: dict[str, Json] = {"startWorkflow": {"name": "child", "input": {}}}
    wf = cluster.start(
        workflow(strict("t", "START_WORKFLOW", inputParameters=start, startDelay=delay))
    )
    cluster.advance(delay)
    cluster.settle()
    task = cluster.task(wf, "t")
    assert task.status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert task.output.keys() == {"workflowId"}


def test_of_a_branch_that_was_forked_at_run_time() -> None:
    cluster = Cluster()
    fan: dict[str, Json] = {
        "name": "fan",
        "taskReferenceName": "fan",
        "type": "FORK_JOIN_DYNAMIC",
        "dynamicForkTasksParam": "tasks",
        "dynamicForkTasksInputParamName": "inputs",
        "inputParameters": {"tasks": [strict("t", "SIMPLE")], "inputs": {"t": {}}},
    }
    join: dict[str, Json] = {"name": "j", "taskReferenceName": "j", "type": "JOIN"}
    wf = cluster.start(workflow(fan, join))
    cluster.settle()
    cluster.restart_processes()
    cluster.complete("t", {"m": 1})
    assert_refused(cluster, wf, {"m": 1})


def test_a_schema_that_never_ends_fails_the_task() -> None:
    endless: dict[str, Json] = {"name": "s", "type": "JSON", "data": {"$ref": "#"}}
    definition: dict[str, Json] = {"name": "t", "enforceSchema": True, "outputSchema": endless}
    cluster, wf = begun(simple("t", taskDefinition=definition))
    cluster.complete("t")
    cluster.settle()
    assert "cut off" in cluster.task(wf, "t").reason
    assert cluster.status(wf) is WorkflowStatus.FAILED


def test_of_a_task_that_was_handed_secrets_whose_output_is_masked_before_it_is_kept() -> None:
    """Both guards refuse the first write: the output is masked, then checked, then written."""
    cluster = Cluster()
    cluster.secrets.put("KEY", "a-secret-value")
    given: dict[str, Json] = {"key": "${workflow.secrets.KEY}"}
    for output, status in [
        ({"n": "a-secret-value"}, "COMPLETED"),
        ({"m": "a-secret-value"}, "FAILED"),
    ]:
        wf = cluster.start(workflow(strict("t", "SIMPLE", inputParameters=given)))
        cluster.settle()
        cluster.complete("t", dict[str, Json](output))
        cluster.settle()
        assert cluster.status(wf).value == status
        assert set(cluster.task(wf, "t").output.values()) == {"***"}
    assert "a-secret-value" not in str(cluster.store.items())
