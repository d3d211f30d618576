"""The protocol's counterexamples of limits (protocol.md 11: 19, 26, 26b, 26c), each ending well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from podium.domain.ids import TaskKey
from podium.domain.json import Json
from podium.domain.limits import Holder
from podium.domain.queues import Lane, QueueAddress
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.integration.protocol.definitions import simple, workflow
from tests.support.cluster import Cluster, Crash

POLL: dict[str, Json] = {"name": "t1", "concurrentExecLimit": 1, "responseTimeoutSeconds": 90}
GATE: dict[str, Json] = {**POLL, "limitDelivery": "GATE"}
POLLED = QueueAddress("t1", lane=Lane.POLLED)
ONE = workflow(simple("t1"))


def holders(cluster: Cluster) -> set[Holder]:
    return set(cluster.store.limits.read("t1").holders)


@contextmanager
def meanwhile(cluster: Cluster, call: str, nth: int, act: Callable[[], None]) -> Iterator[None]:
    """Just before the nth ``call`` of the body, somebody else does ``act``."""
    left = nth

    def hook(name: str) -> None:
        nonlocal left
        left -= name == call
        if name == call and left == 0:
            with cluster.undisturbed():
                act()

    cluster.calls.before_call = hook
    yield
    cluster.calls.before_call = lambda name: None
    assert left <= 0, f"there was no {call} number {nth}"


def test_19_a_slot_that_is_freed_twice_is_free_once() -> None:
    cluster = Cluster()
    cluster.register(POLL)
    for _ in range(3):
        cluster.start(ONE)
    cluster.settle()
    (first,) = cluster.poll("t1", count=3)
    cluster.take()
    cluster.report(first.task, first.message.workflow_id)
    end = cluster.take()
    cluster.deliver(end)
    (second,) = cluster.poll("t1", count=3)
    cluster.deliver(end)
    cluster.engine.limiting.release(first.message.workflow_id, first.task)
    assert cluster.poll("t1", count=3) == []
    assert {each.workflow_id for each in holders(cluster)} == {second.message.workflow_id}


def test_19_a_slow_poller_does_not_hand_out_what_it_has_no_slot_for() -> None:
    """It has claimed; before it takes its slot another poller claims, takes the slot, hands out."""
    cluster = Cluster(deciders=2)
    cluster.register(POLL)
    ids = {cluster.start(ONE), cluster.start(ONE)}
    cluster.settle()
    fast: list[str] = []

    def overtake() -> None:
        (handed,) = cluster.engines[1].polls.poll("t1", "fast", wait_ms=0)
        fast.append(handed.message.workflow_id)

    # The first update is the claim, the second one takes the slot.
    with meanwhile(cluster, "UpdateItem", 2, overtake):
        assert cluster.poll("t1", worker="slow") == []
    (waiting,) = ids - set(fast)
    given_back = cluster.task(waiting, "t1")
    assert (given_back.status, given_back.started_at) == (TaskStatus.SCHEDULED, 0)
    (running,) = (each for each in cluster.view(fast[0]).tasks)
    cluster.report(running, fast[0])
    cluster.settle()
    cluster.complete("t1")
    cluster.settle()
    assert {cluster.status(wf) for wf in ids} == {WorkflowStatus.COMPLETED}


def test_26_a_task_parked_while_the_last_slot_is_freed_is_let_through() -> None:
    """The end calls for the gate before the waiting task has its item; nobody sweeps here."""
    cluster = Cluster(inline=True)
    cluster.register(GATE)
    first = cluster.start(ONE)
    cluster.settle()
    (handed,) = cluster.poll("t1")

    def end_of_the_first() -> None:
        cluster.report(handed.task, first)
        cluster.run_gates()

    # The first message parks the task, the second one calls for the gate; its item comes after both.
    with meanwhile(cluster, "SendMessage", 2, end_of_the_first):
        second = cluster.start(ONE)
    cluster.clock.advance(2_001)
    cluster.settle()
    cluster.complete("t1")
    assert cluster.status(second) is WorkflowStatus.COMPLETED


def test_26b_the_late_end_of_one_incarnation_leaves_the_slot_of_the_next() -> None:
    cluster = Cluster()
    cluster.register(GATE)
    wf = cluster.start(ONE)
    cluster.settle()
    (handed,) = cluster.poll("t1")
    cluster.take()
    cluster.report(handed.task, wf)
    late = cluster.take()
    key = TaskKey(wf, "t1", handed.task.seq)
    # A rerun resets the item in place and sends it through the gate again.
    again = replace(handed.task, inc=1, epoch=0, status=TaskStatus.SCHEDULED, lease_until=0)
    assert cluster.store.put_task(wf, again)
    cluster.engine.limiting.release(wf, handed.task)
    holder = Holder(wf, key.ref, key.seq, 1)
    assert again.limit is not None
    assert cluster.engine.limiting.take(again.limit, [holder]) == (holder,)
    cluster.deliver(late)
    assert holders(cluster) == {holder}


def test_26b_a_claim_does_not_cost_a_gated_task_its_slot() -> None:
    """A worker that takes its task out of the queue for good claims it: the epoch grows."""
    cluster = Cluster()
    cluster.register(GATE)
    for _ in range(2):
        cluster.start(ONE)
    cluster.settle()
    assert len(cluster.poll("t1", count=2)) == 1
    for _ in range(3):
        cluster.engine.gating.sweep()
        cluster.settle()
        cluster.clock.advance(6_000)
    assert cluster.task_queue.size("t1") == 0


@pytest.mark.parametrize("after", [False, True])
def test_26c_a_gate_that_dies_with_the_last_slot_taken_is_made_up_for_by_the_sweep(
    after: bool,
) -> None:
    cluster = Cluster()
    cluster.register(GATE)
    ids = [cluster.start(ONE) for _ in range(3)]
    cluster.deliver(cluster.take())
    made = 0

    def die(name: str) -> None:
        nonlocal made
        made += name == "SendMessage"
        if made:
            raise Crash

    setattr(cluster.calls, "after_call" if after else "before_call", die)
    with pytest.raises(Crash):
        cluster.run_gates()
    cluster.calls.before_call = cluster.calls.after_call = lambda name: None
    assert len(holders(cluster)) == 1
    # What the processes knew of the limit is what made them receive nothing.
    cluster.settle()
    cluster.advance(120)
    for _ in ids:
        # The sweep's scan has hidden the others for some seconds.
        cluster.advance(7)
        cluster.complete("t1")
    cluster.settle()
    assert {cluster.status(wf) for wf in ids} == {WorkflowStatus.COMPLETED}
    assert holders(cluster) == set()


def test_a_slot_whose_end_was_told_to_nobody_comes_back_when_it_is_needed() -> None:
    cluster = Cluster()
    cluster.register(POLL)
    for _ in range(2):
        cluster.start(ONE)
    cluster.settle()
    (first,) = cluster.poll("t1")
    cluster.report(first.task, first.message.workflow_id)
    cluster.take()  # and its record is lost
    (second,) = cluster.poll("t1")
    assert second.message.workflow_id != first.message.workflow_id


def test_what_waits_for_a_slot_does_not_become_a_dead_letter() -> None:
    """Processes that know nothing of the limit receive it over and over."""
    cluster = Cluster()
    cluster.register(POLL)
    ids = [cluster.start(ONE) for _ in range(2)]
    cluster.settle()
    (first,) = cluster.poll("t1")
    for _ in range(25):
        cluster.restart_processes()
        assert cluster.poll("t1") == []
    assert cluster.task_queue.queues[POLLED].dead_letters == []
    cluster.report(first.task, first.message.workflow_id)
    cluster.settle()
    cluster.complete("t1")
    cluster.settle()
    assert {cluster.status(wf) for wf in ids} == {WorkflowStatus.COMPLETED}
