"""The invariants about children and those who wait for them; the sentence stands above each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.status import TaskStatus
from tests.invariants.simulation.broken import invariant

if TYPE_CHECKING:
    from podium.domain.execution import Parent
    from tests.invariants.simulation.commits import Attempt, Commits, Execution, HeaderWritten


# 2. A child is started by what is committed, and by nothing else.
@invariant(2)
def a_child_is_started_by_what_is_committed(write: HeaderWritten, commits: Commits) -> None:
    """The header of its parent has opened the task that starts it."""
    parent = write.after.parent
    if write.before is not None or parent is None:
        return
    above = commits.of(parent.workflow_id)
    assert above.opened.get(parent.seq, -1) >= parent.inc, f"started before the commit: {parent}"


# 5. A terminal workflow has no open task, no armed timer that acts, no running child it owns.
@invariant(5)
def a_closed_workflow_starts_no_child(write: HeaderWritten, commits: Commits) -> None:
    """Closing has fenced the launch of what was open: all that is put then is the fence, a mere stub."""
    parent, child = write.after.parent, write.after
    if write.before is not None or parent is None or not child.definition:
        return
    above = commits.of(parent.workflow_id).header
    if above is None or not (above.closed and above.status.is_terminal):
        return
    # A task that had ended before is let go by the record of its end, which comes when it comes.
    entry = above.entry(parent.seq)
    is_fenced = entry is not None and entry.inc == parent.inc
    assert not is_fenced, f"{child.workflow_id} was started by a closed workflow: {parent}"


# 5. A terminal workflow has no open task, no armed timer that acts, no running child it owns.
@invariant(5)
def what_has_ended_has_no_running_child(execution: Execution, commits: Commits) -> None:
    """Not even one that an operator had run again by itself: who waited for it runs again, too.

    But for one that was given up, or that failed and was passed over or replaced by another attempt.
    """
    header = execution.header
    if header is None or execution.removed or not header.status.is_terminal:
        return
    for holder in execution.attempts.values():
        child = commits.executions.get(holder.child_id)
        if child is None or child.header is None or child.removed:
            continue
        if child.header.status.is_terminal or not waits_at(child.header.parent, execution, holder):
            continue
        entry = header.entry(holder.seq)
        is_gone = header.is_gone(holder.seq) or holder.is_stripped
        is_folded = entry is None and not is_gone and holder.status is TaskStatus.COMPLETED
        is_open = entry is not None and entry.inc == holder.inc and not entry.closing
        is_owned = is_open or is_folded
        assert not is_owned, f"{header.status} with a running child: {holder}"


# 5. A terminal workflow has no running child it owns: one that runs again is waited for again.
@invariant(5)
def a_revival_is_waited_for(execution: Execution, commits: Commits) -> None:
    """Whoever holds a child waits for the run that it is in, or waited for it until its end."""
    header = execution.header
    if header is None or execution.removed:
        return
    for holder in execution.attempts.values():
        child = commits.executions.get(holder.child_id)
        if child is None or child.header is None or child.removed or holder.is_stripped:
            continue
        entry = header.entry(holder.seq)
        if header.is_gone(holder.seq) or not waits_at(child.header.parent, execution, holder):
            continue
        if entry is not None and entry.inc == holder.inc and not entry.closing:
            run = child.header.generation
            assert entry.generation >= run, f"nobody waits for run {run}: {entry}, {holder}"


def waits_at(parent: Parent | None, execution: Execution, attempt: Attempt) -> bool:
    """A child was started by this very attempt: not joined by an idempotency key."""
    return parent is not None and (parent.workflow_id, parent.seq, parent.inc) == (
        execution.workflow_id,
        attempt.seq,
        attempt.inc,
    )
