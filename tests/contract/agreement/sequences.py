"""Sequences of calls, drawn from a seed and made on both sides; what differs is made short and told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from podium.adapters.items.table import Table
from podium.ports.definitions import DefinitionStore
from podium.ports.events import EventExecutionStore, EventHandlerStore, EventPublisher
from podium.ports.executions import ExecutionStore
from podium.ports.limits import LimitStore
from podium.ports.listeners import Listeners
from podium.ports.outside import Blobs
from podium.ports.poll_data import PollDataStore
from podium.ports.queues import GateQueue, SystemTaskQueue, TaskQueue, TimerQueue
from podium.ports.records import FailedRecords
from podium.ports.schedules import ScheduleStore, Wakeups
from podium.ports.schemas import SchemaStore
from podium.ports.search import Search
from podium.ports.tags import TagStore
from podium.ports.workflow_messages import WorkflowMessageStore
from podium_local.clock import VirtualClock
from tests.contract.agreement import executions, metadata, others, queues, tables
from tests.contract.agreement.calls import Answer, Call
from tests.contract.agreement.drawing import Draw, start_of_time
from tests.contract.agreement.sides import MemorySide, MotoSide, Side
from tests.support.aws import MotoStack

#: Of each port its protocol, and who draws its calls.
PORTS: dict[str, tuple[type, Any]] = {
    "executions": (ExecutionStore, executions.Executions()),
    "table": (Table, tables.Tables()),
    "messages": (WorkflowMessageStore, others.Messages()),
    "records": (FailedRecords, others.Records()),
    "limits": (LimitStore, others.Limits()),
    "search": (Search, others.Searching()),
    "event_executions": (EventExecutionStore, others.EventExecutions()),
    "event_handlers": (EventHandlerStore, others.EventHandlers()),
    "publisher": (EventPublisher, others.Publisher()),
    "listeners": (Listeners, others.Listeners()),
    "tasks": (TaskQueue, queues.TaskQueues()),
    "system_tasks": (SystemTaskQueue, queues.SystemTasks()),
    "gates": (GateQueue, queues.Gates()),
    "timers": (TimerQueue, queues.Timers()),
    "wakeups": (Wakeups, queues.Wakeups()),
    "clock": (VirtualClock, queues.Time()),
    "definitions": (DefinitionStore, metadata.Definitions()),
    "schemas": (SchemaStore, metadata.Schemas()),
    "tags": (TagStore, metadata.Tags()),
    "polls": (PollDataStore, metadata.Polls()),
    "schedules": (ScheduleStore, metadata.Schedules()),
    "blobs": (Blobs, metadata.PayloadStore()),
}

#: What a sequence is about: ports, and how often a call is one of theirs. The rest is anything.
THEMES: tuple[tuple[dict[str, float], float], ...] = (
    ({"executions": 1}, 7),
    ({"executions": 8, "messages": 2, "records": 0.5, "limits": 1}, 2),
    ({"tasks": 8, "clock": 2, "gates": 0.5, "system_tasks": 0.5, "timers": 0.5}, 2.5),
    ({"search": 1}, 1),
    ({"table": 1}, 2),
    ({"definitions": 4, "schemas": 2, "tags": 1.5, "polls": 1}, 1.2),
    ({"schedules": 4, "wakeups": 1, "clock": 1}, 1),
    ({"event_executions": 3, "event_handlers": 3, "publisher": 1, "listeners": 0.5}, 1),
    ({"blobs": 2, "messages": 2, "limits": 1, "records": 0.5, "executions": 1}, 1),
)
#: Below the stores, so that what it writes is none of theirs.
ALONE = frozenset({"table"})
#: Calls of one sequence.
FEWEST, MOST = 8, 28


@dataclass(frozen=True)
class Script:
    """Calls, and what both sides are made with."""

    calls: tuple[Call, ...]
    threshold: int
    retention: int

    @property
    def made(self) -> list[Call]:
        """The calls of ports: those of the clock have no answers."""
        return [call for call in self.calls if call.port != "clock"]

    def __str__(self) -> str:
        """A program."""
        head = f"threshold={self.threshold} retention={self.retention}"
        return "\n".join([head, *map(str, self.calls)])


@dataclass(frozen=True)
class Difference:
    """What the sides do not agree about; ``at``: number of the call, or that of all calls at the end."""

    at: int
    what: str
    memory: str
    moto: str

    def __str__(self) -> str:
        return f"{self.what}\n  memory: {self.memory}\n  moto:   {self.moto}"


def methods(port: str) -> list[str]:
    """Names of the methods that sequences call."""
    return [name for name in dir(PORTS[port][1]) if not name.startswith("_") and name != "weights"]


class Agreement:
    """Both sides, one sequence after the other."""

    def __init__(self, stack: MotoStack) -> None:
        self._stack = stack

    def draw(self, seed: int) -> Script:
        """The sequence of a seed."""
        setup = Draw(f"{seed} setup", self._memory(1000, 0)).rng
        threshold = setup.choices([1000, 4096, 131_072], [12, 3, 1])[0]
        retention = setup.choice([0, 86_400])
        memory = self._memory(threshold, retention)
        draw = Draw(f"{seed} calls", memory)
        (theme,) = draw.rng.choices(*zip(*THEMES, strict=True))
        calls = []
        for _ in range(draw.rng.randint(FEWEST, MOST)):
            call = _drawn(draw, theme)
            call.make(memory)
            calls.append(call)
        return Script(tuple(calls), threshold, retention)

    def compare(self, sequence: Script) -> tuple[list[Answer], Difference | None]:
        """Make the calls on both sides; what memory answered, and the first difference."""
        memory = self._memory(sequence.threshold, sequence.retention)
        moto = MotoSide(self._stack, sequence.threshold, sequence.retention)
        answers: list[Answer] = []
        for number, call in enumerate(sequence.calls, 1):
            if call.port == "clock":
                self._stack.clock.advance(call.args[0])
                continue
            ours, theirs = call.make(memory), call.make(moto)
            answers.append(ours)
            if str(ours) != str(theirs):
                return answers, Difference(number, f"{number}: {call}", str(ours), str(theirs))
        return answers, _difference(memory, moto, len(sequence.calls))

    def shrunk(self, sequence: Script) -> Script:
        """As few calls as still make a difference."""
        _, found = self.compare(sequence)
        assert found is not None, "the sides agree"
        calls = list(sequence.calls[: found.at])
        size = max(1, len(calls) // 2)
        while True:
            for start in range(len(calls) - size, -1, -size):
                fewer = calls[:start] + calls[start + size :]
                attempt = Script(tuple(fewer), sequence.threshold, sequence.retention)
                if fewer and self.compare(attempt)[1] is not None:
                    calls = fewer
            if size == 1:
                return Script(tuple(calls), sequence.threshold, sequence.retention)
            size //= 2

    def tell(self, sequence: Script) -> str:
        """The shortest sequence that still makes a difference, as a program, and the difference."""
        short = self.shrunk(sequence)
        _, found = self.compare(short)
        return f"{short}\n{found}"

    def _memory(self, threshold: int, retention: int) -> MemorySide:
        # Every sequence begins at the same moment, so that it is the same wherever it is made.
        self._stack.clock._now = start_of_time()
        return MemorySide(self._stack.clock, threshold, retention)


def _drawn(draw: Draw, theme: dict[str, float]) -> Call:
    while True:
        if draw.chance(0.93) or not ALONE.isdisjoint(theme):
            (port,) = draw.rng.choices(list(theme), list(theme.values()))
        else:
            port = draw.one(sorted(PORTS.keys() - ALONE))
        of = PORTS[port][1]
        names = methods(port)
        weights = getattr(of, "weights", {})
        (name,) = draw.rng.choices(names, [weights.get(each, _usual(each)) for each in names])
        arguments = getattr(of, name)(draw)
        if arguments is not None:
            return Call(port, name, *arguments)


def _usual(name: str) -> float:
    """How often a method is called of which nothing else is said: reading changes nothing."""
    return 0.5 if name.startswith("read_") else 1.0


def _difference(memory: Side, moto: Side, at: int) -> Difference | None:
    ours, theirs = memory.state(), moto.state()
    for name in ours:
        if repr(ours[name]) != repr(theirs[name]):
            for mine, other in _unequal(ours[name], theirs[name]):
                return Difference(at, f"at the end, {name}", mine, other)
    return None


def _unequal(ours: Any, theirs: Any) -> Iterator[tuple[str, str]]:
    """Of two values, the first parts that differ."""
    if isinstance(ours, dict) and isinstance(theirs, dict) and ours.keys() == theirs.keys():
        for name in ours:
            if repr(ours[name]) != repr(theirs[name]):
                for mine, other in _unequal(ours[name], theirs[name]):
                    yield f"{name}: {mine}", f"{name}: {other}"
        return
    if isinstance(ours, Sequence) and isinstance(theirs, Sequence) and len(ours) == len(theirs):
        for mine, other in zip(ours, theirs, strict=True):
            if repr(mine) != repr(other) and not isinstance(ours, str | bytes):
                yield from _unequal(mine, other)
                return
    yield repr(ours), repr(theirs)
