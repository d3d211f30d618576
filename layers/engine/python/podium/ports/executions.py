"""Port of the executions table: headers, tasks and their payloads (protocol.md 2, 3).

Each method makes exactly one AWS call unless its docstring lists more; a crash can be put between
any two. A payload above the threshold is written to the payload store first, by the adapter: one
more call before the listed ones, or one more read after. Conditions are the adapter's duty,
decisions never are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from podium.domain.caching import CachedResult
from podium.domain.decision import Decision
from podium.domain.execution import Header, Parent, StartRecord, Task, TaskEnd
from podium.domain.idempotency import KeyClaim
from podium.domain.ids import TaskKey
from podium.domain.json import JsonMap


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a conditional update of a task did.

    ``applied``: the condition held and ``task`` is the item after it. Otherwise ``task`` is the item
    that refused it, or None when there is no item.
    """

    applied: bool
    task: Task | None


@dataclass(frozen=True, slots=True)
class Everything:
    """All items of one execution, as one read found them."""

    header: Header
    start: StartRecord
    variables: JsonMap | None
    output: JsonMap | None
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """An execution without its tasks and variables."""

    header: Header
    #: Without an input that is too large for an item.
    start: StartRecord
    #: Empty, too, when it is too large for an item.
    output: JsonMap
    #: Paths of what was left out.
    input_path: str = ""
    output_path: str = ""


@dataclass(frozen=True, slots=True)
class Archived:
    """The archived copy of an execution."""

    everything: Everything
    #: The definition as the execution kept it.
    definition: JsonMap
    #: As the store wrote it; for ``restore``.
    items: Sequence[Mapping[str, str | int]]


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a task's execution log (models.md 3.5)."""

    log: str
    task_id: str
    created_at: int


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A far timer found by the sweep."""

    workflow_id: str
    at: int


class ExecutionStore(Protocol):
    """Reads and conditional writes of execution items."""

    # --- headers -------------------------------------------------------------------------------

    def read_header(self, workflow_id: str, *, consistent: bool = True) -> Header | None:
        """GetItem of H; None, too, when the execution was removed."""
        ...

    def put_start(self, workflow_id: str, start: StartRecord, variables: JsonMap | None) -> None:
        """PutItem of I (input and start facts), before H exists; ``variables`` only if they are
        not the definition's own (none today; kept for idempotent repeats). One that is there stays:
        a start that is repeated late finds the input of a rerun. So does what is left of an
        execution that was removed, until its H is gone: a GetItem, and a second PutItem.
        """
        ...

    def create(self, decision: Decision, claim: KeyClaim | None = None) -> bool:
        """First write of H, ``attribute_not_exists(pk)``, with x=1; False when H exists already.

        PutItem, or one TransactWriteItems when ``decision.is_transaction`` or with a ``claim``:
        K is put in it, iff there is none or it still names ``claim.instead_of``, whose H has to be
        missing or terminal. False when any of this does not hold, and with a ``claim`` also while
        another transaction is at one of the items. Raises LostRaceError for that without one.
        """
        ...

    def key_holder(self, name: str, key: str) -> str | None:
        """GetItem of K: id of the execution that has this idempotency key; its H may be gone."""
        ...

    def date_key(self, header: Header) -> None:
        """K expires when this H does, and not at all while it runs: GetItem of I, then
        ``UpdateItem K SET ttl IF wf = :this``. No call where nothing expires.
        """
        ...

    def commit(self, decision: Decision) -> bool:
        """H to ``decision.header`` iff its stored version is one lower; False when the race is lost.

        PutItem, or one TransactWriteItems with the ended tasks, variables and output when
        ``decision.is_transaction``. Ended tasks are put without x, each
        ``IF attribute_not_exists(pk) OR inc < :inc OR (inc = :inc AND st IN (O))``: a task that
        was ended by somebody else in the meantime cancels the transaction, which then counts as a
        lost race (TransactionConflict and a lost answer too). So does one of ``decision.found`` that
        has another ``st``, ``ep`` or ``ua`` by now. x=1 iff ``decision.needs_handler``.
        """
        ...

    def close(self, workflow_id: str, version: int) -> bool:
        """``SET fin=1, v=v+1 REMOVE x IF v=:version``; False when the version has moved on (11c).

        Raises LostRaceError when a transaction is at the header right now: it may come to nothing,
        and then the version is what it was, so whoever closes has to come again.
        """
        ...

    def put_terminated_stub(self, header: Header) -> bool:
        """PutItem of a TERMINATED, closed H where no H exists: fences a launch under way (16)."""
        ...

    def due_timers(self, until: int) -> Sequence[DueTimer]:
        """Far timers with ``at <= until``: one Query of the ``due`` index per bucket and page."""
        ...

    def put_waiter(self, workflow_id: str, waiter: Parent) -> None:
        """PutItem: ``waiter``, a task of another workflow, waits for the end of this one."""
        ...

    def read_waiters(self, workflow_id: str) -> Sequence[Parent]:
        """Everybody but the parent who ever waited for its end; one consistent Query per page."""
        ...

    # --- tasks ---------------------------------------------------------------------------------

    def put_task(self, workflow_id: str, task: Task) -> bool:
        """Create: PutItem ``IF attribute_not_exists(pk) OR inc < :inc``; x=1 iff it is terminal."""
        ...

    def read_task(self, key: TaskKey, *, consistent: bool = True) -> Task | None:
        """GetItem of T."""
        ...

    def read_latest(
        self, workflow_id: str, ref: str, before: int, skip: frozenset[int]
    ) -> Task | None:
        """Last item under ``ref`` with seq < ``before`` and not in ``skip``; consistent reverse Query,
        page by page, stopping at the first hit.
        """
        ...

    def read_family(self, workflow_id: str, family: str) -> Sequence[Task]:
        """Query, every page: all items under the refs that begin with ``family`` (scopes.py), by seq."""
        ...

    def read_history(self, workflow_id: str, ref: str) -> Sequence[Task]:
        """All items under ``ref`` by seq; one consistent Query per page."""
        ...

    def read_tasks(self, workflow_id: str) -> Sequence[Task]:
        """All task items by seq; one consistent Query per page."""
        ...

    def claim(
        self,
        key: TaskKey,
        inc: int,
        epoch: int,
        worker_id: str,
        now: int,
        *,
        even_held: bool = False,
        largest_input: int | None = None,
    ) -> Outcome:
        """Hand-out (protocol.md 3, Claim): st=IN_PROGRESS, ep+1, lease end, REMOVE x, iff SCHEDULED at
        this inc and epoch and not held (``even_held``: a worker had it before the pause). Sets startTime
        if unset, updateTime, workerId; callbackAfter 0.

        An input of more than ``largest_input`` bytes is not fetched: the task has its path.
        """
        ...

    def end(
        self,
        key: TaskKey,
        end: TaskEnd,
        *,
        inc: int | None = None,
        epoch: int | None = None,
        lease_before: int | None = None,
        child: tuple[str, int] | None = None,
        checked: bool = False,
    ) -> Outcome:
        """End (protocol.md 3): terminal status, output, x=1, iff open and every given guard holds.

        ``lease_before``: only if IN_PROGRESS with a lease end <= this moment. ``child``: only if
        the task waits for this child id at this generation. ``end.output`` None keeps the output.
        An unmasked end (``end.is_unmasked``) is refused by a task that was handed secrets; for a
        large output that costs a GetItem before. So are unmasked updates below.
        COMPLETED is refused where the output has to be ``checked`` against a schema before.
        """
        ...

    def requeue(self, key: TaskKey, update: TaskEnd, inc: int, epoch: int) -> Outcome:
        """Worker reported IN_PROGRESS: SCHEDULED again with its output and callbackAfter, iff open
        at this inc and epoch. The message is sent before (21c).
        """
        ...

    def give_back(self, key: TaskKey, task: Task) -> Outcome:
        """Undo a claim that could not be handed out: SCHEDULED again, without worker, and without a
        startTime when this claim set it, iff IN_PROGRESS at the incarnation and epoch of ``task``, the item
        after the claim. The message is sent before (21c).
        """
        ...

    def update_open(self, key: TaskKey, update: TaskEnd, *, inc: int | None = None) -> Outcome:
        """IN_PROGRESS reported for a system task: output and reason change, the status becomes
        IN_PROGRESS, iff open. No x: nothing follows from it.
        """
        ...

    def extend_lease(
        self, key: TaskKey, now: int, *, inc: int | None = None, epoch: int | None = None
    ) -> Outcome:
        """``updateTime`` and lease end move to ``now`` (+ lease), iff IN_PROGRESS, of this inc and
        hand-out if they are given; nothing else.
        """
        ...

    def set_lease(self, key: TaskKey, inc: int, epoch: int, until: int) -> Outcome:
        """Lease end only, iff IN_PROGRESS at this inc and epoch (a message about to expire)."""
        ...

    def hold(self, workflow_id: str, task: Task, hold: int) -> Outcome:
        """Pause (protocol.md 5): upsert with content ``task``, held=1, hc, iff missing, of lower inc, or open at
        this inc with a lower hc. UpdateItem; where the item is missing or of lower inc, PutItem.
        """
        ...

    def unhold(self, key: TaskKey, inc: int, hold: int) -> Outcome:
        """Resume: held=0, hc, iff open at this inc with a lower hc."""
        ...

    def cancel(self, workflow_id: str, task: Task, now: int, *, folds: bool = False) -> Outcome:
        """Close (protocol.md 6): upsert with content ``task``, st=CANCELED, iff missing, of lower inc, or
        open at this inc (8), or ended for an earlier generation of the child than ``task`` waits for:
        a raise under way is fenced. UpdateItem; where the item is missing or of lower inc, PutItem.
        x=1 iff the workflow goes on and ``folds`` the end; no x when it has ended.
        """
        ...

    def raise_child(self, key: TaskKey, child: tuple[str, int], now: int) -> Outcome:
        """Revive (protocol.md 7): IN_PROGRESS, waiting for this child at this generation, no x, iff
        the task holds this child at a lower generation; whether it has ended or not.
        """
        ...

    def reset_callback(self, key: TaskKey, task: Task) -> Outcome:
        """callbackAfter 0 and the start delay of ``task``, iff SCHEDULED at its inc and epoch. The
        message is sent before.
        """
        ...

    def read_keys(self, workflow_id: str) -> Sequence[TaskKey]:
        """Keys of all task items that are not stripped; one consistent Query per page."""
        ...

    def strip(self, key: TaskKey, now: int) -> None:
        """A void task loses its content and can never be put again: ``inc`` becomes the highest
        there is, the item goes a day later (9). Iff it is there.
        """
        ...

    # --- payloads around a workflow ----------------------------------------------------------------

    def read_start(self, workflow_id: str) -> StartRecord | None:
        """GetItem of I."""
        ...

    def read_given(self, workflow_id: str, seq: int) -> JsonMap:
        """GetItem of N#<seq>: the input that an operator gave to a task; empty when there is none."""
        ...

    def read_variables(self, workflow_id: str, version: int) -> JsonMap | None:
        """GetItem of V#<version>."""
        ...

    def read_output(self, workflow_id: str) -> JsonMap | None:
        """GetItem of O."""
        ...

    def read_everything(
        self, workflow_id: str, *, large_payloads: bool = True
    ) -> Everything | None:
        """One consistent Query of the partition per page: H, I, V, O and all T.

        Of payloads of tasks that are too many to be held at once, tasks have the paths only; without
        ``large_payloads`` of all that are not in their items.
        """
        ...

    def read_headers(self, workflow_ids: Sequence[str]) -> dict[str, Header]:
        """BatchGetItem of H, consistent, a hundred at a time: those that are there, by id."""
        ...

    def read_outlines(self, workflow_ids: Sequence[str]) -> dict[str, Outline]:
        """BatchGetItem of H, I and O, consistent, 33 executions at a time: those that are there, by id."""
        ...

    # --- archive and removal ---------------------------------------------------------------------

    def archive(self, header: Header) -> bool:
        """Write the execution as it is at this version to the payload store, then say where it is:
        one Query per page, GetItem of D, PutObject, PutItem. False when the version has moved on, or
        has a copy already, or was dropped.
        """
        ...

    def read_archive(self, workflow_id: str) -> Archived | None:
        """The latest archived copy: GetItem, GetObject. None where it is being dropped, too."""
        ...

    def restore(self, archived: Archived) -> bool:
        """Write a removed execution back, its header last: GetItem of H, a TransactWriteItems for up
        to fifty items, PutItem.

        Nothing is written once somebody else has restored it: False then, and when it is there.
        """
        ...

    def drop_archive(self, workflow_id: str) -> bool:
        """Forget the archived copies, and those that somebody is writing: two GetItem, the objects, then
        PutItem or DeleteItem. False when there is none.
        """
        ...

    def remove_rest(self, workflow_id: str) -> None:
        """All but the header of a removed execution: one Query per page, then a TransactWriteItems for
        up to fifty items. To a task it does what ``strip`` does, so that a late put cannot bring it
        back; of other items it leaves the key, which goes a day later. Last, its large payloads.
        Nothing for an execution that is there, or is being restored.
        """
        ...

    # --- definition snapshots --------------------------------------------------------------------

    def put_payload(self, workflow_id: str, value: JsonMap) -> str:
        """PutObject of a payload, whatever its size; gives its path. The same value, the same path."""
        ...

    def put_snapshot(self, digest: str, definition: JsonMap) -> None:
        """PutItem of D#<digest>, content-addressed, shared by executions; a repeat changes nothing."""
        ...

    def read_snapshot(self, digest: str) -> JsonMap | None:
        """GetItem of D#<digest>."""
        ...

    # --- cached results --------------------------------------------------------------------------

    def cached_result(self, key: str) -> CachedResult | None:
        """GetItem of C#<key>, eventually consistent; it may be older than anybody wants."""
        ...

    def keep_result(self, key: str, result: CachedResult, ttl: int) -> None:
        """PutItem of C#<key> for ``ttl`` seconds, iff it is newer than the one that is there."""
        ...

    # --- logs ------------------------------------------------------------------------------------

    def append_logs(self, lines: Sequence[LogLine]) -> None:
        """One PutItem per call, holding all lines; works for any task id, known or not."""
        ...

    def read_logs(self, task_id: str) -> Sequence[LogLine]:
        """Lines of one task, oldest first; one Query per page."""
        ...
