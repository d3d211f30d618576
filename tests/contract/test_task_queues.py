"""Hand-out queues: one per task type and domain, at least once, with delay and visibility."""

from __future__ import annotations

import pytest

from podium.adapters.aws.blobs import S3Blobs
from podium.adapters.aws.queues import SqsTaskQueue
from podium.adapters.aws.registry import QueueRegistry
from podium.adapters.items.payloads import Payloads
from podium.adapters.memory.blobs import MemoryBlobs
from podium.adapters.memory.queues import MemoryTaskQueue
from podium.domain.limits import Limit
from podium.domain.queues import Depth, Lane, QueueAddress
from podium.ports.queues import TaskMessage
from podium_local.clock import VirtualClock
from tests.support.aws import moto_stack


def _aws(stack):
    clients = stack.clients
    payloads = Payloads(S3Blobs(clients.s3, stack.payload_bucket), 1000)
    return SqsTaskQueue(clients.sqs, stack.registry(), payloads)


@pytest.fixture(params=["memory", "aws"])
def made(request):
    if request.param == "memory":
        clock = VirtualClock()
        yield MemoryTaskQueue(clock, payloads=Payloads(MemoryBlobs(), 1000)), clock
        return
    with moto_stack() as stack:
        yield _aws(stack), stack.clock


CHARGE = QueueAddress("charge")


def _message(seq=1, task_type="charge", **fields):
    return TaskMessage("wf", "charge", seq, 0, 0, task_type, workflow_name="orders", **fields)


def test_an_unknown_type_is_empty_and_makes_no_queue(made):
    queue, _ = made
    assert list(queue.receive(QueueAddress("nobody"), 5, 0)) == []
    assert list(queue.pollable("nobody", "")) == []
    assert queue.size("nobody") == 0
    assert queue.sizes() == {}


def test_a_message_is_received_by_its_type_and_domain_alone(made):
    queue, _ = made
    queue.send(_message(1))
    queue.send(_message(2, domain="eu"))
    assert queue.sizes() == {"charge": 1, "eu:charge": 1}
    assert queue.depths() == {"charge": Depth(1, 0), "eu:charge": Depth(1, 0)}
    (received,) = queue.receive(QueueAddress("charge", "eu"), 5, 0)
    assert received.message == _message(2, domain="eu")
    assert received.receive_count == 1
    assert queue.depths()["eu:charge"] == Depth(0, 1)


def test_more_than_ten_are_received_and_deleted(made):
    queue, clock = made
    for seq in range(1, 26):
        queue.send(_message(seq))
    received = queue.receive(CHARGE, 25, 0)
    assert {each.message.seq for each in received} == set(range(1, 26))
    queue.delete(CHARGE, [each.receipt for each in received])
    clock.advance(3_600_000)
    assert list(queue.receive(CHARGE, 25, 0)) == []


def test_a_message_that_is_not_deleted_comes_again(made):
    queue, clock = made
    queue.send(_message())
    queue.receive(CHARGE, 1, 0)
    assert list(queue.receive(CHARGE, 1, 0)) == []
    clock.advance(31_000)
    (again,) = queue.receive(CHARGE, 1, 0)
    assert again.receive_count == 2


def test_a_message_can_be_asked_for_again_sooner(made):
    queue, clock = made
    queue.send(_message())
    (received,) = queue.receive(CHARGE, 1, 0)
    queue.retry_later(CHARGE, received.receipt, 2)
    clock.advance(2_001)
    assert len(queue.receive(CHARGE, 1, 0)) == 1


def test_a_delayed_message_waits(made):
    queue, clock = made
    queue.send(_message(), 60)
    clock.advance(59_000)
    assert list(queue.receive(CHARGE, 1, 0)) == []
    clock.advance(1_001)
    assert len(queue.receive(CHARGE, 1, 0)) == 1


def test_an_input_too_large_to_travel_is_named_by_its_path(made):
    queue, _ = made
    queue.send(_message(input={"text": "x" * 2000}))
    (received,) = queue.receive(CHARGE, 1, 0)
    assert received.message.input == {}
    assert received.message.external_input_path.startswith("wf/")


@pytest.mark.parametrize("task_type", ["two words", "é#/", "x" * 200, "-dash"])
def test_any_text_is_a_task_type(made, task_type):
    queue, _ = made
    queue.send(_message(task_type=task_type))
    assert queue.size(task_type) == 1
    assert queue.receive(QueueAddress(task_type), 1, 0)[0].message.task_type == task_type


def test_a_task_limited_by_poll_waits_where_only_polls_look(made):
    queue, _ = made
    by_poll, at_gate = Limit("charge", 5), Limit("charge", 5, at_gate=True)
    queue.send(_message(1))
    queue.send(_message(2, limit=by_poll))
    queue.send(_message(3, limit=at_gate))
    polled = QueueAddress("charge", lane=Lane.POLLED)
    assert list(queue.pollable("charge", "")) == [CHARGE, polled]
    assert {each.message.seq for each in queue.receive(CHARGE, 5, 0)} == {1, 3}
    (limited,) = queue.receive(polled, 5, 0)
    assert limited.message == _message(2, limit=by_poll)
    queue.retry_later(polled, limited.receipt, 0)
    assert queue.size("charge") == 1
    assert queue.sizes() == {"charge": 1}


@pytest.mark.parametrize(("priority", "band"), [(0, 0), (1, 1), (49, 1), (50, 2), (99, 2), (-1, 0)])
def test_a_priority_has_its_queue(made, priority, band):
    queue, _ = made
    queue.send(_message(1, priority=priority))
    address = QueueAddress("charge", band=band)
    assert list(queue.pollable("charge", "")) == [address]
    (received,) = queue.receive(address, 5, 0)
    assert received.message.priority == priority


def test_queues_are_read_by_priority_and_counted_together(made):
    queue, clock = made
    by_poll = Limit("charge", 5)
    for priority in (0, 60, 7):
        queue.send(_message(1, priority=priority))
        queue.send(_message(2, priority=priority, limit=by_poll))
    clock.advance(15_000)
    found = [(each.band, each.lane) for each in queue.pollable("charge", "")]
    lanes = (Lane.OPEN, Lane.POLLED)
    assert found == [(band, lane) for band in (2, 1, 0) for lane in lanes]
    assert queue.size("charge") == 6
    assert queue.sizes() == {"charge": 6}


def test_a_queue_that_another_process_made_is_found_within_some_seconds(made):
    queue, clock = made
    queue.send(_message(1))
    assert list(queue.pollable("charge", "")) == [CHARGE]
    other = queue if isinstance(queue, MemoryTaskQueue) else _again(queue)
    other.send(_message(2, limit=Limit("charge", 5)))
    clock.advance(15_000)
    assert len(queue.pollable("charge", "")) == 2


def test_what_is_gone_is_neither_deleted_nor_hidden_and_no_queue_is_made_for_it(made):
    queue, _ = made
    for address in (CHARGE, QueueAddress("nobody")):
        queue.delete(address, ["no receipt"])
        queue.retry_later(address, "no receipt", 30)
    assert queue.sizes() == {}
    queue.send(_message(1))
    (received,) = queue.receive(CHARGE, 1, 0)
    queue.delete(CHARGE, [received.receipt])
    queue.retry_later(CHARGE, received.receipt, 0)
    assert list(queue.receive(CHARGE, 1, 0)) == []


def test_a_message_is_hidden_for_twelve_hours_at_most(made):
    queue, clock = made
    queue.send(_message(1))
    (received,) = queue.receive(CHARGE, 1, 0)
    queue.retry_later(CHARGE, received.receipt, 10**6)
    clock.advance(43_199_000)
    assert list(queue.receive(CHARGE, 1, 0)) == []
    clock.advance(1_000)
    assert len(queue.receive(CHARGE, 1, 0)) == 1


def test_gates_are_told_by_their_keys_in_order(made):
    queue, _ = made
    for key in ("ship", "#wkey"):
        queue.park(_message(1, limit=Limit(key, 1, at_gate=True)))
    assert list(queue.gates()) == ["#wkey", "ship"]


def _again(queue):
    """The same queues, as a process sees them that remembers nothing."""
    known = queue._registry
    registry = QueueRegistry(
        known._sqs,
        known._dynamodb,
        known._table,
        known._prefix,
        known._dead_letters_arn,
        known._clock,
    )
    return SqsTaskQueue(queue._client, registry, queue._payloads)
