"""Dead letters: listed, received and given back, on every adapter."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from podium.adapters.aws.dead_letters import SqsDeadLetters
from podium.adapters.memory.dead_letters import MemoryDeadLetters
from podium.domain.events.names import MESSAGE_ID
from podium.errors import NotFoundError
from podium.ports.dead_letters import DeadLetter, DeadLetterQueues, DeadLetters
from podium.services.redriving import PATIENCE, Redriving
from podium_local.clock import VirtualClock
from tests.support.aws import MotoStack, moto_stack

#: Receives after which a message of these queues is a dead letter.
MOST = 10


@dataclass(frozen=True)
class Made:
    """``die``: a message of a queue was received too often; ``bodies``: what a queue holds."""

    queues: DeadLetterQueues
    clock: VirtualClock
    die: Callable[[str, DeadLetter], None]
    #: Somebody who is not SQS puts a message there.
    put: Callable[[str, str], None]
    bodies: Callable[[str], list[str]]
    #: Attributes of the messages that a queue holds.
    attributes: Callable[[str], list[Any]]


NAMES = ("timers-dead-letters", "repair-dead-letters")
SOURCES = {NAMES[0]: ["timers"], NAMES[1]: ["decider-failures", "tasks-dead-letters"]}


def _memory() -> Made:
    clock = VirtualClock()
    queues = MemoryDeadLetters(clock, SOURCES)
    names = {source: name for name, sources in SOURCES.items() for source in sources}

    def die(source: str, letter: DeadLetter) -> None:
        queues.put(names[source], replace(letter, source=source))

    return Made(
        queues,
        clock,
        die,
        lambda name, body: queues.put(name, DeadLetter(body, "")),
        lambda name: [letter.body for letter in queues.sent.get(name, [])],
        lambda name: [letter.attributes for letter in queues.sent.get(name, [])],
    )


def _aws(stack: MotoStack) -> Made:
    sqs: Any = stack.clients.sqs
    queues = SqsDeadLetters(sqs, NAMES, stack.queue_prefix, stack.queue_urls["results"])

    def die(source: str, letter: DeadLetter) -> None:
        url = stack.queue_urls[source]
        group = {"MessageGroupId": letter.group} if letter.group else {}
        sqs.send_message(
            QueueUrl=url,
            MessageBody=letter.body,
            MessageAttributes=dict(letter.attributes),
            **group,
        )
        policy = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
        most = int(json.loads(policy["Attributes"]["RedrivePolicy"])["maxReceiveCount"])
        for _ in range(most + 1):
            sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)

    def held(name: str) -> list[Any]:
        found = sqs.receive_message(
            QueueUrl=stack.queue_urls[name],
            MaxNumberOfMessages=10,
            VisibilityTimeout=0,
            MessageAttributeNames=["All"],
        )
        return list(found.get("Messages", []))

    def bodies(name: str) -> list[str]:
        return [message["Body"] for message in held(name)]

    def attributes(name: str) -> list[Any]:
        return [message["MessageAttributes"] for message in held(name)]

    def put(name: str, body: str) -> None:
        sqs.send_message(QueueUrl=stack.queue_urls[name], MessageBody=body)

    return Made(queues, stack.clock, die, put, bodies, attributes)


@pytest.fixture(params=["memory", "aws"])
def made(request: pytest.FixtureRequest) -> Iterator[Made]:
    if request.param == "memory":
        yield _memory()
        return
    with moto_stack() as stack:
        yield _aws(stack)


def _letter(body: str, **fields: Any) -> DeadLetter:
    return DeadLetter(body, "", **fields)


def test_an_empty_queue_is_listed_with_its_sources(made: Made) -> None:
    assert list(made.queues.names()) == list(NAMES)
    assert made.queues.look(NAMES[1]) == DeadLetters(NAMES[1], 0, None, tuple(SOURCES[NAMES[1]]))
    assert list(made.queues.receive(NAMES[0], 10)) == []


def test_a_dead_letter_keeps_what_it_was_sent_with_and_says_where_it_came_from(made: Made) -> None:
    attributes = {
        "text": {"StringValue": "a", "DataType": "String"},
        "bytes": {"BinaryValue": b"\x00\xff", "DataType": "Binary"},
    }
    made.die("timers", _letter("{}", group="orders", attributes=attributes))
    (letter,) = made.queues.receive(NAMES[0], 10)
    assert (letter.body, letter.source, letter.group) == ("{}", "timers", "orders")
    assert letter.attributes["text"]["StringValue"] == "a"
    assert made.queues.send("timers", letter)
    made.queues.delete(NAMES[0], [letter.receipt])
    assert made.bodies("timers") == ["{}"]
    assert made.queues.look(NAMES[0]).size == 0


def test_a_look_hides_nothing_and_knows_the_oldest(made: Made) -> None:
    sent = made.clock.now()
    made.die("timers", _letter("1"))
    made.clock.advance(60_000)
    made.die("timers", _letter("2"))
    for _ in range(MOST + 2):
        found = made.queues.look(NAMES[0])
    assert (found.size, found.oldest) == (2, sent)
    assert len(made.queues.receive(NAMES[0], 10)) == 2


def test_a_received_letter_is_hidden_for_half_a_minute(made: Made) -> None:
    for body in "abc":
        made.die("timers", _letter(body))
    assert len(made.queues.receive(NAMES[0], 2)) == 2
    assert len(made.queues.receive(NAMES[0], 10)) == 1
    assert made.queues.look(NAMES[0]).size == 3
    made.clock.advance(31_000)
    assert len(made.queues.receive(NAMES[0], 10)) == 3


def test_letters_go_back_each_to_its_own_queue(made: Made) -> None:
    made.die("decider-failures", _letter("f"))
    made.die("tasks-dead-letters", _letter("t"))
    done = Redriving(made.queues, made.clock).redrive(NAMES[1], 100)
    assert done.moved == {"decider-failures": 1, "tasks-dead-letters": 1}
    assert (done.kept, done.left) == (0, 0)
    assert made.bodies("decider-failures") == ["f"]
    assert made.bodies("tasks-dead-letters") == ["t"]


def test_a_message_that_goes_back_is_known_by_the_id_it_had(made: Made) -> None:
    """Otherwise what its event handlers did before would be done once more."""
    made.die("timers", _letter("{}", id="m1"))
    (first,) = made.queues.receive(NAMES[0], 1)
    assert first.id
    made.clock.advance(31_000)
    Redriving(made.queues, made.clock).redrive(NAMES[0], 1)
    sent = {MESSAGE_ID: {"StringValue": first.id, "DataType": "String"}}
    assert made.attributes("timers") == [sent]


def test_a_message_that_names_itself_keeps_that_name(made: Made) -> None:
    name = {"StringValue": "task-7", "DataType": "String"}
    made.die("timers", _letter("{}", id="m1", attributes={MESSAGE_ID: name}))
    Redriving(made.queues, made.clock).redrive(NAMES[0], 1)
    assert made.attributes("timers") == [{MESSAGE_ID: name}]


def test_no_more_go_back_than_are_wanted(made: Made) -> None:
    for number in range(25):
        made.die("timers", _letter(str(number)))
    redriving = Redriving(made.queues, made.clock)
    assert redriving.redrive(NAMES[0], 12).moved == {"timers": 12}
    last = redriving.redrive(NAMES[0], 100)
    assert (last.moved, last.left) == ({"timers": 13}, 0)


def test_what_was_put_there_by_somebody_else_goes_to_the_only_queue_or_stays(made: Made) -> None:
    """EventBridge Scheduler puts calls there that it could not deliver."""
    for name in NAMES:
        made.put(name, "call")
    redriving = Redriving(made.queues, made.clock)
    assert redriving.redrive(NAMES[0], 100).moved == {"timers": 1}
    done = redriving.redrive(NAMES[1], 100)
    assert (done.moved, done.kept, done.left) == ({}, 1, 1)


def test_a_queue_that_is_none_of_these_is_refused_by_name(made: Made) -> None:
    with pytest.raises(NotFoundError, match="No such queue of dead letters: timers"):
        Redriving(made.queues, made.clock).redrive("timers", 1)


class _Dying(MemoryDeadLetters):
    """Its process is killed at each delete."""

    def delete(self, queue: str, receipts: object) -> None:
        raise InterruptedError(queue)


def test_a_crash_before_the_delete_loses_nothing() -> None:
    clock = VirtualClock()
    queues = _Dying(clock, SOURCES)
    queues.put(NAMES[0], _letter("1", source="timers"))
    with pytest.raises(InterruptedError):
        Redriving(queues, clock).redrive(NAMES[0], 10)
    assert [letter.body for letter in queues.sent["timers"]] == ["1"]
    assert queues.look(NAMES[0]).size == 1


class _Slow(MemoryDeadLetters):
    """Each send takes two seconds."""

    def send(self, queue: str, letter: DeadLetter) -> bool:
        self._clock.advance(2_000)  # type: ignore[attr-defined]
        return super().send(queue, letter)


def test_a_request_ends_in_time_and_leaves_the_rest() -> None:
    clock = VirtualClock()
    queues = _Slow(clock, SOURCES)
    for number in range(40):
        queues.put(NAMES[0], _letter(str(number), source="timers"))
    begin = clock.now()
    done = Redriving(queues, clock).redrive(NAMES[0], 40)
    assert clock.now() - begin <= PATIENCE + 10 * 2_000
    assert done.moved["timers"] + done.left == 40
    assert done.left > 0
