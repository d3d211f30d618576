"""Ask the domain, and load what it says is missing.

The domain never reads: a decision that lacks a task or a definition answers Missing. Here it is
loaded and the decision made again, from the beginning, on the same state.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from podium.domain.decision import (
    Context,
    Missing,
    Need,
    NeedAll,
    NeedCached,
    NeedEnvironment,
    NeedFamily,
    NeedGiven,
    NeedHistory,
    NeedLatest,
    NeedMessages,
    NeedPollers,
    NeedTask,
    NeedTaskDef,
    NeedWorkflowDef,
)
from podium.domain.ids import TaskKey
from podium.domain.schemas import named_schemas, with_schemas
from podium.domain.start import embed
from podium.errors import DefectError
from podium.services.allowance import Allowance
from podium.services.ended import latest_folded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from podium.domain.caching import CachedResult
    from podium.domain.definitions import TaskDef, WorkflowDef, WorkflowTask
    from podium.domain.execution import Header, Task
    from podium.domain.memory import TaskMemory
    from podium.ports.bundle import Ports

T = TypeVar("T")

#: Rounds of "missing, load, again"; each names something new, so more is a defect.
MAX_ROUNDS = 1000


def jitter(seed: str) -> float:
    """Fraction in [0, 1) that depends on ``seed`` only (Context.jitter)."""
    digest = hashlib.sha256(seed.encode()).digest()
    return int.from_bytes(digest[:6], "big") / float(1 << 48)


class Deciding:
    """Runs pure steps of the domain with everything they ask for."""

    def __init__(self, ports: Ports) -> None:
        """Keep the ports to load from."""
        self._ports = ports

    def settle(
        self,
        step: Callable[[Context], T | Missing],
        *,
        header: Header | None = None,
        memory: TaskMemory | None = None,
    ) -> T:
        """Call ``step`` until it does not answer Missing; definitions and tasks are loaded between.

        ``header`` and ``memory`` belong to the execution that tasks are asked of.
        """
        workflow_defs: dict[tuple[str, int | None], WorkflowDef | None] = {}
        task_defs: dict[str, TaskDef | None] = {}
        variables: dict[str, str | None] = {}
        cached: dict[str, CachedResult | None] = {}
        pollers: dict[str, dict[str, int]] = {}
        allowance = Allowance(self._ports.clock)
        context = Context(
            now=self._ports.clock.now(),
            engines=replace(allowance.measured(self._ports.engines), environment=variables),
            jitter=jitter,
            workflow_defs=workflow_defs,
            task_defs=task_defs,
            cached=cached,
            pollers=pollers,
            payload_limits=self._ports.payload_limits,
        )
        for _ in range(MAX_ROUNDS):
            answer = step(context)
            if not isinstance(answer, Missing):
                return answer
            self._load_definitions(answer.needs, workflow_defs, task_defs)
            self._load_variables(answer.needs, variables)
            for need in answer.needs:
                if isinstance(need, NeedCached):
                    cached[need.key] = self._ports.executions.cached_result(need.key)
                elif isinstance(need, NeedPollers):
                    found = self._ports.polls.of(need.task_type)
                    pollers[need.task_type] = {poll.domain: poll.at for poll in found}
            if header is not None and memory is not None:
                self._load_tasks(answer.needs, header, memory)
            if header is not None:
                context = self._with_messages(answer.needs, header, context)
        message = f"a decision asked for more than {MAX_ROUNDS} times"
        raise DefectError(message)

    def _load_definitions(
        self,
        needs: frozenset[Need],
        workflow_defs: dict[tuple[str, int | None], WorkflowDef | None],
        task_defs: dict[str, TaskDef | None],
    ) -> None:
        names = sorted({need.name for need in needs if isinstance(need, NeedTaskDef)})
        if names:
            found = self._ports.definitions.tasks(names)
            for name in names:
                task_def = found.get(name)
                task_defs[name] = None if task_def is None else self._with_schemas(task_def)
        for need in needs:
            if isinstance(need, NeedWorkflowDef):
                found_workflow = self._ports.definitions.workflow(need.name, need.version)
                workflow_defs[need.name, need.version] = found_workflow

    def with_schemas(self, definition: WorkflowDef) -> WorkflowDef:
        """``definition`` with the registered schemas that it enforces by name; a GetItem each."""
        if not (named := named_schemas(definition)):
            return definition
        found = {each: self._ports.schemas.get(*each) for each in named}

        def whole(task: WorkflowTask) -> TaskDef | None:
            own = task.task_definition
            return None if own is None else with_schemas(own, found)

        tasks = tuple(embed(task, whole, replaces=True) for task in definition.tasks)
        return replace(with_schemas(definition, found), tasks=tasks)

    def _with_schemas(self, definition: TaskDef) -> TaskDef:
        if not (named := named_schemas(definition)):
            return definition
        return with_schemas(definition, {each: self._ports.schemas.get(*each) for each in named})

    def _load_variables(self, needs: frozenset[Need], variables: dict[str, str | None]) -> None:
        names = sorted({need.name for need in needs if isinstance(need, NeedEnvironment)})
        if names:
            variables.update(self._ports.environment.find(names))

    def _with_messages(self, needs: frozenset[Need], header: Header, context: Context) -> Context:
        for need in needs:
            if isinstance(need, NeedMessages):
                inbox = self._ports.messages.read_inbox(
                    header.workflow_id,
                    need.generation,
                    need.after,
                    need.count,
                    need.weight,
                    context.now,
                )
                context = replace(context, inbox=inbox)
        return context

    def _load_tasks(self, needs: frozenset[Need], header: Header, memory: TaskMemory) -> None:
        executions, workflow_id = self._ports.executions, header.workflow_id
        for need in needs:
            match need:
                case NeedLatest(ref, before):
                    memory.remember_latest(ref, latest_folded(executions, header, ref, before))
                case NeedTask(ref, seq):
                    memory.remember(self._task(header, ref, seq))
                case NeedHistory(ref):
                    found = executions.read_history(workflow_id, ref)
                    memory.remember_history(ref, _folded(header, found))
                case NeedFamily(family):
                    tasks = executions.read_family(workflow_id, family)
                    memory.remember_family(family, _folded(header, tasks))
                case NeedGiven(seq):
                    memory.remember_given(seq, executions.read_given(workflow_id, seq))
                case NeedAll():
                    memory.remember_all(_folded(header, executions.read_tasks(workflow_id)))
                case _:
                    pass

    def _task(self, header: Header, ref: str, seq: int) -> Task:
        key = TaskKey(header.workflow_id, ref, seq)
        task = self._ports.executions.read_task(key, consistent=True)
        if task is None:
            message = f"task {key.task_id} is folded but has no item"
            raise DefectError(message)
        return task


def _folded(header: Header, tasks: Iterable[Task]) -> list[Task]:
    """Facts among ``tasks``: an end that is not folded may yet be taken back (protocol.md 7)."""
    return [task for task in tasks if task.status.is_terminal and header.entry(task.seq) is None]
