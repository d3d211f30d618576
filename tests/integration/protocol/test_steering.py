"""Skip, jump and resetcallbacks on the whole engine: races, crashes, children, messages (docs/api.md)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from podium.domain.decision import Decision
from podium.domain.json import Json
from podium.domain.requests import SkipTaskRequest
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import ConflictError, NotFoundError
from tests.integration.protocol.definitions import CHAIN, fork, simple, sub_workflow, workflow
from tests.support.chaos import check_causes, check_facts
from tests.support.cluster import Cluster, crash, deliver_but_for_the_item

THREE = workflow(simple("a"), simple("b"), simple("c"), name="three")


def finish(cluster: Cluster, wf: str, *task_types: str) -> None:
    for task_type in task_types:
        cluster.complete(task_type)
        cluster.settle()
    assert cluster.status(wf) is WorkflowStatus.COMPLETED
    check_facts(cluster, wf)


def test_a_skip_outlives_a_crash_and_is_seen_by_every_decider() -> None:
    cluster = Cluster(deciders=3)
    wf = cluster.start(THREE)
    cluster.settle()
    cluster.engine.steering.skip(wf, "b", SkipTaskRequest(task_output={"n": 1}))
    cluster.restart_processes()
    finish(cluster, wf, "a", "c")


def test_a_skip_that_comes_too_late_is_refused() -> None:
    cluster = Cluster(deciders=2)
    wf = cluster.start(THREE)
    cluster.settle()
    cluster.complete("a")
    cluster.settle()
    with pytest.raises(ConflictError, match="exists already"):
        cluster.engine.steering.skip(wf, "b", SkipTaskRequest())
    finish(cluster, wf, "b", "c")


def test_a_jump_ends_the_child_of_a_task() -> None:
    cluster = Cluster()
    cluster.register(workflow(simple("inner"), name="child"))
    wf = cluster.start(workflow(sub_workflow("kid", "child"), simple("last"), name="parent"))
    cluster.settle()
    kid = cluster.task(wf, "kid").child_id
    cluster.engine.steering.jump(wf, "last", None)
    cluster.settle()
    assert cluster.status(kid) is WorkflowStatus.TERMINATED
    assert cluster.task(wf, "kid").status is TaskStatus.SKIPPED
    check_causes(cluster, wf)
    finish(cluster, wf, "last")


def test_a_worker_whose_task_was_jumped_over_changes_nothing() -> None:
    cluster = Cluster()
    wf = cluster.start(THREE)
    cluster.settle()
    (handed,) = cluster.poll("a")
    cluster.engine.steering.jump(wf, "c", {"n": 1})
    cluster.report(handed.task, wf)
    cluster.settle()
    assert [task.ref for task in cluster.view(wf).tasks] == ["a", "c"]
    assert cluster.task(wf, "c").input == {"n": 1}
    finish(cluster, wf, "c")


def test_a_task_that_ended_before_the_jump_keeps_its_end() -> None:
    cluster = Cluster()
    wf = cluster.start(
        workflow(*fork([simple("a")], [simple("b")], join_on=["a", "b"]), simple("c"))
    )
    cluster.settle()
    cluster.complete("a")
    late = cluster.take()
    cluster.engine.steering.jump(wf, "c", None)
    cluster.deliver(late)
    cluster.settle()
    statuses = {task.ref: task.status for task in cluster.view(wf).tasks}
    assert (statuses["a"], statuses["b"]) == (TaskStatus.COMPLETED, TaskStatus.SKIPPED)
    finish(cluster, wf, "c")


def jump_after(cluster: Cluster, wf: str, act: Callable[[], object]) -> None:
    """Jump to the last task; somebody does ``act`` just before that is committed."""
    original = cluster.store.commit

    def acted_first(decision: Decision) -> bool:
        cluster.store.commit = original  # type: ignore[method-assign]
        act()
        return original(decision)

    cluster.store.commit = acted_first  # type: ignore[method-assign]
    cluster.engine.steering.jump(wf, "c", None)
    cluster.settle()


def test_a_jump_races_with_a_completion() -> None:
    """The transaction is refused by an item that has ended meanwhile, and decided again."""
    cluster = Cluster()
    wf = cluster.start(THREE)
    cluster.settle()
    (handed,) = cluster.poll("a")
    jump_after(cluster, wf, lambda: cluster.report(handed.task, wf))
    assert cluster.task(wf, "a").status is TaskStatus.COMPLETED
    finish(cluster, wf, "c")


def test_a_jump_races_with_a_hand_out() -> None:
    """What is skipped shows who had it, and gives back the slot that it took meanwhile."""
    cluster = Cluster()
    cluster.register({"name": "a", "concurrentExecLimit": 1})
    wf, other = cluster.start(THREE), cluster.start(workflow(simple("a"), name="other"))
    cluster.settle()
    jump_after(cluster, wf, lambda: cluster.poll("a", worker="quick"))
    skipped = cluster.task(wf, "a")
    assert (skipped.status, skipped.epoch) == (TaskStatus.SKIPPED, 1)
    assert (skipped.worker_id, skipped.started_at > 0) == ("quick", True)
    assert [handed.message.workflow_id for handed in cluster.poll("a")] == [other]
    finish(cluster, wf, "c")


def test_a_jump_races_with_a_report_of_progress() -> None:
    cluster = Cluster()
    wf = cluster.start(THREE)
    cluster.settle()
    (handed,) = cluster.poll("a")
    cluster.clock.advance(10)
    half = {"half": 1}
    jump_after(
        cluster, wf, lambda: cluster.report(handed.task, wf, TaskStatus.IN_PROGRESS, dict(half))
    )
    skipped = cluster.task(wf, "a")
    assert (skipped.status, skipped.output) == (TaskStatus.SKIPPED, half)
    finish(cluster, wf, "c")


@pytest.mark.parametrize("call", ["SendMessage", "PutItem"])
def test_a_crash_after_a_jump_is_made_good(call: str) -> None:
    cluster = Cluster(inline=True)
    wf = cluster.start(THREE)
    cluster.complete("a")
    with crash(cluster, call):
        cluster.engine.steering.jump(wf, "a", {"n": 2})
    cluster.settle()
    assert cluster.task(wf, "a").input == {"n": 2}
    finish(cluster, wf, "a", "b", "c")


def test_a_jump_before_the_item_is_put_fences_the_put() -> None:
    cluster = Cluster()
    wf = cluster.start(THREE)
    records = deliver_but_for_the_item(cluster)
    cluster.engine.steering.jump(wf, "b", None)
    cluster.deliver(records)
    cluster.settle()
    cluster.clock.advance(5000)
    assert cluster.poll("a") == []
    assert cluster.task(wf, "a").status is TaskStatus.SKIPPED
    finish(cluster, wf, "b", "c")


# resetcallbacks ----------------------------------------------------------------------------------


def called_back(cluster: Cluster, seconds: int = 3600) -> str:
    """A workflow whose worker asked to be called back."""
    wf = cluster.start(CHAIN)
    cluster.settle()
    (handed,) = cluster.poll("t1")
    cluster.report(
        handed.task, wf, TaskStatus.IN_PROGRESS, {"half": 1}, callback_after_seconds=seconds
    )
    cluster.settle()
    assert cluster.poll("t1") == []
    return wf


def test_a_task_that_waits_for_its_callback_can_be_polled_at_once() -> None:
    cluster = Cluster()
    wf = called_back(cluster)
    cluster.engine.steering.reset_callbacks(wf)
    task = cluster.task(wf, "t1")
    assert (task.callback_after, task.output) == (0, {"half": 1})
    finish(cluster, wf, "t1", "t2")


def test_its_first_message_is_stale_when_it_comes() -> None:
    cluster = Cluster()
    wf = called_back(cluster, 600)
    cluster.engine.steering.reset_callbacks(wf)
    cluster.engine.steering.reset_callbacks(wf)
    (handed,) = cluster.poll("t1", count=5)
    cluster.advance(700)
    assert cluster.poll("t1") == []
    cluster.report(handed.task, wf)
    cluster.settle()
    finish(cluster, wf, "t2")


def test_a_delayed_first_attempt_is_ready_too_and_its_clocks_are_watched() -> None:
    cluster = Cluster()
    cluster.register({"name": "slow", "retryCount": 0, "responseTimeoutSeconds": 100})
    wf = cluster.start(workflow(simple("slow", startDelay=36_000)))
    cluster.settle()
    cluster.engine.steering.reset_callbacks(wf)
    (handed,) = cluster.poll("slow")
    assert handed.task.start_delay == 36_000
    cluster.advance(170)
    assert cluster.status(wf) is WorkflowStatus.TIMED_OUT


def test_a_paused_workflow_hands_nothing_out_before_it_is_resumed() -> None:
    cluster = Cluster()
    wf = called_back(cluster)
    cluster.engine.operations.pause(wf)
    cluster.engine.steering.reset_callbacks(wf)
    assert cluster.poll("t1") == []
    cluster.engine.operations.resume(wf)
    finish(cluster, wf, "t1", "t2")


def test_without_anything_to_reset_nothing_changes() -> None:
    cluster = Cluster()
    wf = cluster.start(CHAIN)
    cluster.settle()
    before = cluster.view(wf)
    cluster.engine.steering.reset_callbacks(wf)
    assert cluster.view(wf) == before


@pytest.mark.parametrize("call", ["SendMessage", "UpdateItem"])
def test_a_crash_in_a_reset_is_made_good_by_another(call: str) -> None:
    cluster = Cluster()
    wf = called_back(cluster)
    with crash(cluster, call):
        cluster.engine.steering.reset_callbacks(wf)
    cluster.engine.steering.reset_callbacks(wf)
    finish(cluster, wf, "t1", "t2")


def test_only_what_has_not_ended_is_reset() -> None:
    cluster = Cluster()
    wf = called_back(cluster)
    cluster.engine.operations.terminate(wf, "")
    with pytest.raises(ConflictError, match=f"{wf}.*TERMINATED"):
        cluster.engine.steering.reset_callbacks(wf)
    with pytest.raises(NotFoundError, match="nobody"):
        cluster.engine.steering.reset_callbacks("nobody")


def test_a_skip_and_a_jump_of_an_unknown_workflow() -> None:
    cluster = Cluster()
    value: dict[str, Json] = {}
    with pytest.raises(NotFoundError, match="nobody"):
        cluster.engine.steering.skip("nobody", "a", SkipTaskRequest())
    with pytest.raises(NotFoundError, match="nobody"):
        cluster.engine.steering.jump("nobody", "a", value)
