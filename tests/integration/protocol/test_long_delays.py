"""Delays beyond what SQS knows: 15 minutes in the queue, 12 hours hidden, 10 receives, 14 days of life."""

from __future__ import annotations

import pytest

from podium.domain.status import TaskStatus, WorkflowStatus
from tests.integration.protocol.definitions import simple, workflow
from tests.support.cluster import Cluster

HOUR, DAY = 3600, 24 * 3600


def called_back(seconds: int) -> tuple[Cluster, str]:
    """A workflow whose one task has just asked for this."""
    cluster = Cluster(inline=True)
    cluster.register({"name": "t", "responseTimeoutSeconds": HOUR})
    wf = cluster.start(workflow(simple("t")))
    (handed,) = cluster.poll("t")
    cluster.report(handed.task, wf, TaskStatus.IN_PROGRESS, callback_after_seconds=seconds)
    return cluster, wf


@pytest.mark.parametrize("every", [900, 5 * HOUR])
def test_a_message_is_renewed_however_often_it_is_received_early(every: int) -> None:
    cluster, wf = called_back(6 * DAY)
    left = 6 * DAY
    while left:
        assert cluster.poll("t") == []
        step = min(every, left)
        cluster.clock.advance(step * 1000)
        left -= step
    (queue,) = cluster.task_queue.queues.values()
    assert queue.dead_letters == []
    cluster.complete("t")
    assert cluster.status(wf) is WorkflowStatus.COMPLETED


def test_a_message_that_nobody_receives_is_renewed_before_its_queue_drops_it() -> None:
    cluster, _ = called_back(30 * DAY)
    (queue,) = cluster.task_queue.queues.values()
    (first,) = queue.messages()
    for _ in range(13):
        cluster.clock.advance(DAY * 1000)
        cluster.engine.timing.sweep()
        cluster.settle()
    ids = {each.message_id for each in queue.messages()}
    assert ids - {first.message_id}, "no second message after 13 days"


def test_an_extended_lease_does_not_stretch_a_short_timeout() -> None:
    cluster = Cluster(inline=True)
    cluster.register(
        {
            "name": "t",
            "retryCount": 0,
            "responseTimeoutSeconds": 10,
            "timeoutSeconds": 25,
            "timeoutPolicy": "RETRY",
        }
    )
    wf = cluster.start(workflow(simple("t")))
    (handed,) = cluster.poll("t")
    for _ in range(3):
        cluster.advance(8)
        cluster.report(handed.task, wf, extend_lease=True)
    assert cluster.task(wf, "t").status is TaskStatus.IN_PROGRESS
    cluster.advance(1)
    assert cluster.task(wf, "t").status is TaskStatus.TIMED_OUT
    assert cluster.task(wf, "t").reason.startswith("Task timed out after 25 seconds")
