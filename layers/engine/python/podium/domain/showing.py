"""Tasks as a reader sees them: outputs that are directions are built (``manifest.py``)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.decision import MissingError
from podium.domain.facts import seen_status
from podium.domain.manifest import loop_manifest, open_try_output, output_of
from podium.domain.masking import MASK, mask_fields
from podium.domain.memory import TaskMemory
from podium.domain.state import State, graph_of
from podium.domain.status import TaskStatus
from podium.domain.tasks.do_while import keep_last_n

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.domain.decision import ExecutionView
    from podium.domain.definitions import WorkflowDef
    from podium.domain.execution import Task
    from podium.domain.graph import Graph
    from podium.domain.json import JsonMap


def state_of(view: ExecutionView, graph: Graph) -> State:
    """The state at ``view``, whose memory holds its ended tasks; ``graph`` is its definition's."""
    memory = TaskMemory()
    memory.remember_all(task for task in view.tasks if task.status.is_terminal)
    return State(view.header, graph, view.start, view.variables, memory)


def shown_tasks(state: State, tasks: Sequence[Task]) -> tuple[Task, ...]:
    """``tasks`` with real outputs; a loop under way shows the iterations it has behind it.

    An optional task that ended badly is COMPLETED_WITH_ERRORS, but for the attempts that another
    one has replaced (engine.md 6).
    """
    retried = {task.retried_seq for task in tasks}
    return tuple(_shown(state, task, is_last=task.seq not in retried) for task in tasks)


def masked(view: ExecutionView) -> ExecutionView:
    """``view`` for everybody who is not the worker of a task: ``***`` under each of the definition's
    maskedFields, in inputs, outputs and variables, at any depth.
    """
    if not view.definition.masked_fields:
        return view
    return replace(
        view,
        start=replace(
            view.start,
            input=masked_map(view.definition, view.start.input),
            external_input_path=None,
        ),
        variables=masked_map(view.definition, view.variables),
        output=masked_map(view.definition, view.output),
        tasks=tuple(
            replace(
                task,
                input=masked_map(view.definition, task.input),
                output=masked_map(view.definition, task.output),
                external_input_path="",
                external_output_path="",
            )
            for task in view.tasks
        ),
    )


def masked_map(definition: WorkflowDef, value: JsonMap) -> JsonMap:
    """A payload of an execution of ``definition``, as everybody may see it."""
    fields = frozenset(definition.masked_fields)
    return {
        key: MASK if key in fields else mask_fields(item, fields) for key, item in value.items()
    }


def _shown(state: State, task: Task, *, is_last: bool) -> Task:
    try:
        task = _under_way(state, task)
        if is_last and (status := seen_status(state, task)) is not task.status:
            task = replace(task, status=status)
        output = output_of(state, task)
    except MissingError:
        # What it points to was removed since (keepLastN, retention).
        return task
    return task if output is task.output else replace(task, output=output)


def _under_way(state: State, task: Task) -> Task:
    """An open loop with the iteration it is in, a DO_WHILE with what it would leave if it ended now;
    an open TRY_CATCH with its error.

    An HTTP_POLL is IN_PROGRESS from its first poll on, also while it waits in its queue.
    """
    if task.type == "HTTP_POLL" and task.epoch and task.status is TaskStatus.SCHEDULED:
        return replace(task, status=TaskStatus.IN_PROGRESS)
    entry = state.header.entry(task.seq)
    if task.manifest is not None or entry is None:
        return task
    if entry.part:
        return replace(task, output=open_try_output(state, entry))
    if not entry.loop:
        return task
    task = replace(task, output={**task.output, "iteration": entry.loop})
    if task.type != "DO_WHILE":
        return task
    nested = graph_of(state, entry.node).of_one_run(entry.node)
    manifest = loop_manifest(nested, entry, keep_last_n(task.input), {})
    return replace(task, manifest=manifest)
