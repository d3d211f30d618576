"""End a task: the one way on which an end reaches its item (protocol.md 3, End).

A task whose output has to meet a schema refuses a COMPLETED that nobody has checked. So a task
without a schema costs nothing more, and no end can go past the check.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.decision import Missing, MissingError
from podium.domain.retry import definition_for
from podium.domain.schemas import refused_output
from podium.domain.sizes import oversize
from podium.domain.state import node_of
from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from typing import TypedDict, Unpack

    from podium.domain.decision import Context
    from podium.domain.execution import Task, TaskEnd
    from podium.domain.ids import TaskKey
    from podium.domain.json import JsonMap
    from podium.domain.outcome import Outcome as End
    from podium.domain.state import State
    from podium.ports.bundle import Ports
    from podium.ports.executions import Outcome
    from podium.services.deciding import Deciding
    from podium.services.states import States

    class Guards(TypedDict, total=False):
        """What has to hold for the item; see ``ExecutionStore.end``."""

        inc: int | None
        epoch: int | None
        lease_before: int | None
        child: tuple[str, int] | None


class Ending:
    """Ends items, and checks what has to be checked."""

    def __init__(self, ports: Ports, states: States, deciding: Deciding) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._executions = ports.executions
        self._limits = ports.payload_limits
        self._states = states
        self._deciding = deciding

    def end(self, key: TaskKey, end: TaskEnd, **guards: Unpack[Guards]) -> Outcome:
        """As ``ExecutionStore.end``; a bad output ends the task FAILED_WITH_TERMINAL_ERROR."""
        end = self.within_limits(key, end)
        outcome = self._executions.end(key, end, **guards)
        task = outcome.task
        if outcome.applied or task is None or not _has_to_be_checked(task, end):
            return outcome
        state = self._states.recent(key.workflow_id) or self._states.fresh(key.workflow_id)
        if state is None:
            return outcome
        output = task.output if end.output is None else end.output
        refused = self._refused(state, task, output)
        if refused is not None:
            end = replace(end, status=refused.status, reason=refused.reason)
        return self._executions.end(key, end, **guards, checked=True)

    def within_limits(self, key: TaskKey, end: TaskEnd) -> TaskEnd:
        """``end``, or FAILED_WITH_TERMINAL_ERROR without the output that is over the limit."""
        what, limit = f"output of task {key.ref}", self._limits.task
        reason = None if end.output is None else oversize(what, end.output, limit)
        return end if reason is None else without_output(end, reason)

    def ended(self, state: State, task: Task) -> Task:
        """A task that is about to be put with its end, as the check leaves it."""
        if task.status is not TaskStatus.COMPLETED or not task.checks_output:
            return task
        refused = self._refused(state, task, task.output)
        if refused is None:
            return task
        return replace(task, status=refused.status, reason=refused.reason)

    def _refused(self, state: State, task: Task, output: JsonMap) -> End | None:
        def refuse(context: Context) -> tuple[End | None] | Missing:
            try:
                definition = definition_for(node_of(state, task.node), task.name, context)
            except MissingError as missing:
                return Missing(missing.needs)
            return (refused_output(definition, output, context.engines.schema),)

        (refused,) = self._deciding.settle(refuse, header=state.header, memory=state.memory)
        return refused


def without_output(end: TaskEnd, reason: str) -> TaskEnd:
    """``end`` of a task whose output cannot be taken."""
    status = TaskStatus.FAILED_WITH_TERMINAL_ERROR
    return replace(end, status=status, output={}, reason=reason, external_output_path="")


def _has_to_be_checked(task: Task, end: TaskEnd) -> bool:
    return end.status is TaskStatus.COMPLETED and task.checks_output and not task.status.is_terminal
