"""An execution as values: header, open entries, tasks, start record.

The header is the fold, a task item is a mailbox (protocol.md 1). ``open`` holds one entry for each
task that was created and whose end has not been consumed; it is frontier and outbox in one.
All times are epoch milliseconds, 0 when unset; all values are immutable.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from podium.domain.ids import TaskKey
from podium.domain.scopes import reference_name
from podium.domain.status import TaskStatus, WorkflowStatus

if TYPE_CHECKING:
    from podium.domain.json import JsonMap
    from podium.domain.limits import Limit


class Kind(StrEnum):
    """Who ends a task, and therefore how its creation is carried out (protocol.md 3, Create)."""

    #: A message in the queue of its task type hands it to a worker.
    WORKER = "w"
    #: A message in the system-task queue runs it in our own function (HTTP).
    SYSTEM = "s"
    #: An item only: ended through the API, by a signal or by its timer (WAIT, HUMAN).
    OUTSIDE = "o"
    #: An item only: ended by decide itself (JOIN, EXCLUSIVE_JOIN, loops, TRY_CATCH).
    FLOW = "f"
    #: A child workflow, whose end ends the task (SUB_WORKFLOW).
    CHILD = "c"
    #: Starts an independent workflow and is then done (START_WORKFLOW).
    LAUNCH = "l"
    #: An item only: ended by decide with messages from the execution's queue (PULL_WORKFLOW_MESSAGES).
    PULL = "p"
    #: No item yet: a decision was cut here, creating it is the next decision (protocol.md 3, (23)).
    DUE = "d"


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """A task that was created and whose end is not consumed yet.

    ``node`` is the address of its WorkflowTask (graph.py): ``"7"`` for the eighth task of the
    definition in pre-order, ``"4/12:3"`` for the node 3 of the branches forked dynamically by the
    task with seq 12, whose own node is ``"4"``. ``ref`` is set for dynamic nodes only; a static
    node's ref is looked up in the graph.
    """

    seq: int
    node: str
    kind: Kind
    attempt: int = 0
    inc: int = 0
    #: Iterations of the enclosing loops, outermost first; empty outside loops.
    iteration: tuple[int, ...] = ()
    #: DO_WHILE: the iteration it is in; FOR_EACH: how many items it has begun.
    loop: int = 0
    #: CHILD only: run generation of the child that this entry waits for (protocol.md 7).
    generation: int = 0
    ref: str = ""
    #: FLOW only: when it was opened; its end is written without reading its item.
    opened_at: int = 0
    #: An operator asked for this attempt: it does not wait, and its clocks begin anew.
    by_hand: bool = False
    #: What follows the task exists already: its good end opens nothing.
    detached: bool = False
    #: An operator gave its input (``Given``), which takes the place of the evaluated one.
    given: bool = False
    #: The flow goes on without the task: whoever sees the header cancels it, and its end, whichever
    #: it is, leads to nothing (protocol.md 6, Close in part).
    closing: bool = False
    #: TRY_CATCH: the part it is in, 1 try, 2 catch, 3 finally.
    part: int = 0
    #: TRY_CATCH: the task whose failure it handles; 0 while there is none.
    error_seq: int = 0
    error_ref: str = ""
    #: FOR_EACH: failures passed over; TRY_CATCH: 1 when it will fail once it has come to its end.
    failed: int = 0

    def is_ahead_of(self, item: Task) -> bool:
        """``item`` is still that of an earlier incarnation, or of an earlier run of the child: the put, or
        the raise, behind the commit that took the task up again is under way (protocol.md 11, (22), (32)).
        """
        if item.inc != self.inc:
            return item.inc < self.inc
        return self.kind is Kind.CHILD and item.child_generation < self.generation


@dataclass(frozen=True, slots=True)
class Parent:
    """The task of another workflow that waits for this one."""

    workflow_id: str
    ref: str
    seq: int
    inc: int

    @property
    def key(self) -> TaskKey:
        """Key of the waiting task."""
        return TaskKey(self.workflow_id, self.ref, self.seq)


@dataclass(frozen=True, slots=True)
class Header:
    """The commit point of an execution: written by compare-and-set on ``version`` only."""

    workflow_id: str
    #: Hash of the definition snapshot (``D#<hash>``).
    definition: str
    #: Name and number of the definition, for messages and listings.
    name: str
    name_version: int
    version: int = 0
    status: WorkflowStatus = WorkflowStatus.RUNNING
    #: Terminal and everything it owned is ended (protocol.md 6, ``fin``).
    closed: bool = False
    #: Highest sequence number ever given out in the life of this id.
    last_seq: int = 0
    open: tuple[OpenEntry, ...] = ()
    #: Ranges (first, last) of sequence numbers that restart or rerun made void.
    gone: tuple[tuple[int, int], ...] = ()
    #: Counts pauses and resumes; odd while PAUSED (protocol.md 5).
    hold: int = 0
    #: Version of the variables snapshot; 0 means "as the definition says".
    variables_version: int = 0
    #: Moment of the armed timer; no later than any deadline that can occur. 0 when none is armed.
    timer: int = 0
    #: True while ``timer`` is carried by the ``due`` index rather than by a delay message.
    timer_is_far: bool = False
    #: Sequence numbers of permissive tasks that ended badly, latest attempt each.
    failed_permissive: tuple[int, ...] = ()
    #: Run generation: grows when an ended execution is revived.
    generation: int = 0
    #: Times that a folded end was taken back while the execution ran: its child runs again.
    recalls: int = 0
    parent: Parent | None = None
    created_at: int = 0
    #: Set by retry and resume; restarts the clock of the workflow timeout.
    last_retried_at: int = 0
    #: Set by rerun, which restarts that clock, too, and shows no lastRetriedTime.
    rerun_at: int = 0
    #: Time of the commit; the "now" of every task content derived from this header.
    committed_at: int = 0
    ended_at: int = 0
    reason: str = ""
    #: The task that ended the workflow, 0 when none did.
    failed_seq: int = 0
    #: Version of the output item; 0 when there is none.
    output_version: int = 0
    #: The limit on executions that this one counts for; None when there is none (engine.md 11.3).
    limit: Limit | None = None
    #: It has no slot yet: nothing is decided before it has.
    waits: bool = False
    #: Number of the last message that was pulled in this run (workflow_messages.py).
    pulled: int = 0
    #: It was started with an idempotency key, which lives as long as it does.
    keyed: bool = False
    #: An operator removed it: nothing but this header is left, and that for a day only.
    removed: bool = False
    #: Tasks that an operator skipped before they were created: seq and node, which is stepped over.
    skipped: tuple[tuple[int, str], ...] = ()
    #: Tasks of other workflows than the parent wait for its end.
    awaited: bool = False
    #: Listeners hear of its status (domain/listening.py).
    listened: bool = False
    #: Listeners hear of the status of its tasks, as far as their definitions allow.
    tasks_listened: bool = False

    def entry(self, seq: int) -> OpenEntry | None:
        """The open entry with this number, if any."""
        return next((entry for entry in self.open if entry.seq == seq), None)

    def is_gone(self, seq: int) -> bool:
        """True when restart or rerun made this number void."""
        return any(first <= seq <= last for first, last in self.gone)

    def place(self, seq: int) -> int:
        """The ``seq`` that clients see: numbers made void are used again there (engine.md 15.3).

        Those of skipped tasks are, too; they themselves show 0 (engine.md 15.6).
        """
        if any(seq == number for number, _ in self.skipped):
            return 0
        before = sum(number < seq for number, _ in self.skipped)
        return seq - before - sum(last + 1 - first for first, last in self.gone if last < seq)

    @property
    def has_places(self) -> bool:
        """Clients see other numbers than those of the tasks."""
        return bool(self.gone or self.skipped)

    def steps_over(self, address: str) -> bool:
        """An operator skipped the task at this node."""
        return any(address == node for _, node in self.skipped)

    def has_folded(self, seq: int) -> bool:
        """The end of ``seq`` has been consumed by this header or an earlier one."""
        return seq <= self.last_seq and self.entry(seq) is None


@dataclass(frozen=True, slots=True)
class StartRecord:
    """What a start request fixed for the whole life of the execution; never rewritten in a run."""

    input: JsonMap = field(default_factory=dict)
    correlation_id: str | None = None
    priority: int = 0
    task_to_domain: JsonMap = field(default_factory=dict)
    created_by: str | None = None
    event: str | None = None
    external_input_path: str | None = None
    idempotency_key: str | None = None
    #: Names of secrets that whoever started it handed down: references to them in its input count.
    secrets: tuple[str, ...] = ()
    #: A test feeds its tasks: nobody is handed them, and no cache keeps what they give (domain/mocks.py).
    mocked: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """The input that an operator gave to a task (engine.md 15.5)."""

    seq: int
    input: JsonMap


@dataclass(frozen=True, slots=True)
class Task:
    """One attempt of a task in one iteration; the item T of protocol.md 2."""

    #: Reference name; inside FOR_EACH with the numbers of the items (scopes.py).
    ref: str
    seq: int
    node: str
    #: taskType on the wire: the type of a system task, the task name of a SIMPLE one (engine.md 1.3).
    type: str
    #: taskDefName on the wire.
    name: str
    kind: Kind
    status: TaskStatus = TaskStatus.SCHEDULED
    #: retryCount: 0 for the first attempt.
    attempt: int = 0
    #: Incarnation: grows when rerun or retry resets the same item in place.
    inc: int = 0
    #: Hand-outs so far (pollCount); a claim raises it.
    epoch: int = 0
    iteration: tuple[int, ...] = ()
    input: JsonMap = field(default_factory=dict)
    output: JsonMap = field(default_factory=dict)
    #: JOIN, loops and TRY_CATCH: keys (ref, seq) or other directions from which a reader builds ``output``;
    #: see ``domain/manifest.py``. None when ``output`` is the output.
    manifest: JsonMap | None = None
    reason: str = ""
    worker_id: str = ""
    domain: str = ""
    scheduled_at: int = 0
    started_at: int = 0
    updated_at: int = 0
    ended_at: int = 0
    first_scheduled_at: int = 0
    #: Seconds before the first hand-out (startDelay, or the delay of a retry).
    start_delay: int = 0
    #: Milliseconds of the same delay, jitter included; what the queue message is delayed by.
    start_delay_ms: int = 0
    #: callbackAfterSeconds.
    callback_after: int = 0
    #: Lease in milliseconds that a claim takes; 0 means no response timeout.
    lease: int = 0
    #: End of the running lease; 0 when none runs.
    lease_until: int = 0
    #: WAIT: the moment it completes by itself.
    wait_until: int = 0
    #: Sequence number of the attempt this one replaces; 0 for a first attempt.
    retried_seq: int = 0
    #: CHILD and LAUNCH: id of the workflow it started, and the run generation awaited.
    child_id: str = ""
    child_generation: int = 0
    external_input_path: str = ""
    external_output_path: str = ""
    #: Names of the secrets that a hand-out puts into the input (secrets.py).
    secrets: tuple[str, ...] = ()
    #: Names that a hand-out looks up for the worker (TaskDef.runtimeMetadata).
    runtime_metadata: tuple[str, ...] = ()
    #: Not to be handed out while the workflow is paused (protocol.md 5).
    held: bool = False
    hold: int = 0
    #: What limits its hand-out; None when nothing does.
    limit: Limit | None = None
    #: Its output has to meet a schema before it may end COMPLETED.
    checks_output: bool = False
    #: Listeners hear of its status.
    listened: bool = False
    #: Digest under which its output is kept; empty: it is not (domain/caching.py).
    cache_key: str = ""
    #: For how many seconds.
    cache_ttl: int = 0

    @property
    def has_to_let_go(self) -> bool:
        """It holds a child workflow, or the slot of a limit, that has to be given up when it ends."""
        return self.kind is Kind.CHILD or (self.limit is not None and self.epoch > 0)

    @property
    def holds_secrets(self) -> bool:
        """A hand-out of it resolves secrets, so what it reports has to be masked."""
        return bool(self.secrets or self.runtime_metadata)

    @property
    def reference_name(self) -> str:
        """taskReferenceName of the definition."""
        return reference_name(self.ref)

    @property
    def wire_ref(self) -> str:
        """referenceTaskName on the wire: with one ``__<n>`` for each enclosing loop."""
        return self.reference_name + "".join(f"__{number}" for number in self.iteration)


@dataclass(frozen=True, slots=True)
class TaskEnd:
    """How a task ended, or what an update changes: the content of one conditional update."""

    status: TaskStatus
    at: int
    output: JsonMap | None = None
    reason: str = ""
    worker_id: str = ""
    external_output_path: str = ""
    callback_after: int = 0
    child_id: str = ""
    #: Reported from outside and not searched for secrets yet: refused by a task that was handed any.
    is_unmasked: bool = False
    #: When a mocked task is to have been scheduled and handed out; 0: when it was.
    scheduled_at: int = 0
    started_at: int = 0
