"""Signals under races: each ends a WAIT of its own, and none is lost (engine.md 9)."""

from __future__ import annotations

import pytest

from podium.domain.json import JsonMap
from podium.domain.requests import StartWorkflowRequest
from podium.domain.status import TaskStatus
from podium.errors import NotFoundError
from tests.support.cluster import Cluster


def wait(ref: str) -> JsonMap:
    return {"name": ref, "taskReferenceName": ref, "type": "WAIT"}


TWO: JsonMap = {
    "name": "two",
    "tasks": [
        {
            "name": "fork",
            "taskReferenceName": "fork",
            "type": "FORK_JOIN",
            "forkTasks": [[wait("a")], [wait("b")]],
        },
        {"name": "join", "taskReferenceName": "join", "type": "JOIN", "joinOn": ["a", "b"]},
    ],
}
GOOD = TaskStatus.COMPLETED


def signal(cluster: Cluster, wf: str, n: int) -> str | None:
    task = cluster.engine.signals.signal(wf, GOOD, {"n": n})
    return None if task is None else task.ref


def test_a_signal_goes_on_to_the_next_wait_when_another_was_faster():
    cluster = Cluster(inline=True)
    wf = cluster.start(TWO)
    faster = iter([1])

    def before(name: str) -> None:
        # Between finding the WAIT and ending it, somebody else ends it.
        if name == "UpdateItem" and next(faster, None):
            assert signal(cluster, wf, 1) == "a"

    cluster.calls.before_call = before
    assert signal(cluster, wf, 2) == "b"
    cluster.settle()
    outputs = [cluster.task(wf, ref).output for ref in ("a", "b")]
    assert outputs == [{"n": 1}, {"n": 2}]
    assert cluster.status(wf).is_successful
    assert signal(cluster, wf, 3) is None


def test_a_signal_finds_a_task_that_is_committed_but_not_put_yet():
    cluster = Cluster()
    wf = cluster.start(TWO)
    assert not cluster.store.read_tasks(wf)[1:]
    assert signal(cluster, wf, 1) == "a"
    assert signal(cluster, wf, 2) == "b"
    cluster.settle()
    assert cluster.status(wf).is_successful


def test_a_signal_finds_the_wait_of_a_child_that_is_not_launched_yet():
    cluster = Cluster()
    cluster.register(TWO)
    sub: JsonMap = {
        "name": "s",
        "taskReferenceName": "s",
        "type": "SUB_WORKFLOW",
        "subWorkflowParam": {"name": "two", "version": 1},
    }
    wf = cluster.start({"name": "outer", "tasks": [sub]})
    assert signal(cluster, wf, 1) == "a"


def test_a_signal_passes_a_child_whose_start_is_delayed():
    cluster = Cluster(inline=True)
    cluster.register(TWO)
    sub: JsonMap = {
        "name": "s",
        "taskReferenceName": "s",
        "type": "SUB_WORKFLOW",
        "startDelay": 60,
        "subWorkflowParam": {"name": "two", "version": 1},
    }
    wf = cluster.start({"name": "outer", "tasks": [sub]})
    assert signal(cluster, wf, 1) is None
    cluster.advance(61)
    assert signal(cluster, wf, 1) == "a"


def test_an_update_by_reference_finds_a_task_that_is_not_put_yet():
    cluster = Cluster()
    wf = cluster.start(TWO)
    done = cluster.engine.updates.update_by_ref(wf, "b", GOOD, {"n": 2}, "")
    assert done is not None
    assert (done.ref, done.output) == ("b", {"n": 2})


def test_nobody_is_signalled_in_an_unknown_workflow():
    with pytest.raises(NotFoundError, match="nobody"):
        signal(Cluster(), "nobody", 1)


def test_a_signal_finds_the_wait_of_a_workflow_that_was_joined():
    cluster = Cluster(inline=True)
    cluster.register(TWO)
    sub: JsonMap = {
        "name": "s",
        "taskReferenceName": "s",
        "type": "SUB_WORKFLOW",
        "subWorkflowParam": {
            "name": "two",
            "version": 1,
            "idempotencyKey": "k",
            "idempotencyStrategy": "RETURN_EXISTING",
        },
    }
    existing = cluster.engine.starts.start(
        StartWorkflowRequest(name="two", input={}, idempotency_key="k")
    )
    wf = cluster.start({"name": "outer", "tasks": [sub]})
    assert cluster.task(wf, "s").child_id == existing
    standstill = cluster.engine.awaiting.standstill(wf, frozenset(), cluster.clock.now())
    assert standstill.blocking is not None
    assert standstill.blocking.workflow_id == existing
    assert [signal(cluster, wf, n) for n in (1, 2, 3)] == ["a", "b", None]
    cluster.settle()
    assert cluster.status(wf).is_successful
