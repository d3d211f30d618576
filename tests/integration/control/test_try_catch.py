"""TRY_CATCH over the whole engine: what is given up is ended, whoever is slow (docs/task-types.md)."""

from __future__ import annotations

from typing import Any

import pytest

from podium.adapters.stream import workflow_id
from podium.domain.ids import TaskKey, child_workflow_id
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.support.client import Client, definition
from tests.support.cluster import Cluster, Crash
from tests.support.driver import simple, task
from tests.support.stack import local_stack

WAITING: dict[str, Any] = {"name": "waiting", "version": 1, "tasks": [task("h", "HUMAN")]}
CHILD = task("kid", "SUB_WORKFLOW", subWorkflowParam={"name": "waiting", "version": 1})
FORK = [
    task("fork", "FORK_JOIN", forkTasks=[[simple("bad")], [CHILD], [simple("slow")]]),
    task("join", "JOIN", joinOn=["bad", "kid", "slow"]),
]
TRY = task("try", "TRY_CATCH", tryTasks=FORK, catchTasks=[simple("mend")])
DEFINITION: dict[str, Any] = {"name": "trying", "version": 1, "tasks": [TRY, simple("last")]}


def started(*, inline: bool = False, deciders: int = 2) -> tuple[Cluster, str]:
    cluster = Cluster(inline=inline, deciders=deciders)
    cluster.register(WAITING)
    wf = cluster.start(DEFINITION)
    cluster.settle()
    return cluster, wf


def fail(cluster: Cluster, wf: str) -> None:
    (bad,) = cluster.poll("bad")
    cluster.report(bad.task, wf, TaskStatus.FAILED)


@pytest.mark.parametrize("inline", [True, False])
def test_the_other_branches_are_ended_and_then_the_catch_begins(inline: bool):
    cluster, wf = started(inline=inline)
    (slow,) = cluster.poll("slow")
    fail(cluster, wf)
    cluster.settle()
    for ref in ("kid", "slow", "join"):
        given_up = cluster.task(wf, ref)
        assert given_up.status is TaskStatus.CANCELED
        assert given_up.reason == "Not needed any more: a task beside it has failed"
    kid = cluster.task(wf, "kid")
    child = child_workflow_id(TaskKey(wf, kid.ref, kid.seq), 0)
    assert cluster.status(child) is WorkflowStatus.TERMINATED
    cluster.report(slow.task, wf, output={"too": "late"})
    assert cluster.task(wf, "slow").status is TaskStatus.CANCELED
    cluster.complete("mend")
    cluster.settle()
    cluster.complete("last")
    cluster.settle()
    view = cluster.view(wf)
    assert view.header.status is WorkflowStatus.COMPLETED
    assert view.header.closed


def test_a_result_that_comes_before_the_cancel_is_kept_and_leads_to_nothing():
    cluster, wf = started(deciders=1)
    (slow,) = cluster.poll("slow")
    fail(cluster, wf)
    records = cluster.take()
    cluster.report(slow.task, wf, output={"just": "in time"})
    cluster.deliver(records)
    cluster.settle()
    assert cluster.task(wf, "slow").status is TaskStatus.COMPLETED
    assert cluster.task(wf, "mend").status is TaskStatus.SCHEDULED


def test_the_end_of_a_child_that_is_given_up_does_not_end_its_task():
    """The decider dies between the two; the child's record comes before the parent's comes again.

    A rerun knows by the reason what was given up.
    """
    cluster, wf = started(deciders=1)
    child = cluster.task(wf, "kid").child_id
    fail(cluster, wf)

    def die(_: str) -> None:
        with cluster.undisturbed():
            if cluster.status(child).is_terminal:
                raise Crash

    records = cluster.take()
    cluster.calls.before_call = die
    with pytest.raises(Crash):
        cluster.deliver(records)
    cluster.calls.before_call = lambda name: None
    cluster.restart_processes()
    records += cluster.take()
    cluster.deliver([each for each in records if workflow_id(each) == child])
    assert not cluster.task(wf, "kid").status.is_terminal
    cluster.deliver([each for each in records if workflow_id(each) == wf])
    cluster.settle()
    kid = cluster.task(wf, "kid")
    assert kid.status is TaskStatus.CANCELED
    assert kid.reason == "Not needed any more: a task beside it has failed"


def test_a_task_that_is_given_up_before_it_is_created_never_runs():
    cluster = Cluster(deciders=2)
    cluster.register(WAITING)
    wf = cluster.start(DEFINITION)
    first = cluster.take()
    sent: list[str] = []

    def die_at_the_second_message(name: str) -> None:
        if name == "SendMessage":
            sent.append(name)
            if len(sent) == 2:
                raise Crash(name)

    cluster.calls.before_call = die_at_the_second_message
    with pytest.raises(Crash):
        cluster.deliver(first, decider=0)
    cluster.restart_processes()
    assert cluster.store.read_task(TaskKey(wf, "slow", 5)) is None
    fail(cluster, wf)
    cluster.deliver(cluster.take(), decider=0)
    cluster.deliver(first, decider=1)
    cluster.settle()
    assert cluster.poll("slow") == []
    assert cluster.task(wf, "slow").status is TaskStatus.CANCELED
    assert cluster.task(wf, "mend").status is TaskStatus.SCHEDULED


def test_a_pause_in_between_holds_the_catch_back():
    cluster, wf = started()
    fail(cluster, wf)
    cluster.engine.operations.pause(wf)
    cluster.settle()
    assert cluster.poll("mend") == []
    cluster.engine.operations.resume(wf)
    cluster.settle()
    cluster.complete("mend")
    cluster.settle()
    cluster.complete("last")
    cluster.settle()
    assert cluster.status(wf) is WorkflowStatus.COMPLETED


def test_a_terminate_in_between_leaves_nothing_open():
    cluster, wf = started(deciders=1)
    fail(cluster, wf)
    cluster.engine.operations.terminate(wf, "enough")
    cluster.settle()
    view = cluster.view(wf)
    assert (view.header.status, view.header.closed) == (WorkflowStatus.TERMINATED, True)
    assert all(each.status.is_terminal for each in view.tasks)


def test_the_workflow_shows_the_error_while_it_is_handled():
    with local_stack() as stack:
        client = Client(stack)
        wf = client.run(definition("shown", {**TRY, "tryTasks": [simple("bad")]}))
        client.fail("bad", "broken")
        shown = client.task(wf, "try")
        assert (shown["status"], shown["taskType"]) == ("IN_PROGRESS", "TRY_CATCH")
        assert shown["outputData"]["caught"] is True
        assert shown["outputData"]["error"]["reasonForIncompletion"] == "broken"
        one = client.call("GET", f"/tasks/{shown['taskId']}")
        assert one["outputData"] == shown["outputData"]
        client.finish("mend")
        assert client.task(wf, "try")["outputData"]["error"]["referenceTaskName"] == "bad"
        assert client.status(wf) == "COMPLETED"
