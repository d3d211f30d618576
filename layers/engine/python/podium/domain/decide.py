"""Decide: what follows from the ends of tasks. The heart of the product, and a pure function.

A state and some ended tasks in, the next header and what is created and ended with it out
(engine.md 3 to 6, protocol.md 3). Deciding again on the same state gives the same decision, so any
number of processes may do it: the header's compare-and-set lets one of them win.

The work is a list, not a recursion: folding an end puts nodes in line, creating a node may run it,
running it may put others in line; when the line is empty, joins and loops are looked at. What
exceeds the decision's budget stays in the header as DUE entries, the next decision: nothing that a
definition says makes a decision endless.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from podium.domain.caching import reused
from podium.domain.completion import decision_of, natural_end, terminal_decision
from podium.domain.content import make
from podium.domain.decision import Context, Decision, Missing, MissingError, Need
from podium.domain.draft import Draft, Ending
from podium.domain.execution import Kind, OpenEntry, Task
from podium.domain.flows import advance_flows, end_stuck_flow
from podium.domain.folding import end_here, fold, refuse
from podium.domain.outcome import TerminateWorkflowError
from podium.domain.retry import definition_for
from podium.domain.scheduling import create, defer, run, step_over
from podium.domain.status import WorkflowStatus

if TYPE_CHECKING:
    from podium.domain.state import State


def decide(state: State, ends: Sequence[Task], context: Context) -> Decision | Missing | None:
    """Fold ``ends`` and everything that follows from them.

    Without ends: the first decision of an execution, or the next one of a decision that was cut.
    None when there is nothing to do: nothing was consumed, or the execution does not run.
    """
    if state.header.status is not WorkflowStatus.RUNNING or state.header.waits:
        return None
    draft = Draft.of(state, context)
    try:
        return _decide(draft, ends)
    except MissingError as missing:
        return Missing(missing.needs)


def deliver(state: State, waiting: Sequence[Task], context: Context) -> Decision | Missing | None:
    """Give messages to tasks that wait for some; ``waiting`` are their items as just read.

    None when there is nothing to do: no message has come, or the execution does not run.
    """
    if state.header.status is not WorkflowStatus.RUNNING:
        return None
    draft = Draft.of(state, context)
    draft.waiting = {task.seq: task for task in waiting}
    try:
        return work_out(draft) if _guarded(draft, partial(advance_flows, draft)) else None
    except MissingError as missing:
        return Missing(missing.needs)


def _decide(draft: Draft, ends: Sequence[Task]) -> Decision | None:
    if not draft.open:
        begin(draft)
    fold_all(draft, ends)
    if not draft.is_changed and not draft.due and draft.ending is None:
        return None
    return work_out(draft)


def begin(draft: Draft) -> None:
    """The first task; a definition without tasks is complete at once."""
    graph = draft.state.graph
    if graph.first:
        draft.creates.append((graph.nodes[graph.first], ()))
    draft.touch()


def fold_all(draft: Draft, ends: Sequence[Task]) -> None:
    """Fold ``ends``, in their order, until one of them ends the workflow; raises MissingError."""
    for end in ends:
        if draft.ending is None:
            _guarded(draft, partial(fold, draft, end))


def work_out(draft: Draft) -> Decision:
    """Go on from a draft in which something was folded or opened; raises MissingError."""
    while True:
        _work(draft)
        if draft.ending is not None:
            return terminal_decision(draft, draft.ending)
        contents = _contents(draft)
        if contents is not None:
            return decision_of(draft, contents)


def _work(draft: Draft) -> None:
    """Go on until nothing changes, the budget is used up, or the workflow ends."""
    while draft.ending is None:
        if draft.creates:
            node, iteration = draft.creates.popleft()
            if draft.state.header.steps_over(node.address):
                step_over(draft, node, iteration)
                continue
            step = create if draft.has_budget else defer
            _guarded(draft, partial(step, draft, node, iteration))
        elif draft.due and draft.has_budget:
            entry = draft.open[draft.due.popleft()]
            _guarded(draft, partial(run, draft, entry), entry)
        elif not _guarded(draft, partial(advance_flows, draft)):
            if draft.due:
                return
            if not draft.open:
                draft.end(natural_end(draft))
            elif not end_stuck_flow(draft):
                return


def _guarded(draft: Draft, step: Callable[[], bool | None], entry: OpenEntry | None = None) -> bool:
    """Take a step; a workflow that cannot go on fails with the reason.

    Where ``entry`` lies inside a boundary, its task fails instead.
    """
    try:
        return bool(step())
    except TerminateWorkflowError as error:
        if entry is None or not refuse(draft, entry, error):
            draft.end(Ending(WorkflowStatus.FAILED, str(error)))
        return True


def _contents(draft: Draft) -> tuple[Task, ...] | None:
    """Contents of the entries opened, as the committed header will give them; None: go on.

    A content that is an end already is consumed, and what follows from it belongs to this decision
    while that has budget. What several contents lack is asked for at once.
    """
    view = draft.view
    contents: list[Task] = []
    ends: list[tuple[OpenEntry, Task]] = []
    needs: set[Need] = set()
    for entry in _opened(draft):
        try:
            task = _made(draft, view, entry)
        except MissingError as missing:
            needs |= missing.needs
            continue
        except TerminateWorkflowError as error:
            if not refuse(draft, entry, error):
                draft.put(replace(entry, kind=Kind.DUE))
                draft.end(Ending(WorkflowStatus.FAILED, str(error)))
            return None
        if task.status.is_terminal:
            ends.append((entry, task))
        contents.append(task)
    if needs:
        raise MissingError(*needs)
    for entry, task in ends:
        if draft.ending is None:
            _consume(draft, entry, task)
    return None if ends else tuple(contents)


def _made(draft: Draft, view: State, entry: OpenEntry) -> Task:
    """The content of an entry that this decision opens; ended if its output is in the cache."""
    task = make(view, entry, draft.context)
    if not task.cache_key:
        return task
    definition = definition_for(draft.node(entry), task.name, draft.context)
    return reused(task, entry, definition, draft.context)


def _consume(draft: Draft, entry: OpenEntry, task: Task) -> None:
    """A content that is an end; beyond the budget its creation is left to the next decision.

    Not that of a new attempt: it would begin as a first one. They are bounded by the ends folded.
    """
    if draft.has_budget or entry.attempt:
        end_here(draft, entry, draft.node(entry), task)
    else:
        draft.put(replace(entry, kind=Kind.DUE))


def _opened(draft: Draft) -> list[OpenEntry]:
    before = {entry.seq for entry in draft.state.header.open if entry.kind is not Kind.DUE}
    return [
        entry
        for entry in draft.view.header.open
        if entry.kind is not Kind.DUE and entry.seq not in before and entry.seq not in draft.ended
    ]
