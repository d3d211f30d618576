"""Operations on the new types through the whole engine, and through REST where clients see them."""

from __future__ import annotations

from typing import Any

import pytest

from podium.domain.execution import Task
from podium.domain.requests import RerunWorkflowRequest
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.ports.outside import HttpResponse
from tests.support.client import Client, definition
from tests.support.cluster import Cluster
from tests.support.driver import simple, task
from tests.support.stack import local_stack

EACH = task(
    "each",
    "FOR_EACH",
    items="${workflow.input.items}",
    inputParameters={"concurrency": 2},
    loopOver=[
        simple("pick", inputParameters={"item": "${each.output.loopItem}"}),
        simple("pack", inputParameters={"picked": "${pick.output.v}"}),
    ],
)
KID: dict[str, Any] = {"name": "kid", "version": 1, "tasks": [simple("inner")]}
CHILD = task("child", "SUB_WORKFLOW", subWorkflowParam={"name": "kid", "version": 1})
FORK = [
    task("fork", "FORK_JOIN", forkTasks=[[simple("bad")], [CHILD]]),
    task("join", "JOIN", joinOn=["bad", "child"]),
]
TRY = task("try", "TRY_CATCH", tryTasks=FORK, catchTasks=[simple("mend")])


def workflow(*tasks: dict[str, Any]) -> dict[str, Any]:
    return {"name": "flow", "version": 1, "tasks": list(tasks)}


ALL = ("pick", "pack", "bad", "inner", "mend", "last")


def drive(
    cluster: Cluster, wf: str, answer: Any = None, rounds: int = 60, types: tuple[str, ...] = ALL
) -> list[str]:
    """Workers answer until the workflow has ended; the names of what ran, in order."""
    ran: list[str] = []
    for _ in range(rounds):
        cluster.settle()
        if cluster.status(wf).is_terminal:
            cluster.settle()
            return ran
        for task_type in types:
            for handed in cluster.poll(task_type, count=2):
                status, output = (answer or good)(handed.task)
                ran.append(handed.task.wire_ref)
                cluster.report(handed.task, handed.message.workflow_id, status, output)
    raise AssertionError(cluster.store.read_header(wf))


def good(done: Task) -> tuple[TaskStatus, dict[str, Any]]:
    return TaskStatus.COMPLETED, {"v": done.wire_ref}


def failing(*refs: str) -> Any:
    def answer(done: Task) -> tuple[TaskStatus, dict[str, Any]]:
        return (TaskStatus.FAILED, {}) if done.wire_ref in refs else good(done)

    return answer


@pytest.mark.parametrize("deciders", [1, 3])
def test_a_retry_goes_on_with_the_item_that_failed(deciders: int):
    cluster = Cluster(deciders=deciders)
    wf = cluster.start(workflow(EACH), {"items": [10, 20, 30]})
    before = drive(cluster, wf, failing("pack__2"))
    assert cluster.status(wf) is WorkflowStatus.FAILED
    cluster.engine.repeats.retry(wf)
    after = drive(cluster, wf)
    assert cluster.status(wf) is WorkflowStatus.COMPLETED
    assert "pick__2" not in after
    assert {"pick__3", "pack__3"} <= set(before) | set(after)
    results: Any = cluster.view(wf).tasks[0].output["results"]
    assert [result["pack"]["v"] for result in results] == ["pack__1", "pack__2", "pack__3"]


def test_a_restart_and_a_terminate_in_the_middle_leave_nothing_open():
    cluster = Cluster(deciders=2)
    wf = cluster.start(workflow(EACH), {"items": [1, 2, 3, 4]})
    cluster.settle()
    cluster.engine.operations.terminate(wf, "enough")
    cluster.settle()
    assert all(each.status.is_terminal for each in cluster.view(wf).tasks)
    cluster.engine.repeats.restart(wf, use_latest_definitions=False)
    ran = drive(cluster, wf)
    assert cluster.status(wf) is WorkflowStatus.COMPLETED
    assert sorted(ran) == sorted(f"{name}__{n}" for name in ("pick", "pack") for n in (1, 2, 3, 4))


def test_a_rerun_from_the_task_that_was_caught_runs_what_was_given_up_beside_it():
    cluster = Cluster(deciders=2)
    cluster.register(KID)
    wf = cluster.start(workflow(TRY, simple("last")))
    ran = drive(cluster, wf, failing("bad"))
    assert ran[-2:] == ["mend", "last"]
    assert cluster.task(wf, "child").status is TaskStatus.CANCELED
    bad = cluster.task(wf, "bad")
    request = RerunWorkflowRequest.from_json({"reRunFromTaskId": f"{wf}.{bad.seq}.bad"})
    cluster.engine.repeats.rerun(wf, request)
    again = drive(cluster, wf)
    assert sorted(again) == ["bad", "inner", "last"]
    view = cluster.view(wf)
    assert view.header.status is WorkflowStatus.COMPLETED
    assert cluster.task(wf, "try").output == {"caught": False}
    assert cluster.task(wf, "child").status is TaskStatus.COMPLETED


def test_a_child_that_was_given_up_and_is_retried_does_not_move_the_parent_back():
    cluster = Cluster(deciders=2)
    cluster.register(KID)
    wf = cluster.start(workflow(TRY, simple("last")))
    drive(cluster, wf, failing("bad"), types=("bad", "mend", "last"))
    child = cluster.task(wf, "child").child_id
    assert cluster.status(child) is WorkflowStatus.TERMINATED
    cluster.engine.repeats.retry(child)
    drive(cluster, child)
    cluster.settle()
    assert cluster.status(child) is WorkflowStatus.COMPLETED
    assert cluster.status(wf) is WorkflowStatus.COMPLETED
    assert all(each.status.is_terminal for each in cluster.view(wf).tasks)


def test_a_retried_poll_begins_anew():
    cluster = Cluster()
    cluster.http.answers["http://shop/state"] = HttpResponse(200, "OK", {}, {"done": False})
    request = {
        "uri": "http://shop/state",
        "method": "GET",
        "terminationCondition": "$.output.response.body.done",
        "pollingInterval": 5,
        "maxPollCount": 2,
    }
    poll = task("poll", "HTTP_POLL", inputParameters={"http_request": request})
    wf = cluster.start(workflow(poll))
    cluster.settle()
    cluster.advance(5)
    assert cluster.status(wf) is WorkflowStatus.FAILED
    cluster.http.answers["http://shop/state"] = HttpResponse(200, "OK", {}, {"done": True})
    cluster.engine.repeats.retry(wf)
    cluster.settle()
    assert cluster.status(wf) is WorkflowStatus.COMPLETED
    assert cluster.task(wf, "poll").output["pollCount"] == 1


def test_retry_and_skip_through_rest():
    with local_stack() as stack:
        client = Client(stack)
        tried = task("try", "TRY_CATCH", tryTasks=[simple("a")], catchTasks=[simple("mend")])
        wf = client.run(definition("rest", tried, simple("b"), simple("c")))
        client.fail("a")
        client.fail("mend")
        assert client.status(wf) == "FAILED"
        client.call("POST", f"/workflow/{wf}/retry")
        stack.settle()
        client.call("PUT", f"/workflow/{wf}/skiptask/b", {})
        client.finish("a")
        client.finish("c")
        assert client.status(wf) == "COMPLETED"
        assert client.task(wf, "b")["status"] == "SKIPPED"
