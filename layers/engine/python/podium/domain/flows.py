"""Open tasks that a decision ends: looked at whenever everything else has settled.

JOIN, EXCLUSIVE_JOIN, loops, TRY_CATCH and PULL_WORKFLOW_MESSAGES.

Invariant 6: a JOIN ends in the decision in which its last branch ended, after that branch's
retries. Invariant 4: a running execution whose only open tasks wait for each other fails.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.containers import CONTAINERS
from podium.domain.content import ended, make
from podium.domain.execution import Kind, OpenEntry
from podium.domain.folding import end_here, refuse
from podium.domain.joins import evaluate_exclusive_join, evaluate_join, never_scheduled
from podium.domain.outcome import Outcome, TerminateWorkflowError
from podium.domain.pulling import advance_pull

if TYPE_CHECKING:
    from podium.domain.draft import Draft
    from podium.domain.graph import Node
    from podium.domain.json import JsonMap


def advance_flows(draft: Draft) -> bool:
    """End, or move on, the first open task that is ready for it; False when none is."""
    for entry in list(draft.open.values()):
        if entry.closing:
            continue
        if entry.kind is Kind.FLOW and _guarded(draft, entry):
            return True
        if entry.kind is Kind.PULL and advance_pull(draft, entry, draft.node(entry)):
            return True
    return False


def end_stuck_flow(draft: Draft) -> bool:
    """Fail a FLOW task when only such tasks are open: nothing is left that could end one of them."""
    if any(entry.kind is not Kind.FLOW or entry.closing for entry in draft.open.values()):
        return False
    stuck = max(draft.open.values(), key=lambda entry: (len(entry.iteration), entry.seq))
    node = draft.node(stuck)
    refs = (*node.task.join_on, *node.task.default_exclusive_join_task)
    _end(draft, stuck, node, never_scheduled(refs or (node.ref,)), None)
    return True


def _guarded(draft: Draft, entry: OpenEntry) -> bool:
    """Raises TerminateWorkflowError when it cannot go on, and nobody around it takes that."""
    try:
        return _advance(draft, entry, draft.node(entry))
    except TerminateWorkflowError as error:
        if not refuse(draft, entry, error):
            raise
        return True


def _advance(draft: Draft, entry: OpenEntry, node: Node) -> bool:
    if node.type in CONTAINERS:
        return CONTAINERS[node.type].evaluate(draft, entry, node)
    if node.type == "JOIN":
        joined = evaluate_join(draft.view, entry, node)
        if joined is None:
            return False
        _end(draft, entry, node, joined.outcome, joined.manifest)
        return True
    outcome = evaluate_exclusive_join(draft.view, entry, node)
    if outcome is None:
        return False
    _end(draft, entry, node, outcome, None)
    return True


def _end(
    draft: Draft, entry: OpenEntry, node: Node, outcome: Outcome, manifest: JsonMap | None
) -> None:
    task = replace(make(draft.view, entry, draft.context), manifest=manifest)
    end_here(draft, entry, node, ended(task, outcome, draft.context.now))
