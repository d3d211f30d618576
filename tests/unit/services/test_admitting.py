"""Executions whose workflow limits how many run at once: records that come again (protocol.md 9)."""

from __future__ import annotations

import pytest

from podium.adapters.stream import change
from podium.domain.json import JsonMap
from podium.domain.status import WorkflowStatus
from podium.errors import ConflictError
from tests.support.cluster import Cluster

LIMITED: JsonMap = {
    "name": "limited",
    "version": 1,
    "rateLimitConfig": {"rateLimitKey": "one", "concurrentExecLimit": 1},
    "tasks": [{"name": "pack", "taskReferenceName": "pack", "type": "SIMPLE"}],
}


def _again(cluster: Cluster) -> None:
    """Every record once more, to a process without memory."""
    cluster.restart_processes()
    for record in cluster.store.records():
        found = change(record, cluster.store.payloads)
        if found is not None:
            cluster.engine.advancing.run([found])


def test_the_record_of_an_execution_that_waited_parks_nothing_once_it_has_run():
    cluster = Cluster()
    cluster.register(LIMITED)
    first, second = cluster.start("limited"), cluster.start("limited")
    cluster.settle()
    cluster.complete("pack")
    cluster.advance(30)
    cluster.complete("pack")
    cluster.advance(30)
    assert cluster.status(first) is cluster.status(second) is WorkflowStatus.COMPLETED
    sent = sum(queue.sent for queue in cluster.task_queue.queues.values())
    _again(cluster)
    assert sum(queue.sent for queue in cluster.task_queue.queues.values()) == sent


def test_the_record_of_an_execution_that_ran_again_takes_no_slot_once_it_has_ended():
    cluster = Cluster()
    cluster.register(LIMITED)
    workflow_id = cluster.start("limited")
    cluster.settle()
    cluster.complete("pack")
    cluster.settle()
    cluster.engine.repeats.restart(workflow_id, use_latest_definitions=False)
    cluster.settle()
    cluster.complete("pack")
    cluster.settle()
    before = cluster.store.items()
    _again(cluster)
    assert cluster.store.items() == before


def test_an_execution_that_waits_for_a_slot_has_nowhere_to_jump_from():
    cluster = Cluster()
    cluster.register(LIMITED)
    cluster.start("limited")
    waiting = cluster.start("limited")
    cluster.settle()
    with pytest.raises(ConflictError, match="waits for a slot"):
        cluster.engine.steering.jump(waiting, "pack", None)
    assert not cluster.view(waiting).tasks
