"""The sweep: what was lost is found by what AWS shows, mended, and told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from podium.adapters.memory.queues import MemoryQueue
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.domain.why.causes import Lack
from podium.services import sweeping
from tests.support.cluster import Cluster

PICK: Any = {"name": "pick", "taskReferenceName": "pick", "type": "SIMPLE"}
WAIT: Any = {
    "name": "w",
    "taskReferenceName": "w",
    "type": "WAIT",
    "inputParameters": {"duration": "60 seconds"},
}
CHILD: Any = {
    "name": "c",
    "taskReferenceName": "c",
    "type": "SUB_WORKFLOW",
    "subWorkflowParam": {
        "name": "child",
        "workflowDefinition": {"name": "child", "version": 1, "tasks": [PICK]},
    },
}


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def started(cluster: Cluster, *tasks: Any) -> str:
    found = cluster.start({"name": "order", "version": 1, "tasks": list(tasks)})
    cluster.settle()
    return found


def empty(queue: MemoryQueue) -> None:
    queue.delete([message.receipt for message in queue.receive(10)])


def lose_the_records(cluster: Cluster) -> None:
    cluster.take()


def swept(cluster: Cluster, seconds: int = 600) -> list[tuple[str, Lack]]:
    """After a while; nothing else is delivered meanwhile."""
    cluster.clock.advance(seconds * 1000)
    cluster.restart_processes()
    return [(each.workflow_id, each.lack) for each in cluster.engine.sweeping.sweep()]


def ends(cluster: Cluster, workflow_id: str) -> bool:
    cluster.settle()
    for handed in cluster.poll("pick", count=5):
        cluster.report(handed.task, handed.message.workflow_id)
    cluster.settle()
    return cluster.status(workflow_id) is WorkflowStatus.COMPLETED


def test_what_waits_for_a_worker_is_left_alone(cluster: Cluster):
    wf = started(cluster, PICK)
    sent = sum(queue.sent for queue in cluster.task_queue.queues.values())
    assert swept(cluster, 1_800) == []
    assert sum(queue.sent for queue in cluster.task_queue.queues.values()) == sent
    assert ends(cluster, wf)


def test_a_lost_message_is_sent_again(cluster: Cluster):
    wf = started(cluster, PICK)
    (queue,) = cluster.task_queue.queues.values()
    empty(queue)
    assert swept(cluster) == [(wf, Lack.MESSAGE)]
    assert ends(cluster, wf)


def test_a_lost_timer_is_armed_again(cluster: Cluster):
    wf = started(cluster, WAIT)
    cluster.clock.advance(61_000)
    empty(cluster.timer_queue.queue)
    assert swept(cluster) == [(wf, Lack.TIMER)]
    assert ends(cluster, wf)


def test_a_lost_end_is_folded(cluster: Cluster):
    wf = started(cluster, PICK)
    cluster.complete("pick")
    lose_the_records(cluster)
    assert swept(cluster) == [(wf, Lack.FOLD)]
    assert ends(cluster, wf)


def test_the_lost_record_of_a_decision_is_made_good(cluster: Cluster):
    wf = started(cluster, PICK, {**PICK, "taskReferenceName": "again"})
    cluster.complete("pick")
    (record,) = cluster.take()
    cluster.deliver([record])
    lose_the_records(cluster)
    assert swept(cluster) in ([], [(wf, Lack.CREATION)])
    cluster.settle()
    assert cluster.task(wf, "again").status is TaskStatus.SCHEDULED


def test_a_child_whose_end_is_lost_is_told_to_its_parent(cluster: Cluster):
    wf = started(cluster, CHILD)
    child = cluster.task(wf, "c").child_id
    cluster.complete("pick")
    cluster.deliver(cluster.take())
    assert cluster.status(child).is_terminal
    lose_the_records(cluster)
    cluster.restart_processes()
    if cluster.status(wf) is WorkflowStatus.RUNNING:
        assert {lack for _, lack in swept(cluster)} <= {Lack.CHILD_END, Lack.ENDING, Lack.FOLD}
    assert ends(cluster, wf)


def test_a_resume_whose_record_is_lost_is_carried_out(cluster: Cluster):
    wf = started(cluster, PICK)
    cluster.engine.operations.pause(wf)
    cluster.settle()
    assert cluster.poll("pick") == []
    cluster.settle()
    unhold = cluster.store.unhold
    refused: Callable[..., Any] = lambda *_: (_ for _ in ()).throw(RuntimeError)  # noqa: E731
    cluster.store.unhold = refused  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        cluster.engine.operations.resume(wf)
    cluster.store.unhold = unhold  # type: ignore[method-assign]
    lose_the_records(cluster)
    assert swept(cluster) == [(wf, Lack.HAND_OUT)]
    assert ends(cluster, wf)


def test_an_end_that_the_index_was_not_told_is_carried_out(cluster: Cluster):
    wf = started(cluster, PICK)
    cluster.engine.operations.terminate(wf, "enough")
    lose_the_records(cluster)
    assert swept(cluster) == [(wf, Lack.ENDING)]
    assert cluster.store.read_header(wf).closed  # type: ignore[union-attr]
    assert swept(cluster) == []


def test_of_very_many_executions_each_has_its_turn(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sweeping, "MOST_LOOKED_AT", 3)
    ids = {started(cluster, PICK) for _ in range(7)}
    found: list[set[str]] = []
    for _ in range(4):
        for queue in cluster.task_queue.queues.values():
            empty(queue)
        found.append({each for each, _ in swept(cluster, 900)})
    assert set().union(*found) == ids
    assert all(len(each) < len(ids) for each in found)
