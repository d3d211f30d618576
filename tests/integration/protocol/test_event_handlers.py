"""Event handlers over messages that come twice, late or while a process dies (engine.md 19.3)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from podium.adapters.message import task_message
from podium.domain.events.handler import EventHandler
from podium.domain.events.message import EventMessage
from podium.domain.events.names import parse_event
from podium.domain.requests import RerunWorkflowRequest
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import ConflictError, InvalidInputError, NotFoundError, TransientError
from tests.support.cluster import Cluster, Crash, crash

WAITER: Any = {
    "name": "waiter",
    "tasks": [
        {"name": "w1", "taskReferenceName": "w1", "type": "WAIT"},
        {"name": "w2", "taskReferenceName": "w2", "type": "WAIT"},
    ],
}
LOOP: Any = {
    "name": "loop",
    "tasks": [
        {
            "name": "l",
            "taskReferenceName": "l",
            "type": "DO_WHILE",
            "loopCondition": "$.l.iteration < 3",
            "loopOver": [{"name": "w", "taskReferenceName": "w", "type": "WAIT"}],
        }
    ],
}
PLAIN: Any = {
    "name": "plain",
    "tasks": [{"name": "t", "taskReferenceName": "t", "type": "SIMPLE"}],
}
TELLER: Any = {
    "name": "teller",
    "tasks": [
        {
            "name": "tell",
            "taskReferenceName": "tell",
            "type": "EVENT",
            "sink": "${workflow.input.s}",
        }
    ],
}


def handler(
    *actions: Any, name: str = "h", event: str = "sqs:orders", **fields: Any
) -> EventHandler:
    value = {"name": name, "event": event, "active": True, "actions": list(actions), **fields}
    return EventHandler.from_json(value)


def start(**fields: Any) -> Any:
    return {"action": "start_workflow", "start_workflow": {"name": "plain", **fields}}


def complete(ref: str, **fields: Any) -> Any:
    details = {"workflowId": "${wf}", "taskRefName": ref, **fields}
    return {"action": "complete_task", "complete_task": details}


def message(payload: Any = None, id_: str = "m1", event: str = "sqs:orders") -> EventMessage:
    return EventMessage(parse_event(event), id_, {} if payload is None else payload)


def ends(cluster: Cluster, event: str = "sqs:orders") -> list[tuple[str, str]]:
    found = cluster.event_executions.newest(event, 100)
    return sorted((each.id, each.status.value) for each in found)


@contextmanager
def perhaps_a_crash(cluster: Cluster, call: str, nth: int, *, after: bool) -> Iterator[None]:
    """Die at the nth ``call``, if there are so many."""
    left = nth

    def hook(name: str) -> None:
        nonlocal left
        left -= name == call
        if name == call and left == 0:
            raise Crash

    setattr(cluster.calls, "after_call" if after else "before_call", hook)
    with suppress(Crash):
        yield
    cluster.calls.before_call = cluster.calls.after_call = lambda name: None
    cluster.restart_processes()


@pytest.fixture
def cluster() -> Cluster:
    made = Cluster(inline=True)
    made.register(WAITER, LOOP, PLAIN, TELLER)
    return made


def running(cluster: Cluster) -> int:
    return len(cluster.poll("t", count=100))


def test_a_message_that_comes_twice_acts_once_per_handler_and_action(cluster):
    cluster.engine.subscribing.create(handler(start(), start()))
    cluster.engine.subscribing.create(handler(start(), name="other"))
    for _ in range(2):
        assert cluster.engine.reacting.react(message()) == 2
    cluster.settle()
    assert running(cluster) == 3
    assert ends(cluster) == [("m1_0", "COMPLETED"), ("m1_0", "COMPLETED"), ("m1_1", "COMPLETED")]
    cluster.engine.reacting.react(message(id_="m2"))
    cluster.settle()
    assert running(cluster) == 3


@pytest.mark.parametrize("call", ["PutItem", "UpdateItem", "SendMessage", "GetItem", "Query"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth", [1, 2, 3, 4, 5])
def test_a_crash_at_any_call_is_healed_by_the_next_delivery(cluster, call, after, nth):
    cluster.engine.subscribing.create(handler(start(), complete("w1", output={"n": 1})))
    wf = cluster.start("waiter")
    sent = message({"wf": wf})
    with perhaps_a_crash(cluster, call, nth, after=after):
        cluster.engine.reacting.react(sent)
    for _ in range(2):
        cluster.engine.reacting.react(sent)
        cluster.settle()
    assert running(cluster) == 1
    assert cluster.task(wf, "w1").status is TaskStatus.COMPLETED
    assert cluster.task(wf, "w2").status is TaskStatus.IN_PROGRESS
    assert ends(cluster) == [("m1_0", "COMPLETED"), ("m1_1", "COMPLETED")]


def test_a_repeat_after_a_crash_ends_the_task_that_was_meant_and_not_the_next_iteration(cluster):
    cluster.engine.subscribing.create(handler(complete("w")))
    wf = cluster.start("loop")
    cluster.settle()
    # The first update notes the task, the second one ends it.
    with crash(cluster, "UpdateItem", nth=2, after=True):
        cluster.engine.reacting.react(message({"wf": wf}))
    cluster.settle()
    for _ in range(3):
        cluster.engine.reacting.react(message({"wf": wf}))
        cluster.settle()
    statuses = [
        (each.wire_ref, each.status) for each in cluster.view(wf).tasks if each.type == "WAIT"
    ]
    assert statuses == [("w__1", TaskStatus.COMPLETED), ("w__2", TaskStatus.IN_PROGRESS)]


def test_an_inactive_handler_does_nothing_and_a_condition_is_noted(cluster):
    cluster.engine.subscribing.create(handler(start(), active=False))
    assert cluster.engine.reacting.react(message()) == 0
    assert ends(cluster) == []
    cluster.engine.subscribing.create(handler(start(), name="c", condition="$.n > 1"))
    for n in (1, 2):
        cluster.engine.reacting.react(message({"n": n}, id_=f"m{n}"))
    cluster.settle()
    assert ends(cluster) == [("m1_0", "SKIPPED"), ("m2_0", "COMPLETED")]
    assert running(cluster) == 1
    found = [each.to_json() for each in cluster.event_executions.newest("sqs:orders", 10)]
    (skipped,) = [each for each in found if each["status"] == "SKIPPED"]
    assert skipped["output"] == {"msg": {"n": 1}, "condition": "$.n > 1"}
    assert "action" not in skipped


def test_a_condition_that_throws_fails_for_its_handler_alone(cluster):
    cluster.engine.subscribing.create(handler(start(), name="bad", condition="$.a.b.c"))
    cluster.engine.subscribing.create(handler(start(), name="good"))
    for _ in range(2):
        cluster.engine.reacting.react(message())
    cluster.settle()
    assert ends(cluster) == [("m1_0", "COMPLETED"), ("m1_0", "FAILED")]
    assert running(cluster) == 1


def test_an_action_that_cannot_be_done_fails_with_the_reason_and_the_others_go_on(cluster):
    wf = cluster.start("waiter")
    actions = [
        {"action": "start_workflow", "start_workflow": {"name": "unknown"}},
        complete("nothing"),
        {"action": "complete_task", "complete_task": {"taskId": "no-such-id"}},
        {"action": "terminate_workflow", "terminate_workflow": {"workflowId": "nobody"}},
        complete("w1"),
    ]
    cluster.engine.subscribing.create(handler(*actions))
    cluster.engine.reacting.react(message({"wf": wf}))
    cluster.advance(660)
    found = {each.index: each for each in cluster.event_executions.newest("sqs:orders", 10)}
    assert [found[index].status.value for index in range(5)] == ["FAILED"] * 4 + ["COMPLETED"]
    reasons = [str(found[index].output["exception"]) for index in range(4)]
    assert "unknown" in reasons[0]
    assert "nothing" in reasons[1]
    assert "no-such-id" in reasons[2]
    assert "nobody" in reasons[3]


def test_a_message_for_a_task_that_is_still_to_come_waits_for_it(cluster):
    cluster.engine.subscribing.create(handler(complete("w2", output={"n": 1})))
    wf = cluster.start("waiter")
    cluster.engine.reacting.react(message({"wf": wf}))
    cluster.advance(60)
    assert ends(cluster) == []
    cluster.engine.updates.update_by_ref(wf, "w1", TaskStatus.COMPLETED, {}, "")
    cluster.advance(30)
    assert cluster.status(wf) is WorkflowStatus.COMPLETED
    assert ends(cluster) == [("m1_0", "COMPLETED")]
    # One that has ended does not come up again.
    cluster.engine.reacting.react(message({"wf": wf}, id_="m2"))
    assert ends(cluster) == [("m1_0", "COMPLETED"), ("m2_0", "FAILED")]


def test_a_task_that_has_ended_is_not_ended_again(cluster):
    cluster.engine.subscribing.create(
        handler({"action": "fail_task", "fail_task": {"taskId": "${id}"}})
    )
    wf = cluster.start("waiter")
    done = cluster.engine.updates.update_by_ref(wf, "w1", TaskStatus.COMPLETED, {}, "")
    assert done is not None
    id_ = f"{wf}.{done.seq}.w1"
    cluster.engine.reacting.react(message({"id": id_}))
    assert cluster.status(wf) is WorkflowStatus.RUNNING
    assert ends(cluster) == [("m1_0", "FAILED")]


def test_one_that_fails_for_the_moment_is_tried_again_with_the_rest_done(cluster):
    cluster.engine.subscribing.create(handler(start(), start()))

    def busy(name: str) -> None:
        if name == "TransactWriteItems" or (name == "PutItem" and next(blocked, False)):
            raise TransientError("busy")

    blocked = iter([False, True])
    cluster.calls.before_call = busy
    with pytest.raises(TransientError):
        cluster.engine.reacting.react(message())
    cluster.calls.before_call = lambda name: None
    cluster.engine.reacting.react(message())
    cluster.settle()
    assert running(cluster) == 2
    assert ends(cluster) == [("m1_0", "COMPLETED"), ("m1_1", "COMPLETED")]


# --- handlers and sources --------------------------------------------------------------------------


def opened(cluster: Cluster) -> set[str]:
    return {str(event) for event in cluster.event_sources.opened}


def test_a_source_is_open_as_long_as_an_active_handler_listens(cluster):
    subscribing = cluster.engine.subscribing
    subscribing.create(handler(start(), name="a"))
    subscribing.create(handler(start(), name="b"))
    subscribing.create(handler(start(), name="off", active=False))
    subscribing.delete("a")
    assert opened(cluster) == {"sqs:orders"}
    subscribing.replace(handler(start(), name="b", event="sqs:others"))
    assert opened(cluster) == {"sqs:others"}
    subscribing.replace(handler(start(), name="b", event="sqs:others", active=False))
    assert opened(cluster) == set()
    subscribing.replace(handler(start(), name="off"))
    assert opened(cluster) == {"sqs:orders"}


def test_what_cannot_be_listened_to_leaves_no_handler(cluster):
    cluster.event_sources.refused.add("sqs:orders")
    with pytest.raises(InvalidInputError):
        cluster.engine.subscribing.create(handler(start()))
    assert cluster.engine.subscribing.all() == []
    cluster.engine.subscribing.create(handler(start(), active=False))
    with pytest.raises(InvalidInputError):
        cluster.engine.subscribing.replace(handler(start()))
    assert not cluster.engine.subscribing.all()[0].active


def test_a_handler_that_is_refused_leaves_no_source_open(cluster):
    subscribing = cluster.engine.subscribing
    subscribing.create(handler(start(), event="sqs:orders"))
    with pytest.raises(ConflictError):
        subscribing.create(handler(start(), event="sqs:others"))
    with pytest.raises(NotFoundError):
        subscribing.replace(handler(start(), name="unknown", event="sqs:others"))
    with pytest.raises(NotFoundError):
        subscribing.delete("unknown")
    assert opened(cluster) == {"sqs:orders"}


@pytest.mark.parametrize("call", ["PutItem", "DeleteItem", "OpenSource", "CloseSource", "Query"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_registration_that_died_is_put_right_by_the_next_one(cluster, call, after, nth):
    subscribing = cluster.engine.subscribing
    subscribing.create(handler(start(), name="old", event="sqs:others"))
    with perhaps_a_crash(cluster, call, nth, after=after):
        subscribing.replace(handler(start(), name="old"))
        subscribing.delete("old")
    subscribing = cluster.engine.subscribing
    for event in ("sqs:orders", "sqs:others"):
        subscribing.create(handler(start(), name=event, event=event))
        subscribing.delete(event)
    events = {each.event for each in subscribing.all()}
    assert opened(cluster) == events
    for event in ("sqs:orders", "sqs:others"):
        listed = {each.name for each in subscribing.of_event(event, active_only=True)}
        assert listed == {each.name for each in subscribing.all() if each.event == event}


# --- EVENT tasks -----------------------------------------------------------------------------------


def published(cluster: Cluster) -> list[str]:
    return [each.id for each in cluster.publisher.published.get("sqs:out", [])]


def test_an_event_is_published_once_whatever_comes_twice(cluster):
    wf = cluster.start("teller", {"s": "sqs:out"})
    (body,) = [each.body for each in cluster.system_queue.queue.receive(10, visibility=0)]
    cluster.settle()
    for _ in range(3):
        cluster.engine.running.run(task_message(body))
    cluster.settle()
    assert published(cluster) == [f"{wf}.1.tell"]
    assert cluster.status(wf) is WorkflowStatus.COMPLETED


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", ["SendMessage", "UpdateItem"])
def test_a_crash_while_publishing_repeats_it_under_the_same_id(cluster, call, after):
    wf = cluster.start("teller", {"s": "sqs:out"})
    with crash(cluster, call, after=after):
        cluster.run_system_tasks()
    cluster.advance(600)
    assert set(published(cluster)) == {f"{wf}.1.tell"}
    assert len(published(cluster)) <= 2
    assert cluster.status(wf) is WorkflowStatus.COMPLETED


def test_a_target_that_is_missing_fails_the_task_and_one_that_is_busy_does_not(cluster):
    cluster.publisher.missing.add("sqs:gone")
    wf = cluster.start("teller", {"s": "sqs:gone"})
    cluster.settle()
    task = cluster.task(wf, "tell")
    assert (task.status, task.reason) == (
        TaskStatus.FAILED,
        "Failed to publish the event: sqs:gone does not exist",
    )
    wf = cluster.start("teller", {"s": "sqs:out"})
    busy = iter([True])

    def before(name: str) -> None:
        if name == "SendMessage" and next(busy, False):
            raise TransientError("busy")

    cluster.calls.before_call = before
    cluster.run_system_tasks()
    cluster.calls.before_call = lambda name: None
    assert cluster.status(wf) is WorkflowStatus.RUNNING
    cluster.advance(10)
    assert cluster.status(wf) is WorkflowStatus.COMPLETED


def test_a_rerun_of_the_task_publishes_a_message_of_its_own(cluster):
    wf = cluster.start("teller", {"s": "sqs:out"})
    cluster.settle()
    task = cluster.task(wf, "tell")
    request = RerunWorkflowRequest(re_run_from_task_id=f"{wf}.{task.seq}.tell")
    cluster.engine.repeats.rerun(wf, request)
    cluster.settle()
    assert published(cluster) == [f"{wf}.1.tell", f"{wf}.1.tell.1"]


def test_an_event_in_a_loop_has_the_plain_name_of_its_task(cluster):
    tell = {"name": "tell", "taskReferenceName": "tell", "type": "EVENT", "sink": "conductor"}
    loop = {**LOOP["tasks"][0], "loopOver": [tell]}
    cluster.register({"name": "looped", "tasks": [loop]})
    cluster.engine.subscribing.create(handler(start(), event="conductor:looped:tell"))
    cluster.start("looped")
    cluster.settle()
    assert running(cluster) == 3
