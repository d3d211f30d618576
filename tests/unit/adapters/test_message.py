"""Queue messages survive the wire; what is not ours is refused."""

from __future__ import annotations

import json

import pytest

from podium.adapters.aws.names import group_id, queue_name
from podium.adapters.items import text
from podium.adapters.message import (
    readable_task_message,
    task_json,
    task_message,
    timer_json,
    timer_message,
)
from podium.domain.queues import Lane, QueueAddress
from podium.errors import DefectError
from podium.ports.queues import TaskMessage, TimerMessage

MESSAGE = TaskMessage(
    "wf", "é#", 3, 1, 2, "charge", domain="eu", correlation_id="", input={"a": [1]}, priority=4
)


def test_a_task_message_is_read_as_it_was_written():
    assert task_message(task_json(MESSAGE)) == MESSAGE


def test_a_task_message_names_the_task_for_workers_in_any_language():
    wire = json.loads(task_json(MESSAGE))
    assert (wire["v"], wire["taskId"], wire["inputData"]) == (1, "wf.3.~e9.~23.", {"a": [1]})


@pytest.mark.parametrize("timer", [TimerMessage("wf", 5), TimerMessage("wf", 5, "é", 7)])
def test_a_timer_is_read_as_it_was_written(timer):
    assert timer_message(timer_json(timer)) == timer


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"v":2}', '{"v":1}'])
def test_what_is_not_ours_is_refused(body):
    assert readable_task_message(body) is None
    with pytest.raises(DefectError):
        timer_message(body)


@pytest.mark.parametrize("value", ["\ud800", "\uffff", "é\ufffe", "\x00", float("nan")])
def test_payload_text_is_legal_wherever_it_goes(value):
    encoded = text.dumps({"a": value})
    encoded.encode()
    assert not {"\ufffe", "\uffff"} & set(encoded)
    expected = None if isinstance(value, float) else value
    assert text.loads(encoded) == {"a": expected}


def test_queue_names_are_legal_and_apart():
    addresses = [
        QueueAddress("a"),
        QueueAddress("b", "a"),
        QueueAddress("a:b"),
        QueueAddress("-x"),
        QueueAddress("é"),
        QueueAddress("x" * 200),
        QueueAddress("a b"),
        QueueAddress("a", lane=Lane.POLLED),
        QueueAddress("a", lane=Lane.GATE),
        QueueAddress("a", lane=Lane.POLLED, key="b"),
        QueueAddress("a", "b", Lane.POLLED),
        QueueAddress("a", band=1),
        QueueAddress("a", band=2),
        QueueAddress("a", lane=Lane.POLLED, band=1),
        QueueAddress("open1", "open1"),
        QueueAddress("a", "polled", Lane.POLLED),
        QueueAddress("polled:0:a"),
        QueueAddress("polled", "polled"),
    ]
    names = [queue_name("podium-", address) for address in addresses]
    assert names[0] == "podium-task-a"
    assert len(set(names)) == len(names)
    assert all(
        len(name) <= 80 and name.replace("-", "").replace("_", "").isalnum() for name in names
    )
    assert all(name.isascii() and name.startswith("podium-task-") for name in names)


def test_group_ids_are_legal():
    assert group_id("orders") == "orders"
    assert group_id("two words") != group_id("two  words")
    assert len(group_id("é" * 300)) == 64
