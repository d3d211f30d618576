"""The functions behind queues and the schedule, driven with their samples."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from functions.gate.handler import handler as gate
from functions.repair.handler import handler as repair
from functions.results.handler import handler as results
from functions.schedules.handler import handler as schedules
from functions.system_tasks.handler import handler as system_tasks
from functions.timers.handler import handler as timers
from podium.adapters.message import GateCall, gate_json, task_message, timer_message, wakeup_message
from podium.batch import ITEM_MS
from podium.domain.why.causes import Lack
from podium.errors import ConflictError, TransientError
from podium.services.sweeping import Repair
from tests.support.fake_engine import FakeEngine, TimeLeft, installed, sample

NO_CONTEXT: Any = None
NO_FAILURES: dict[str, Any] = {"batchItemFailures": []}


def handle(handler, event, answers=None):
    """What the handler answers, and what it asked of the engine."""
    with installed(FakeEngine(answers)) as engine:
        return handler(event, NO_CONTEXT), engine.calls


def counted(capsys):
    """Dimensions, beside the service, of each count of ``ExecutionsRepaired``."""
    lines = map(json.loads, filter(None, capsys.readouterr().out.splitlines()))
    return [
        {
            name: line[name]
            for name in line["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0]
            if name != "service"
        }
        for line in lines
        if "ExecutionsRepaired" in line
    ]


def bodies(event):
    return [record["body"] for record in event["Records"]]


def with_bodies(event, *texts):
    """The sample with one message for each text, numbered m0, m1, ..."""
    template = event["Records"][0]
    records = []
    for number, text in enumerate(texts):
        record = deepcopy(template)
        record |= {"messageId": f"m{number}", "body": text}
        records.append(record)
    return {"Records": records}


def test_a_system_task_is_run():
    event = sample("sqs-system-tasks.json")
    answer, calls = handle(system_tasks, event)
    assert answer == NO_FAILURES
    assert calls == [("running", "run", (task_message(body),), {}) for body in bodies(event)]


def test_each_timer_fires():
    event = sample("sqs-timers.json")
    answer, calls = handle(timers, event)
    assert answer == NO_FAILURES
    assert calls == [("timing", "fire", (timer_message(body),), {}) for body in bodies(event)]


@pytest.mark.parametrize("function", [system_tasks, timers, results, gate, repair, schedules])
def test_what_the_messages_before_have_left_no_time_for_is_shown_again(function):
    event = with_bodies(sample("sqs-timers.json"), "{}", "{}", "{}")
    with installed(FakeEngine()) as engine:
        answer = function(event, TimeLeft(ITEM_MS - 1, 0))
    failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
    assert {"m1", "m2"} <= failed
    assert [method for service, method, _, _ in engine.calls if service == "redelivery"] == [
        "soon",
        "soon",
    ]


def test_the_schedule_sweeps():
    answer, calls = handle(timers, sample("eventbridge-schedule.json"))
    assert answer == NO_FAILURES
    assert calls == [("timing", "sweep", (), {}), ("gating", "sweep", (), {})]


def test_each_schedule_is_woken():
    event = sample("sqs-schedules.json")
    answer, calls = handle(schedules, event)
    assert answer == NO_FAILURES
    assert calls == [("firing", "wake", (wakeup_message(body),), {}) for body in bodies(event)]


def test_the_tick_looks_for_schedules_that_are_overdue():
    event = sample("eventbridge-overdue-schedules.json")
    answer, calls = handle(schedules, event, {"firing.sweep": 2})
    assert answer == NO_FAILURES
    assert calls == [("firing", "sweep", (), {})]


def test_a_gate_that_several_call_for_is_looked_at_once():
    charge, ship = GateCall("charge_card"), GateCall("ship", is_sweep=True)
    bodies = [gate_json(each) for each in (charge, ship, charge)]
    answer, calls = handle(gate, with_bodies(sample("sqs-gates.json"), *bodies))
    assert answer == NO_FAILURES
    assert calls == [
        ("gating", "run", ("charge_card",), {"is_sweep": False}),
        ("gating", "run", ("ship",), {"is_sweep": True}),
    ]


def test_a_result_is_applied_with_the_incarnation_and_epoch_of_its_message():
    event = sample("sqs-results.json")
    answer, calls = handle(results, event)
    assert answer == NO_FAILURES
    wire = json.loads(bodies(event)[0])
    validated, updated = calls
    assert validated[:2] == ("validating", "task_result")
    service, method, (result,), guards = updated
    assert (service, method) == ("updates", "update")
    assert (result.task_id, result.status) == (wire["taskId"], wire["status"])
    assert result.output_data == wire["outputData"]
    assert guards == {"inc": wire["inc"], "epoch": wire["epoch"]}


@pytest.mark.parametrize("word", ["detach", "postpone"])
def test_what_is_said_of_a_message_needs_no_status(word):
    event = sample("sqs-results.json")
    wire = {**json.loads(bodies(event)[0]), word: True}
    del wire["status"]
    answer, calls = handle(results, with_bodies(event, json.dumps(wire)))
    assert answer == NO_FAILURES
    ((service, method, (result, *guards), _),) = calls
    assert (service, method, result.task_id) == ("reports", word, wire["taskId"])
    assert guards == [wire["inc"], wire["epoch"]]


@pytest.mark.parametrize(
    "change", [{"inc": "0"}, {"epoch": 1.5}, {"inc": True}, {"status": "DONE"}, {"outputData": 1}]
)
def test_a_result_that_is_malformed_comes_again_until_it_is_a_dead_letter(change):
    event = sample("sqs-results.json")
    wire = json.loads(bodies(event)[0]) | change
    answer, calls = handle(results, with_bodies(event, json.dumps(wire)))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    assert [call for call in calls if call[0] == "updates"] == []


@pytest.mark.parametrize("body", ["", "[]", "{", "null"])
def test_a_result_that_is_no_object_comes_again(body):
    answer, _ = handle(results, with_bodies(sample("sqs-results.json"), body))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}]}


def test_a_failed_batch_of_the_stream_is_scanned_again(capsys):
    event = sample("sqs-decider-failures.json")
    answer, calls = handle(repair, event, {"repairs.rescan": ["wf-1"]})
    batch = json.loads(bodies(event)[0])["DDBStreamBatchInfo"]
    place = (batch["shardId"], batch["startSequenceNumber"], batch["endSequenceNumber"])
    assert answer == NO_FAILURES
    assert calls == [("repairs", "rescan", (*place, 1), {})]
    assert counted(capsys) == [{}, {"reason": "RECORD"}]


def test_a_dead_task_message_ends_its_task(capsys):
    event = sample("sqs-dead-letter.json")
    answer, calls = handle(repair, event)
    assert answer == NO_FAILURES
    assert calls == [("repairs", "end_dead_task", (task_message(bodies(event)[0]),), {})]
    assert counted(capsys) == [{}, {"reason": "DEAD_LETTER"}]


def test_the_tick_sweeps_and_tells_what_was_repaired_and_why(capsys):
    found = [Repair("wf-1", Lack.TIMER), Repair("wf-2", Lack.FOLD)]
    answer, calls = handle(
        repair, sample("eventbridge-lost-executions.json"), {"sweeping.sweep": found}
    )
    assert answer == NO_FAILURES
    assert calls == [("sweeping", "sweep", (), {})]
    assert counted(capsys) == [{}, {"reason": "TIMER"}, {}, {"reason": "FOLD"}]


def test_a_sweep_that_finds_nothing_counts_nothing(capsys):
    event = sample("eventbridge-lost-executions.json")
    handle(repair, event, {"sweeping.sweep": []})
    assert counted(capsys) == []


@pytest.mark.parametrize(
    ("handler", "event", "service_method"),
    [
        (system_tasks, "sqs-system-tasks.json", "running.run"),
        (timers, "sqs-timers.json", "timing.fire"),
        (schedules, "sqs-schedules.json", "firing.wake"),
        (results, "sqs-results.json", "updates.update"),
        (repair, "sqs-dead-letter.json", "repairs.end_dead_task"),
        (repair, "sqs-decider-failures.json", "repairs.rescan"),
    ],
)
@pytest.mark.parametrize("error", [TransientError("busy"), ConflictError("no"), KeyError("bug")])
def test_a_message_that_fails_comes_again_and_the_others_are_settled(
    handler, event, service_method, error
):
    good = bodies(sample(event))[0]
    seen = []

    def fail_second(*args, **_):
        seen.append(args)
        if len(seen) == 2:
            raise error
        return []

    batch = with_bodies(sample(event), good, good, good)
    answer, _ = handle(handler, batch, {service_method: fail_second})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert len(seen) == 3


@pytest.mark.parametrize("handler", [system_tasks, timers, schedules, repair])
def test_a_message_that_nobody_of_us_wrote_comes_again_until_it_is_a_dead_letter(handler):
    batch = with_bodies(sample("sqs-timers.json"), "not json", "{}")
    answer, calls = handle(handler, batch)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}, {"itemIdentifier": "m1"}]}
    assert calls == []
