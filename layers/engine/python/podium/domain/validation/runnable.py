"""What the peer lets in and can never run to an end; refused here (docs/parity.md, invariant 9).

These rules hold everywhere: in loops and in inline sub-workflow definitions, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from podium.domain.definitions import WorkflowDef
from podium.domain.expressions import excerpt
from podium.domain.scopes import MARK
from podium.domain.task_types import CONTAINER_TYPES, UNSUPPORTED
from podium.domain.validation.places import MAX_NESTING, places
from podium.errors import Violation

if TYPE_CHECKING:
    from podium.domain.definitions import WorkflowTask
    from podium.domain.validation.places import Place

#: What the peer says when such a fork is to be scheduled (tasks.md 5, 6).
_NO_JOIN = {
    "FORK_JOIN": "Fork task definition is not followed by a join task.  Check the blueprint",
    "FORK_JOIN_DYNAMIC": "Dynamic join definition is not followed by a join task.  "
    "Check the workflow definition.",
}
#: In the order in which they run.
_PARTS = ("tryTasks", "catchTasks", "finallyTasks")
#: Types with an evaluatorType, on the task or among its input parameters.
_EVALUATED = frozenset({"DO_WHILE", "INLINE", "SWITCH"})


def duplicate_references(definition: WorkflowDef, prefix: str) -> Iterator[Violation]:
    """One violation for each further task with a reference name that is taken already."""
    taken: set[str] = set()
    for each in places(definition.tasks, prefix):
        reference = each.task.task_reference_name
        if reference in taken:
            message = (
                f"taskReferenceName: {reference} should be unique across tasks "
                f"for a given workflowDefinition: {definition.name}"
            )
            yield Violation(prefix, message, place=f"{each.path}.taskReferenceName")
        taken.add(reference)


def runnable_violations(
    definition: WorkflowDef, prefix: str, level: int = 0
) -> Iterator[Violation]:
    """Why ``definition`` could not run; ``level`` is how deep in other definitions it is written."""
    found = tuple(places(definition.tasks, prefix))
    by_ref = {place.task.task_reference_name: place for place in found}
    for place in found:
        if level + len(place.steps) > MAX_NESTING:
            message = f"workflow definition is nested more than {MAX_NESTING} levels deep"
            yield Violation(prefix, message)
            return
        for message in _task_problems(place, by_ref):
            yield Violation(place.path, message)
        inline = _inline_definition(place.task)
        if inline is not None:
            path = f"{place.path}.subWorkflowParam.workflowDefinition"
            yield from _inline_violations(inline, path, level + len(place.steps))


def _inline_violations(definition: WorkflowDef, path: str, level: int) -> Iterator[Violation]:
    yield from duplicate_references(definition, path)
    for place in places(definition.tasks, path):
        if not place.task.task_reference_name:
            message = "WorkflowTask taskReferenceName name cannot be empty or null"
            yield Violation(f"{place.path}.taskReferenceName", message)
    yield from runnable_violations(definition, path, level)


def _inline_definition(task: WorkflowTask) -> WorkflowDef | None:
    params = task.sub_workflow_param
    if task.type != "SUB_WORKFLOW" or params is None:
        return None
    inline = params.workflow_definition
    return inline if isinstance(inline, WorkflowDef) else None


def _task_problems(place: Place, by_ref: Mapping[str, Place]) -> Iterator[str]:
    task = place.task
    if MARK in task.task_reference_name or MARK in task.name:
        yield f"name and taskReferenceName must not contain U+001F, taskName: {excerpt(task.name)}"
    if task.type in UNSUPPORTED:
        yield (
            f"taskType: {task.type} is known but not supported yet, and no worker could poll it, "
            f"taskName: {task.name}"
        )
    if task.type in _EVALUATED and "python" in (
        task.evaluator_type,
        task.input_parameters.get("evaluatorType"),
    ):
        yield (
            "evaluatorType: python is not supported, use javascript or graaljs, "
            f"taskType: {task.type} taskName: {task.name}"
        )
    following = place.following
    if task.type in _NO_JOIN and (following is None or following.type != "JOIN"):
        yield _NO_JOIN[task.type]
    yield from _join_problems(place, by_ref)


def _join_problems(place: Place, by_ref: Mapping[str, Place]) -> Iterator[str]:
    """References of a join that name no task, or one that cannot end before the join."""
    task = place.task
    if task.type == "EXCLUSIVE_JOIN":
        # One that exists is enough: the others are passed over (tasks.md 8).
        references = (*task.join_on, *task.default_exclusive_join_task)
        if by_ref.keys().isdisjoint(references):
            names = ", ".join(references)
            yield f"joinOn: [{names}] names no task of the definition, taskName: {task.name}"
        return
    preceding = place.preceding
    if task.type != "JOIN" or (preceding is not None and preceding.type == "FORK_JOIN_DYNAMIC"):
        # A dynamic fork says itself what its join waits for.
        return
    for reference in task.join_on:
        target = by_ref.get(reference)
        if target is None:
            yield f"joinOn: {reference} is not defined in workflow definition, taskName: {task.name}"
        elif not target.items <= place.items:
            yield f"joinOn: {reference} belongs to the items of a FOR_EACH, taskName: {task.name}"
        elif _never_ends_before(target, place):
            yield f"joinOn: {reference} cannot end before this task, taskName: {task.name}"


def _never_ends_before(target: Place, join: Place) -> bool:
    """Waiting for ``target`` in ``join`` would be waiting for ever, whatever happens."""
    depth = next(
        (
            depth
            for depth, (mine, other) in enumerate(zip(join.steps, target.steps, strict=False))
            if mine != other
        ),
        min(len(join.steps), len(target.steps)),
    )
    # A fork between the two lets the flow go on beside the join.
    if any(step.owner == "FORK_JOIN" for step in join.steps[depth + 1 :]):
        return False
    if depth == len(target.steps):
        # The join itself, or a task around it.
        return target is join or target.task.type in CONTAINER_TYPES
    mine, other = join.steps[depth], target.steps[depth]
    if mine.label != other.label and mine.owner == "TRY_CATCH":
        return _PARTS.index(other.label) > _PARTS.index(mine.label)
    if mine.label != other.label:
        # Another branch of a fork ends in its own time; another case of a switch never starts.
        return mine.owner != "FORK_JOIN"
    return other.position > mine.position
