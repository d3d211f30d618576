"""The protocol's counterexamples (protocol.md 11), each as a history that must now end well.

The number of the counterexample is in the name of the test. Those of operations that are not built
yet (restart, retry, rerun, limits, big forks) come with them.
"""

from __future__ import annotations

import pytest

from podium.domain.execution import Header
from podium.domain.ids import TaskKey, child_workflow_id
from podium.domain.json import Json
from podium.domain.queues import QueueAddress
from podium.domain.requests import StartWorkflowRequest
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.integration.protocol.definitions import (
    CHAIN,
    CHILD,
    FORKED,
    PARENT,
    simple,
    sub_workflow,
    workflow,
)
from tests.support.cluster import Cluster, crash, deliver_but_for_the_item


def finish(cluster: Cluster, workflow_id: str, *task_types: str) -> None:
    """Complete these tasks in order; the workflow is COMPLETED then."""
    for task_type in task_types:
        cluster.settle()
        cluster.complete(task_type)
    cluster.settle()
    assert cluster.status(workflow_id) is WorkflowStatus.COMPLETED


def header(cluster: Cluster, workflow_id: str) -> Header:
    found = cluster.store.read_header(workflow_id)
    assert found is not None
    return found


def test_1_an_end_unknown_to_a_stale_cache_is_not_dropped() -> None:
    cluster = Cluster(deciders=2)
    wf = cluster.start(CHAIN)
    cluster.deliver(cluster.take(), decider=1)
    cluster.complete("t1")
    cluster.deliver(cluster.take(), decider=0)
    cluster.complete("t2")
    cluster.deliver(cluster.take(), decider=1)
    assert cluster.status(wf) is WorkflowStatus.COMPLETED


def test_1b_a_header_record_is_not_judged_on_an_older_cached_header() -> None:
    cluster = Cluster(deciders=2)
    wf = cluster.start(CHAIN)
    cluster.settle()
    cluster.engine.operations.pause(wf)
    cluster.deliver(cluster.take(), decider=1)
    assert cluster.poll("t1") == []
    with crash(cluster, "UpdateItem", nth=1):
        cluster.engine.operations.resume(wf)
    finish(cluster, wf, "t1", "t2")


def test_2_two_deciders_that_each_saw_one_branch_end_still_join() -> None:
    cluster = Cluster(deciders=2)
    wf = cluster.start(FORKED)
    first = cluster.take()
    cluster.deliver(first, decider=0)
    cluster.deliver(first, decider=1)
    cluster.complete("a")
    (a_ended,) = cluster.take()
    cluster.complete("b")
    (b_ended,) = cluster.take()
    cluster.deliver([a_ended], decider=0)
    cluster.deliver([b_ended], decider=1)
    finish(cluster, wf, "last")
    assert [task.ref for task in cluster.view(wf).tasks].count("j") == 1


@pytest.mark.parametrize("call", ["SendMessage", "PutItem"])
def test_3_and_5_a_crash_between_commit_send_and_put_is_made_good(call: str) -> None:
    cluster = Cluster()
    wf = cluster.start(CHAIN)
    cluster.settle()
    cluster.complete("t1")
    records = cluster.take()
    # The commit is the first PutItem of the decision, the item of t2 the second.
    with crash(cluster, call, nth=2 if call == "PutItem" else 1):
        cluster.deliver(records)
    cluster.deliver(records)
    finish(cluster, wf, "t2")


def test_4_a_branch_not_created_before_a_crash_is_created_after_the_other_ended() -> None:
    cluster = Cluster()
    wf = cluster.start(FORKED)
    start = cluster.take()
    with crash(cluster, "SendMessage", nth=2):
        cluster.deliver(start)
    cluster.complete("a")
    cluster.settle()
    assert cluster.poll("b") == []
    cluster.deliver(start)
    finish(cluster, wf, "b", "last")


def test_6_a_message_that_arrives_before_its_item_is_kept() -> None:
    cluster = Cluster()
    wf = cluster.start(CHAIN)
    records = deliver_but_for_the_item(cluster)
    assert cluster.poll("t1") == []
    cluster.deliver(records)
    cluster.clock.advance(3000)
    handed = cluster.poll("t1", count=5)
    assert [each.task.ref for each in handed] == ["t1"]
    assert cluster.task(wf, "t1").epoch == 1


def test_6_a_poll_that_waits_looks_at_an_early_message_again() -> None:
    cluster = Cluster()
    wf = cluster.start(CHAIN)
    records = deliver_but_for_the_item(cluster)

    def put_after_two_looks() -> None:
        if len(cluster.pauses) == 2:
            cluster.deliver(records)

    cluster.meanwhile = put_after_two_looks
    (handed,) = cluster.engine.polls.poll("t1", "w1", wait_ms=1000)
    assert (handed.message.workflow_id, handed.task.ref, handed.task.epoch) == (wf, "t1", 1)
    assert cluster.pauses == [50, 100]


def test_6_a_poll_does_not_wait_longer_for_an_item_than_it_was_asked_to() -> None:
    cluster = Cluster()
    cluster.start(CHAIN)
    deliver_but_for_the_item(cluster)
    assert cluster.engine.polls.poll("t1", "w1", wait_ms=200) == []
    assert cluster.pauses == [50, 100]


def test_6_tasks_that_can_be_had_do_not_wait_for_one_that_cannot() -> None:
    cluster = Cluster()
    cluster.start(CHAIN)
    deliver_but_for_the_item(cluster)
    wf = cluster.start(CHAIN)
    cluster.settle()
    handed = cluster.engine.polls.poll("t1", "w1", count=5, wait_ms=1000)
    assert [each.message.workflow_id for each in handed] == [wf]
    assert cluster.pauses == []


def test_6_an_early_message_of_a_higher_priority_does_not_hold_up_the_others() -> None:
    cluster = Cluster()
    urgent = StartWorkflowRequest.from_json({"name": "w", "workflowDef": CHAIN, "priority": 90})
    cluster.engine.starts.start(urgent)
    deliver_but_for_the_item(cluster)
    wf = cluster.start(CHAIN)
    cluster.settle()
    (handed,) = cluster.engine.polls.poll("t1", "w1", wait_ms=1000)
    assert handed.message.workflow_id == wf
    assert cluster.pauses == []


def test_6_a_message_whose_item_will_never_come_is_deleted_in_the_end() -> None:
    cluster = Cluster()
    wf = cluster.start(CHAIN)
    deliver_but_for_the_item(cluster)
    cluster.engine.operations.terminate(wf, "enough")
    for _ in range(8):
        cluster.poll("t1")
        cluster.clock.advance(3000)
    assert cluster.task_queue.queues[QueueAddress("t1")].messages() == []


def test_7_a_completion_beats_the_timeout_that_was_about_to_be_decided() -> None:
    cluster = Cluster()
    cluster.register({"name": "t1", "retryCount": 1, "responseTimeoutSeconds": 100})
    wf = cluster.start(workflow(simple("t1"), simple("t2")))
    cluster.settle()
    (handed,) = cluster.poll("t1")
    cluster.clock.advance(101_000)
    original = cluster.store.end

    def completed_first(key: TaskKey, end: object, **guards: object) -> object:
        cluster.store.end = original  # type: ignore[method-assign]
        cluster.report(handed.task, wf)
        return original(key, end, **guards)  # type: ignore[arg-type]

    cluster.store.end = completed_first  # type: ignore[assignment, method-assign]
    cluster.advance(61)
    assert [task.ref for task in cluster.view(wf).tasks] == ["t1", "t2"]
    assert cluster.task(wf, "t1").status is TaskStatus.COMPLETED
    finish(cluster, wf, "t2")


def test_8_a_put_that_comes_after_the_cancel_opens_nothing() -> None:
    cluster = Cluster()
    wf = cluster.start(CHAIN)
    records = deliver_but_for_the_item(cluster)
    cluster.engine.operations.terminate(wf, "enough")
    cluster.settle()
    cluster.deliver(records)
    cluster.clock.advance(5000)
    assert cluster.poll("t1") == []
    assert cluster.task(wf, "t1").status is TaskStatus.CANCELED
    assert header(cluster, wf).closed


def test_11c_a_late_closer_does_not_mark_a_later_version_closed() -> None:
    cluster = Cluster()
    wf = cluster.start(CHAIN)
    cluster.settle()
    with crash(cluster, "UpdateItem"):
        cluster.engine.operations.terminate(wf, "enough")
        cluster.settle()
    stale = header(cluster, wf).version - 1
    assert not cluster.store.close(wf, stale)
    assert not header(cluster, wf).closed
    cluster.deliver(cluster.store.records())
    assert header(cluster, wf).closed


def test_12_a_pause_holds_back_what_is_queued() -> None:
    cluster = Cluster()
    wf = cluster.start(CHAIN)
    cluster.settle()
    cluster.engine.operations.pause(wf)
    assert cluster.poll("t1") == []
    cluster.engine.operations.resume(wf)
    finish(cluster, wf, "t1", "t2")


def test_13_a_pause_holds_a_task_whose_item_is_still_to_be_put() -> None:
    cluster = Cluster()
    wf = cluster.start(CHAIN)
    records = deliver_but_for_the_item(cluster)
    cluster.engine.operations.pause(wf)
    cluster.deliver(records)
    cluster.clock.advance(5000)
    assert cluster.poll("t1") == []
    cluster.engine.operations.resume(wf)
    finish(cluster, wf, "t1", "t2")


def test_13c_a_hold_record_that_comes_after_the_resume_does_not_stick() -> None:
    cluster = Cluster()
    wf = cluster.start(CHAIN)
    start = cluster.take()
    with crash(cluster, "PutItem"):
        cluster.deliver(start)
    cluster.engine.operations.pause(wf)
    cluster.engine.operations.resume(wf)
    later = cluster.take()
    cluster.deliver(list(reversed(later)))
    cluster.deliver(start)
    finish(cluster, wf, "t1", "t2")


def test_14_ends_that_came_during_the_pause_are_folded_by_the_resume() -> None:
    cluster = Cluster()
    wf = cluster.start(FORKED)
    cluster.settle()
    polled = [*cluster.poll("a"), *cluster.poll("b")]
    cluster.engine.operations.pause(wf)
    for handed in polled:
        cluster.report(handed.task, wf)
    cluster.settle()
    assert header(cluster, wf).last_seq == 4
    cluster.engine.operations.resume(wf)
    finish(cluster, wf, "last")


def test_15_the_first_decision_is_made_even_if_the_start_is_paused_at_once() -> None:
    cluster = Cluster()
    wf = cluster.start(CHAIN)
    cluster.engine.operations.pause(wf)
    cluster.engine.operations.resume(wf)
    finish(cluster, wf, "t1", "t2")


def test_16_a_child_launched_after_its_parent_ended_finds_a_stub() -> None:
    cluster = Cluster()
    cluster.register(CHILD, PARENT)
    wf = cluster.start("parent")
    records = deliver_but_for_the_item(cluster)
    cluster.engine.operations.terminate(wf, "enough")
    cluster.settle()
    cluster.deliver(records)
    cluster.settle()
    child = child_workflow_id(TaskKey(wf, "sub", 1), 0)
    assert header(cluster, child).status is WorkflowStatus.TERMINATED
    assert header(cluster, child).open == ()
    assert cluster.task(wf, "sub").status is TaskStatus.CANCELED


def test_16_a_running_child_ends_with_its_parent() -> None:
    cluster = Cluster()
    cluster.register(CHILD, PARENT)
    wf = cluster.start("parent")
    cluster.settle()
    child = cluster.task(wf, "sub").child_id
    cluster.engine.operations.terminate(wf, "enough")
    cluster.settle()
    assert cluster.status(child) is WorkflowStatus.TERMINATED
    assert "enough" in header(cluster, child).reason
    assert cluster.task(child, "inner").status is TaskStatus.CANCELED


def test_18_a_timer_is_armed_before_the_commit_that_needs_it() -> None:
    cluster = Cluster()
    wait: dict[str, Json] = {
        "name": "w",
        "taskReferenceName": "w",
        "type": "WAIT",
        "inputParameters": {"duration": "30 seconds"},
    }
    wf = cluster.start(workflow(simple("t1"), wait))
    cluster.settle()
    cluster.complete("t1")
    records = cluster.take()
    with crash(cluster, "PutItem", nth=1, after=True):
        cluster.deliver(records)
    assert len(cluster.timer_queue.queue.messages()) >= 1
    cluster.settle()
    cluster.advance(31)
    assert cluster.status(wf) is WorkflowStatus.COMPLETED


def test_21_a_task_requeued_during_a_pause_is_held_too() -> None:
    cluster = Cluster()
    wf = cluster.start(CHAIN)
    cluster.settle()
    (handed,) = cluster.poll("t1")
    original = cluster.store.requeue

    def paused_first(*args: object) -> object:
        cluster.engine.operations.pause(wf)
        return original(*args)  # type: ignore[arg-type]

    cluster.store.requeue = paused_first  # type: ignore[assignment, method-assign]
    cluster.report(handed.task, wf, TaskStatus.IN_PROGRESS)
    cluster.store.requeue = original  # type: ignore[method-assign]
    assert cluster.poll("t1") == []
    cluster.engine.operations.resume(wf)
    finish(cluster, wf, "t1", "t2")


def test_21b_the_message_of_a_requeue_under_way_is_kept() -> None:
    cluster = Cluster()
    wf = cluster.start(CHAIN)
    cluster.settle()
    (handed,) = cluster.poll("t1")
    with crash(cluster, "UpdateItem"):
        cluster.report(handed.task, wf, TaskStatus.IN_PROGRESS)
    assert cluster.poll("t1") == []
    cluster.report(handed.task, wf, TaskStatus.IN_PROGRESS)
    cluster.clock.advance(3000)
    finish(cluster, wf, "t1", "t2")


def test_21c_a_requeue_that_died_before_its_message_is_repeated_by_the_worker() -> None:
    cluster = Cluster()
    wf = cluster.start(CHAIN)
    cluster.settle()
    (handed,) = cluster.poll("t1")
    with crash(cluster, "SendMessage"):
        cluster.report(handed.task, wf, TaskStatus.IN_PROGRESS)
    assert cluster.task(wf, "t1").status is TaskStatus.IN_PROGRESS
    cluster.report(handed.task, wf, TaskStatus.IN_PROGRESS)
    finish(cluster, wf, "t1", "t2")


def test_23_a_decision_that_was_cut_goes_on_after_a_crash() -> None:
    loop: dict[str, Json] = {
        "name": "loop",
        "taskReferenceName": "loop",
        "type": "DO_WHILE",
        "loopCondition": "$.loop['iteration'] < 300",
        "loopOver": [
            {
                "name": "count",
                "taskReferenceName": "count",
                "type": "SET_VARIABLE",
                "inputParameters": {"n": "${loop.output.iteration}"},
            }
        ],
    }
    cluster = Cluster()
    wf = cluster.start(workflow(loop, simple("last")))
    records = cluster.take()
    with crash(cluster, "TransactWriteItems", nth=2, after=True):
        cluster.deliver(records)
    finish(cluster, wf, "last")
    view = cluster.view(wf)
    assert view.variables["n"] == 300
    assert [task.iteration for task in view.tasks if task.ref == "count"] == [
        (number,) for number in range(1, 301)
    ]


def test_a_failing_launch_fails_the_task_with_the_reason() -> None:
    cluster = Cluster()
    sub = sub_workflow("sub", "${workflow.input.name}")
    wf = cluster.start(workflow(sub), {"name": "nowhere"})
    cluster.settle()
    assert cluster.status(wf) is WorkflowStatus.FAILED
    assert "nowhere" in header(cluster, wf).reason


def test_a_timer_that_fires_before_the_item_is_there_looks_again_at_once() -> None:
    wait: dict[str, Json] = {
        "name": "w",
        "taskReferenceName": "w",
        "type": "WAIT",
        "inputParameters": {"duration": "10 seconds"},
    }
    cluster = Cluster()
    wf = cluster.start(workflow(wait))
    records = cluster.take()
    cluster.clock.advance(11_000)
    cluster.fire_timers()
    cluster.deliver(records)
    cluster.advance(1)
    assert cluster.status(wf) is WorkflowStatus.COMPLETED
