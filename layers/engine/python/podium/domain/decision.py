"""What a decision sees and what it yields, as values.

``decide`` and the operations are pure: a :class:`State` and a :class:`Context` in, a
:class:`Decision` out, or :class:`Missing` when something named only at run time is needed first.
The caller loads it and decides again. Effects are not listed: they follow from the header that the
decision commits, so that anyone who sees that header can carry them out again (protocol.md 3, 4).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from podium.domain.execution import Given, Header, Kind, StartRecord, Task
from podium.domain.sizes import DEFAULT_LIMITS, PayloadLimits

if TYPE_CHECKING:
    from podium.domain.caching import CachedResult
    from podium.domain.definitions import TaskDef, WorkflowDef
    from podium.domain.engines import Engines
    from podium.domain.json import JsonMap
    from podium.domain.workflow_messages import Inbox


@dataclass(frozen=True, slots=True)
class NeedLatest:
    """The latest item under a ref with a seq below ``before``, skipping void and open ones."""

    ref: str
    before: int


@dataclass(frozen=True, slots=True)
class NeedTask:
    """The item of one task."""

    ref: str
    seq: int


@dataclass(frozen=True, slots=True)
class NeedHistory:
    """All ended items under a ref (a loop's output read by an expression)."""

    ref: str


@dataclass(frozen=True, slots=True)
class NeedFamily:
    """All ended items under the refs that begin with ``family`` (results of a FOR_EACH, scopes.py)."""

    family: str


@dataclass(frozen=True, slots=True)
class NeedGiven:
    """The input that an operator gave to the task with this number."""

    seq: int


@dataclass(frozen=True, slots=True)
class NeedAll:
    """All ended items of the workflow (an expression over the whole root, a default output)."""


@dataclass(frozen=True, slots=True)
class NeedWorkflowDef:
    """A registered workflow definition; version None means the highest."""

    name: str
    version: int | None


@dataclass(frozen=True, slots=True)
class NeedTaskDef:
    """A registered task definition."""

    name: str


@dataclass(frozen=True, slots=True)
class NeedEnvironment:
    """A variable of the environment store."""

    name: str


@dataclass(frozen=True, slots=True)
class NeedPollers:
    """In which domains a task type is polled, and when it was last."""

    task_type: str


@dataclass(frozen=True, slots=True)
class NeedCached:
    """What is kept of an earlier run under the digest of a key (caching.py)."""

    key: str


@dataclass(frozen=True, slots=True)
class NeedMessages:
    """Messages to one run of the execution, those numbered above ``after``: the first ``count`` of
    them, or fewer of ``weight`` together.
    """

    generation: int
    after: int
    count: int
    weight: int


Need = (
    NeedLatest
    | NeedTask
    | NeedHistory
    | NeedFamily
    | NeedGiven
    | NeedAll
    | NeedWorkflowDef
    | NeedTaskDef
    | NeedEnvironment
    | NeedPollers
    | NeedCached
    | NeedMessages
)


class MissingError(Exception):
    """Raised deep inside a decision to say what has to be loaded; never leaves ``domain``."""

    def __init__(self, *needs: Need) -> None:
        """Collect what is needed."""
        super().__init__(needs)
        self.needs = frozenset(needs)


@dataclass(frozen=True, slots=True)
class Missing:
    """The decision cannot be made before these are loaded; nothing was decided."""

    needs: frozenset[Need]


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision needs from outside: time, engines, jitter, definitions loaded so far."""

    now: int
    engines: Engines
    #: Fraction in [0, 1) for a seed text; the same seed, the same fraction, so that a repeated
    #: creation of a retry has the same delay.
    jitter: Callable[[str], float]
    #: None as value: looked up and not there.
    workflow_defs: Mapping[tuple[str, int | None], WorkflowDef | None] = field(default_factory=dict)
    task_defs: Mapping[str, TaskDef | None] = field(default_factory=dict)
    cached: Mapping[str, CachedResult | None] = field(default_factory=dict)
    #: By task type: domains, and the moment of the last poll in each (epoch ms).
    pollers: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    #: At most this many tasks may start and end within one decision; a DynamoDB transaction holds 100.
    max_ended: int = 80
    #: The queue of messages as far as it was read; None: not at all.
    inbox: Inbox | None = None
    payload_limits: PayloadLimits = DEFAULT_LIMITS


@dataclass(frozen=True, slots=True)
class Decision:
    """The next header and what is committed or created with it.

    ``header.version`` is the state's plus one. ``created`` holds the content of exactly the entries
    that ``header.open`` has and the state's did not, but for DUE entries and those of tasks in
    ``ended``. ``ended`` holds tasks that ended within the decision, new ones and open FLOW ones
    alike, and FOR_EACH tasks that began in it, whose items are fixed from then on; they are put in
    the same transaction as the header. ``variables`` and ``output`` are new snapshots, or None.
    """

    header: Header
    created: tuple[Task, ...] = ()
    ended: tuple[Task, ...] = ()
    variables: JsonMap | None = None
    output: JsonMap | None = None
    #: What takes the place of the start record (rerun with another input).
    start: StartRecord | None = None
    given: Given | None = None
    #: Open tasks of workers and the like that ``ended`` ends, as they were read: a hand-out or a report
    #: since then is in nothing that is written here, so it makes the commit a lost race.
    found: tuple[Task, ...] = ()
    #: The header that this one replaces; None when the decision does not say.
    previous: Header | None = None

    @property
    def needs_handler(self) -> bool:
        """Something follows from the commit, so its stream record has to reach the decider.

        True when entries were added, are due or are to be closed, when status, hold, void ranges or
        generation changed, while a terminal header is not closed, once it is removed, and when there
        is nothing to compare with
        (protocol.md 2 ``x``, 4).
        """
        old, new = self.previous, self.header
        if old is None or new.removed or (new.status.is_terminal and not new.closed):
            return True
        if (new.status, new.hold, new.gone, new.generation, new.waits) != (
            old.status,
            old.hold,
            old.gone,
            old.generation,
            old.waits,
        ):
            return True
        known = {(entry.seq, entry.inc, entry.generation, entry.closing) for entry in old.open}
        return any(
            entry.kind is Kind.DUE
            or (entry.seq, entry.inc, entry.generation, entry.closing) not in known
            for entry in new.open
        )

    @property
    def is_transaction(self) -> bool:
        """More than the header has to be written atomically."""
        beside = (self.variables, self.output, self.start, self.given)
        return bool(self.ended) or any(each is not None for each in beside)


@dataclass(frozen=True, slots=True)
class ExecutionView:
    """A whole execution as read for a client: everything the REST model Workflow shows."""

    header: Header
    start: StartRecord
    definition: WorkflowDef
    variables: JsonMap
    output: JsonMap
    tasks: tuple[Task, ...]
