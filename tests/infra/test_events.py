"""The samples in events/: one for each trigger, and as true as the formats they hold."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from infra.shapes import (
    HttpRoute,
    MappedQueuesTrigger,
    QueueTrigger,
    ScheduleTrigger,
    StreamTrigger,
    physical_name,
    sink_queue_prefix,
)
from infra.topology import TOPOLOGY
from podium.adapters import event_messages, message, notices
from podium.adapters.items.attributes import typed, untyped
from podium.adapters.items.headers import header_item
from podium.adapters.items.payloads import Payloads
from podium.adapters.items.tasks import task_item
from podium.adapters.memory.blobs import MemoryBlobs
from podium.adapters.stream import change
from podium.domain.changes import HeaderChange, TaskChange
from podium.domain.ids import parse_task_id

EVENTS = Path(__file__).resolve().parents[2] / "events"
SAMPLES = sorted(EVENTS.glob("*.json"))
TRIGGERS = [trigger for function in TOPOLOGY.functions for trigger in function.triggers]


def _event(name: str) -> Any:
    return json.loads((EVENTS / name).read_text())


def _bodies(name: str) -> list[str]:
    return [record["body"] for record in _event(name)["Records"]]


def _sources() -> set[str]:
    """What the samples say they come from: route, rule, table or queue."""
    found = set()
    for path in SAMPLES:
        event = _event(path.name)
        if "routeKey" in event:
            found.add(event["routeKey"])
        for arn in event.get("resources", []):
            found.add(arn.rpartition("/")[2])
        for record in event.get("Records", []):
            found.add(re.split(r"[:/]", record["eventSourceARN"].partition("/stream/")[0])[-1])
    return found


@pytest.mark.parametrize("trigger", TRIGGERS, ids=str)
def test_there_is_a_sample_of_every_trigger(trigger):
    match trigger:
        case HttpRoute():
            source = f"{trigger.method} {trigger.path}"
        case StreamTrigger():
            source = physical_name(trigger.table)
        case QueueTrigger():
            source = physical_name(trigger.queue)
        case MappedQueuesTrigger():
            assert any(source.startswith(sink_queue_prefix()) for source in _sources())
            return
        case ScheduleTrigger():
            source = physical_name(trigger.name)

    assert source in _sources()


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_the_readme_lists_every_sample_and_none_names_a_real_account(path):
    assert f"`{path.name}`" in (EVENTS / "README.md").read_text()
    accounts = re.findall(r":(\d{12}):", path.read_text())
    assert set(accounts) <= {"123456789012"}


def test_stream_images_are_items_as_the_engine_writes_them():
    payloads = Payloads(MemoryBlobs(), 32_768)
    found = []
    for record in _event("dynamodb-stream.json")["Records"]:
        image = record["dynamodb"]["NewImage"]
        match change(record, payloads):
            case HeaderChange(new=header):
                written = header_item(header, mark=True)
            case TaskChange(workflow_id=workflow_id, new=task):
                written = task_item(workflow_id, task, payloads, mark=True)
            case None:
                raise AssertionError("a record of the sample says nothing")
        assert typed(written) == image
        keys = untyped(record["dynamodb"]["Keys"])
        assert keys == {name: written[name] for name in ("pk", "sk")}
        found.append(record["eventName"])

    assert found == ["INSERT", "MODIFY", "MODIFY"]


@pytest.mark.parametrize("name", ["sqs-task.json", "sqs-system-tasks.json", "sqs-dead-letter.json"])
def test_task_messages_are_as_the_engine_sends_them(name):
    for body in _bodies(name):
        assert message.task_json(message.task_message(body)) == body


def test_timer_messages_are_as_the_engine_sends_them():
    bodies = _bodies("sqs-timers.json")

    assert [message.timer_json(message.timer_message(body)) for body in bodies] == bodies
    assert len(bodies) == 2


def test_wakeups_are_as_the_engine_sends_them():
    (body,) = _bodies("sqs-schedules.json")

    assert message.wakeup_json(message.wakeup_message(body)) == body


def test_calls_for_a_gate_are_as_the_engine_sends_them():
    (body,) = _bodies("sqs-gates.json")

    assert message.gate_json(message.gate_call(body)) == body


def test_the_result_names_a_task_by_the_id_that_its_message_carried():
    (task,) = map(message.task_message, _bodies("sqs-task.json"))
    (result,) = map(json.loads, _bodies("sqs-results.json"))

    assert parse_task_id(result["taskId"]) == (task.workflow_id, task.ref, task.seq)
    assert (result["inc"], result["epoch"]) == (task.inc, task.epoch)


@pytest.mark.parametrize("path", sorted(EVENTS.glob("sqs-*.json")), ids=lambda path: path.name)
def test_a_message_carries_the_digest_of_its_body(path):
    for record in _event(path.name)["Records"]:
        assert record["md5OfBody"] == hashlib.md5(record["body"].encode()).hexdigest()


def test_the_failed_batch_is_the_one_of_the_stream_sample():
    (body,) = map(json.loads, _bodies("sqs-decider-failures.json"))
    records = _event("dynamodb-stream.json")["Records"]
    batch = body["DDBStreamBatchInfo"]

    assert batch["streamArn"] == records[0]["eventSourceARN"]
    assert batch["startSequenceNumber"] == records[0]["dynamodb"]["SequenceNumber"]
    assert batch["endSequenceNumber"] == records[-1]["dynamodb"]["SequenceNumber"]
    assert batch["batchSize"] == len(records)


def test_the_event_put_aside_is_as_the_engine_puts_it():
    (body,) = _bodies("sqs-deferred-event.json")

    assert notices.note(*notices.read_note(json.loads(body))) == body


def test_messages_of_events_are_read_as_what_they_are():
    payloads = Payloads(MemoryBlobs(), 32_768)
    own = "arn:aws:sqs:eu-central-1:123456789012:podium-event-messages"
    records = _event("sqs-event-messages.json")["Records"]
    found = [event_messages.queue_message(each, own, "podium-", payloads) for each in records]
    (other,) = _event("sqs-event-source.json")["Records"]
    found.append(event_messages.queue_message(other, own, "podium-", payloads))

    assert [str(each.event) for each in found] == [
        "conductor:order_fulfilment:order_paid",
        "sns:deliveries",
        "eventbridge:payments:card.charged",
        "sqs:payments",
    ]
    assert event_messages.own_message(found[0], payloads) == records[0]["body"]
    payloads_of: list[Any] = [each.payload for each in found]
    assert [each["orderId"] for each in payloads_of] == ["ORD-1001"] * 4


def test_records_of_kafka_are_read_by_their_place_or_the_task_that_sent_them():
    first, second = event_messages.kafka_messages(_event("kafka.json"))

    assert (str(first.event), first.id) == ("kafka:payments", "payments-0-15")
    assert first.payload == {"orderId": "ORD-1001", "status": "PAID"}
    assert second.id == "3a0e9f5c-9d0c-4a39-8a6b-5f0f6f0c1d11.5.tell_bank"
    assert second.payload == "plain text"


def test_http_samples_are_signed_as_every_deployed_route_asks():
    for name in ("api-gateway-http-v2.json", "api-gateway-http-v2-poll.json"):
        event = _event(name)
        assert event["version"] == "2.0"
        assert event["requestContext"]["authorizer"]["iam"]["userArn"]
        prefix = event["routeKey"].split()[1].removesuffix("{proxy+}")
        assert prefix + event["pathParameters"]["proxy"] == event["rawPath"]
