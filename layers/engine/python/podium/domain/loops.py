"""DO_WHILE: begin, next iteration, end (tasks.md 9); FOR_EACH is in ``items.py``.

The header entry of a loop holds the iteration it is in; an iteration is over when nothing open
lies inside the loop. Nothing is read for it, and nothing is written about it: a loop of 10,000
iterations costs in each of them what a loop of 10 does.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.content import input_of, new_task
from podium.domain.execution import OpenEntry, Task
from podium.domain.facts import Facts
from podium.domain.folding import end_here
from podium.domain.manifest import loop_manifest, output_of
from podium.domain.outcome import Outcome
from podium.domain.regions import Region
from podium.domain.state import graph_of
from podium.domain.status import TaskStatus
from podium.domain.tasks import do_while

if TYPE_CHECKING:
    from podium.domain.draft import Draft
    from podium.domain.graph import Graph, Node
    from podium.domain.json import Json, JsonMap

#: ``$`` with a member of it, and a member of something; matched where they begin, so that nothing is copied.
_PART = re.compile(r"\$\s*(?:\?\.|\.(?!\.)|\[\s*['\"])")
_MEMBER = re.compile(r"\s*(?:\?\.|\.|\[\s*['\"])\s*(\w+)")
#: What a condition may use of its loop's output without having it built.
_CHEAP = frozenset({"iteration", "loopIndex", "loopItem"})


def begin(draft: Draft, entry: OpenEntry, node: Node) -> None:
    """First iteration of a DO_WHILE just created; a loop over no items ends at once."""
    graph = graph_of(draft.view, node.address)
    if not graph.heads[node.address].loop:
        _end(draft, entry, node, Outcome(TaskStatus.FAILED, reason="loopOver is empty"))
        return
    items = _facts(draft, entry, node).loop_items(node)
    if items is not None and not items:
        _end(draft, entry, node, Outcome(output={"iteration": 0}))
        return
    _iterate(draft, entry, node, 1)


def reopened(entry: OpenEntry, task: Task, number: int) -> OpenEntry:  # noqa: ARG001 - see containers.Container
    """A loop goes on from the iteration it is set back to."""
    return replace(entry, loop=number)


def evaluate(draft: Draft, entry: OpenEntry, node: Node) -> bool:
    """Go on with, or end, a loop whose iteration is over; False while something in it is open."""
    graph = graph_of(draft.view, node.address)
    if Region.inside(draft, entry, node).open_in(draft):
        return False
    if draft.failed_permissive:
        bad = _failed_child(draft, entry, node, graph)
        if bad is not None:
            _end(draft, entry, node, Outcome(TaskStatus.FAILED, reason=bad.reason))
            return True
    outcome = _next(draft, entry, node, graph)
    if outcome is None:
        _iterate(draft, entry, node, entry.loop + 1)
    else:
        _end(draft, entry, node, outcome)
    return True


def _facts(draft: Draft, entry: OpenEntry, node: Node) -> Facts:
    return Facts(draft.view, draft.context.engines, node, entry.iteration)


def _iterate(draft: Draft, entry: OpenEntry, node: Node, number: int) -> None:
    draft.put(replace(entry, loop=number))
    graph = graph_of(draft.view, node.address)
    head = graph.nodes[graph.heads[node.address].loop]
    draft.creates.append((head, (*entry.iteration, number)))


def _next(draft: Draft, entry: OpenEntry, node: Node, graph: Graph) -> Outcome | None:
    """None when there is another iteration, else how the loop ends."""
    facts = _facts(draft, entry, node)
    items = facts.loop_items(node)
    if items is not None and entry.loop >= len(items):
        return Outcome()
    condition = node.task.loop_condition
    if items is not None and not (condition or "").strip():
        return None
    document = _document(draft, entry, node, graph, facts)
    outcome = do_while.condition(condition, document, draft.context.engines.script)
    if isinstance(outcome, Outcome):
        return outcome
    return None if outcome else Outcome()


def _document(
    draft: Draft, entry: OpenEntry, node: Node, graph: Graph, facts: Facts
) -> dict[str, Json]:
    """``$`` of the condition: the input, the loop's output, the latest outputs of its children.

    Only what the text of the condition names is put together.
    """
    condition = node.task.loop_condition or ""
    document: dict[str, Json] = dict(input_of(draft.view, entry, node, draft.context))
    inner = (*entry.iteration, entry.loop)
    for child in graph.of_one_run(node.address):
        if not _is_named(condition, child.ref):
            continue
        latest = draft.view.memory.latest(child.ref_at(inner), draft.view.header)
        document[child.ref] = None if latest is None else output_of(draft.view, latest)
    output: JsonMap = facts.open_output(entry)
    if not _uses_cheap_part_only(condition, node.ref):
        output = output_of(draft.view, _ended(draft, entry, node, Outcome(output=output)))
    document[node.ref] = output
    return document


def _is_named(condition: str, ref: str) -> bool:
    return ref in condition or _uses_all(condition)


def _uses_all(condition: str) -> bool:
    """``$`` is used as a whole, or indexed with something that is not a literal."""
    return any(
        _PART.match(condition, match.start()) is None for match in re.finditer(r"\$", condition)
    )


def _uses_cheap_part_only(condition: str, ref: str) -> bool:
    if _uses_all(condition):
        return False
    name = re.escape(ref)
    for match in re.finditer(rf"(?<![\w$]){name}(?!\w)['\"]?\s*\]?", condition):
        used = _MEMBER.match(condition, match.end())
        if used is None or used[1] not in _CHEAP:
            return False
    return True


def _failed_child(draft: Draft, entry: OpenEntry, node: Node, graph: Graph) -> Task | None:
    """A permissive child of this iteration that ended badly: it fails the loop (tasks.md 9)."""
    inner = (*entry.iteration, entry.loop)
    view = draft.view
    for child in graph.of_one_run(node.address):
        if not child.task.permissive or child.task.optional:
            continue
        latest = view.memory.latest(child.ref_at(inner), view.header)
        if (
            latest is not None
            and latest.seq in draft.failed_permissive
            and latest.iteration[: len(inner)] == inner
        ):
            return latest
    return None


def _end(draft: Draft, entry: OpenEntry, node: Node, outcome: Outcome) -> None:
    end_here(draft, entry, node, _ended(draft, entry, node, outcome))


def _ended(draft: Draft, entry: OpenEntry, node: Node, outcome: Outcome) -> Task:
    """The DO_WHILE task with this end; its output is a manifest of what its children left."""
    view, now = draft.view, draft.context.now
    task = replace(
        new_task(view, entry, node),
        status=outcome.status,
        reason=outcome.reason,
        input=input_of(view, entry, node, draft.context),
        started_at=entry.opened_at or now,
        updated_at=now,
        ended_at=now,
    )
    output = {"iteration": entry.loop, **outcome.output}
    if not entry.loop:
        return replace(task, output=output)
    nested = graph_of(view, node.address).of_one_run(node.address)
    keep = do_while.keep_last_n(task.input)
    return replace(task, manifest=loop_manifest(nested, entry, keep, output))
