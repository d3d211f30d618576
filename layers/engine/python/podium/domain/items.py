"""FOR_EACH: begin, next item, end (docs/task-types.md).

The items are looked up once, when the task begins, and its item is written with that decision: from
then on they are a fact that anybody can read. The header entry holds how many items have begun.
Which of them are in progress is seen from the open entries inside, so an item costs the same
whether there are ten of them or ten thousand.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.content import ended, input_of, new_task
from podium.domain.facts import Facts
from podium.domain.folding import end_here
from podium.domain.manifest import count_failures, items_manifest
from podium.domain.outcome import Outcome
from podium.domain.regions import Region
from podium.domain.state import graph_of
from podium.domain.status import TaskStatus
from podium.domain.tasks import for_each

if TYPE_CHECKING:
    from podium.domain.draft import Draft
    from podium.domain.execution import OpenEntry, Task
    from podium.domain.graph import Node
    from podium.domain.json import JsonMap


def begin(draft: Draft, entry: OpenEntry, node: Node) -> None:
    """A FOR_EACH just created: its items are fixed; over none of them it ends at once."""
    task_input = _input(draft, entry, node)
    problems = for_each.problems(task_input)
    if not graph_of(draft.view, node.address).heads[node.address].loop:
        problems.append("loopOver is empty")
    if problems:
        failure = Outcome(TaskStatus.FAILED_WITH_TERMINAL_ERROR, reason="; ".join(problems))
        _end(draft, entry, node, task_input, failure)
    elif not for_each.plan(task_input).items:
        _end(draft, entry, node, task_input, Outcome())
    else:
        task = _task(draft, entry, node, task_input)
        draft.end_task(replace(task, status=TaskStatus.IN_PROGRESS))


def reopened(entry: OpenEntry, task: Task, number: int) -> OpenEntry:  # noqa: ARG001 - see containers.Container
    """Items do not follow from each other: those that have begun stay as they are."""
    return replace(entry, loop=entry.loop or len(for_each.plan(task.input).items))


def evaluate(draft: Draft, entry: OpenEntry, node: Node) -> bool:
    """Begin another item, or end; False while as many as may be are in progress."""
    ref = draft.view.graph.ref(entry)
    task_input = draft.memory.task(ref, entry.seq).input
    plan = for_each.plan(task_input)
    depth, inside = len(entry.iteration), Region.inside(draft, entry, node)
    busy = {other.iteration[depth] for other in inside.open_in(draft)}
    if len(busy) < plan.concurrency and entry.loop < len(plan.items):
        number = entry.loop + 1
        draft.put(replace(entry, loop=number))
        graph = graph_of(draft.view, node.address)
        head = graph.nodes[graph.heads[node.address].loop]
        draft.creates.append((head, (*entry.iteration, number)))
        return True
    if busy:
        return False
    if plan.goes_on and entry.inc:
        # Some of the failures that were counted may have been made good.
        entry = replace(entry, failed=_failures(draft, entry, node))
    _end(draft, entry, node, task_input, _outcome(entry))
    return True


def _failures(draft: Draft, entry: OpenEntry, node: Node) -> int:
    graph, ref = graph_of(draft.view, node.address), draft.view.graph.ref(entry)
    return count_failures(draft.view, items_manifest(graph, node, entry, ref))


def _outcome(entry: OpenEntry) -> Outcome:
    if not entry.failed:
        return Outcome()
    reason = f"{entry.failed} failures in {entry.loop} items"
    return Outcome(TaskStatus.COMPLETED_WITH_ERRORS, reason=reason)


def _input(draft: Draft, entry: OpenEntry, node: Node) -> JsonMap:
    facts = Facts(draft.view, draft.context.engines, node, entry.iteration)
    evaluated = input_of(draft.view, entry, node, draft.context)
    return for_each.given_input(node.task, evaluated, facts.value)


def _task(draft: Draft, entry: OpenEntry, node: Node, task_input: JsonMap) -> Task:
    now = draft.context.now
    task = new_task(draft.view, entry, node)
    return replace(task, input=task_input, started_at=entry.opened_at or now)


def _end(draft: Draft, entry: OpenEntry, node: Node, task_input: JsonMap, outcome: Outcome) -> None:
    """The output is a manifest of what the items left."""
    task = ended(_task(draft, entry, node, task_input), outcome, draft.context.now)
    if outcome.status.is_successful:
        graph = graph_of(draft.view, node.address)
        task = replace(task, manifest=items_manifest(graph, node, entry, task.ref))
    end_here(draft, entry, node, task)
