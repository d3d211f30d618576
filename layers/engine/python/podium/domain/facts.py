"""What expressions can name in an execution: ``workflow`` and each task by its ref (engine.md 10.3).

Only folded tasks are seen, and open loops and TRY_CATCH tasks, whose visible output (iteration,
loopIndex, loopItem; the error) follows from their header entry. A task's content is therefore the same
whenever it is computed from the same header image (protocol.md 3, Create).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.decision import MissingError, NeedEnvironment
from podium.domain.expressions import (
    EVERYTHING,
    TASK_ID,
    environment_names,
    evaluate,
    references,
)
from podium.domain.ids import TaskKey
from podium.domain.manifest import open_try_output, output_of
from podium.domain.outcome import TerminateWorkflowError
from podium.domain.roots import task_members, workflow_members
from podium.domain.scopes import reference_name
from podium.domain.state import node_of, refs_from
from podium.domain.status import TaskStatus
from podium.domain.tasks import do_while, for_each

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from podium.domain.decision import Need
    from podium.domain.engines import Engines, PathEngine
    from podium.domain.execution import OpenEntry, Task
    from podium.domain.graph import Node
    from podium.domain.json import Json, JsonMap
    from podium.domain.state import State


class Facts:
    """The Lookup of one execution, as the task ``node`` sees it in ``iteration``."""

    def __init__(
        self,
        state: State,
        engines: Engines,
        node: Node | None = None,
        iteration: tuple[int, ...] = (),
        own: TaskKey | None = None,
    ) -> None:
        """Without ``node``: as seen from the top. ``own`` gives ``${CPEWF_TASK_ID}`` a value."""
        self._state = state
        self._engines = engines
        self._node = node
        self._iteration = iteration
        self._own = own
        #: Loops whose items are being evaluated: an item cannot be made from itself.
        self._within: set[str] = set()

    @property
    def paths(self) -> PathEngine:
        """The engine for paths that are not plain."""
        return self._engines.path

    def value(self, template: Json) -> Json:
        """``template`` with its expressions evaluated; raises MissingError for all it lacks.

        Raises TerminateWorkflowError, which names the task, for a path that is cut off.
        """
        try:
            return evaluate(template, self, self._engines.path)
        except MissingError as missing:
            raise MissingError(*missing.needs, *self._needs(template)) from None
        except TerminateWorkflowError as error:
            if self._node is None:
                raise
            ref = self._node.task.task_reference_name
            raise TerminateWorkflowError(f"{error} in task {ref}") from error

    def _needs(self, template: Json) -> Iterator[Need]:
        """What the roots of ``template`` need: loaded at once, not one decision after the other."""
        for name in references(template) - {EVERYTHING}:
            try:
                self.root(name)
            except MissingError as missing:
                yield from missing.needs
        known = self._engines.environment
        yield from (NeedEnvironment(name) for name in environment_names(template) - known.keys())

    def root(self, name: str) -> Json:
        """Value of a root (expressions.Lookup)."""
        if name == "workflow":
            return workflow_facts(self._state)
        if name == TASK_ID:
            return None if self._own is None else self._own.task_id
        for ref in refs_from(self._state, name, self._node, self._iteration):
            found = self._found(ref)
            if found is not None:
                return found
        return None

    def everything(self) -> JsonMap:
        """All roots (expressions.Lookup)."""
        tasks = self._state.memory.all(self._state.header)
        holders = [entry for entry in self._state.header.open if _is_container(entry)]
        names = {task.reference_name for task in tasks}
        names |= {reference_name(self._state.graph.ref(entry)) for entry in holders}
        found = {name: self.root(name) for name in sorted(names)}
        roots = {name: value for name, value in found.items() if value is not None}
        return {"workflow": workflow_facts(self._state), **roots}

    def environment(self, name: str) -> str | None:
        """Text of a variable, None when there is no such (expressions.Lookup)."""
        known = self._engines.environment
        if name not in known:
            raise MissingError(NeedEnvironment(name))
        return known[name]

    def _found(self, ref: str) -> Json:
        task = self._state.memory.latest(ref, self._state.header)
        holder = self._open_container(ref)
        if holder is not None and (task is None or task.seq < holder.seq):
            return self._container_facts(holder)
        return None if task is None else self._task_facts(task)

    def _open_container(self, ref: str) -> OpenEntry | None:
        found = None
        for entry in self._state.header.open:
            if self._state.graph.ref(entry) == ref and _is_container(entry):
                found = entry
        return found

    def _task_facts(self, task: Task) -> dict[str, Json]:
        state = self._state
        seen = replace(task, status=seen_status(state, task), output=output_of(state, task))
        key = TaskKey(state.header.workflow_id, task.ref, task.seq)
        return task_members(seen, key.task_id, key.workflow_id, state.start.correlation_id)

    def _container_facts(self, entry: OpenEntry) -> dict[str, Json]:
        state, ref = self._state, self._state.graph.ref(entry)
        key = TaskKey(state.header.workflow_id, ref, entry.seq)
        return {
            "output": self.open_output(entry),
            "taskType": node_of(state, entry.node).type,
            "status": TaskStatus.IN_PROGRESS.value,
            "referenceTaskName": reference_name(ref),
            "retryCount": entry.attempt,
            "correlationId": state.start.correlation_id,
            "workflowInstanceId": state.header.workflow_id,
            "taskId": key.task_id,
            "iteration": entry.loop,
        }

    def open_output(self, entry: OpenEntry) -> dict[str, Json]:
        """Visible output of an open container.

        Of a loop: iteration and, over a list, loopIndex and loopItem. Of a FOR_EACH every item sees
        its own; from outside only how many have begun is seen. Of a TRY_CATCH: the error.
        """
        if entry.part:
            return open_try_output(self._state, entry)
        node, ref = node_of(self._state, entry.node), self._state.graph.ref(entry)
        if node.type == "FOR_EACH":
            return self._item_output(entry, ref)
        output: dict[str, Json] = {"iteration": entry.loop}
        if ref in self._within:
            return output
        self._within.add(ref)
        try:
            items = self.loop_items(node)
        finally:
            self._within.discard(ref)
        return output if items is None else {**output, **_item(items, entry.loop)}

    def _item_output(self, entry: OpenEntry, ref: str) -> dict[str, Json]:
        depth = len(entry.iteration)
        own = None if self._node is None else self._node.loops[depth : depth + 1]
        if own != (entry.node,):
            return {"iteration": entry.loop}
        number = self._iteration[depth]
        items = for_each.plan(self._state.memory.task(ref, entry.seq).input).items
        return {"iteration": number, **_item(items, number)}

    def loop_items(self, loop: Node) -> list[Json] | None:
        """Present items of a DO_WHILE over a list; None for a loop without a list."""
        return do_while.items(loop.task, self.value)


def _is_container(entry: OpenEntry) -> bool:
    return entry.loop > 0 or entry.part > 0


def _item(items: Sequence[Json], number: int) -> dict[str, Json]:
    index = number - 1
    return {"loopIndex": index, "loopItem": items[index] if index < len(items) else None}


def workflow_facts(state: State) -> dict[str, Json]:
    """Value of the root ``workflow``."""
    return workflow_members(state.header, state.start, state.variables)


def seen_status(state: State, task: Task) -> TaskStatus:
    """Status of a task as everybody sees it.

    Its item keeps how it ended. That an optional task which ended badly counts as
    COMPLETED_WITH_ERRORS is a fact of the fold, derived here (engine.md 6, tasks.md 0).
    """
    if task.status.is_successful or state.header.entry(task.seq) is not None:
        return task.status
    if not node_of(state, task.node).task.optional:
        return task.status
    return TaskStatus.COMPLETED_WITH_ERRORS if not _is_retried(state, task) else task.status


def _is_retried(state: State, task: Task) -> bool:
    return any(
        entry.node == task.node
        and entry.iteration == task.iteration
        and entry.attempt > task.attempt
        for entry in state.header.open
    )
