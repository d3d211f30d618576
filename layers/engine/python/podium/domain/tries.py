"""TRY_CATCH: begin, from part to part, end (docs/task-types.md).

A failure inside is met where it is folded (``boundaries.py``): it gives up the part and is noted in
the header entry. Here the next part begins, once nothing is open in the one before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.content import ended, input_of, new_task
from podium.domain.folding import end_here
from podium.domain.manifest import error_manifest
from podium.domain.outcome import Outcome
from podium.domain.regions import Region
from podium.domain.state import graph_of
from podium.domain.status import TaskStatus
from podium.domain.tasks import try_catch

if TYPE_CHECKING:
    from podium.domain.draft import Draft
    from podium.domain.execution import OpenEntry, Task
    from podium.domain.graph import Node

TRY, CATCH, FINALLY = 1, 2, 3


def begin(draft: Draft, entry: OpenEntry, node: Node) -> None:
    """The tries of a TRY_CATCH just created, or taken up again after it failed."""
    _enter(draft, replace(entry, error_seq=0, error_ref="", failed=0), node, TRY)


def reopened(entry: OpenEntry, task: Task, number: int) -> OpenEntry:
    """It goes on in part ``number``; what the failure in a part before it was is known still."""
    error = (task.manifest or {}).get("error")
    if number == TRY or not isinstance(error, list | tuple):
        return replace(entry, part=number, error_seq=0, error_ref="", failed=0)
    failed = int(number == FINALLY and not task.status.is_successful)
    ref, seq = str(error[0]), int(str(error[1]))
    return replace(entry, part=number, error_seq=seq, error_ref=ref, failed=failed)


def evaluate(draft: Draft, entry: OpenEntry, node: Node) -> bool:
    """Begin the next part, or end; False while something is open in this one."""
    region = replace(Region.inside(draft, entry, node), part=entry.part - 1)
    if region.open_in(draft):
        return False
    error = draft.memory.task(entry.error_ref, entry.error_seq) if entry.error_seq else None
    if entry.part == FINALLY:
        _end(draft, entry, node, error)
    elif entry.part == TRY and error is not None and try_catch.catches(node.task, _failure(error)):
        _enter(draft, entry, node, CATCH)
    else:
        is_uncaught = entry.part == TRY and error is not None
        _enter(draft, replace(entry, failed=entry.failed or int(is_uncaught)), node, FINALLY)
    return True


def _enter(draft: Draft, entry: OpenEntry, node: Node, part: int) -> None:
    """An empty part is over at once."""
    draft.put(replace(entry, part=part))
    graph = graph_of(draft.view, node.address)
    head = graph.heads[node.address].branches[part - 1]
    if head:
        draft.creates.append((graph.nodes[head], entry.iteration))


def _end(draft: Draft, entry: OpenEntry, node: Node, error: Task | None) -> None:
    """COMPLETED, also when it has caught a failure; else with the status of the failure."""
    outcome = Outcome(output={"caught": error is not None and not entry.failed})
    if error is not None and entry.failed:
        reason = f"Task {error.wire_ref} failed: {error.reason}"
        outcome = Outcome(_failure(error), outcome.output, reason)
        # A retry begins with the tries.
        entry = replace(entry, part=0)
    now = draft.context.now
    task = replace(
        new_task(draft.view, entry, node),
        input=input_of(draft.view, entry, node, draft.context),
        started_at=entry.opened_at or now,
        manifest=None if error is None else error_manifest(error),
    )
    end_here(draft, entry, node, ended(task, outcome, now))


def _failure(error: Task) -> TaskStatus:
    """How the task failed that was met; that its child runs once more since then changes nothing here."""
    is_failure = error.status.is_terminal and not error.status.is_successful
    return error.status if is_failure else TaskStatus.FAILED
