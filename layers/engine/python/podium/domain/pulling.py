"""Open PULL_WORKFLOW_MESSAGES tasks: which of them takes which messages (tasks.md 24).

A pull is decided by the commit of the header: it moves ``pulled`` on and ends the task with what it
took, in one transaction. Two decisions cannot take the same message, and none can pass one over.

A task that this decision opens looks at once. One that finds nothing waits, and takes what comes in
a later decision that is given its item (``decide.deliver``): after each commit that opened such a
task, and after each message, somebody looks, and serves all that wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.content import ended, make
from podium.domain.decision import MissingError, NeedMessages
from podium.domain.execution import Kind
from podium.domain.folding import end_here
from podium.domain.schemas import refused_output
from podium.domain.tasks import pull_workflow_messages
from podium.domain.workflow_messages import LARGEST_PULL, Inbox

if TYPE_CHECKING:
    from podium.domain.draft import Draft
    from podium.domain.execution import OpenEntry
    from podium.domain.graph import Node
    from podium.domain.workflow_messages import WorkflowMessage


def advance_pull(draft: Draft, entry: OpenEntry, node: Node) -> bool:
    """End the open task if it may end now; False while it waits. Raises MissingError."""
    task = draft.waiting.get(entry.seq)
    if task is None:
        if not draft.has_budget or not _is_new(draft, entry):
            return False
        task = make(draft.view, entry, draft.context)
        if task.status.is_terminal:
            # Its input is bad: whoever makes contents consumes such an end.
            return False
        if pull_workflow_messages.is_blocking(task.input) and _is_behind(draft, entry):
            return False
    taken = _take(draft, pull_workflow_messages.batch_size(task.input))
    if not taken and pull_workflow_messages.is_blocking(task.input):
        return False
    draft.pull(taken)
    outcome = pull_workflow_messages.outcome(taken, draft.state.header.workflow_id)
    engine = draft.context.engines.schema
    outcome = refused_output(node.task.task_definition, outcome.output, engine) or outcome
    end_here(draft, entry, node, ended(task, outcome, draft.context.now))
    return True


def _is_new(draft: Draft, entry: OpenEntry) -> bool:
    return draft.state.header.entry(entry.seq) is None


def _is_behind(draft: Draft, entry: OpenEntry) -> bool:
    """A task that was there before it waits, too, and comes first."""
    return any(
        other.kind is Kind.PULL and other.seq < entry.seq and not other.closing
        for other in draft.open.values()
    )


def _take(draft: Draft, most: int) -> list[WorkflowMessage]:
    """The next messages of the queue; raises MissingError when more of it has to be read."""
    inbox = draft.context.inbox or Inbox(is_complete=False)
    taken: list[WorkflowMessage] = []
    weight = 0
    for message in inbox.messages:
        if message.number <= draft.pulled:
            continue
        if len(taken) == most or (taken and weight + message.weight > LARGEST_PULL):
            return taken
        taken.append(message)
        weight += message.weight
    if len(taken) < most and weight <= LARGEST_PULL and not inbox.is_complete:
        count, most_weight = draft.messages_taken + most, draft.weight_taken + LARGEST_PULL
        header = draft.state.header
        raise MissingError(NeedMessages(header.generation, header.pulled, count, most_weight))
    return taken
