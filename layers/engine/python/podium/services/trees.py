"""Revivals travel through trees of workflows: up to parents, down to siblings (protocol.md 7).

Each step is one commit, told by the header's record, so that a crash anywhere is made good by whoever
gets that record. A parent's entry says which run of the child it waits for; the task's item follows
it. Steps that come late are judged on the present header of the workflow they act for, and fenced by
its closing.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from podium.domain import operations
from podium.domain.execution import Kind, OpenEntry, Parent
from podium.domain.ids import TaskKey, child_workflow_id
from podium.errors import TransientError

if TYPE_CHECKING:
    from podium.domain.changes import Change, HeaderChange
    from podium.domain.execution import Header
    from podium.domain.state import State
    from podium.ports.bundle import Ports
    from podium.services.children import Children
    from podium.services.deciding import Deciding
    from podium.services.reviving import Reviving, Step
    from podium.services.states import States


class Trees:
    """Carries out what a header means to the workflows above and below it."""

    def __init__(
        self,
        ports: Ports,
        states: States,
        deciding: Deciding,
        children: Children,
        reviving: Reviving,
    ) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._states = states
        self._deciding = deciding
        self._children = children
        self._reviving = reviving

    def carry_out(self, change: HeaderChange) -> list[Change]:
        """A header that goes on: children it waits for anew are resumed, a revival is passed up."""
        old, new = change.old, change.new
        following: list[Change] = []
        for entry in new.open:
            before = None if old is None else old.entry(entry.seq)
            known = 0 if before is None or before.inc != entry.inc else before.generation
            is_later = entry.kind is Kind.CHILD and entry.generation > known
            if is_later and not entry.closing:
                following += self._resume(new, entry)
        if new.generation > (0 if old is None else old.generation):
            following += self._revive_parent(new)
        return following

    def end(self, child: Header) -> list[Change]:
        """A terminal header: whoever waits for it is told, the parent brought to its run first (17)."""
        raised = self._revive_parent(child) if child.generation else []
        return [*raised, *self._children.notify(child)]

    # --- down -----------------------------------------------------------------------------------

    def _resume(self, parent: Header, entry: OpenEntry) -> list[Change]:
        """Bring the child of ``entry`` to the run that ``parent`` waits for, then the task's item.

        Nothing when ``parent`` does not wait for it any more; its closing fences the rest.
        """
        present = self._ports.executions.read_header(parent.workflow_id)
        if present is None or present.status.is_terminal:
            return []
        awaited = present.entry(entry.seq)
        if awaited is None or awaited.closing:
            return []
        if (awaited.inc, awaited.generation) != (entry.inc, entry.generation):
            return []
        ref = self._states.graph(present.definition).ref(entry)
        key = TaskKey(parent.workflow_id, ref, entry.seq)
        child_id = child_workflow_id(key, entry.inc)

        def operation(state: State) -> Step:
            remains = self._reviving.remains(state, with_children=True)
            return partial(operations.resume_child, state, remains, entry.generation)

        def is_behind(child: Header) -> bool:
            return child.generation < entry.generation

        def prepared(state: State) -> State | None:
            return state if is_behind(state.header) else None

        following = self._reviving.revive(child_id, prepared, operation, wanted=is_behind)
        self._raise(key, child_id, entry.generation)
        return following

    # --- up -------------------------------------------------------------------------------------

    def _revive_parent(self, child: Header) -> list[Change]:
        """Bring the task above ``child`` to wait for its present run; its workflow runs, too.

        Nothing when nothing waits for the child any more, or for a later run of it, or when that
        workflow was removed.
        """
        waiting = child.parent
        if waiting is None:
            return []
        holders: list[OpenEntry] = []

        def prepared(state: State) -> State | None:
            holder = self._holder(state, waiting)
            holders[:] = [] if holder is None else [holder]
            return None if holder is None or holder.generation >= child.generation else state

        def operation(state: State) -> Step:
            (holder,) = holders
            entries = {entry.seq: entry for entry in (*state.header.open, holder)}
            remains = self._reviving.remains(state, tuple(entries.values()), with_children=True)
            return partial(operations.revive_parent, state, holder, child.generation, remains)

        following = self._reviving.revive(
            waiting.workflow_id, prepared, operation, wanted=lambda _: False
        )
        if holders and holders[0].generation <= child.generation:
            self._raise_for(child, waiting)
        return following

    def _holder(self, state: State, waiting: Parent) -> OpenEntry | None:
        """The entry of the task that waits for a child, or waited until its end was folded.

        One that is being given up does not wait any more.
        """
        header = state.header
        entry = header.entry(waiting.seq)
        if entry is not None:
            waits = entry.inc == waiting.inc and entry.kind is Kind.CHILD and not entry.closing
            return entry if waits else None
        if header.is_gone(waiting.seq):
            return None
        history = self._ports.executions.read_history(header.workflow_id, waiting.ref)
        return self._deciding.settle(
            lambda _: operations.folded_holder(state, waiting, history),
            header=header,
            memory=state.memory,
        )

    def _raise_for(self, child: Header, waiting: Parent) -> None:
        """Only while the parent goes on: what it has closed is not opened again."""
        present = self._ports.executions.read_header(waiting.workflow_id)
        if present is None or present.status.is_terminal:
            return
        entry = present.entry(waiting.seq)
        if entry is None or entry.closing:
            return
        if (entry.inc, entry.generation) == (waiting.inc, child.generation):
            self._raise(waiting.key, child.workflow_id, child.generation)

    def _raise(self, key: TaskKey, child_id: str, generation: int) -> None:
        now = self._ports.clock.now()
        outcome = self._ports.executions.raise_child(key, (child_id, generation), now)
        if outcome.task is None:
            message = f"task {key.task_id} is to wait for {child_id} but is not there yet"
            raise TransientError(message)
