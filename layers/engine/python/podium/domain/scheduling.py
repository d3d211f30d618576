"""Create tasks, and run those that start and end within a decision (engine.md 3, steps 9 and 10).

A task that the decision runs itself is a DUE entry until it has ended: where a decision is cut at
its budget, the rest simply stays due and is the next decision (protocol.md 3, (23)).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.computing import compute
from podium.domain.containers import CONTAINERS
from podium.domain.content import ended, input_of, new_task, oversized
from podium.domain.draft import Draft, Ending
from podium.domain.execution import Kind, OpenEntry
from podium.domain.folding import end_here, go_on, refuse
from podium.domain.forking import branch_heads, dynamic_branches, refuse_too_many, stored
from podium.domain.ids import TaskKey
from podium.domain.outcome import Outcome, TerminateWorkflowError
from podium.domain.schemas import refused_input, refused_output
from podium.domain.state import FORKED_DEFS, FORKED_REFS, graph_of
from podium.domain.task_types import BRANCHING, CHOICES, FORKS, WITHOUT_INPUT, kind_of
from podium.domain.tasks import decision, switch, terminate

if TYPE_CHECKING:
    from podium.domain.engines import SchemaEngine
    from podium.domain.execution import Task
    from podium.domain.graph import Node
    from podium.domain.json import Json, JsonMap


def create(draft: Draft, node: Node, iteration: tuple[int, ...]) -> None:
    """Open the entry of a task; a branching task is unfolded at once, so that its children follow it."""
    kind = kind_of(node.type)
    entry = draft.add(node, kind, iteration)
    try:
        if node.type in CONTAINERS:
            CONTAINERS[node.type].begin(draft, entry, node)
        elif kind is Kind.DUE and node.type in BRANCHING and draft.has_budget:
            run(draft, entry)
        elif kind is Kind.DUE:
            draft.due.append(entry.seq)
    except TerminateWorkflowError as error:
        if not refuse(draft, entry, error):
            raise


def step_over(draft: Draft, node: Node, iteration: tuple[int, ...]) -> None:
    """Go on behind a task that an operator skipped; with a fork its JOIN is skipped."""
    graph = graph_of(draft.view, node.address)
    join = graph.join_of(node) if node.type in FORKS else None
    go_on(draft, join or node, iteration)


def defer(draft: Draft, node: Node, iteration: tuple[int, ...]) -> None:
    """Leave the creation of a task to the next decision."""
    draft.due.append(draft.add(node, Kind.DUE, iteration).seq)


def run(draft: Draft, entry: OpenEntry) -> None:
    """Run a DUE entry to its end.

    A deferred task of a type that outlives decisions is created instead, under a new number: an
    entry that was in the header before would not be seen as added. Raises MissingError, and
    TerminateWorkflowError when the workflow must fail: the entry then stays due, so that a retry
    of the workflow tries it again.
    """
    node = draft.node(entry)
    if kind_of(node.type) is not Kind.DUE:
        draft.drop(entry)
        create(draft, node, entry.iteration)
    elif node.type in FORKS:
        _fork(draft, entry, node)
    elif node.type in CHOICES:
        _choose(draft, entry, node)
    elif node.type == "TERMINATE":
        _terminate(draft, entry, node)
    else:
        _compute(draft, entry, node)


def _task(draft: Draft, entry: OpenEntry, node: Node, task_input: JsonMap) -> Task:
    settled = replace(entry, kind=Kind.FLOW)
    kept: JsonMap = {} if node.type in WITHOUT_INPUT else task_input
    return replace(new_task(draft.view, settled, node), input=kept)


def _is_too_large(draft: Draft, entry: OpenEntry, node: Node, task: Task) -> bool:
    """The task's input is over the limit: then it has ended with that reason."""
    refused = oversized(task, draft.context, draft.context.now)
    if refused is not None:
        end_here(draft, entry, node, refused)
    return refused is not None


def _compute(draft: Draft, entry: OpenEntry, node: Node) -> None:
    task_input = input_of(draft.view, entry, node, draft.context)
    task = _task(draft, entry, node, task_input)
    if _is_too_large(draft, entry, node, task):
        return
    engines, limits = draft.context.engines, draft.context.payload_limits
    outcome = refused_input(node.task.task_definition, task_input, engines.schema)
    if outcome is None:
        computed = compute(node.type, task_input, draft.variables, engines, limits)
        outcome = _checked(node, computed.outcome, engines.schema)
        if computed.variables is not None and outcome.status.is_successful:
            draft.set_variables(computed.variables)
    end_here(draft, entry, node, ended(task, outcome, draft.context.now))


def _checked(node: Node, outcome: Outcome, engine: SchemaEngine) -> Outcome:
    if not outcome.status.is_successful:
        return outcome
    return refused_output(node.task.task_definition, outcome.output, engine) or outcome


def _terminate(draft: Draft, entry: OpenEntry, node: Node) -> None:
    task_input = input_of(draft.view, entry, node, draft.context)
    task = _task(draft, entry, node, task_input)
    if _is_too_large(draft, entry, node, task):
        return
    outcome = terminate.run(task_input)
    task = ended(task, outcome, draft.context.now)
    if not outcome.status.is_successful:
        end_here(draft, entry, node, task)
        return
    draft.end_task(task)
    draft.drop(entry)
    key = TaskKey(draft.state.header.workflow_id, task.ref, task.seq)
    reason = terminate.reason_of(task_input, key.task_id)
    draft.end(Ending(terminate.status_of(task_input), reason, task.seq, outcome.output))


def _choose(draft: Draft, entry: OpenEntry, node: Node) -> None:
    """SWITCH or DECISION: the first task of the chosen case is created right behind it."""
    task_input = input_of(draft.view, entry, node, draft.context)
    task = _task(draft, entry, node, task_input)
    if _is_too_large(draft, entry, node, task):
        return
    choose = switch.choose if node.type == "SWITCH" else decision.choose
    chosen = choose(node.task, task_input, draft.context.engines.script)
    if not chosen.outcome.status.is_successful:
        end_here(draft, entry, node, ended(task, chosen.outcome, draft.context.now))
        return
    graph = graph_of(draft.view, node.address)
    head = graph.case_head(node, chosen.case)
    extra: dict[str, Json] = {"case": chosen.case}
    if head:
        extra["hasChildren"] = "true"
    task = replace(task, input={**task.input, **extra})
    task = ended(task, chosen.outcome, draft.context.now)
    draft.end_task(task)
    draft.drop(entry)
    if head:
        draft.creates.appendleft((graph.nodes[head], entry.iteration))
    else:
        go_on(draft, node, entry.iteration)


def _fork(draft: Draft, entry: OpenEntry, node: Node) -> None:
    """FORK, the heads of its branches and its JOIN, in this order (tasks.md 5, 6)."""
    graph = graph_of(draft.view, node.address)
    join = graph.join_of(node)
    if join is None:
        raise TerminateWorkflowError(
            "Fork task definition is not followed by a join task.  Check the blueprint"
        )
    task_input = input_of(draft.view, entry, node, draft.context)
    refs = [""] * len(graph.heads[node.address].branches)
    if node.type == "FORK_JOIN_DYNAMIC":
        branches = dynamic_branches(draft, entry, node, task_input)
        refs = [branch.task_reference_name for branch in branches]
        task_input = {
            **task_input,
            FORKED_REFS: refs,
            FORKED_DEFS: [stored(branch) for branch in branches],
        }
    refuse_too_many(draft, node, refs)
    task = _task(draft, entry, node, task_input)
    refused = oversized(task, draft.context, draft.context.now)
    if refused is not None:
        raise TerminateWorkflowError(refused.reason)
    task = ended(task, Outcome(), draft.context.now)
    draft.end_task(task)
    draft.drop(entry)
    heads = branch_heads(draft.view, node, task)
    draft.creates.extendleft((head, entry.iteration) for head in reversed((*heads, join)))
