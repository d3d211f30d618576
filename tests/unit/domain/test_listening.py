"""What listeners hear follows from two images (engine.md 18)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from podium.domain.changes import HeaderChange, TaskTransition
from podium.domain.definitions import WorkflowTask
from podium.domain.listening import (
    split_states,
    state_events,
    task_event,
    task_event_id,
    workflow_event_id,
    workflow_events,
)
from podium.domain.sinks import Sink, SinkKind, parse_sink
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import InvalidInputError
from tests.support.driver import Driver, simple, task, workflow
from tests.support.executions import header
from tests.support.executions import task as a_task
from tests.support.validation import violations

S = WorkflowStatus
RUNNING = header("wf")
ENDED = replace(RUNNING, status=S.FAILED, closed=True, ended_at=1)


def _events(old, **fields):
    return workflow_events(HeaderChange(old, replace(old or RUNNING, **fields)))


# Workflows ------------------------------------------------------------------------------------------


def test_the_first_header_says_that_it_started():
    assert _events(None) == ("started",)


def test_one_that_ended_in_its_first_decision_says_everything_at_once():
    fields = {"status": S.COMPLETED, "closed": True}
    assert _events(None, **fields) == ("started", "completed", "finalized")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"last_seq": 9, "version": 7}, ()),
        ({"status": S.PAUSED}, ("paused",)),
        ({"status": S.COMPLETED}, ("completed",)),
        ({"status": S.COMPLETED, "closed": True}, ("completed", "finalized")),
        ({"status": S.FAILED}, ("terminated",)),
        ({"status": S.TIMED_OUT}, ("terminated",)),
        ({"status": S.TERMINATED}, ("terminated",)),
    ],
)
def test_what_a_running_workflow_says(fields, expected):
    assert _events(RUNNING, **fields) == expected


def test_what_a_paused_workflow_says():
    paused = replace(RUNNING, status=S.PAUSED)
    assert _events(paused, status=S.RUNNING) == ("resumed",)
    assert _events(paused, variables_version=2) == ()
    assert _events(paused, status=S.TERMINATED) == ("terminated",)


def test_closing_is_heard_once_per_run():
    ended = replace(ENDED, closed=False)
    assert _events(ended, closed=True) == ("finalized",)
    assert _events(ENDED, version=9) == ()
    assert _events(ended, status=S.TERMINATED) == ("terminated",)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"created_at": 99, "gone": ((1, 3),)}, "restarted"),
        ({"rerun_at": 99}, "rerun"),
        ({"last_retried_at": 99}, "retried"),
    ],
)
def test_what_a_revived_workflow_says(fields, expected):
    assert _events(ENDED, status=S.RUNNING, closed=False, **fields) == (expected,)


def test_the_same_write_is_the_same_event_and_another_write_another():
    assert workflow_event_id(RUNNING, "paused") == workflow_event_id(RUNNING, "paused")
    later = replace(RUNNING, version=2)
    assert workflow_event_id(RUNNING, "paused") != workflow_event_id(later, "paused")


# Tasks ----------------------------------------------------------------------------------------------


def test_a_status_is_an_event():
    assert [task_event(status) for status in TaskStatus] == [
        "scheduled",
        "in-progress",
        "completed",
        "completed-with-errors",
        "failed",
        "failed-with-terminal-error",
        "timed-out",
        "canceled",
        "skipped",
    ]


def test_each_hand_out_and_each_incarnation_has_events_of_its_own():
    first = a_task()
    ids = {
        task_event_id(TaskTransition("wf", each), "scheduled")
        for each in (first, first, replace(first, epoch=1), replace(first, inc=1))
    }
    assert len(ids) == 3


def _changing(**on_state_change):
    wire: dict[str, Any] = {
        "name": "t",
        "taskReferenceName": "t",
        "onStateChange": on_state_change,
    }
    return WorkflowTask.from_json(wire)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (TaskStatus.SCHEDULED, ["onScheduled"]),
        (TaskStatus.IN_PROGRESS, ["onStart"]),
        (TaskStatus.COMPLETED, ["onSuccess"]),
        (TaskStatus.COMPLETED_WITH_ERRORS, ["onSuccess"]),
        (TaskStatus.FAILED, ["onFailed"]),
        (TaskStatus.FAILED_WITH_TERMINAL_ERROR, ["onFailed"]),
        (TaskStatus.TIMED_OUT, ["onFailed"]),
        (TaskStatus.CANCELED, ["onCancelled"]),
        (TaskStatus.SKIPPED, []),
    ],
)
def test_a_status_is_a_state(status, expected):
    every = _changing(
        **{"onScheduled, onStart,onSuccess , onFailed,onCancelled": [{"type": "audit"}]}
    )
    assert [state for state, _, _ in state_events(every, status)] == expected


def test_every_event_of_a_state_is_fired_and_told_apart():
    two = _changing(onStart=[{"type": "a"}, {"type": "b"}], onFailed=[{"type": "c"}])
    found = list(state_events(two, TaskStatus.IN_PROGRESS))
    assert [(state, index, event.type) for state, index, event in found] == [
        ("onStart", 0, "a"),
        ("onStart", 1, "b"),
    ]


def test_states_are_parted_by_commas():
    assert split_states(" onStart, ,onFailed ") == ["onStart", "onFailed"]


# Marks ----------------------------------------------------------------------------------------------


def _listened(**definition):
    driver = Driver(workflow(simple("t"), task("n", "NOOP"), **definition))
    return driver.start()


def test_nobody_listens_unless_the_definition_says_so():
    driver = _listened()
    assert not driver.header.listened
    assert not driver.task("t").listened
    assert _listened(workflowStatusListenerEnabled=True).header.listened


def test_a_task_with_state_changes_is_listened_to():
    changing = simple("t", onStateChange={"onStart": [{"type": "a"}]})
    driver = Driver(workflow(changing, simple("next"))).start()
    assert driver.task("t").listened
    driver.complete("t")
    assert not driver.task("next").listened


def test_the_installation_and_the_task_definition_choose_the_tasks():
    silent = {"name": "quiet", "taskStatusListenerEnabled": False}
    tasks = (simple("loud"), task("n", "NOOP"), simple("quiet", taskDefinition=silent))
    driver = Driver(workflow(*tasks), tasks_listened=True).start()
    driver.complete("loud")
    heard = {each.ref: each.listened for each in driver.tasks}
    assert heard == {"loud": True, "n": True, "quiet": False}


# Sinks ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("eventbridge", Sink(SinkKind.EVENT_BRIDGE)),
        ("eventbridge:audit", Sink(SinkKind.EVENT_BRIDGE, "audit")),
        (" sqs:orders-done ", Sink(SinkKind.SQS, "orders-done")),
        ("queue", Sink(SinkKind.QUEUE)),
    ],
)
def test_a_sink_is_read_from_its_text(text, expected):
    assert parse_sink(text) == expected
    assert parse_sink(str(expected)) == expected


MALFORMED = ["", "sqs", "sqs:", "sqs:a b", "sqs:" + "x" * 51, "queue:x", "kafka:x", "eventbridge:"]


@pytest.mark.parametrize("text", MALFORMED)
def test_what_is_no_sink_is_refused_with_what_is_one(text):
    with pytest.raises(InvalidInputError, match=r"eventbridge:<bus>, sqs:<queue> or queue"):
        parse_sink(text)


@pytest.mark.parametrize("text", MALFORMED[1:])
def test_a_malformed_sink_is_not_registered_where_it_is_used(text):
    fields = {"workflowStatusListenerSink": text}
    changing = simple("t", onStateChange={"onStart": [{"type": "a"}]})
    paths = [path for path, _ in violations([simple("t")], None, **fields)]
    assert paths == []
    paths = [path for path, _ in violations([changing], None, **fields)]
    assert paths == [".workflowStatusListenerSink"]
    enabled = violations([simple("t")], None, **fields, workflowStatusListenerEnabled=True)
    assert [path for path, _ in enabled] == [".workflowStatusListenerSink"]


@pytest.mark.parametrize("key", ["onEnd", "", ",", "onStart,onEnd", "onstart"])
def test_an_unknown_state_is_not_registered(key):
    ((path, message),) = violations([simple("t", onStateChange={key: [{"type": "a"}]})])
    assert path == ".tasks[0].onStateChange"
    assert "onCancelled" in message


def test_a_state_event_has_a_type():
    ((path, _),) = violations([simple("t", onStateChange={"onStart": [{"payload": {}}]})])
    assert path == ".tasks[0].onStateChange[onStart].<map value>[0].type"
