"""Why an execution waits: each kind of cause, in an installation that comes to a stop there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from podium.domain.decision import Decision
from podium.domain.json import JsonMap
from podium.domain.status import TaskStatus
from podium.domain.timeouts import Deadline
from podium.domain.why import causes as c
from podium.domain.wire.why import why_json
from podium.errors import NotFoundError
from podium.services import explaining
from tests.support.cluster import Cluster


def simple(name: str, **fields: Any) -> Any:
    return {"name": name, "taskReferenceName": name, "type": "SIMPLE", **fields}


def task(type_: str, ref: str = "", **fields: Any) -> Any:
    return {"name": ref or type_, "taskReferenceName": ref or type_, "type": type_, **fields}


def workflow(*tasks: JsonMap, **fields: Any) -> Any:
    return {"name": "order", "version": 1, "tasks": list(tasks), **fields}


@pytest.fixture
def cluster() -> Cluster:
    return Cluster(inline=True)


def causes(cluster: Cluster, workflow_id: str) -> tuple[c.Cause, ...]:
    return cluster.engine.explaining.why(workflow_id).causes


def only(cluster: Cluster, workflow_id: str) -> c.Cause:
    (found,) = causes(cluster, workflow_id)
    return found


def running(cluster: Cluster, *tasks: JsonMap, **fields: object) -> str:
    found = cluster.start(workflow(*tasks, **fields))
    cluster.settle()
    return found


# Whoever hands out.


def test_a_task_waits_in_its_queue_whose_last_poll_is_told(cluster: Cluster):
    cluster.poll("charge", worker="w7")
    cluster.clock.advance(6_000)
    cluster.poll("charge", worker="w7")
    wf = running(cluster, simple("charge"))
    found = only(cluster, wf)
    assert isinstance(found, c.WorkerQueue)
    assert (found.queue, found.depth.waiting) == ("charge", 1)
    assert (found.last_poll_worker, found.last_poll_at) == ("w7", cluster.clock.now())
    assert [each.ref for each in found.tasks] == ["charge"]


def test_a_task_is_with_its_worker_until_its_lease_ends(cluster: Cluster):
    cluster.register({"name": "charge", "responseTimeoutSeconds": 300, "retryCount": 0})
    wf = running(cluster, simple("charge"))
    cluster.poll("charge", worker="w7")
    with_worker, timer = causes(cluster, wf)
    assert isinstance(with_worker, c.WithWorker)
    assert [each.worker_id for each in with_worker.tasks] == ["w7"]
    assert isinstance(timer, c.Timer)
    assert timer.deadline is Deadline.RESPONSE_TIMEOUT
    assert timer.at == cluster.clock.now() + 300_000
    assert 0 < timer.fires_at <= timer.at


def test_a_callback_that_a_worker_asked_for_is_a_delayed_message(cluster: Cluster):
    wf = running(cluster, simple("charge"))
    (handed,) = cluster.poll("charge")
    cluster.report(handed.task, wf, TaskStatus.IN_PROGRESS, callback_after_seconds=90)
    found = only(cluster, wf)
    assert isinstance(found, c.Timer)
    assert (found.deadline, found.fires_at) == (Deadline.CALLBACK, 0)
    assert found.at == cluster.clock.now() + 90_000


def test_a_retry_waits_for_its_delay(cluster: Cluster):
    cluster.register({"name": "charge", "retryCount": 1, "retryDelaySeconds": 30})
    wf = running(cluster, simple("charge"))
    (handed,) = cluster.poll("charge")
    cluster.report(handed.task, wf, TaskStatus.FAILED)
    cluster.settle()
    found = causes(cluster, wf)[0]
    assert isinstance(found, c.Timer)
    assert found.deadline is Deadline.RETRY_DELAY


def test_a_system_task_waits_for_our_own_function(cluster: Cluster):
    http = task("HTTP", inputParameters={"http_request": {"uri": "http://x", "method": "GET"}})
    wf = cluster.start(workflow(http))
    cluster.deliver(cluster.take())
    assert isinstance(causes(cluster, wf)[0], c.SystemQueue)


# Moments.


def test_a_wait_ends_at_its_moment(cluster: Cluster):
    wf = running(cluster, task("WAIT", inputParameters={"duration": "2 hours"}))
    found = only(cluster, wf)
    assert isinstance(found, c.Timer)
    assert found.deadline is Deadline.WAIT
    assert found.at == found.fires_at == cluster.clock.now() + 7_200_000


def test_the_timeout_of_the_workflow_is_told(cluster: Cluster):
    wf = running(cluster, task("HUMAN"), timeoutSeconds=3600, timeoutPolicy="TIME_OUT_WF")
    timer = causes(cluster, wf)[0]
    assert isinstance(timer, c.Timer)
    assert timer.deadline is Deadline.WORKFLOW_TIMEOUT


# Others who have to act.


@pytest.mark.parametrize("type_", ["HUMAN", "WAIT"])
def test_somebody_outside_has_to_complete_it(cluster: Cluster, type_: str):
    wf = running(cluster, task(type_))
    assert only(cluster, wf) == c.External(type_, only(cluster, wf).tasks)  # type: ignore[union-attr]


def test_messages_are_waited_for(cluster: Cluster):
    wf = running(cluster, task("PULL_WORKFLOW_MESSAGES"))
    assert isinstance(only(cluster, wf), c.Messages)


def test_a_pause_waits_for_an_operator_and_tells_what_runs_on(cluster: Cluster):
    wf = running(
        cluster,
        task("FORK_JOIN", "f", forkTasks=[[simple("a")], [simple("b")]]),
        task("JOIN", "j", joinOn=["a", "b"]),
    )
    cluster.poll("a")
    cluster.engine.operations.pause(wf)
    cluster.settle()
    resume, *others = causes(cluster, wf)
    assert isinstance(resume, c.Resume)
    assert resume.held >= 1
    assert [type(each) for each in others if not isinstance(each, c.Timer)] == [c.WithWorker]


def test_a_child_is_followed_down(cluster: Cluster):
    child = {"name": "child", "version": 1, "tasks": [task("HUMAN")]}
    wf = running(
        cluster,
        task("SUB_WORKFLOW", "c", subWorkflowParam={"name": "child", "workflowDefinition": child}),
    )
    found = only(cluster, wf)
    assert isinstance(found, c.OpenChild)
    assert found.causes is not None
    assert [type(each) for each in found.causes] == [c.External]


def test_children_are_followed_no_deeper_than_a_bound(cluster: Cluster):
    child = {"name": "child", "version": 1, "tasks": [task("HUMAN")]}
    wf = running(
        cluster,
        task("SUB_WORKFLOW", "c", subWorkflowParam={"name": "child", "workflowDefinition": child}),
    )
    (found,) = cluster.engine.explaining.why(wf, depth=0).causes
    assert isinstance(found, c.OpenChild)
    assert found.causes is None


# Limits.


@pytest.mark.parametrize("delivery", ["POLL", "GATE"])
def test_a_limit_that_is_reached_names_who_holds_its_slots(cluster: Cluster, delivery: str):
    cluster.register({"name": "charge", "concurrentExecLimit": 1, "limitDelivery": delivery})
    first = running(cluster, simple("charge"))
    cluster.poll("charge")
    second = running(cluster, simple("charge"))
    found = causes(cluster, second)[0]
    assert isinstance(found, c.TaskLimit)
    assert (found.key, found.concurrent, found.at_gate) == ("charge", 1, delivery == "GATE")
    assert [holder.workflow_id for holder, _ in found.held] == [first]


def test_an_execution_waits_for_its_slot_at_the_gate(cluster: Cluster):
    limited = {"rateLimitKey": "one", "concurrentExecLimit": 1}
    first = running(cluster, task("HUMAN"), rateLimitConfig=limited)
    second = running(cluster, task("HUMAN"), rateLimitConfig=limited)
    found = only(cluster, second)
    assert isinstance(found, c.WorkflowLimit)
    assert (found.key, found.concurrent) == ("one", 1)
    assert [holder.workflow_id for holder, _ in found.held] == [first]


# What is not done yet, and what never will be.


def test_a_child_that_was_removed_is_missed_until_its_record_is_handled(cluster: Cluster):
    child = {"name": "child", "version": 1, "tasks": [task("HUMAN")]}
    wf = running(
        cluster,
        task("SUB_WORKFLOW", "c", subWorkflowParam={"name": "child", "workflowDefinition": child}),
    )
    child_id = cluster.task(wf, "c").child_id
    header = cluster.store.read_header(child_id)
    assert header is not None
    gone = replace(header, version=header.version + 1, removed=True)
    cluster.store.commit(Decision(gone))
    found = only(cluster, wf)
    assert isinstance(found, c.UndeliveredRecord)
    assert found.lack is c.Lack.LAUNCH


def test_a_decision_that_is_not_carried_out_yet_is_an_undelivered_record():
    cluster = Cluster(inline=False)
    wf = cluster.start(workflow(simple("charge")))
    found = only(cluster, wf)
    assert isinstance(found, c.UndeliveredRecord)
    assert not found.is_overdue
    cluster.clock.advance(600_000)
    late = only(cluster, wf)
    assert isinstance(late, c.UndeliveredRecord)
    assert late.is_overdue


def test_an_end_that_is_not_folded_is_an_undelivered_record():
    cluster = Cluster(inline=False)
    wf = cluster.start(workflow(simple("charge")))
    cluster.settle()
    cluster.complete("charge")
    found = only(cluster, wf)
    assert isinstance(found, c.UndeliveredRecord)
    assert found.lack is c.Lack.FOLD


def test_a_lost_message_is_a_repair_that_is_due(cluster: Cluster):
    wf = running(cluster, simple("charge"))
    (queue,) = cluster.task_queue.queues.values()
    queue.delete([message.receipt for message in queue.receive(10)])
    assert isinstance(causes(cluster, wf)[0], c.WorkerQueue)
    # Counts of SQS may be wrong for a while.
    cluster.clock.advance(121_000)
    assert isinstance(causes(cluster, wf)[0], c.RepairDue)


def test_a_lost_timer_is_a_repair_that_is_due(cluster: Cluster):
    wf = running(cluster, task("WAIT", inputParameters={"duration": "60 seconds"}))
    cluster.clock.advance(181_000)
    queue = cluster.timer_queue.queue
    queue.delete([message.receipt for message in queue.receive(10)])
    assert any(isinstance(each, c.RepairDue) for each in causes(cluster, wf))


def test_a_timer_that_was_never_armed_is_a_repair_that_is_due(cluster: Cluster):
    wf = running(cluster, task("WAIT", inputParameters={"duration": "60 seconds"}))
    header = cluster.store.read_header(wf)
    assert header is not None
    cluster.store.commit(Decision(replace(header, version=header.version + 1, timer=0)))
    assert isinstance(only(cluster, wf), c.RepairDue)


def test_operators_that_wait_for_each_other_alone_are_a_repair_that_is_due(cluster: Cluster):
    wf = running(
        cluster,
        task("FORK_JOIN", "f", forkTasks=[[task("HUMAN", "a")]]),
        task("JOIN", "j", joinOn=["a"]),
    )
    header = cluster.store.read_header(wf)
    assert header is not None
    join = tuple(entry for entry in header.open if entry.kind.value == "f")
    assert join
    cluster.store.commit(Decision(replace(header, version=header.version + 1, open=join)))
    assert isinstance(only(cluster, wf), c.RepairDue)


# Bounds, and who is not there.


def test_of_many_tasks_some_are_looked_at_and_the_others_counted(cluster: Cluster):
    refs = [f"t{number}" for number in range(200)]
    branches = [[{**simple("charge"), "taskReferenceName": ref}] for ref in refs]
    wf = running(
        cluster,
        task("FORK_JOIN", "f", forkTasks=branches),
        task("JOIN", "j", joinOn=refs),
    )
    calls: list[str] = []
    cluster.calls.before_call = calls.append
    queue, more = causes(cluster, wf)
    assert isinstance(queue, c.WorkerQueue)
    assert (len(queue.tasks), queue.depth.waiting) == (explaining.MOST_OF_A_TYPE, 200)
    assert more == c.MoreTasks("charge", 200 - explaining.MOST_OF_A_TYPE)
    assert len(calls) < explaining.MOST_OF_A_TYPE + 15


def test_the_branches_of_a_dynamic_fork_are_told_apart_by_their_types(cluster: Cluster):
    dynamic = task(
        "FORK_JOIN_DYNAMIC",
        "f",
        inputParameters={
            "tasks": [simple("a"), {**simple("b"), "taskReferenceName": "b1"}],
            "inputs": {},
        },
        dynamicForkTasksParam="tasks",
        dynamicForkTasksInputParamName="inputs",
    )
    wf = running(cluster, dynamic, task("JOIN", "j"))
    cluster.restart_processes()
    queues = [each.queue for each in causes(cluster, wf) if isinstance(each, c.WorkerQueue)]
    assert queues == ["a", "b"]


def test_what_has_ended_waits_for_nothing(cluster: Cluster):
    wf = running(cluster, task("NOOP"))
    found = cluster.engine.explaining.why(wf)
    assert (found.status.value, found.causes) == ("COMPLETED", ())


def test_an_unknown_execution_is_not_found(cluster: Cluster):
    with pytest.raises(NotFoundError, match="nobody"):
        cluster.engine.explaining.why("nobody")


def test_an_execution_whose_definition_is_lost_says_so(cluster: Cluster):
    wf = running(cluster, simple("charge"))
    cluster.restart_processes()
    header = cluster.store.read_header(wf)
    assert header is not None
    lost = replace(header, version=header.version + 1, definition="0" * 64)
    cluster.store.commit(Decision(lost))
    found = only(cluster, wf)
    assert isinstance(found, c.Broken)
    assert "missing" in found.reason


def test_the_answer_is_json_with_a_sentence_for_each_cause(cluster: Cluster):
    wf = running(cluster, simple("charge"))
    body: Any = why_json(cluster.engine.explaining.why(wf))
    (cause,) = body["causes"]
    assert body["status"] == "RUNNING"
    assert cause["kind"] == "WORKER_QUEUE"
    assert "charge waits for a worker in queue charge" in cause["summary"]
