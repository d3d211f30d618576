"""Pending causes of progress: a frozen dataclass for each kind. All moments are epoch milliseconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from podium.domain.queues import Depth

if TYPE_CHECKING:
    from podium.domain.limits import Holder
    from podium.domain.status import WorkflowStatus
    from podium.domain.timeouts import Deadline


class Lack(StrEnum):
    """What is still to be done, or what is missing; the name of a repair."""

    DECISION = "DECISION"
    CREATION = "CREATION"
    CANCELLATION = "CANCELLATION"
    FOLD = "FOLD"
    HAND_OUT = "HAND_OUT"
    MESSAGE = "MESSAGE"
    TIMER = "TIMER"
    LAUNCH = "LAUNCH"
    CHILD_END = "CHILD_END"
    DELIVERY = "DELIVERY"
    GATE = "GATE"
    #: Of an execution that has ended, and is not closed, or is still found as RUNNING.
    ENDING = "ENDING"
    #: Of an execution that runs, and that no search finds.
    ROW = "ROW"
    #: Operators that wait for each other alone.
    OPEN_TASK = "OPEN_TASK"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task that a cause is one for."""

    task_id: str
    ref: str
    #: Since when it waits so.
    since: int
    #: What is due then; 0: no moment belongs to it.
    at: int = 0
    #: Who has it.
    worker_id: str = ""


@dataclass(frozen=True, slots=True)
class WorkerQueue:
    """A worker has to take it from its queue."""

    queue: str
    task_type: str
    domain: str
    depth: Depth
    last_poll_at: int = 0
    last_poll_worker: str = ""
    tasks: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True)
class WithWorker:
    """A worker has it, and has to report it."""

    task_type: str
    tasks: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True)
class SystemQueue:
    """The function for system tasks has to take it from its queue."""

    depth: Depth
    tasks: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True)
class SystemCall:
    """The function for system tasks runs it; its lease ends what it does not."""

    task_type: str
    tasks: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True)
class Timer:
    """A moment has to come."""

    deadline: Deadline
    #: The earliest of those of its tasks.
    at: int
    #: When the execution's timer fires; 0: a message that is delayed until ``at`` carries it.
    fires_at: int = 0
    tasks: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenChild:
    """Another execution has to end."""

    workflow_id: str
    name: str
    status: WorkflowStatus
    #: Its own causes; None: they were not looked for.
    causes: tuple[Cause, ...] | None
    tasks: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskLimit:
    """A slot of a limit on tasks has to become free."""

    key: str
    concurrent: int
    #: Hand-outs in ``window`` (ms), and when the next one is allowed; 0: there is no rate.
    rate: int
    window: int
    next_at: int
    at_gate: bool
    #: What waits at the gate, if there is one.
    depth: Depth
    held: tuple[tuple[Holder, int], ...] = ()
    tasks: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkflowLimit:
    """A slot of the limit on executions has to become free."""

    key: str
    concurrent: int
    #: What waits at the gate, this one included.
    depth: Depth
    since: int
    held: tuple[tuple[Holder, int], ...] = ()


@dataclass(frozen=True, slots=True)
class External:
    """Somebody outside has to complete it."""

    task_type: str
    tasks: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True)
class Messages:
    """A message to the execution has to come."""

    tasks: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What an SQS-direct worker reported has to be taken in."""

    tasks: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True)
class UndeliveredRecord:
    """A stored change is newer than what was decided: its stream record has to be handled."""

    lack: Lack
    since: int
    #: For so long that the stream is behind, or the record was lost.
    is_overdue: bool = False
    tasks: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True)
class Resume:
    """An operator has to resume it."""

    since: int
    #: Why it was paused; empty when somebody did.
    reason: str = ""
    #: Tasks that are not handed out before.
    held: int = 0


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Its message was received too often; the repair function has to end the task."""

    tasks: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True)
class Broken:
    """Nothing can be decided; ``reason`` says why, and an operator has to act."""

    reason: str


@dataclass(frozen=True, slots=True)
class MoreTasks:
    """Open tasks that were not looked at."""

    task_type: str
    count: int


@dataclass(frozen=True, slots=True)
class RepairDue:
    """Nothing is under way where something should be."""

    lack: Lack
    tasks: tuple[Waiting, ...] = field(default=())


Cause = (
    WorkerQueue
    | WithWorker
    | SystemQueue
    | SystemCall
    | Timer
    | OpenChild
    | TaskLimit
    | WorkflowLimit
    | External
    | Messages
    | Result
    | UndeliveredRecord
    | Resume
    | DeadLetter
    | Broken
    | MoreTasks
    | RepairDue
)


@dataclass(frozen=True, slots=True)
class Why:
    """An execution with its causes, as they were at ``now``; none of one that has ended."""

    workflow_id: str
    name: str
    version: int
    status: WorkflowStatus
    now: int
    causes: tuple[Cause, ...] = ()
