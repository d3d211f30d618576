"""Secrets that cannot be looked up: nothing is lost, nothing is handed out or stored without them."""

from __future__ import annotations

import pytest

from podium.domain.ids import TaskKey
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import DefectError, PodiumError, TransientError
from podium.ports.outside import HttpResponse
from tests.support.client import Json, definition, simple, task
from tests.support.cluster import Cluster

VALUE = "s3cret-value"
REFERENCE = "${workflow.secrets.KEY}"


def secret_task(ref: str) -> Json:
    return simple(ref, name="t", inputParameters={"key": REFERENCE})


def http_task(uri: str) -> Json:
    request = {"uri": uri, "method": "GET", "headers": {"Authorization": REFERENCE}}
    return task("HTTP", "call", inputParameters={"http_request": request})


@pytest.fixture
def cluster() -> Cluster:
    cluster = Cluster(inline=True)
    cluster.secrets.put("KEY", VALUE)
    return cluster


def break_store(cluster: Cluster, error: PodiumError | None) -> None:
    """From now on no secret can be read; None mends it."""

    def hook(name: str) -> None:
        if name == "GetSecretValue" and error is not None:
            raise error

    cluster.calls.before_call = hook


@pytest.mark.parametrize("error", [TransientError("busy"), DefectError("AccessDenied")])
def test_a_task_whose_secrets_cannot_be_looked_up_is_handed_out_later(cluster, error):
    wf = cluster.start(definition("w", secret_task("t1")))
    break_store(cluster, error)
    assert cluster.poll("t") == []
    assert cluster.task(wf, "t1").status is TaskStatus.SCHEDULED
    break_store(cluster, None)
    assert cluster.poll("t") == [], "its message is hidden for a while"
    cluster.clock.advance(4000)
    (handed,) = cluster.poll("t")
    assert handed.input == {"key": VALUE}


def test_the_other_tasks_of_a_poll_are_handed_out(cluster):
    wf = cluster.start(
        definition(
            "w",
            task(
                "FORK_JOIN",
                "f",
                forkTasks=[[secret_task("a")], [simple("b", name="t")], [secret_task("c")]],
            ),
            task("JOIN", "j", joinOn=["a", "b", "c"]),
        )
    )
    break_store(cluster, DefectError("AccessDenied"))
    assert [handed.task.ref for handed in cluster.poll("t", count=10)] == ["b"]
    assert cluster.task(wf, "a").status is TaskStatus.SCHEDULED


def test_a_result_is_not_stored_while_it_cannot_be_searched(cluster):
    wf = cluster.start(definition("w", secret_task("t1")))
    (handed,) = cluster.poll("t")
    break_store(cluster, TransientError("busy"))
    with pytest.raises(TransientError):
        cluster.report(handed.task, wf, output={"key": VALUE})
    break_store(cluster, None)
    assert cluster.task(wf, "t1").status is TaskStatus.IN_PROGRESS
    cluster.report(handed.task, wf, output={"key": VALUE})
    assert cluster.task(wf, "t1").output == {"key": "***"}
    assert cluster.status(wf) is WorkflowStatus.COMPLETED


def test_a_result_that_is_reported_twice_or_late_changes_nothing(cluster):
    wf = cluster.start(definition("w", secret_task("t1")))
    (handed,) = cluster.poll("t")
    cluster.report(handed.task, wf, output={"first": VALUE})
    cluster.report(handed.task, wf, TaskStatus.FAILED, output={"second": VALUE})
    assert cluster.task(wf, "t1").output == {"first": "***"}
    assert cluster.status(wf) is WorkflowStatus.COMPLETED


def test_a_late_result_of_an_earlier_hand_out_is_refused(cluster):
    wf = cluster.start(definition("w", secret_task("t1")))
    (first,) = cluster.poll("t")
    cluster.report(first.task, wf, TaskStatus.IN_PROGRESS)
    (second,) = cluster.poll("t")
    key = TaskKey(wf, "t1", second.task.seq)
    result = {"workflowInstanceId": wf, "taskId": key.task_id, "status": "COMPLETED"}
    from podium.domain.requests import TaskResult

    cluster.engine.updates.update(
        TaskResult.from_json({**result, "outputData": {"late": VALUE}}), inc=0, epoch=1
    )
    assert cluster.task(wf, "t1").status is TaskStatus.IN_PROGRESS
    cluster.engine.updates.update(
        TaskResult.from_json({**result, "outputData": {"now": VALUE}}), inc=0, epoch=2
    )
    assert cluster.task(wf, "t1").output == {"now": "***"}


def test_a_system_task_runs_again_when_the_store_was_busy(cluster):
    uri = "http://x/"
    cluster.http.answers[uri] = HttpResponse(200, "OK", {"Set": [VALUE]}, {"echo": VALUE})
    wf = cluster.start(definition("w", http_task(uri)))
    break_store(cluster, TransientError("busy"))
    cluster.run_system_tasks()
    assert cluster.http.seen == []
    break_store(cluster, None)
    cluster.clock.advance(2000)
    cluster.settle()
    assert [request.headers["Authorization"] for request in cluster.http.seen] == [VALUE]
    response = cluster.task(wf, "call").output["response"]
    assert response["headers"] == {"Set": ["***"]}
    assert response["body"] == {"echo": "***"}


def test_a_system_task_fails_with_the_reason_when_the_store_refuses(cluster):
    wf = cluster.start(definition("w", http_task("http://x/")))
    break_store(cluster, DefectError("GetSecretValue was refused: AccessDenied"))
    cluster.settle()
    break_store(cluster, None)
    ended = cluster.task(wf, "call")
    assert ended.status is TaskStatus.FAILED
    assert ended.reason == ("Secrets cannot be looked up: GetSecretValue was refused: AccessDenied")
    assert cluster.http.seen == []


def test_a_task_without_secrets_asks_for_none(cluster):
    asked: list[str] = []
    cluster.calls.before_call = asked.append
    cluster.start(definition("w", simple("t1", name="t", inputParameters={"a": 1})))
    cluster.complete("t", {"b": 2})
    assert "GetSecretValue" not in asked
    assert "GetParameters" not in asked
    # Start, claim and end: as many item calls as without any of this.
    # The claim, the end, and the first poll in some seconds, which is noted.
    assert asked.count("UpdateItem") == 3
