"""What is known of an execution when somebody asks why it waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from podium.domain.queues import Depth

if TYPE_CHECKING:
    from podium.domain.execution import Header, OpenEntry, Task
    from podium.domain.ids import TaskKey
    from podium.domain.limits import Slots
    from podium.domain.timeouts import Deadline
    from podium.domain.why.causes import Cause


class Sight(Enum):
    """Whether something that should be under way was seen there.

    Nobody can look into a queue or a stream of AWS without taking from it: there most is UNKNOWN, and
    only counts tell anything. A simulated installation sees everything.
    """

    SEEN = "seen"
    MISSING = "missing"
    UNKNOWN = "unknown"


class Carrier(Enum):
    """Where the message of a task was seen, or where what became of it is under way."""

    #: In the queue of its type, or in that of the system tasks.
    QUEUE = "queue"
    #: Parked at the gate of its limit.
    GATE = "gate"
    #: Gone, but what an SQS-direct worker made of it waits in the queue of results.
    RESULT = "result"
    #: Received too often: among the dead letters.
    DEAD_LETTERS = "dead letters"
    #: Nowhere.
    NOWHERE = "nowhere"
    #: Nobody can look.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LastPoll:
    """Who asked for tasks last, and when (epoch ms)."""

    worker_id: str
    at: int


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """One queue, or the few queues that serve one task type and domain."""

    depth: Depth
    last_poll: LastPoll | None = None


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """The execution whose end ends a SUB_WORKFLOW task."""

    workflow_id: str
    #: None: there is no such execution.
    header: Header | None
    #: None: it was not looked into; too many or too deep.
    causes: tuple[Cause, ...] | None = None
    #: Records of it that nobody has handled yet.
    records: Sight = Sight.UNKNOWN


@dataclass(frozen=True, slots=True)
class Looked:
    """An open entry that was looked at, and what was found."""

    entry: OpenEntry
    key: TaskKey
    #: taskType on the wire.
    type: str
    #: Its item; None: it is not there.
    task: Task | None
    #: Clocks of it that run, each with its moment (epoch ms).
    clocks: tuple[tuple[Deadline, int], ...] = ()
    carrier: Carrier = Carrier.UNKNOWN
    #: The timer of its own that a lease shorter than a minute has.
    own_timer: Sight = Sight.UNKNOWN
    #: Its work is done; somebody outside completes it (asyncComplete).
    is_handed_over: bool = False
    child: ChildFacts | None = None
    #: PULL_WORKFLOW_MESSAGES: a message is there that it has not been given.
    has_message: bool = False

    @property
    def name(self) -> str:
        """Reference name, as clients know it where the item is there."""
        return self.key.ref if self.task is None else self.task.wire_ref


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the rule looks at; moments in epoch ms."""

    now: int
    header: Header
    looked: tuple[Looked, ...] = ()
    #: Open entries that were not looked at, by task type.
    others: Mapping[str, int] = field(default_factory=dict)
    #: A test feeds its tasks: no message hands them out.
    is_mocked: bool = False
    #: When the workflow's own timeout ends it; 0 when nothing does.
    deadline: int = 0
    #: Records of it that nobody has handled yet.
    records: Sight = Sight.UNKNOWN
    #: What carries ``header.timer``.
    timer: Sight = Sight.UNKNOWN
    #: The message that waits at the gate for the slot of this execution.
    gate: Sight = Sight.UNKNOWN
    #: By ``[domain:]taskType``.
    queues: Mapping[str, QueueFacts] = field(default_factory=dict)
    system_queue: Depth = field(default_factory=Depth)
    #: Results of SQS-direct workers, and messages that were received too often; of all executions.
    results: Depth = field(default_factory=Depth)
    dead_letters: Depth = field(default_factory=Depth)
    #: By the key of the limit: its slots, and what waits at its gate.
    slots: Mapping[str, Slots] = field(default_factory=dict)
    gates: Mapping[str, Depth] = field(default_factory=dict)
    #: Why nothing about it can be decided: its definition is gone, for instance. Empty: nothing is wrong.
    defect: str = ""
