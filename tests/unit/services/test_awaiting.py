"""What a synchronous call waits for, by reference names and in trees (engine.md 9)."""

from __future__ import annotations

from typing import Any

import pytest

from podium.domain.json import JsonMap
from podium.domain.signals import Standstill
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import NotFoundError
from tests.support.cluster import Cluster


def simple(ref: str, **fields: Any) -> JsonMap:
    return {"name": ref, "taskReferenceName": ref, "type": "SIMPLE", **fields}


def definition(*tasks: JsonMap) -> JsonMap:
    return {"name": "w", "tasks": list(tasks)}


def awaited(cluster: Cluster, wf: str, *refs: str, seconds: int = 10) -> Standstill:
    until = cluster.clock.now() + seconds * 1000
    return cluster.engine.awaiting.standstill(wf, frozenset(refs), until)


def blocking(standstill: Standstill) -> tuple[str, int, TaskStatus] | None:
    found = standstill.blocking
    return None if found is None else (found.task.wire_ref, found.task.attempt, found.task.status)


def test_the_pauses_grow_by_half_until_the_limit():
    cluster = Cluster(inline=True)
    wf = cluster.start(definition(simple("t")))
    assert awaited(cluster, wf).is_timeout
    assert cluster.pauses[:5] == [100, 150, 225, 337, 505]
    assert sum(cluster.pauses) == 10_000
    assert len(cluster.pauses) == 10


def test_the_first_attempt_that_has_ended_counts():
    cluster = Cluster(inline=True)
    cluster.register({"name": "t", "retryCount": 2, "retryDelaySeconds": 0})
    wf = cluster.start(definition(simple("t")))
    for _ in range(2):
        (handed,) = cluster.poll("t")
        cluster.report(handed.task, wf, TaskStatus.FAILED)
    assert blocking(awaited(cluster, wf, "t")) == ("t", 0, TaskStatus.FAILED)


def test_a_loop_that_has_gone_past_the_iteration_counts():
    cluster = Cluster(inline=True)
    loop: JsonMap = {
        "name": "l",
        "taskReferenceName": "l",
        "type": "DO_WHILE",
        "loopCondition": "$.l['iteration'] < 5",
        "loopOver": [simple("t")],
    }
    wf = cluster.start(definition(loop))
    for _ in range(4):
        cluster.complete("t")
    assert blocking(awaited(cluster, wf, "t__2")) == ("t__2", 0, TaskStatus.COMPLETED)
    assert blocking(awaited(cluster, wf, "t__5", seconds=1)) is None
    # The peer's reference name has the iteration; the bare one names nothing here.
    assert blocking(awaited(cluster, wf, "t", seconds=1)) is None


def test_a_name_that_looks_like_an_iteration_is_found():
    cluster = Cluster(inline=True)
    wf = cluster.start(definition(simple("t__2"), simple("u")))
    cluster.complete("t__2")
    assert blocking(awaited(cluster, wf, "t__2")) == ("t__2", 0, TaskStatus.COMPLETED)


def test_a_task_that_ends_while_the_workflow_is_paused_is_noticed():
    cluster = Cluster(inline=True)
    wf = cluster.start(definition(simple("t"), simple("u")))
    (handed,) = cluster.poll("t")
    cluster.engine.operations.pause(wf)
    assert awaited(cluster, wf, "t", seconds=1).is_timeout

    def finish() -> None:
        cluster.meanwhile = lambda: None
        cluster.report(handed.task, wf)

    cluster.meanwhile = finish
    found = awaited(cluster, wf, "t")
    assert blocking(found) == ("t", 0, TaskStatus.COMPLETED)
    assert found.target.status is WorkflowStatus.PAUSED


def test_a_wait_that_ends_between_look_and_confirmation_is_not_answered():
    cluster = Cluster(inline=True)
    gate: JsonMap = {"name": "g", "taskReferenceName": "g", "type": "WAIT"}
    wf = cluster.start(definition(simple("t"), gate, simple("u")))

    def reach_the_gate() -> None:
        cluster.meanwhile = lambda: None
        cluster.complete("t")
        seen: list[str] = []

        def pass_the_gate(name: str) -> None:
            # After the reads of the look, before those of the confirmation.
            seen.append(name)
            if len(seen) == 3:
                cluster.calls.before_call = lambda _: None
                cluster.engine.signals.signal(wf, TaskStatus.COMPLETED, {})

        cluster.calls.before_call = pass_the_gate

    cluster.meanwhile = reach_the_gate
    assert awaited(cluster, wf).is_timeout
    assert cluster.task(wf, "g").status is TaskStatus.COMPLETED


def test_an_end_in_an_open_child_counts_and_one_in_a_closed_child_does_not():
    cluster = Cluster(inline=True)
    cluster.register({"name": "kid", "tasks": [simple("inner"), simple("rest")]})
    sub: JsonMap = {
        "name": "s",
        "taskReferenceName": "s",
        "type": "SUB_WORKFLOW",
        "subWorkflowParam": {"name": "kid", "version": 1},
    }
    wf = cluster.start(definition(sub, simple("t")))
    cluster.complete("inner")
    found = awaited(cluster, wf, "inner")
    assert found.blocking is not None
    assert found.blocking.workflow_id == cluster.task(wf, "s").child_id
    cluster.complete("rest")
    cluster.settle()
    assert awaited(cluster, wf, "inner", seconds=1).is_timeout


def test_an_unknown_workflow_is_not_waited_for():
    with pytest.raises(NotFoundError, match="nobody"):
        awaited(Cluster(), "nobody")
