"""Retry: what ended badly runs again, what ended well is kept (engine.md 15.4, protocol.md 6).

The entries that are open in the terminal header are the candidates, and the tasks of permissive
failures, whose successors have run already. Everything else that ended badly has been replaced by a
newer attempt, or was optional.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.completion import permissive_failures
from podium.domain.containers import CONTAINERS
from podium.domain.decide import fold_all, work_out
from podium.domain.draft import Draft
from podium.domain.execution import Kind, OpenEntry
from podium.domain.folding import attempt
from podium.domain.operations.reviving import refuse_running, running_again, settled
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.domain.task_types import LASTING
from podium.errors import ConflictError, NotFoundError

if TYPE_CHECKING:
    from podium.domain.decision import Context, Decision, Missing
    from podium.domain.execution import Header, Task
    from podium.domain.operations.reviving import Remains
    from podium.domain.state import State


def refuse_retry(header: Header) -> None:
    """Raise NotFoundError while it runs (rest-api.md 3.5), ConflictError when it is COMPLETED."""
    if not header.status.is_terminal:
        raise NotFoundError(
            f"Workflow {header.workflow_id} is still running.  status={header.status}"
        )
    refuse_running(header, "retry")
    if header.status is WorkflowStatus.COMPLETED:
        raise _nothing(header)


def retry(state: State, remains: Remains, context: Context) -> Decision | Missing:
    """New attempts of what a closed execution left unfinished or failed.

    A task that ended well but was never folded is folded now. Raises ConflictError when there is
    nothing to retry.
    """
    header = state.header
    bad = [entry for entry in header.open if not _ended_well(entry, remains)]
    if not bad and not header.failed_permissive and header.status is not WorkflowStatus.TIMED_OUT:
        raise _nothing(header)
    kept = tuple(entry for entry in header.open if entry not in bad or entry.kind is Kind.DUE)
    base = replace(running_again(header, context), open=kept, last_retried_at=context.now)

    def decided() -> Decision:
        draft = Draft.of(replace(state, header=base), context)
        again = [entry for entry in bad if entry.kind is not Kind.DUE]
        again += [_entry_of(task) for task in permissive_failures(draft)]
        draft.failed_permissive = ()
        for entry in sorted(again, key=lambda entry: entry.seq):
            take_up(draft, entry, remains.tasks.get(entry.seq))
        fold_all(draft, [remains.tasks[entry.seq] for entry in kept if entry.seq in remains.tasks])
        draft.touch()
        return work_out(draft)

    return settled(decided)


def take_up(draft: Draft, entry: OpenEntry, item: Task | None) -> None:
    """A new attempt of the task of ``entry``; a JOIN or a loop goes on where it was.

    Raises MissingError.
    """
    node = draft.node(entry)
    if LASTING.get(node.type) is not Kind.FLOW:
        if item is not None:
            # Its end is consumed here: the new attempt begins with its input.
            draft.remember(item)
        attempt(draft, entry, node, by_hand=True)
        return
    failed = item is not None and item.status is not TaskStatus.CANCELED
    inc = entry.inc if item is None else item.inc
    again = replace(entry, inc=inc + 1, attempt=entry.attempt + failed)
    draft.put(again)
    if node.type in CONTAINERS and not again.loop:
        CONTAINERS[node.type].begin(draft, again, node)


def _ended_well(entry: OpenEntry, remains: Remains) -> bool:
    task = remains.tasks.get(entry.seq)
    return task is not None and task.status.is_terminal and task.status.is_successful


def _entry_of(task: Task) -> OpenEntry:
    """The entry that the folded ``task`` had; what follows it has been created."""
    return OpenEntry(
        task.seq, task.node, task.kind, task.attempt, iteration=task.iteration, detached=True
    )


def _nothing(header: Header) -> ConflictError:
    return ConflictError(
        f"There are no retryable tasks in workflow {header.workflow_id}, which is {header.status}! "
        "Use restart if you want to attempt entire workflow execution again."
    )
