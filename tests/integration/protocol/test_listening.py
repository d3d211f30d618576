"""Listeners hear every change of status, decide's own included, and can hold nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest

from functions.listeners.handler import handler as listeners_handler
from functions.repair.handler import handler as repair_handler
from podium.domain.ids import TaskKey
from podium.domain.json import Json
from podium.domain.requests import RerunWorkflowRequest
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import TransientError
from tests.integration.protocol.definitions import (
    CHILD,
    fork,
    simple,
    sub_workflow,
    workflow,
)
from tests.support.cluster import Cluster
from tests.support.fake_engine import installed

Definition = dict[str, Json]


class Hearing:
    """A cluster whose listeners function is run when a test says so, on every record so far."""

    def __init__(self, **switches: Any) -> None:
        self.cluster = Cluster(**switches)
        self._heard = 0

    def records(self) -> list[dict[str, Any]]:
        records = self.cluster.store.records(self._heard)
        self._heard += len(records)
        return [each for each in records if each["dynamodb"]["NewImage"].get("ls") == {"S": "1"}]

    def deliver(self, records: list[dict[str, Any]]) -> list[str]:
        """Sequence numbers that are to come again."""
        with installed(self.cluster.engine):
            report = listeners_handler({"Records": records}, None)
        return [each["itemIdentifier"] for each in report["batchItemFailures"]]

    def listen(self) -> None:
        assert self.deliver(self.records()) == []

    def events(self, sink: str = "eventbridge") -> list[str]:
        self.listen()
        return [each.type for each in self.cluster.listeners.published.get(sink, [])]

    def details(self, sink: str = "eventbridge") -> list[Mapping[str, Any]]:
        self.listen()
        return [each.detail for each in self.cluster.listeners.published.get(sink, [])]

    def repair(self) -> int:
        """Give what is visible in the queue of failures to the repair function; how much of it stays."""
        messages = self.cluster.listeners.deferred.receive(10, visibility=360)
        records = [
            {
                "messageId": each.message_id,
                "body": each.body,
                "eventSourceARN": "arn:aws:sqs:r:1:failures",
                "receiptHandle": each.receipt,
            }
            for each in messages
        ]
        with installed(self.cluster.engine):
            report = repair_handler({"Records": records}, None)
        failed = {each["itemIdentifier"] for each in report["batchItemFailures"]}
        done = [each.receipt for each in messages if each.message_id not in failed]
        self.cluster.listeners.deferred.delete(done)
        return len(failed)


def listened(*tasks: Json, **fields: Json) -> Definition:
    return {**workflow(*tasks), "workflowStatusListenerEnabled": True, **fields}


def test_a_workflow_is_heard_from_its_start_to_its_closing() -> None:
    hearing = Hearing()
    cluster = hearing.cluster
    wf = cluster.start(listened(simple("t1"), simple("t2")), {"o": 7})
    cluster.settle()
    cluster.complete("t1")
    cluster.settle()
    cluster.engine.operations.pause(wf)
    cluster.engine.operations.resume(wf)
    cluster.settle()
    cluster.complete("t2", {"n": 1})
    cluster.settle()
    names = ["started", "paused", "resumed", "completed", "finalized"]
    assert hearing.events() == [f"workflow.{name}" for name in names]
    last = hearing.details()[-2]
    assert (last["workflowId"], last["workflowType"]) == (wf, "wf")
    assert (last["status"], last["input"], last["output"]) == ("COMPLETED", '{"o":7}', '{"n":1}')
    assert last["event"] == "completed"
    first = hearing.details()[0]
    assert (first["status"], first["output"]) == ("RUNNING", "{}")


def test_a_workflow_that_nobody_listens_to_is_not_heard() -> None:
    hearing = Hearing()
    wf = hearing.cluster.start(workflow(simple("t1")))
    hearing.cluster.settle()
    hearing.cluster.engine.operations.terminate(wf, "stop")
    hearing.cluster.settle()
    assert hearing.records() == []
    assert not any("ls" in item for item in hearing.cluster.store.items())


def test_a_failure_is_heard_with_its_reason_and_its_tasks_and_finalized_after_the_cancels() -> None:
    hearing = Hearing()
    cluster = hearing.cluster
    branches = fork([simple("bad", retryCount=0)], [simple("other")], join_on=["bad", "other"])
    cluster.start(listened(*branches))
    cluster.settle()
    (handed,) = cluster.poll("bad")
    cluster.report(handed.task, handed.message.workflow_id, TaskStatus.FAILED)
    cluster.settle()
    assert hearing.events() == [
        "workflow.started",
        "workflow.terminated",
        "workflow.finalized",
    ]
    ended = hearing.details()[1]
    assert (ended["status"], ended["failedReferenceTaskNames"]) == ("FAILED", "bad")
    assert "bad" in str(ended["reasonForIncompletion"])


def test_retry_restart_and_rerun_are_heard() -> None:
    hearing = Hearing()
    cluster = hearing.cluster
    wf = cluster.start(listened(simple("t1")))
    cluster.settle()
    revivals = cluster.engine.repeats

    def after(revive: Callable[[], None]) -> str:
        cluster.engine.operations.terminate(wf, "stop")
        cluster.settle()
        cluster.clock.advance(1000)
        revive()
        cluster.settle()
        return hearing.events()[-1]

    assert after(lambda: revivals.retry(wf)) == "workflow.retried"
    restart = partial(revivals.restart, wf, use_latest_definitions=False)
    assert after(restart) == "workflow.restarted"
    whole = partial(revivals.rerun, wf, RerunWorkflowRequest())
    assert after(whole) == "workflow.rerun"
    task_id = TaskKey(wf, "t1", cluster.task(wf, "t1").seq).task_id
    from_task = RerunWorkflowRequest(re_run_from_task_id=task_id)
    assert after(partial(revivals.rerun, wf, from_task)) == "workflow.rerun"


def test_a_sink_of_the_definition_takes_precedence() -> None:
    hearing = Hearing(listener_sink="sqs:all")
    cluster = hearing.cluster
    cluster.start(listened(simple("t1"), workflowStatusListenerSink="sqs:orders"))
    cluster.start(listened(simple("t1")))
    cluster.settle()
    assert hearing.events("sqs:orders") == ["workflow.started"]
    assert hearing.events("sqs:all") == ["workflow.started"]


def test_tasks_are_heard_when_the_installation_says_so_those_of_decide_too() -> None:
    hearing = Hearing(task_status_events=True)
    cluster = hearing.cluster
    noop: Json = {"name": "n", "taskReferenceName": "n", "type": "NOOP"}
    silent: Json = {"name": "quiet", "taskStatusListenerEnabled": False}
    wf = cluster.start(workflow(simple("t1"), noop, simple("quiet", taskDefinition=silent)))
    cluster.settle()
    (handed,) = cluster.poll("t1")
    cluster.report(handed.task, wf, TaskStatus.IN_PROGRESS, callback_after_seconds=0)
    (handed,) = cluster.poll("t1")
    cluster.report(handed.task, wf, output={"n": 1})
    cluster.settle()
    cluster.complete("quiet")
    cluster.settle()
    found = [(each["taskType"], each["event"]) for each in hearing.details()]
    assert found == [
        ("t1", "scheduled"),
        ("t1", "in-progress"),
        ("t1", "scheduled"),
        ("t1", "in-progress"),
        ("t1", "completed"),
        ("NOOP", "completed"),
    ]
    assert len({each["eventId"] for each in hearing.details()}) == len(found)
    assert hearing.details()[4]["output"] == '{"n":1}'
    assert hearing.details()[4]["workflowType"] == "wf"


def test_timeouts_cancels_and_tolerated_failures_are_heard() -> None:
    hearing = Hearing(task_status_events=True)
    cluster = hearing.cluster
    late: Json = {"name": "late", "responseTimeoutSeconds": 5, "retryCount": 0}
    branches = fork(
        [simple("late", taskDefinition=late)],
        [simple("lenient", optional=True, retryCount=0)],
        [simple("open")],
        join_on=["late", "lenient", "open"],
    )
    wf = cluster.start(workflow(*branches))
    cluster.settle()
    cluster.poll("late")
    (handed,) = cluster.poll("lenient")
    cluster.report(handed.task, wf, TaskStatus.FAILED)
    cluster.settle()
    cluster.advance(120)
    assert cluster.status(wf) is WorkflowStatus.TIMED_OUT
    found = [(each["referenceTaskName"], each["event"]) for each in hearing.details()]
    assert ("late", "timed-out") in found
    assert ("open", "canceled") in found
    assert ("j", "canceled") in found
    ends = [event for ref, event in found if ref == "lenient"][-2:]
    assert ends == ["failed", "completed-with-errors"]


def test_a_child_is_heard_as_a_task_and_as_a_workflow_of_its_own() -> None:
    hearing = Hearing(task_status_events=True)
    cluster = hearing.cluster
    cluster.register({**CHILD, "workflowStatusListenerEnabled": True})
    cluster.start(workflow(sub_workflow("sub", "child"), name="parent"))
    cluster.settle()
    cluster.complete("inner")
    cluster.settle()
    found = {(each["workflowType"], each["event"]) for each in hearing.details()}
    assert {("child", "started"), ("child", "completed"), ("child", "finalized")} <= found
    assert {("parent", "in-progress"), ("parent", "completed")} <= found
    assert ("parent", "started") not in found


def test_a_record_that_comes_twice_is_the_same_event() -> None:
    hearing = Hearing(task_status_events=True)
    cluster = hearing.cluster
    cluster.start(listened(simple("t1")))
    cluster.settle()
    cluster.complete("t1")
    cluster.settle()
    records = hearing.records()
    assert hearing.deliver(records) == []
    once = {each.id for each in cluster.listeners.published["eventbridge"]}
    assert hearing.deliver(records[::-1]) == []
    published = cluster.listeners.published["eventbridge"]
    assert {each.id for each in published} == once
    assert len(published) == 2 * len(once)


# State changes --------------------------------------------------------------------------------------


def test_state_changes_fire_their_events_with_evaluated_payloads() -> None:
    hearing = Hearing()
    cluster = hearing.cluster
    payload: Json = {
        "order": "${workflow.input.o}",
        "before": "${t1.output.n}",
        "own": "${t2.output.n}",
        "status": "${t2.status}",
        "id": "${CPEWF_TASK_ID}",
        "key": "${workflow.secrets.KEY}",
        "nothing": None,
    }
    changes: Json = {
        "onScheduled,onSuccess": [{"type": "audit", "payload": payload}],
        "onStart": [{"type": "begun"}, {"type": "seen", "payload": {}}],
    }
    wf = cluster.start(workflow(simple("t1"), simple("t2", onStateChange=changes)), {"o": 7})
    cluster.settle()
    cluster.complete("t1", {"n": 1})
    cluster.settle()
    assert hearing.events() == ["audit"]
    (handed,) = cluster.poll("t2")
    assert hearing.events()[1:] == ["begun", "seen"]
    cluster.report(handed.task, wf, output={"n": 2})
    cluster.settle()
    assert hearing.events()[3:] == ["audit"]
    first, *_, last = hearing.details()
    assert first["payload"] == {
        "order": 7,
        "before": 1,
        "own": None,
        "status": "SCHEDULED",
        "id": first["taskId"],
        "key": "${workflow.secrets.KEY}",
        "nothing": None,
    }
    assert (last["event"], last["status"]) == ("onSuccess", "COMPLETED")
    assert (last["payload"]["own"], last["payload"]["status"]) == (2, "COMPLETED")
    assert first["eventId"] != last["eventId"]


def test_state_changes_within_loops_and_dynamic_forks_see_their_own_iteration() -> None:
    hearing = Hearing()
    cluster = hearing.cluster
    change: Json = {"onSuccess": [{"type": "step", "payload": {"n": "${step.output.n}"}}]}
    loop: Json = {
        "name": "loop",
        "taskReferenceName": "loop",
        "type": "DO_WHILE",
        "loopCondition": "$.loop['iteration'] < 2",
        "loopOver": [simple("step", onStateChange=change)],
    }
    cluster.start(workflow(loop))
    cluster.settle()
    for number in (1, 2):
        cluster.complete("step", {"n": number})
        cluster.settle()
    cluster.restart_processes()
    assert [each["payload"] for each in hearing.details()] == [{"n": 1}, {"n": 2}]
    escaped: Json = {"onSuccess": [{"type": "step", "payload": {"n": "$${step.output.n}"}}]}
    fan: Json = {
        "name": "fan",
        "taskReferenceName": "fan",
        "type": "FORK_JOIN_DYNAMIC",
        "dynamicForkTasksParam": "tasks",
        "dynamicForkTasksInputParamName": "inputs",
        "inputParameters": {
            # Not to be evaluated with the input of the fork.
            "tasks": [simple("step", onStateChange=escaped)],
            "inputs": {"step": {}},
        },
    }
    join: Json = {"name": "j", "taskReferenceName": "j", "type": "JOIN"}
    cluster.start(workflow(fan, join))
    cluster.settle()
    cluster.complete("step", {"n": 3})
    cluster.settle()
    cluster.restart_processes()
    assert hearing.details()[-1]["payload"] == {"n": 3}


def test_masked_fields_are_masked_for_listeners() -> None:
    hearing = Hearing(task_status_events=True)
    cluster = hearing.cluster
    change: Json = {"onScheduled": [{"type": "audit", "payload": {"card": "4111", "n": 1}}]}
    task = simple("t1", inputParameters={"card": "${workflow.input.card}"}, onStateChange=change)
    cluster.start(listened(task, maskedFields=["card"]), {"card": "4111"})
    cluster.settle()
    assert "4111" not in json.dumps(hearing.details())
    assert {each["event"] for each in hearing.details()} == {"started", "scheduled", "onScheduled"}


def test_what_is_too_large_for_an_event_is_left_out() -> None:
    hearing = Hearing()
    hearing.cluster.start(listened(simple("t1")), {"text": "é" * 150_000})
    hearing.cluster.settle()
    (detail,) = hearing.details()
    assert (detail["input"], detail["truncated"]) == ("", True)
    assert detail["inputSize"] == 150_011


# Failures -------------------------------------------------------------------------------------------


def _broken(cluster: Cluster) -> None:
    def fail(name: str) -> None:
        if name == "PutEvents":
            raise TransientError("the bus is down")

    cluster.listeners._calls.before_call = fail


def test_a_listener_that_fails_holds_nothing_and_is_told_later() -> None:
    hearing = Hearing()
    cluster = hearing.cluster
    _broken(cluster)
    wf = cluster.start(listened(simple("t1")))
    cluster.settle()
    cluster.complete("t1")
    cluster.settle()
    assert cluster.status(wf) is WorkflowStatus.COMPLETED
    hearing.listen()
    cluster.clock.advance(11_000)
    assert hearing.repair() == 3
    cluster.listeners._calls.before_call = lambda name: None
    cluster.clock.advance(361_000)
    assert hearing.repair() == 0
    assert sorted(hearing.events()) == [
        "workflow.completed",
        "workflow.finalized",
        "workflow.started",
    ]


def test_a_listener_that_fails_for_half_an_hour_is_given_up_with_a_log_line_and_a_metric(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    hearing = Hearing()
    cluster = hearing.cluster
    _broken(cluster)
    wf = cluster.start(listened(simple("t1")))
    cluster.settle()
    hearing.listen()
    cluster.clock.advance(11_000)
    tries = 0
    while hearing.repair():
        tries += 1
        cluster.clock.advance(361_000)
    assert 3 <= tries <= 6
    assert cluster.listeners.deferred.receive(1) == []
    assert "ListenerEventsDropped" in capsys.readouterr().out
    (line,) = [each for each in caplog.records if each.levelname == "ERROR"]
    assert line.__dict__["which"] == f"{wf}:started:1 for eventbridge"


def test_where_not_even_the_note_can_be_written_the_record_comes_again() -> None:
    hearing = Hearing()
    cluster = hearing.cluster
    cluster.start(listened(simple("t1")))
    cluster.start(workflow(simple("t1")))
    cluster.settle()
    records = hearing.records()

    def fail(name: str) -> None:
        raise TransientError("everything is down")

    cluster.listeners._calls.before_call = fail
    failed = hearing.deliver(records)
    assert failed == [each["dynamodb"]["SequenceNumber"] for each in records]
    cluster.listeners._calls.before_call = lambda name: None
    assert hearing.deliver(records) == []
    assert hearing.events() == ["workflow.started"]


def test_a_batch_of_records_that_was_given_up_is_counted_and_scans_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    hearing = Hearing()
    batch = {
        "requestContext": {"functionArn": "arn:aws:lambda:r:1:function:podium-listeners:$LATEST"},
        "DDBStreamBatchInfo": {
            "shardId": "s",
            "startSequenceNumber": "1",
            "endSequenceNumber": "9",
            "batchSize": 4,
        },
    }
    record = {
        "messageId": "m",
        "body": json.dumps(batch),
        "eventSourceARN": "arn:aws:sqs:r:1:failures",
        "receiptHandle": "r",
    }
    with installed(hearing.cluster.engine):
        assert repair_handler({"Records": [record]}, None) == {"batchItemFailures": []}
    assert '"ListenerEventsDropped":[4.0]' in capsys.readouterr().out.replace(" ", "")


def test_what_was_removed_meanwhile_is_not_told() -> None:
    hearing = Hearing(task_status_events=True)
    cluster = hearing.cluster
    wf = cluster.start(listened(simple("t1")))
    cluster.settle()
    del cluster.store._memory._partitions[f"W#{wf}"]
    cluster.restart_processes()
    assert hearing.events() == []
