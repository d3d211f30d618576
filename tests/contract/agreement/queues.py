"""Calls of the queues: hand-out, gates, system tasks, timers; of wakeups, and of the clock."""

from __future__ import annotations

from typing import Any, ClassVar

from podium.domain.limits import Limit
from podium.domain.queues import Lane, QueueAddress
from podium.domain.schedules.wakeups import Wakeup
from podium.ports.queues import TaskMessage, TimerMessage
from tests.contract.agreement.arguments import Arguments, given
from tests.contract.agreement.calls import Receipt
from tests.contract.agreement.drawing import Draw

DELAYS = (0, 0, 0, 1, 30, 900, 5_000)
LIMITS = ("charge", "ship", "#wkey ü", "k" * 90)


class TaskQueues:
    """TaskQueue."""

    weights: ClassVar[dict[str, float]] = {
        "send": 6.0,
        "receive": 6.0,
        "delete": 2.0,
        "park": 3.0,
        "size": 2.0,
    }

    def send(self, draw: Draw) -> Arguments:
        return given(_message(draw), draw.one(DELAYS))

    def park(self, draw: Draw) -> Arguments:
        return given(_message(draw, Limit(draw.first(LIMITS), 1, at_gate=True)), draw.one(DELAYS))

    def gates(self, draw: Draw) -> Arguments:
        return given()

    def waiting_at(self, draw: Draw) -> Arguments:
        return given(draw.first(LIMITS))

    def pollable(self, draw: Draw) -> Arguments:
        return given(draw.name(), draw.one(["", "eu"]))

    def receive(self, draw: Draw) -> Arguments:
        return given(_address(draw), draw.one([0, 1, 1, 5, 10, 11, 25]), draw.one([0, 0, 1000]))

    def delete(self, draw: Draw) -> Arguments:
        address = _address(draw)
        held = _held(draw, address)
        return given(address, [Receipt(each) for each in draw.some([*held, 1000, 1001])])

    def retry_later(self, draw: Draw) -> Arguments:
        address = _address(draw)
        held = draw.one([*_held(draw, address), 1000])
        return given(address, Receipt(held), draw.one([0, 5, 30, 43_200, 10**6]))

    def sizes(self, draw: Draw) -> Arguments:
        return given()

    def depths(self, draw: Draw) -> Arguments:
        return given()

    def depth(self, draw: Draw) -> Arguments:
        return given(draw.name(), draw.one(["", "eu"]))

    def depth_at(self, draw: Draw) -> Arguments:
        return given(draw.first(LIMITS))

    def size(self, draw: Draw) -> Arguments:
        return given(draw.name(), draw.one(["", "eu"]))


class SystemTasks:
    """SystemTaskQueue."""

    def send(self, draw: Draw) -> Arguments:
        return given(_message(draw), draw.one(DELAYS))


class Gates:
    """GateQueue."""

    def call(self, draw: Draw) -> Arguments:
        return given(draw.first(LIMITS), draw.one(DELAYS), is_sweep=draw.chance(0.5))


class Timers:
    """TimerQueue."""

    def arm(self, draw: Draw) -> Arguments:
        alone = (draw.text(), 3) if draw.chance(0.3) else ("", 0)
        return given(TimerMessage(draw.id(), draw.moment(), *alone), draw.one(DELAYS))


class Wakeups:
    """Wakeups."""

    def send(self, draw: Draw) -> Arguments:
        return given(_wakeup(draw), draw.one([0, 1, 900]))

    def book(self, draw: Draw) -> Arguments:
        return given(_wakeup(draw))

    def cancel(self, draw: Draw) -> Arguments:
        return given(_wakeup(draw))


class Time:
    """The clock that both sides share."""

    def advance(self, draw: Draw) -> Arguments:
        return given(draw.one([1, 999, 1000, 29_999, 30_000, 30_001, 900_000, 90_000_000]))


def _message(draw: Draw, limit: Limit | None = None) -> TaskMessage:
    type_ = draw.name()
    fields: dict[str, Any] = {
        "domain": lambda: "eu",
        "wire_ref": draw.text,
        "definition": lambda: "d" * 64,
        "node": lambda: "1",
        "correlation_id": draw.text,
        "priority": lambda: draw.one([0, 1, 49, 50, 99]),
        "attempt": lambda: 2,
        "iteration": lambda: 3,
        "response_timeout": lambda: 60,
        "external_input_path": lambda: "in/x.json",
        "secrets": lambda: ("a", "ü"),
        "runtime_metadata": lambda: ("m",),
        "not_before": draw.moment,
        "place": lambda: 7,
        "limit": lambda: Limit(draw.one([type_, "ship"]), draw.one([0, 3]), 10, 1000),
        "is_system": lambda: True,
    }
    return TaskMessage(
        draw.id(),
        draw.one(["charge", "ünï"]),
        draw.one([1, 2]),
        draw.one([0, 1]),
        draw.one([0, 1]),
        type_,
        workflow_name=draw.one(["orders", "", "ünï", "n" * 200]),
        input=draw.payload(),
        **draw.fields(fields, 3) | ({} if limit is None else {"limit": limit}),
    )


def _address(draw: Draw) -> QueueAddress:
    known = list(draw.seen.tasks.queues)
    if known and draw.chance(0.9):
        return draw.one(known)
    return QueueAddress(draw.name(), draw.one(["", "eu"]), draw.one(tuple(Lane)))


def _held(draw: Draw, address: QueueAddress) -> list[int]:
    """Numbers of the receipts of messages that somebody holds: what comes of an old one is nobody's guess."""
    queue = draw.seen.tasks.queues.get(address)
    now = draw.now()
    in_flight = {
        message.receipt
        for message in (queue.messages() if queue else ())
        if message.receipt and message.visible_at > now
    }
    return [
        number
        for number, (place, receipt) in enumerate(draw.seen.receipts)
        if place == address and receipt in in_flight
    ]


def _wakeup(draw: Draw) -> Wakeup:
    return Wakeup(draw.one(["s", "ünï ☃" * 20]), draw.one(["r1", "r2"]), draw.now() + 86_400_000)
