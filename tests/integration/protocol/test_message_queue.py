"""The message queue under the faults that the model of ADR 9 was made for, each as a history."""

from __future__ import annotations

from typing import Any

import pytest

from podium.domain.execution import Header
from podium.domain.json import Json
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.domain.workflow_messages import LIFETIME_MS, MOST_MESSAGES, WorkflowMessage
from podium.errors import ConflictError, NotFoundError, TooManyRequestsError
from tests.integration.protocol.definitions import fork, simple, workflow
from tests.support.cluster import Cluster, crash


def pull(ref: str, **parameters: Json) -> dict[str, Json]:
    return {
        "name": ref,
        "taskReferenceName": ref,
        "type": "PULL_WORKFLOW_MESSAGES",
        "inputParameters": parameters,
    }


ROW = workflow(pull("a"), pull("b"))


def post(cluster: Cluster, wf: str, *numbers: int) -> None:
    for number in numbers:
        cluster.engine.messages.post(wf, {"n": number})


def pulled(cluster: Cluster, wf: str) -> dict[str, Any]:
    """Messages by the task that took them; None for one that still waits."""
    return {
        task.wire_ref: [each["payload"]["n"] for each in _messages(task.output)]
        if task.status.is_terminal
        else None
        for task in cluster.view(wf).tasks
        if task.type == "PULL_WORKFLOW_MESSAGES"
    }


def _messages(output: Any) -> Any:
    return output.get("messages", [])


def header(cluster: Cluster, wf: str) -> Header:
    found = cluster.store.read_header(wf)
    assert found is not None
    return found


def test_a_message_that_comes_between_the_commit_and_its_task_is_not_missed() -> None:
    cluster = Cluster()
    wf = cluster.start(ROW)
    cluster.settle()
    post(cluster, wf, 1)
    first = cluster.take()
    with crash(cluster, "TransactWriteItems", after=True):
        cluster.deliver(first)
    # Committed: "b" waits, and its item is still to be put.
    assert [entry.node for entry in header(cluster, wf).open] == ["1"]
    post(cluster, wf, 2)
    opened, second = cluster.take()
    cluster.deliver([second])
    assert pulled(cluster, wf) == {"a": [1]}
    cluster.deliver([opened])
    assert pulled(cluster, wf) == {"a": [1], "b": [2]}


def test_a_message_that_comes_between_the_look_of_a_decision_and_its_commit_is_not_missed() -> None:
    cluster = Cluster()
    wf = cluster.start(workflow(simple("t"), pull("a")))
    cluster.settle()
    cluster.complete("t")

    def before(name: str) -> None:
        # The decision has found the queue empty and is about to be committed.
        if name == "PutItem":
            cluster.calls.before_call = lambda _: None
            post(cluster, wf, 1)
            cluster.deliver(cluster.take()[-1:], decider=0)

    ended = cluster.take()
    cluster.calls.before_call = before
    cluster.deliver(ended)
    assert pulled(cluster, wf) == {"a": [1]}


@pytest.mark.parametrize("status", ["paused", "resumed"])
def test_a_message_whose_record_finds_the_workflow_paused_is_seen_at_the_resume(
    status: str,
) -> None:
    cluster = Cluster()
    wf = cluster.start(workflow(pull("a")))
    cluster.settle()
    post(cluster, wf, 1)
    records = cluster.take()
    cluster.engine.operations.pause(wf)
    if status == "paused":
        cluster.deliver(records)
        assert pulled(cluster, wf) == {"a": None}
    cluster.engine.operations.resume(wf)
    assert pulled(cluster, wf) == {"a": [1]}
    cluster.deliver(records)
    cluster.settle()
    assert header(cluster, wf).pulled == 1


def test_two_deciders_at_once_do_not_give_a_message_to_both() -> None:
    cluster = Cluster(deciders=2)
    wf = cluster.start(workflow(*fork([pull("a")], [pull("b")], join_on=["a", "b"])))
    cluster.settle()
    post(cluster, wf, 1)
    records = cluster.take()

    def before(name: str) -> None:
        # The first decider is about to commit; the second one does so before it.
        if name == "TransactWriteItems":
            cluster.calls.before_call = lambda _: None
            cluster.deliver(records, decider=1)

    cluster.calls.before_call = before
    cluster.deliver(records, decider=0)
    assert pulled(cluster, wf) == {"a": [1], "b": None}
    post(cluster, wf, 2)
    cluster.settle()
    assert pulled(cluster, wf) == {"a": [1], "b": [2]}


def test_a_stale_cache_does_not_hide_a_task_that_waits() -> None:
    cluster = Cluster(deciders=2)
    wf = cluster.start(workflow(simple("t"), pull("a")))
    cluster.deliver(cluster.take(), decider=1)
    cluster.complete("t")
    cluster.deliver(cluster.take(), decider=0)
    cluster.deliver(cluster.take(), decider=0)
    post(cluster, wf, 1)
    cluster.deliver(cluster.take(), decider=1)
    assert pulled(cluster, wf) == {"a": [1]}


def test_a_record_delivered_again_pulls_nothing_more_and_reads_nothing() -> None:
    cluster = Cluster()
    wf = cluster.start(ROW)
    cluster.settle()
    post(cluster, wf, 1)
    records = cluster.take()
    cluster.deliver(records)
    calls: list[str] = []
    cluster.calls.before_call = calls.append
    cluster.deliver(records)
    assert calls == []
    assert pulled(cluster, wf) == {"a": [1], "b": None}


def test_a_task_that_somebody_ends_first_leaves_the_message_to_the_next() -> None:
    cluster = Cluster()
    wf = cluster.start(ROW)
    cluster.settle()
    post(cluster, wf, 1)
    message = cluster.take()
    cluster.report(cluster.task(wf, "a"), wf, TaskStatus.COMPLETED, {"messages": [], "by": "hand"})
    ended = cluster.take()
    cluster.deliver(message)
    assert header(cluster, wf).pulled == 0
    cluster.deliver(ended)
    cluster.settle()
    assert pulled(cluster, wf) == {"a": [], "b": [1]}


def test_a_failed_pull_is_retried_by_its_definition_and_takes_the_message_then() -> None:
    cluster = Cluster(inline=True)
    cluster.register({"name": "a", "retryCount": 1, "retryDelaySeconds": 0})
    wf = cluster.start(ROW)
    cluster.report(cluster.task(wf, "a"), wf, TaskStatus.FAILED)
    post(cluster, wf, 1)
    cluster.settle()
    attempts = [task for task in cluster.view(wf).tasks if task.ref == "a"]
    assert [task.status for task in attempts] == [TaskStatus.FAILED, TaskStatus.COMPLETED]
    assert pulled(cluster, wf)["a"] == [1]


def test_a_pull_can_time_out() -> None:
    cluster = Cluster(inline=True)
    cluster.register(
        {
            "name": "a",
            "retryCount": 0,
            "timeoutSeconds": 30,
            "responseTimeoutSeconds": 30,
            "timeoutPolicy": "RETRY",
        }
    )
    wf = cluster.start(ROW)
    cluster.advance(31)
    assert cluster.task(wf, "a").status is TaskStatus.TIMED_OUT
    assert cluster.status(wf) is WorkflowStatus.TIMED_OUT


def test_the_queue_of_a_workflow_ends_with_it_and_a_new_run_has_an_empty_one() -> None:
    cluster = Cluster(inline=True)
    cluster.register({"name": "t", "retryCount": 0})
    wf = cluster.start(workflow(pull("a"), simple("t"), pull("b")))
    post(cluster, wf, 1, 2)
    (handed,) = cluster.poll("t")
    cluster.report(handed.task, wf, TaskStatus.FAILED)
    cluster.settle()
    with pytest.raises(ConflictError, match=r"FAILED"):
        post(cluster, wf, 3)
    cluster.engine.repeats.retry(wf)
    cluster.complete("t")
    cluster.settle()
    assert pulled(cluster, wf) == {"a": [1], "b": None}
    post(cluster, wf, 4)
    cluster.settle()
    assert pulled(cluster, wf) == {"a": [1], "b": [4]}


def test_a_restarted_workflow_does_not_see_the_messages_to_its_earlier_run() -> None:
    cluster = Cluster(inline=True)
    wf = cluster.start(workflow(pull("a"), simple("t")))
    post(cluster, wf, 1, 2)
    late = cluster.take()
    cluster.engine.operations.terminate(wf, "")
    cluster.engine.repeats.restart(wf, use_latest_definitions=False)
    cluster.deliver(late)
    cluster.settle()
    assert (pulled(cluster, wf), header(cluster, wf).pulled) == ({"a": None}, 0)


def test_only_a_running_workflow_takes_messages() -> None:
    cluster = Cluster(inline=True)
    wf = cluster.start(ROW)
    cluster.engine.operations.pause(wf)
    with pytest.raises(ConflictError, match=rf"{wf}.*PAUSED"):
        post(cluster, wf, 1)
    cluster.engine.operations.terminate(wf, "")
    with pytest.raises(ConflictError, match=rf"{wf}.*TERMINATED"):
        post(cluster, wf, 1)
    with pytest.raises(NotFoundError, match="nobody"):
        post(cluster, "nobody", 1)


def test_a_queue_holds_a_thousand_messages() -> None:
    cluster = Cluster(inline=True)
    wf = cluster.start(workflow(simple("t"), pull("a", batchSize=2)))
    post(cluster, wf, *range(MOST_MESSAGES))
    with pytest.raises(TooManyRequestsError, match=rf"{wf}.*{MOST_MESSAGES}"):
        post(cluster, wf, -1)
    cluster.complete("t")
    assert pulled(cluster, wf) == {"a": [0, 1]}


def test_a_pull_makes_room_for_as_many_as_it_took() -> None:
    cluster = Cluster(inline=True)
    wf = cluster.start(workflow(simple("t"), pull("a", batchSize=2), simple("u")))
    _fill(cluster, wf, range(1, MOST_MESSAGES + 1))
    cluster.complete("t")
    post(cluster, wf, 1, 2)
    with pytest.raises(TooManyRequestsError):
        post(cluster, wf, 3)


def test_messages_expire_after_a_day_and_make_room() -> None:
    cluster = Cluster(inline=True)
    wf = cluster.start(workflow(simple("t"), pull("a", batchSize=5, blocking=False), simple("u")))
    _fill(cluster, wf, range(1, MOST_MESSAGES))
    cluster.clock.advance(1000)
    post(cluster, wf, 1)
    cluster.clock.advance(LIFETIME_MS - 1000)
    # All but the last one are gone; it keeps its number, and the next one goes on from it.
    post(cluster, wf, 2)
    assert cluster.store.last_number(wf, 0) == MOST_MESSAGES + 1
    cluster.complete("t")
    assert pulled(cluster, wf) == {"a": [1, 2]}


def test_a_post_that_dies_after_its_write_has_been_made() -> None:
    cluster = Cluster()
    wf = cluster.start(ROW)
    cluster.settle()
    with crash(cluster, "PutItem", after=True):
        post(cluster, wf, 1)
    cluster.settle()
    assert pulled(cluster, wf) == {"a": [1], "b": None}


def _fill(cluster: Cluster, wf: str, numbers: range) -> None:
    now = cluster.clock.now()
    for number in numbers:
        message = WorkflowMessage(number, f"m{number}", {"n": number}, now)
        assert cluster.store.put_message(wf, 0, message)
