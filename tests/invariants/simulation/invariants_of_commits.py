"""The invariants that can be told from one write, checked when it happens.

Each is a function of the write and of what was committed before it (``commits.py``); what it says is
the sentence above it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.execution import Header, Kind, OpenEntry
from podium.domain.scopes import reference_name, scope_of
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.invariants.simulation.broken import invariant
from tests.invariants.simulation.commits import (
    Attempt,
    Commits,
    Execution,
    HeaderWritten,
    TaskWritten,
    Write,
)
from tests.invariants.simulation.invariants_of_children import (
    a_child_is_started_by_what_is_committed,
    a_closed_workflow_starts_no_child,
    waits_at,
)

if TYPE_CHECKING:
    from podium.ports.queues import TaskMessage, TimerMessage

#: Kinds of tasks that a claim hands out.
HANDED_OUT = frozenset({Kind.WORKER, Kind.SYSTEM})
#: Ends that an operator may turn into TERMINATED.
TERMINATED_LATER = [
    (bad, WorkflowStatus.TERMINATED) for bad in (WorkflowStatus.FAILED, WorkflowStatus.TIMED_OUT)
]


def check_write(write: Write, commits: Commits, timers: Callable[[], list[TimerMessage]]) -> None:
    """Everything that one write can break; ``timers`` are the messages of armed ones."""
    match write:
        case HeaderWritten():
            if write.after.removed:
                return
            every_commit_follows_the_one_before(write)
            what_has_ended_stays_ended(write)
            a_task_is_opened_once(write)
            only_what_has_ended_is_folded(write)
            nothing_is_decided_while_paused(write)
            a_closed_workflow_has_nothing_open(write, commits)
            a_committed_timer_is_armed(write, timers)
            a_join_waits_for_somebody(write)
            a_child_is_started_by_what_is_committed(write, commits)
            a_closed_workflow_starts_no_child(write, commits)
        case TaskWritten() if _comes_back(write):
            what_comes_back_is_what_was_removed(write)
        case TaskWritten():
            an_end_is_written_once(write)
            a_task_is_created_by_what_is_committed(write)
            a_hand_out_is_counted_once(write)
            a_pause_holds_back_hand_outs(write)
            an_attempt_follows_the_one_before(write)
            a_join_ends_after_its_branches(write)
            a_closed_workflow_gets_no_open_task(write)


# 1. The header's version is the one commit point: each commit is made on the one before it.
@invariant(1)
def every_commit_follows_the_one_before(write: HeaderWritten) -> None:
    """The version grows by one, what only counts never goes back."""
    before, after = write.before, write.after
    if before is None:
        return
    assert after.version == before.version + 1, f"version {before.version} to {after.version}"
    for name in ("last_seq", "hold", "generation", "recalls"):
        old, new = getattr(before, name), getattr(after, name)
        assert new >= old, f"{name} went back from {old} to {new}"
    assert (after.hold % 2 == 1) is (after.status is WorkflowStatus.PAUSED), after
    assert _within(before.gone, after.gone), f"gone: {before.gone} to {after.gone}"


# 1. Deciding twice on the same state gives the same decision.
@invariant(1)
def deciding_twice_gives_the_same(first: object, second: object) -> None:
    """Whatever a decision was about: nothing but state and context counts, and neither is changed."""
    assert first == second, f"{first} and then {second}"


# 5. A terminal workflow stays as it ended, unless an operator says otherwise.
@invariant(5)
def what_has_ended_stays_ended(write: HeaderWritten) -> None:
    """A run ends once, told by its generation; what ended badly may be TERMINATED (engine.md 15.1)."""
    before, after = write.before, write.after
    if before is None or not before.status.is_terminal:
        return
    if after.generation > before.generation:
        assert before.closed or _counts_as_run(before, after), "left an ending that was not closed"
        return
    if (before.status, after.status) in TERMINATED_LATER:
        return
    assert after.status is before.status, f"{before.status} to {after.status}"
    assert after.closed >= before.closed, "opened again"


# 2. A task is never created twice.
@invariant(2)
def a_task_is_opened_once(write: HeaderWritten) -> None:
    """A number is opened once in each incarnation, but where a child that runs again is taken back."""
    before, after, opened = write.before, write.after, write.execution.opened
    known = {} if before is None else {entry.seq: entry for entry in before.open}
    seqs = [entry.seq for entry in after.open]
    assert len(seqs) == len(set(seqs)), f"two entries of one number: {seqs}"
    assert max(seqs, default=0) <= after.last_seq, f"{seqs} above {after.last_seq}"
    for entry in after.open:
        earlier = known.get(entry.seq)
        if earlier is not None and earlier.inc == entry.inc:
            opened[entry.seq] = max(entry.inc, opened.get(entry.seq, 0))
            continue
        if before is not None and entry.seq <= before.last_seq:
            is_later = entry.inc > opened.get(entry.seq, -1)
            assert is_later or _is_taken_back(before, after, entry), f"opened twice: {entry}"
        opened[entry.seq] = max(entry.inc, opened.get(entry.seq, 0))


# 2. No end is lost: what a header consumes has ended.
@invariant(2)
def only_what_has_ended_is_folded(write: HeaderWritten) -> None:
    """An entry leaves the header when its item has ended, or an operator has made its number void."""
    before, after = write.before, write.after
    if before is None:
        return
    left = {entry.seq for entry in after.open}
    for entry in before.open:
        if entry.seq in left or entry.kind is Kind.DUE or after.is_gone(entry.seq):
            continue
        attempt = write.execution.attempts.get(entry.seq)
        assert attempt is not None, f"folded before it was created: {entry}"
        is_same = attempt.inc >= entry.inc and attempt.generation >= entry.generation
        has_ended = is_same and attempt.status.is_terminal
        assert has_ended, f"folded while open: {entry}, {attempt}"


# 1. A paused workflow decides nothing.
@invariant(1)
def nothing_is_decided_while_paused(write: HeaderWritten) -> None:
    """Between two pauses nothing is opened nor folded; a child that an operator has run again is open."""
    before, after = write.before, write.after
    if before is None or not before.status is after.status is WorkflowStatus.PAUSED:
        return
    taken_back = {
        (each.seq, each.inc) for each in after.open if _is_taken_back(before, after, each)
    }
    was, now = ({(each.seq, each.inc) for each in header.open} for header in (before, after))
    is_same = was - taken_back == now - taken_back
    assert is_same, f"decided while paused: {sorted(was)} to {sorted(now)}"


# 5. A terminal workflow has no open task, no armed timer that acts, no running child it owns.
@invariant(5)
def a_closed_workflow_has_nothing_open(write: HeaderWritten, commits: Commits) -> None:
    """When it is marked closed, all of that has been ended; no timer from its end on."""
    after = write.after
    if after.status.is_terminal:
        assert not after.timer, f"{after.status} with a timer at {after.timer}"
    if not after.closed or (write.before is not None and write.before.closed):
        return
    for attempt in write.execution.attempts.values():
        assert attempt.status.is_terminal, f"closed with an open task: {attempt}"
    for entry in after.open:
        if entry.kind is Kind.DUE:
            continue
        owned = write.execution.attempts.get(entry.seq)
        assert owned is not None, f"closed without fencing {entry}"
        assert owned.inc >= entry.inc, f"closed without fencing {entry}: {owned}"
        # Those of tasks that have ended before are ended by the records of those ends.
        child = commits.of(owned.child_id).header if entry.kind is Kind.CHILD else None
        if child is not None and child.generation <= entry.generation:
            is_ours = waits_at(child.parent, write.execution, owned)
            assert not is_ours or child.status.is_terminal, f"closed with a running child: {owned}"


# 4. A deadline is watched: whoever commits an earlier one has armed its timer.
@invariant(4)
def a_committed_timer_is_armed(
    write: HeaderWritten, timers: Callable[[], list[TimerMessage]]
) -> None:
    """A near one has a message in the queue of timers, a far one is in the index of the header."""
    before, after = write.before, write.after
    if not after.timer or after.timer_is_far:
        return
    if before is not None and (before.timer, before.timer_is_far) == (after.timer, False):
        return
    armed = [
        message.at
        for message in timers()
        if message.workflow_id == after.workflow_id and not message.ref
    ]
    assert any(at >= after.timer for at in armed), f"no timer at {after.timer}: {armed}"


# 6. JOIN completes in the decision in which its last branch completed.
@invariant(6)
def a_join_waits_for_somebody(write: HeaderWritten) -> None:
    """Of each open JOIN some joined task is open, or not there yet."""
    after, attempts = write.after, write.execution.attempts
    if after.status is not WorkflowStatus.RUNNING:
        return
    if any(entry.kind is Kind.DUE or entry.seq not in attempts for entry in after.open):
        # A decision that was cut, or one whose tasks are still to be put: told after it.
        return
    if any(entry.detached for entry in after.open):
        # A child in front of a joined task runs again, whose end was folded before: its branch is not over.
        return
    waiting = {entry.seq for entry in after.open}
    for entry in after.open:
        join = attempts[entry.seq]
        if join.join_on and not entry.closing and join.inc == entry.inc:
            # What was out before its fork is of another run of the flow, which a TRY_CATCH begins anew when
            # an operator retries it.
            since = write.execution.earlier[join.seq]
            ours = {seq: task for seq, task in attempts.items() if seq > since}
            joined = [_latest(after, ours, join, ref) for ref in join.join_on]
            is_waiting = any(task is None or task.seq in waiting for task in joined)
            assert is_waiting, f"{join.wire_ref} waits for nothing: {joined}"


# 6. JOIN completes when its last branch has completed, and not before.
@invariant(6)
def a_join_ends_after_its_branches(write: TaskWritten) -> None:
    """When a decision has ended a JOIN, none of the tasks it joins is open.

    One that ends without a commit was ended by somebody through the API, which may end any task at any
    time (engine.md 9).
    """
    join, commit = write.after, write.commit
    is_ended = join.status.is_terminal and join.status is not TaskStatus.CANCELED
    if not join.join_on or not is_ended or commit is None or join.is_stripped:
        return
    if write.before is not None and write.before.status.is_terminal:
        return
    attempts = write.execution.attempts
    if join.status is TaskStatus.SKIPPED and commit.before is not None:
        # A jump ends all that is open with the JOIN, and may open the same tasks anew in the same commit
        # (docs/api.md): those are of another run of the flow, which this JOIN has no part in.
        there = commit.before.last_seq
        joined = [
            task for task in attempts.values() if task.seq <= there and _is_joined(task, join)
        ]
    else:
        latest = [_latest(commit.after, attempts, join, ref) for ref in join.join_on]
        joined = [task for task in latest if task is not None]
    still_open = [task for task in joined if not task.status.is_terminal]
    assert not still_open, f"{join.wire_ref} ended before {still_open}"


# 2. A task ends once: whoever comes later changes nothing.
@invariant(2)
def an_end_is_written_once(write: TaskWritten) -> None:
    """An end stays, but for another incarnation, and for a child that runs again."""
    before, after = write.before, write.after
    if before is None:
        return
    assert after.inc >= before.inc, f"an older incarnation came back: {before} to {after}"
    if after.inc == before.inc and before.status.is_terminal:
        is_raised = after.generation > before.generation
        assert is_raised or after.status is before.status, f"ended twice: {before} to {after}"


# 2. What has been removed comes back from its archived copy as it was, when an operator wants it.
@invariant(2)
def what_comes_back_is_what_was_removed(write: TaskWritten) -> None:
    """Its status, its attempts and its hand-outs are those it was removed with."""
    removed = write.execution.taken_away[write.after.seq]
    assert write.after == removed, f"removed as {removed}, back as {write.after}"


# 2. A task is created by what is committed, and by nothing else.
@invariant(2)
def a_task_is_created_by_what_is_committed(write: TaskWritten) -> None:
    """A header has opened its number in this incarnation; what a decision itself ends comes with it."""
    before, after = write.before, write.after
    is_new = before is None or before.inc < after.inc
    if not is_new or after.is_stripped:
        return
    header = write.execution.header
    assert header is not None, f"created without a header: {after}"
    assert after.seq <= header.last_seq, f"created before the commit: {after}"
    if not after.status.is_terminal:
        assert write.execution.opened.get(after.seq, -1) >= after.inc, f"never opened: {after}"


# 2. A hand-out is counted, and one that was held back is not made.
@invariant(2)
def a_hand_out_is_counted_once(write: TaskWritten) -> None:
    """The epoch grows by one, from SCHEDULED, and never goes back."""
    before, after = write.before, write.after
    if before is None or before.inc != after.inc:
        assert after.epoch == 0 or after.is_stripped, f"handed out before it was created: {after}"
        return
    assert after.epoch in {before.epoch, before.epoch + 1}, f"{before} to {after}"
    is_handed_out = after.status is TaskStatus.IN_PROGRESS and after.kind in HANDED_OUT
    if before.status is TaskStatus.SCHEDULED and is_handed_out:
        assert after.epoch == before.epoch + 1, f"handed out and not counted: {before} to {after}"


# 2. A pause holds back hand-outs.
@invariant(2)
def a_pause_holds_back_hand_outs(write: TaskWritten) -> None:
    """No task of our own functions is claimed while it is held; a direct worker may have had its message."""
    before, after = write.before, write.after
    if before is None or before.inc != after.inc or not before.held:
        return
    is_claimed = after.kind is Kind.SYSTEM and after.epoch > before.epoch
    assert not is_claimed, f"claimed while it was held: {before} to {after}"


# 2. Attempts are counted once.
@invariant(2)
def an_attempt_follows_the_one_before(write: TaskWritten) -> None:
    """A new attempt has the number after that of an earlier task with its name, in its iteration."""
    task = write.after
    if write.before is not None or not task.attempt or task.is_stripped:
        return
    earlier = {
        each.attempt
        for each in write.execution.attempts.values()
        if each.seq < task.seq and each.wire_ref == task.wire_ref
    }
    assert task.attempt - 1 in earlier, f"attempt {task.attempt} of {task.wire_ref} after {earlier}"


# 5. A terminal workflow gets no open task once it is closed.
@invariant(5)
def a_closed_workflow_gets_no_open_task(write: TaskWritten) -> None:
    """Whatever is put late is refused by what closing has left."""
    header = write.execution.header
    if header is not None and header.closed and header.status.is_terminal:
        assert write.after.status.is_terminal, f"in a closed workflow: {write.after}"


# 2. A message is sent only for what is committed.
@invariant(2)
def a_message_is_sent_for_what_is_committed(message: TaskMessage, execution: Execution) -> None:
    """A header has opened the task in this incarnation before it is handed to anybody.

    An execution that waits for a slot has a message, too.
    """
    if not message.ref:
        assert execution.header is not None, f"sent before the commit: {message.workflow_id}"
        return
    opened = execution.opened.get(message.seq, -1)
    assert opened >= message.inc, f"sent before the commit: {message.ref} {message.seq}"


# 9. Nothing makes a workflow stuck: what is committed can be read again, at any moment.
@invariant(9)
def an_execution_can_be_read(workflow_id: str, error: Exception | None) -> None:
    """``error`` is what a read of it has ended in, undisturbed by any fault."""
    assert error is None, f"{workflow_id} cannot be read: {error!r}"


def _comes_back(write: TaskWritten) -> bool:
    """A task of a removed execution that is not stripped any more."""
    before = write.before
    is_back = before is not None and before.is_stripped and not write.after.is_stripped
    return is_back and write.after.seq in write.execution.taken_away


def _is_taken_back(before: Header, after: Header, entry: OpenEntry) -> bool:
    """A folded end is open again: its child runs once more, or an operator had it retried."""
    is_counted = (after.generation, after.recalls) > (before.generation, before.recalls)
    return entry.kind is Kind.CHILD and is_counted


def _counts_as_run(before: Header, after: Header) -> bool:
    """Nothing but the generation is another: its parent has ended, and fences a resume under way."""
    told = {name: getattr(after, name) for name in ("version", "generation", "committed_at")}
    return replace(before, **told) == after


def _within(inner: tuple[tuple[int, int], ...], outer: tuple[tuple[int, int], ...]) -> bool:
    return all(any(low <= first and last <= high for low, high in outer) for first, last in inner)


def _latest(
    header: Header, attempts: dict[int, Attempt], join: Attempt, ref: str
) -> Attempt | None:
    """The joined task with this name beside the JOIN."""
    found = [
        task
        for task in attempts.values()
        if _is_beside(task, join, ref) and not header.is_gone(task.seq) and not task.is_stripped
    ]
    return max(found, key=lambda task: task.seq, default=None)


def _is_joined(task: Attempt, join: Attempt) -> bool:
    return any(_is_beside(task, join, ref) for ref in join.join_on)


def _is_beside(task: Attempt, join: Attempt, ref: str) -> bool:
    """It has this name, in the iteration of the JOIN, of its item."""
    return (
        ref in {reference_name(task.ref), task.wire_ref}
        and task.iteration == join.iteration
        and scope_of(task.ref) == scope_of(join.ref)
    )
