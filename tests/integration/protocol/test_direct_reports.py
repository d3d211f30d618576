"""Reports of SQS-direct workers through the results queue: twice, late, early, crashed in between.

Such a worker has its task by the message alone; going on later, and detaching, claim it (protocol.md 9).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from podium.adapters.message import task_message
from podium.domain.execution import Task
from podium.domain.ids import TaskKey
from podium.domain.requests import TaskResult
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import InvalidInputError, TransientError
from podium.ports.queues import TaskMessage
from tests.integration.protocol.definitions import CHAIN, simple, workflow
from tests.support.cluster import Cluster, crash

GOOD, GOING_ON = TaskStatus.COMPLETED, TaskStatus.IN_PROGRESS


class DirectWorker:
    """Receives from the task queue, deletes, reports; never asks the API."""

    def __init__(self, cluster: Cluster, name: str = "d1") -> None:
        self.cluster = cluster
        self.name = name

    def messages(self) -> Iterator[TaskMessage]:
        """What can be received now; deleted at once."""
        for queue in self.cluster.task_queue.queues.values():
            for stored in queue.receive(10):
                queue.delete([stored.receipt])
                yield task_message(stored.body)

    def take(self) -> TaskMessage:
        (message,) = self.messages()
        return message

    def report(
        self, message: TaskMessage, status: TaskStatus | None = GOOD, ahead: int = 0, **fields: Any
    ) -> None:
        """``ahead``: how many claims the worker has asked for."""
        result = self._result(message, status=status, **fields)
        self.cluster.engine.updates.update(result, inc=message.inc, epoch=message.epoch + ahead)

    def detach(self, message: TaskMessage) -> None:
        self.cluster.engine.reports.detach(self._result(message), message.inc, message.epoch)

    def postpone(self, message: TaskMessage) -> None:
        self.cluster.engine.reports.postpone(self._result(message), message.inc, message.epoch)

    def _result(self, message: TaskMessage, **fields: Any) -> TaskResult:
        key = TaskKey(message.workflow_id, message.ref, message.seq)
        return TaskResult(
            workflow_instance_id=message.workflow_id,
            task_id=key.task_id,
            worker_id=self.name,
            **fields,
        )


@pytest.fixture
def cluster() -> Cluster:
    return Cluster(inline=True)


def started(cluster: Cluster, **task_def: Any) -> tuple[str, DirectWorker, TaskMessage]:
    cluster.register({"name": "t1", "retryCount": 0, **task_def})
    wf = cluster.start(CHAIN)
    worker = DirectWorker(cluster)
    return wf, worker, worker.take()


def first(cluster: Cluster, wf: str) -> Task:
    return cluster.task(wf, "t1")


@pytest.mark.parametrize("seconds", [0, 5])
def test_a_task_to_go_on_with_later_is_handed_out_then(cluster: Cluster, seconds: int) -> None:
    wf, worker, message = started(cluster)
    worker.report(message, GOING_ON, output_data={"half": 1}, callback_after_seconds=seconds)
    found = first(cluster, wf)
    assert (found.status, found.output, found.epoch) == (TaskStatus.SCHEDULED, {"half": 1}, 1)
    if seconds:
        assert list(worker.messages()) == []
    cluster.advance(seconds)
    worker.report(worker.take())
    assert first(cluster, wf).status is GOOD


def test_a_long_callback_travels_with_its_moment(cluster: Cluster) -> None:
    wf, worker, message = started(cluster)
    worker.report(message, GOING_ON, callback_after_seconds=3600)
    cluster.advance(900)
    again = worker.take()
    assert again.not_before == cluster.clock.now() + 2700_000
    assert first(cluster, wf).callback_after == 3600


def test_the_same_report_twice_hands_the_task_out_once(cluster: Cluster) -> None:
    wf, worker, message = started(cluster)
    worker.report(message, GOING_ON)
    worker.report(message, GOING_ON)
    assert first(cluster, wf).epoch == 1
    assert worker.take().epoch == 1


@pytest.mark.parametrize(
    ("call", "nth"), [("UpdateItem", 1), ("SendMessage", 1), ("UpdateItem", 2)]
)
@pytest.mark.parametrize("after", [False, True])
def test_a_crash_in_the_middle_of_a_report_is_mended_by_its_repeat(
    cluster: Cluster, call: str, nth: int, after: bool
) -> None:
    wf, worker, message = started(cluster)
    with crash(cluster, call, nth=nth, after=after):
        worker.report(message, GOING_ON, output_data={"half": 1})
    worker.report(message, GOING_ON, output_data={"half": 1})
    found = first(cluster, wf)
    assert (found.status, found.output, found.epoch) == (TaskStatus.SCHEDULED, {"half": 1}, 1)
    messages = list(worker.messages())
    assert {each.epoch for each in messages} == {1}
    worker.report(messages[0])
    assert first(cluster, wf).status is GOOD


def test_a_report_does_not_take_a_task_from_the_poller_who_has_it(cluster: Cluster) -> None:
    wf, worker, message = started(cluster)
    cluster.task_queue.send(message)
    (polled,) = cluster.poll("t1", worker="h1")
    worker.report(message, GOING_ON)
    found = first(cluster, wf)
    assert (found.status, found.worker_id) == (GOING_ON, "h1")
    cluster.report(polled.task, wf)
    assert first(cluster, wf).status is GOOD


def test_a_paused_task_that_goes_on_later_is_handed_out_after_the_resume(cluster: Cluster) -> None:
    wf, worker, message = started(cluster)
    cluster.engine.operations.pause(wf)
    worker.report(message, GOING_ON)
    assert cluster.poll("t1") == []
    cluster.engine.operations.resume(wf)
    cluster.settle()
    cluster.complete("t1")
    cluster.complete("t2")
    assert cluster.status(wf) is WorkflowStatus.COMPLETED


def test_a_report_that_overtakes_its_task_comes_again() -> None:
    cluster = Cluster()
    wf = cluster.start(workflow(simple("t1")))
    with crash(cluster, "PutItem"):
        cluster.settle()
    worker = DirectWorker(cluster)
    message = worker.take()
    for status, fields in (
        (GOOD, {}),
        (GOING_ON, {}),
        (None, {"extend_lease": True}),
    ):
        with pytest.raises(TransientError, match="not there yet"):
            worker.report(message, status, **fields)
    with pytest.raises(TransientError, match="not there yet"):
        worker.detach(message)
    cluster.settle()
    worker.report(message)
    cluster.settle()
    assert cluster.status(wf) is WorkflowStatus.COMPLETED


# Postponed.


def test_a_message_that_came_too_early_is_sent_anew_with_its_moment(cluster: Cluster) -> None:
    wf, worker, message = started(cluster)
    worker.report(message, GOING_ON, callback_after_seconds=50_000)
    cluster.advance(900)
    early = worker.take()
    worker.postpone(early)
    assert first(cluster, wf).epoch == 1
    cluster.advance(49_100)
    again = worker.take()
    assert again.not_before in {0, cluster.clock.now()}
    worker.report(again)
    assert first(cluster, wf).status is GOOD


def test_what_is_not_waiting_any_more_is_not_sent_anew(cluster: Cluster) -> None:
    wf, worker, message = started(cluster)
    cluster.task_queue.send(message)
    assert cluster.poll("t1")
    worker.postpone(message)
    worker.report(message, ahead=1)
    worker.postpone(message)
    assert not [each for each in worker.messages() if each.ref == "t1"]
    assert first(cluster, wf).status is GOOD


# Detached.


def test_a_detached_task_is_in_progress_and_its_lease_lives_on_signs_of_life(
    cluster: Cluster,
) -> None:
    wf, worker, message = started(cluster, responseTimeoutSeconds=600)
    worker.detach(message)
    found = first(cluster, wf)
    assert (found.status, found.worker_id, found.epoch) == (GOING_ON, "d1", 1)
    for _ in range(80):
        cluster.advance(590)
        worker.report(message, None, ahead=1, extend_lease=True)
    # Thirteen hours later.
    assert first(cluster, wf).status is GOING_ON
    worker.report(message, ahead=1, output_data={"done": 1})
    assert (first(cluster, wf).status, first(cluster, wf).output) == (GOOD, {"done": 1})


@pytest.mark.parametrize("lease", [10, 600])
def test_a_detached_task_without_signs_of_life_times_out(cluster: Cluster, lease: int) -> None:
    wf, worker, message = started(cluster, responseTimeoutSeconds=lease)
    worker.detach(message)
    cluster.advance(lease + 1)
    assert first(cluster, wf).status is TaskStatus.TIMED_OUT
    worker.report(message, ahead=1)
    assert first(cluster, wf).status is TaskStatus.TIMED_OUT


def test_what_a_detached_worker_reports_waits_for_the_claim(cluster: Cluster) -> None:
    wf, worker, message = started(cluster)
    for status, fields in ((GOOD, {}), (None, {"extend_lease": True})):
        with pytest.raises(TransientError, match="not there yet"):
            worker.report(message, status, ahead=1, **fields)
    worker.detach(message)
    worker.report(message, ahead=1)
    assert first(cluster, wf).status is GOOD


def test_detaching_twice_or_too_late_changes_nothing(cluster: Cluster) -> None:
    wf, worker, message = started(cluster)
    worker.detach(message)
    worker.detach(message)
    assert first(cluster, wf).epoch == 1
    other = DirectWorker(cluster, "d2")
    other.detach(message)
    assert first(cluster, wf).worker_id == "d1"
    # The other one, who got the message a second time, is not heard any more.
    other.report(message, output_data={"by": "d2"})
    assert first(cluster, wf).status is GOING_ON
    worker.report(message, ahead=1)
    worker.detach(message)
    assert first(cluster, wf).status is GOOD


def test_a_detached_task_goes_on_later_like_any_claimed_one(cluster: Cluster) -> None:
    wf, worker, message = started(cluster)
    worker.detach(message)
    worker.report(message, GOING_ON, ahead=1, output_data={"half": 1})
    again = worker.take()
    assert again.epoch == 1
    worker.report(again)
    assert first(cluster, wf).status is GOOD


def test_a_task_can_be_detached_while_its_workflow_is_paused(cluster: Cluster) -> None:
    wf, worker, message = started(cluster)
    cluster.engine.operations.pause(wf)
    worker.detach(message)
    assert first(cluster, wf).status is GOING_ON
    cluster.engine.operations.resume(wf)
    cluster.settle()
    assert list(worker.messages()) == []
    worker.report(message, ahead=1)
    assert first(cluster, wf).status is GOOD


def test_a_lease_is_extended_by_its_holder_alone(cluster: Cluster) -> None:
    wf, worker, message = started(cluster, responseTimeoutSeconds=600)
    worker.report(message, GOING_ON)
    cluster.poll("t1", worker="h1")
    cluster.clock.advance(500_000)
    worker.report(message, None, extend_lease=True)
    cluster.advance(101)
    assert first(cluster, wf).status is TaskStatus.TIMED_OUT


def test_nothing_can_be_detached_without_the_marks_of_its_message(cluster: Cluster) -> None:
    _, worker, message = started(cluster)
    with pytest.raises(InvalidInputError, match="inc and epoch"):
        cluster.engine.reports.detach(worker._result(message), None, None)


def test_a_message_that_died_before_its_task_was_put_ends_it_then() -> None:
    """Simulation, seed 23045: receives in vain took no time, and who put the task stood still."""
    cluster = Cluster()
    cluster.register({"name": "t1", "retryCount": 0})
    wf = cluster.start(workflow(simple("t1")))
    with crash(cluster, "PutItem"):
        cluster.settle()
    dead = DirectWorker(cluster).take()
    with pytest.raises(TransientError, match="is not there yet"):
        cluster.engine.repairs.end_dead_task(dead)
    cluster.settle()
    cluster.engine.repairs.end_dead_task(dead)
    cluster.settle()
    assert cluster.status(wf) is WorkflowStatus.FAILED


def test_a_dead_message_of_a_workflow_that_is_gone_is_dropped() -> None:
    cluster = Cluster()
    cluster.engine.repairs.end_dead_task(
        TaskMessage(workflow_id="gone", ref="t1", seq=1, inc=0, epoch=0, task_type="t1")
    )
