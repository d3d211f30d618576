"""Open tasks of one type on the whole engine: found without a scan, sent again, run once (rest-api.md 5, 7)."""

from __future__ import annotations

from typing import Any

import pytest

from podium.domain.json import Json
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import InvalidInputError, TransientError
from podium.services import requeuing
from tests.integration.protocol.definitions import fork, simple, workflow
from tests.support.cluster import Cluster

TWO = workflow(*fork([simple("x", name="t")], [simple("y", name="t")], join_on=["x", "y"]))


def started(cluster: Cluster, value: Any, count: int = 1) -> list[str]:
    cluster.register(value)
    ids = []
    for _ in range(count):
        cluster.clock.advance(1)
        ids.append(cluster.start(value["name"]))
        cluster.settle()
    return ids


def keys(
    cluster: Cluster, task_type: str, start: int = 0, count: int = 100
) -> list[tuple[str, str]]:
    found = cluster.engine.requeuing.pending(task_type, start, count)
    return [(key.workflow_id, key.ref) for key in found]


def test_lost_messages_are_sent_again_and_each_task_runs_once() -> None:
    cluster = Cluster()
    ids = started(cluster, TWO, 3)
    for queue in cluster.task_queue.queues.values():
        queue.delete([each.receipt for each in queue.receive(10)])
    assert cluster.poll("t", 10) == []
    assert cluster.engine.requeuing.requeue("t") == 6
    assert cluster.engine.requeuing.requeue("t") == 6, "harmless"
    handed = cluster.poll("t", 20)
    assert len(handed) == 6, "of two messages one is claimed"
    for each in handed:
        cluster.report(each.task, each.message.workflow_id)
    cluster.settle()
    assert {cluster.status(wf) for wf in ids} == {WorkflowStatus.COMPLETED}
    assert cluster.engine.requeuing.requeue("t") == 0


def test_a_delay_is_honoured_and_what_a_worker_has_is_left() -> None:
    cluster = Cluster()
    (wf,) = started(cluster, workflow(simple("slow", startDelay=60), name="later"))
    assert cluster.engine.requeuing.requeue("slow") == 1
    assert cluster.poll("slow") == []
    cluster.clock.advance(60_000)
    (handed,) = cluster.poll("slow", 5)
    assert cluster.engine.requeuing.requeue("slow") == 0, "IN_PROGRESS"
    cluster.report(handed.task, wf)
    cluster.settle()
    assert cluster.status(wf) is WorkflowStatus.COMPLETED


def test_what_a_pause_holds_back_is_not_sent() -> None:
    cluster = Cluster()
    (wf,) = started(cluster, TWO)
    cluster.engine.operations.pause(wf)
    cluster.settle()
    assert cluster.engine.requeuing.requeue("t") == 0
    assert len(keys(cluster, "t")) == 2, "shown all the same"


def test_open_tasks_are_listed_oldest_first_and_page_by_page() -> None:
    cluster = Cluster()
    ids = started(cluster, TWO, 3)
    everything = [(wf, ref) for wf in ids for ref in ("x", "y")]
    assert keys(cluster, "t") == everything
    assert [keys(cluster, "t", start, 4) for start in (0, 4, 8)] == [
        everything[:4],
        everything[4:],
        [],
    ]
    assert keys(cluster, "t", 0, 0) == []
    (handed,) = cluster.poll("t")
    cluster.report(handed.task, handed.message.workflow_id)
    cluster.settle()
    assert len(keys(cluster, "t")) == 5
    assert len(keys(cluster, "JOIN")) == 3, "of any type"
    assert keys(cluster, "other") == []


def test_a_task_whose_type_is_known_at_run_time_is_found() -> None:
    cluster = Cluster()
    dynamic: dict[str, Json] = {
        "name": "d",
        "taskReferenceName": "d",
        "type": "DYNAMIC",
        "dynamicTaskNameParam": "task",
        "inputParameters": {"task": "t"},
    }
    (wf,) = started(cluster, workflow(dynamic, name="dynamically"))
    assert keys(cluster, "t") == [(wf, "d")]
    assert cluster.engine.requeuing.requeue("t") == 1


def test_ended_executions_cost_nothing() -> None:
    cluster = Cluster()
    started(cluster, TWO, 2)

    def calls() -> list[str]:
        made: list[str] = []
        cluster.calls.before_call = made.append
        keys(cluster, "t")
        cluster.calls.before_call = lambda name: None
        return sorted(made)

    first = calls()
    for wf in started(cluster, workflow(simple("other"), name="done"), 5):
        cluster.engine.operations.terminate(wf, "")
        cluster.settle()
    assert calls() == first


def test_more_than_a_request_may_look_at_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster()
    started(cluster, TWO, 3)
    monkeypatch.setattr(requeuing, "_TOGETHER", 1)
    monkeypatch.setattr(requeuing, "MOST_EXECUTIONS", 2)
    assert len(keys(cluster, "t", 0, 4)) == 4, "enough"
    with pytest.raises(InvalidInputError, match="first 2 open executions"):
        keys(cluster, "t", 0, 5)
    with pytest.raises(InvalidInputError, match="/api/tasks/search"):
        cluster.engine.requeuing.requeue("t")


def test_an_execution_that_cannot_be_looked_at_is_told() -> None:
    cluster = Cluster()
    (wf,) = started(cluster, TWO)

    def fail(name: str) -> None:
        if name == "GetItem":
            raise TransientError("busy")

    cluster.calls.before_call = fail
    with pytest.raises(TransientError, match=f"{wf} could not be looked at: busy"):
        cluster.engine.requeuing.requeue("t")
    cluster.calls.before_call = lambda name: None
    assert cluster.task(wf, "x").status is TaskStatus.SCHEDULED
