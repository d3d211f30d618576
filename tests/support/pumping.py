"""A small installation with functions that are plain Python functions, to try the pump on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from infra.shapes import Bucket, DeadLetters, EventBus, Queue, ScheduleGroup, Table
from podium_local.backlog import Backlog, MotoBacklog
from podium_local.clock import VirtualClock
from podium_local.moto_patch.calls import hooked
from podium_local.pump import Faults, Invoker, Pump
from podium_local.pump.invoking import half_call
from podium_local.pump.streams import Backoff, exponential
from podium_local.resources import Resources, create
from podium_local.topology import Function, Topology, Trigger
from tests.support.moto import client, fresh

Handle = Callable[[dict[str, Any], Any], Any]


def topology(**functions: tuple[Trigger, ...]) -> Topology:
    """One streaming table, a work queue that gives up after 3 receives, and ``functions``."""
    return Topology(
        tables=(Table("items", stream=True),),
        bucket=Bucket("blobs", expire_after_days=1),
        event_bus=EventBus("bus"),
        schedule_group=ScheduleGroup("calls", "work", "dead"),
        queues=(
            Queue("work", visibility=60, dead_letters=DeadLetters("dead", 3)),
            Queue("dead"),
            Queue("failures"),
        ),
        functions=tuple(
            Function(name, 128, 60, triggers, grants=(), environment=())
            for name, triggers in functions.items()
        ),
    )


class Installation:
    """The topology, running in moto on a virtual clock; handlers are given by function name."""

    def __init__(
        self,
        clock: VirtualClock,
        described: Topology,
        handlers: dict[str, Handle],
        faults: Faults | None = None,
        backoff: Backoff = exponential,
        backlog: Backlog | None = None,
    ) -> None:
        self.clock = clock
        self.resources: Resources = create(described, client)
        self.invoker = Invoker(
            self.clock, find=lambda function: handlers[function.name], faults=faults
        )
        self.pump = Pump(
            described,
            self.resources,
            client,
            self.invoker,
            backlog or MotoBacklog(),
            self.clock,
            faults=faults,
            backoff=backoff,
        )

    def put(self, name: str, **attributes: str) -> None:
        """Write an item; strings only."""
        item = {"pk": {"S": name}, "sk": {"S": "s"}}
        item |= {key: {"S": value} for key, value in attributes.items()}
        client("dynamodb").put_item(TableName=self.resources.tables["items"], Item=item)

    def send(self, body: str, queue: str = "work") -> None:
        """Send a message."""
        client("sqs").send_message(QueueUrl=self.resources.queue_urls[queue], MessageBody=body)

    def drain(self, queue: str) -> list[Any]:
        """Bodies of all visible messages of a queue, read as JSON if they are."""
        received = client("sqs").receive_message(
            QueueUrl=self.resources.queue_urls[queue], MaxNumberOfMessages=10
        )
        return [_decoded(message["Body"]) for message in received.get("Messages", [])]


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


@contextmanager
def installed(
    described: Topology,
    handlers: dict[str, Handle],
    faults: Faults | None = None,
    backoff: Backoff = exponential,
    backlog: Backlog | None = None,
) -> Iterator[Installation]:
    """An :class:`Installation` in a moto of its own."""
    clock = VirtualClock()
    with fresh(clock), hooked(half_call):
        yield Installation(clock, described, handlers, faults, backoff, backlog)
