"""Advance: the one service around ``decide``. Anyone may call it, any number of times, at any moment.

The DynamoDB stream guarantees that someone does. Each change of a header or a task is handled by
folding ends into the header (decide, compare-and-set) and by carrying out what the committed header
asks for; both are idempotent, so a record delivered twice, late or out of order changes nothing
more (protocol.md 3, 4).
"""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import TYPE_CHECKING

from podium.domain.caching import result_of
from podium.domain.changes import Change, HeaderChange, MessageChange, TaskChange
from podium.domain.decide import decide
from podium.domain.execution import Kind
from podium.domain.ids import TaskKey
from podium.domain.status import WorkflowStatus
from podium.errors import LostRaceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from podium.domain.decision import Decision
    from podium.domain.execution import Header, Task
    from podium.domain.state import State
    from podium.ports.bundle import Ports
    from podium.services.committing import Committing
    from podium.services.deciding import Deciding
    from podium.services.effects import Effects
    from podium.services.states import States

#: Compare-and-sets lost in a row before the caller is told to come again.
MAX_RACES = 25
#: Milliseconds after which a run leaves what follows to the stream; far below any function's timeout.
LONGEST_RUN = 10_000
#: Header versions whose effects this process has carried out, so that their records cost nothing.
KEPT_DONE = 4096


class Advancing:
    """Folds ends, commits decisions and carries out what headers ask for."""

    def __init__(
        self,
        ports: Ports,
        states: States,
        deciding: Deciding,
        committing: Committing,
        effects: Effects,
    ) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._states = states
        self._deciding = deciding
        self._committing = committing
        self._effects = effects
        self._done: OrderedDict[tuple[str, int], None] = OrderedDict()

    def run(self, changes: Iterable[Change], *, limit: int | None = None) -> None:
        """Handle ``changes`` and what follows from them in this process, at most ``limit`` in all.

        What is left undone, also by an error or a crash, is found by the stream's records. So is what
        follows from ``changes`` once this has taken long: scripts may take all the time there is.
        """
        queue = deque(changes)
        given, handled, since = len(queue), 0, self._ports.clock.now()
        while queue and (limit is None or handled < limit):
            if given <= 0 and self._ports.clock.now() - since > LONGEST_RUN:
                return
            waiting = len(queue)
            following = self._handle(queue, queue.popleft())
            given -= waiting - len(queue)
            queue.extend(following)
            handled += 1

    def scan(self, workflow_id: str) -> None:
        """Full look (protocol.md 3, Scan): create what is missing, fold what has ended."""
        state = self._states.fresh(workflow_id)
        if state is None:
            return
        self.run(self._carry_out(HeaderChange(None, state.header), again=True))
        self.run(self._fold_ended(workflow_id))

    def fold(self, workflow_id: str, ends: Sequence[Task], *, seen: int = 0) -> list[Change]:
        """Fold the ended tasks of one execution into its header, in one decision if possible.

        Every consumed end is a commit. An end that the header does not wait for is dropped only on
        a header read after the end was seen (1), or one that shows it folded. ``seen`` is the header
        version the caller has seen: an older cached one is not judged on (1b).
        """
        state, is_fresh = self._states.recent(workflow_id), False
        if state is not None and state.header.version < seen:
            state = None
        for _ in range(MAX_RACES):
            if state is None:
                state, is_fresh = self._states.fresh(workflow_id), True
                if state is None:
                    return []
            relevant = [task for task in ends if _is_awaited(state.header, task)]
            if _may_decide(state.header, relevant):
                outcome = self._decide(state, relevant)
                if isinstance(outcome, list):
                    return list[Change](outcome)
                ends = [*ends, *outcome]
            elif is_fresh or all(_was_folded(state.header, task) for task in ends):
                return []
            state = None
        message = f"workflow {workflow_id} is too busy: {MAX_RACES} commits lost in a row"
        raise LostRaceError(message)

    def _decide(
        self, state: State, relevant: Sequence[Task]
    ) -> list[HeaderChange] | tuple[Task, ...]:
        """The change committed, if any; or, when the race was lost, ends found on the way."""
        decision = self._deciding.settle(
            lambda context: decide(state, relevant, context),
            header=state.header,
            memory=state.memory,
        )
        if decision is None:
            return []
        change = self._committing.commit(state, decision)
        if change is None:
            return self._ended_elsewhere(state, decision)
        for task in relevant:
            state.memory.remember(task)
        return [change]

    def _ended_elsewhere(self, state: State, decision: Decision) -> tuple[Task, ...]:
        """Open JOINs and loops that ``decision`` wanted to end and somebody else has ended."""
        wanted = [task for task in decision.ended if state.header.entry(task.seq) is not None]
        keys = [TaskKey(state.header.workflow_id, task.ref, task.seq) for task in wanted]
        found = [self._ports.executions.read_task(key) for key in keys]
        return tuple(task for task in found if task is not None and task.status.is_terminal)

    def _ended(self, state: State) -> list[Task]:
        keys = [
            TaskKey(state.header.workflow_id, state.graph.ref(entry), entry.seq)
            for entry in state.header.open
            if entry.kind is not Kind.DUE
        ]
        found = [self._ports.executions.read_task(key) for key in keys]
        return [task for task in found if task is not None and task.status.is_terminal]

    def _handle(self, queue: deque[Change], change: Change) -> list[Change]:
        match change:
            case HeaderChange():
                return self._carry_out(change)
            case MessageChange():
                return self._handle_messages(queue, change)
            case TaskChange():
                return self._handle_ends(queue, change)

    def _handle_messages(self, queue: deque[Change], change: MessageChange) -> list[Change]:
        """One look for all messages in a row."""
        last = change
        while queue and isinstance(queue[0], MessageChange):
            if queue[0].workflow_id != change.workflow_id:
                break
            following = queue.popleft()
            if isinstance(following, MessageChange):
                last = max(last, following, key=lambda each: each.place)
        return list(self._effects.delivering.deliver_at(last))

    def _handle_ends(self, queue: deque[Change], change: TaskChange) -> list[Change]:
        ends = [change.new]
        while queue and isinstance(queue[0], TaskChange):
            if queue[0].workflow_id != change.workflow_id:
                break
            following = queue.popleft()
            if isinstance(following, TaskChange):
                ends.append(following.new)
        for task in ends:
            self._keep_result(task)
        ended_children = [
            child
            for task in ends
            for child in self._effects.closing.let_go(change.workflow_id, task)
        ]
        return [*self.fold(change.workflow_id, ends), *ended_children]

    def _keep_result(self, task: Task) -> None:
        """Keep the output for the next run with this key; repeated by the record, which changes nothing."""
        result = result_of(task)
        if result is not None:
            self._ports.executions.keep_result(task.cache_key, result, task.cache_ttl)

    def _carry_out(self, change: HeaderChange, *, again: bool = False) -> list[Change]:
        """Do what a committed header asks for, then tell the index of searches, even where that fails.

        Last, so that an index which takes no more writes holds up no execution.
        """
        try:
            following = self._do_effects(change, again=again)
        except Exception:
            self._effects.indexing.carry_out(change)
            raise
        self._effects.indexing.carry_out(change)
        return following

    def _do_effects(self, change: HeaderChange, *, again: bool) -> list[Change]:
        """All but what is searched; skipped when this process did it, unless ``again``."""
        header = change.new
        mark = (header.workflow_id, header.version)
        if mark in self._done and not again:
            return []
        following: list[Change] = []
        if header.keyed and _has_ended_or_revived(change):
            self._ports.executions.date_key(header)
        following += self._effects.carry_out(change)
        if not header.status.is_terminal:
            if _first_or_due(header):
                following += self.fold(header.workflow_id, (), seen=header.version)
            if change.old is not None and _runs_again(change.old, header):
                following += self._fold_ended(header.workflow_id)
        if self._effects.are_done(change):
            self._done[mark] = None
        while len(self._done) > KEPT_DONE:
            self._done.popitem(last=False)
        return following

    def _fold_ended(self, workflow_id: str) -> list[Change]:
        """Fold whatever ended while nobody folded, until a fresh read shows none (14).

        The commits are made here and now: the records of those ends have been dropped already.
        """
        following: list[Change] = []
        while True:
            state = self._states.fresh(workflow_id)
            if state is None or state.header.status is not WorkflowStatus.RUNNING:
                return following
            ends = self._ended(state)
            changes = self.fold(workflow_id, ends) if ends else []
            if not changes:
                return following
            following += changes


def _is_awaited(header: Header, task: Task) -> bool:
    entry = header.entry(task.seq)
    if entry is None or entry.inc != task.inc or entry.kind is Kind.DUE:
        return False
    return entry.kind is not Kind.CHILD or entry.generation == task.child_generation


def _first_or_due(header: Header) -> bool:
    if header.waits:
        return False
    return not header.open or any(entry.kind is Kind.DUE for entry in header.open)


def _may_decide(header: Header, relevant: Sequence[Task]) -> bool:
    if header.status is not WorkflowStatus.RUNNING:
        return False
    return bool(relevant) or _first_or_due(header)


def _has_ended_or_revived(change: HeaderChange) -> bool:
    was_terminal = change.old is not None and change.old.status.is_terminal
    return change.new.status.is_terminal != was_terminal


def _was_folded(header: Header, task: Task) -> bool:
    """Even a stale header proves it, but for a task that was taken up again: it may show the earlier end."""
    is_first = not task.inc and not task.child_generation
    return is_first and header.has_folded(task.seq)


def _runs_again(old: Header, new: Header) -> bool:
    """Ends that came while it was paused, or had ended, were dropped (14)."""
    return old.status is not new.status and new.status is WorkflowStatus.RUNNING
