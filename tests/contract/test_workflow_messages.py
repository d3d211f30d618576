"""The queues of messages to executions: order, numbers, lives (ADR 9)."""

from __future__ import annotations

from typing import Any

import pytest

from podium.adapters.items.keys import message_key
from podium.adapters.stream import change, workflow_id
from podium.domain.changes import MessageChange
from podium.domain.json import Json
from podium.domain.workflow_messages import LIFETIME_MS, Inbox, WorkflowMessage, is_alive
from tests.support.executions import NOW, raw
from tests.support.racing import race


def message(number: int, payload: dict[str, Json] | None = None, **fields: Any) -> WorkflowMessage:
    return WorkflowMessage(
        **{
            "number": number,
            "message_id": f"m{number}",
            "payload": {"n": number} if payload is None else payload,
            "received_at": NOW,
            **fields,
        }
    )


def inbox(store, wf, after=0, count=10, weight=1000, now=NOW, generation=0) -> Inbox:
    found: Inbox = store.read_inbox(wf, generation, after, count, weight, now)
    return found


def numbers(found: Inbox) -> list[int]:
    return [each.number for each in found.messages]


def test_a_message_is_read_as_it_was_put(store, wf):
    given = message(1, {"text": "é", "none": None, "deep": [{"a": 2**60}]})
    assert store.put_message(wf, 0, given)
    assert inbox(store, wf) == Inbox((given,), is_complete=True)


def test_an_empty_payload_is_a_message_too(store, wf):
    assert store.put_message(wf, 0, message(1, {}))
    assert inbox(store, wf).messages == (message(1, {}),)


def test_a_number_is_given_once_and_a_repeat_of_the_same_message_is_no_other(store, wf):
    assert store.put_message(wf, 0, message(1))
    assert not store.put_message(wf, 0, message(1, message_id="other"))
    assert store.put_message(wf, 0, message(1))
    assert inbox(store, wf).messages == (message(1),)


def test_the_last_number_is_that_of_this_run(store, wf):
    assert store.last_number(wf, 0) == 0
    for number in (1, 2, 10):
        store.put_message(wf, 0, message(number))
    store.put_message(wf, 1, message(3))
    assert [store.last_number(wf, generation) for generation in (0, 1, 2)] == [10, 3, 0]


def test_messages_come_in_the_order_of_their_numbers(store, wf):
    for number in (2, 11, 1, 9):
        store.put_message(wf, 0, message(number))
    store.put_message(wf, 1, message(5))
    assert numbers(inbox(store, wf)) == [1, 2, 9, 11]
    assert numbers(inbox(store, wf, after=2)) == [9, 11]
    assert numbers(inbox(store, wf, generation=1)) == [5]
    assert numbers(inbox(store, f"{wf}x")) == []


@pytest.mark.parametrize(
    ("count", "weight", "found", "complete"),
    [
        (1, 1000, [1], False),
        (3, 1000, [1, 2, 3], False),
        (4, 1000, [1, 2, 3, 4], True),
        (100, 1000, [1, 2, 3, 4], True),
        (100, 0, [1], False),
        (100, len('{"n": 1}'), [1, 2], False),
    ],
)
def test_a_read_ends_with_its_count_or_its_weight(store, wf, count, weight, found, complete):
    for number in range(1, 5):
        store.put_message(wf, 0, message(number))
    read = inbox(store, wf, count=count, weight=weight)
    assert (numbers(read), read.is_complete) == (found, complete)


def test_what_has_expired_is_left_out_and_does_not_count(store, wf):
    for number in range(1, 8):
        store.put_message(wf, 0, message(number, received_at=NOW + number))
    now = NOW + 5 + LIFETIME_MS
    assert numbers(inbox(store, wf, count=1, now=now)) == [6]
    assert numbers(inbox(store, wf, now=now)) == [6, 7]
    assert numbers(inbox(store, wf, now=now + 10)) == []
    assert is_alive(NOW + 6, now)


def test_the_moment_of_a_message_is_told(store, wf):
    store.put_message(wf, 2, message(7, received_at=NOW + 3))
    assert store.received_at(wf, 2, 7) == NOW + 3
    assert store.received_at(wf, 2, 8) == store.received_at(wf, 0, 7) == 0


def test_an_item_outlives_its_message_and_then_expires(store, wf):
    store.put_message(wf, 0, message(1))
    assert raw(store, message_key(wf, 0, 1))["ttl"] * 1000 == NOW + 2 * LIFETIME_MS


def test_a_large_payload_lies_in_the_payload_store(backend, wf):
    store = backend.store(threshold=100)
    large: dict[str, Json] = {"text": "é" * 100}
    store.put_message(wf, 0, message(1, large))
    item = raw(store, message_key(wf, 0, 1))
    assert "p" not in item
    assert inbox(store, wf).messages[0].payload == large


def test_one_of_many_gets_the_number(backend, wf):
    store = backend.store()
    won = race(8, lambda n: store.put_message(wf, 0, message(1, message_id=f"by {n}")))
    assert sum(won) == 1


def test_the_stream_tells_of_a_message(backend, wf):
    store = backend.store()
    store.put_message(wf, 3, message(12))
    store.put_message(wf, 3, message(12, message_id="refused"))
    told = [each for each in backend.records() if workflow_id(each) == wf]
    assert [change(each, store.payloads) for each in told] == [MessageChange(wf, 3, 12)]
