"""React to a message: run the actions of the handlers of its event (engine.md 19.3).

A message may come twice, late, or while another process is at it. What became of an action is noted
before and after it, so it runs once; one that a crash interrupted runs again, in such a way that it
finds its own traces: the same workflow id, the same task.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from podium.domain.children import StartSpec
from podium.domain.engines import EngineError
from podium.domain.events.commands import (
    EndTask,
    TerminateWorkflow,
    UpdateVariables,
    command,
)
from podium.domain.events.conditions import is_met
from podium.domain.events.executions import (
    EventExecution,
    EventStatus,
    execution_of,
    started_workflow_id,
)
from podium.domain.events.status_queues import StatusUpdate, is_status_event, status_update
from podium.domain.ids import TaskKey, parse_task_id
from podium.domain.requests import TaskResult
from podium.errors import (
    ConflictError,
    DefectError,
    NotFoundError,
    PodiumError,
    TransientError,
)
from podium.services.open_tasks import OpenTask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from podium.domain.events.handler import EventHandler
    from podium.domain.events.message import EventMessage
    from podium.domain.json import Json, JsonMap
    from podium.ports.bundle import Ports
    from podium.services.following import Following
    from podium.services.open_tasks import OpenTasks
    from podium.services.operating import Operating
    from podium.services.starting import Starting
    from podium.services.updating import Updating

logger = logging.getLogger(__name__)

T = TypeVar("T")

#: Seconds until a message is looked at again whose task has not come up yet.
EARLY_SECONDS = 15
#: How long (ms) a task may take to come up after a message for it.
EARLY_FOR = 10 * 60_000

#: Longest text of an exception that is kept.
_LONGEST = 1000


class _EarlyError(NotFoundError):
    """The execution is running, and has not come to the task yet."""


class Reacting:
    """Runs actions."""

    def __init__(
        self,
        ports: Ports,
        starting: Starting,
        following: Following,
        open_tasks: OpenTasks,
        updating: Updating,
        operating: Operating,
    ) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._starting = starting
        self._following = following
        self._open_tasks = open_tasks
        self._updating = updating
        self._operating = operating

    def react(self, message: EventMessage) -> int:
        """Run the actions of every active handler; how many there are that listen.

        A default queue listens to its own messages. A message for a task that has yet to come up is
        sent again, for a while. Raises TransientError when something has to be tried again, once all
        else is done.
        """
        if is_status_event(message.event):
            is_early = self._finish(message)
            active = 1
        else:
            handlers = self._ports.event_handlers.of_event(str(message.event))
            wanted = [handler for handler in handlers if handler.active]
            is_early = any(_each(wanted, lambda handler: self._handle(handler, message)))
            active = len(wanted)
        if is_early:
            self._ports.publisher.post(message, EARLY_SECONDS)
        return active

    def _handle(self, handler: EventHandler, message: EventMessage) -> bool:
        """True when an action came too early."""
        if self._is_refused(handler, message):
            return False
        indexes = range(len(handler.actions))
        return any(_each(indexes, lambda index: self._act(handler, message, index)))

    def _is_refused(self, handler: EventHandler, message: EventMessage) -> bool:
        """The condition does not hold, or fails; that is noted under the number of the first action."""
        output: dict[str, Json] = {"msg": message.payload, "condition": handler.condition}
        status = EventStatus.SKIPPED
        try:
            if is_met(handler, message.payload, self._ports.engines.script):
                return False
        except EngineError as error:
            status = EventStatus.FAILED
            output["exception"] = str(error)[:_LONGEST]
        begun = self._begin(handler, message, 0)
        if begun.status is EventStatus.IN_PROGRESS:
            self._ports.event_executions.finish(
                replace(begun, status=status, action=None, output=output)
            )
        return True

    def _begin(self, handler: EventHandler, message: EventMessage, index: int) -> EventExecution:
        execution = execution_of(handler, message, index, self._ports.clock.now())
        return self._ports.event_executions.begin(execution)

    def _act(self, handler: EventHandler, message: EventMessage, index: int) -> bool:
        """Run one action; True when it came too early."""
        begun = self._begin(handler, message, index)
        if begun.status is not EventStatus.IN_PROGRESS:
            return False
        try:
            wanted = command(handler.actions[index], message, self._ports.engines.path)
            output = self._carry_out(wanted, begun)
            ended = replace(begun, status=EventStatus.COMPLETED, output=output)
        except TransientError:
            raise
        except PodiumError as error:
            if self._may_come(begun, error):
                return True
            logger.info("action %s of %s failed: %s", begun.id, handler.name, error)
            output = {"exception": str(error)[:_LONGEST]}
            ended = replace(begun, status=EventStatus.FAILED, output=output)
        self._ports.event_executions.finish(ended)
        return False

    def _may_come(self, begun: EventExecution, error: PodiumError) -> bool:
        """The task may still come up: an EVENT may be heard before the WAIT behind it has begun."""
        age = self._ports.clock.now() - begun.created
        return isinstance(error, _EarlyError) and age < EARLY_FOR

    def _carry_out(
        self,
        wanted: StartSpec | EndTask | TerminateWorkflow | UpdateVariables,
        execution: EventExecution,
    ) -> JsonMap:
        match wanted:
            case StartSpec():
                return self._start(wanted, execution)
            case EndTask():
                return self._end_task(wanted, execution)
            case TerminateWorkflow():
                self._operating.terminate(wanted.workflow_id, wanted.reason)
                return {"workflowId": wanted.workflow_id}
            case UpdateVariables():
                self._operating.update_variables(
                    wanted.workflow_id, wanted.variables, append=wanted.appends
                )
                return {"workflowId": wanted.workflow_id}

    def _start(self, wanted: StartSpec, execution: EventExecution) -> JsonMap:
        begun = self._starting.begin(wanted, started_workflow_id(execution), None)
        if begun.change is not None:
            self._following.follow([begun.change])
        return {"workflowId": begun.workflow_id}

    def _end_task(self, wanted: EndTask, execution: EventExecution) -> JsonMap:
        """End the task, its output replaced."""
        aimed = self._aimed(execution, lambda: self._target(wanted))
        key = _key(aimed)
        result = TaskResult(
            workflow_instance_id=key.workflow_id,
            task_id=aimed.target,
            status=wanted.status,
            output_data=wanted.output,
            reason_for_incompletion=wanted.reason or None,
        )
        self._updating.update(result, inc=aimed.target_inc)
        return {**wanted.output, "taskId": aimed.target}

    # --- default queues -------------------------------------------------------------------------

    def _finish(self, message: EventMessage) -> bool:
        """Finish the task that a message in a default queue names (engine.md 19.5); True: too early."""
        wanted = status_update(message)
        if wanted is None:
            return False
        first = EventExecution("", str(message.event), message.id, 0, self._ports.clock.now())
        begun = self._ports.event_executions.begin(first)
        if begun.status is not EventStatus.IN_PROGRESS:
            return False
        try:
            aimed = self._aimed(begun, lambda: self._target(wanted))
            task = self._ports.executions.read_task(_key(aimed))
            if task is not None and task.inc == aimed.target_inc:
                found = OpenTask(_key(aimed), task)
                self._updating.merge(found, wanted.status, wanted.output)
            ended = replace(begun, status=EventStatus.COMPLETED, output={"taskId": aimed.target})
        except TransientError:
            raise
        except PodiumError as error:
            if self._may_come(begun, error):
                return True
            output = {"msg": message.payload, "exception": str(error)[:_LONGEST]}
            ended = replace(begun, status=EventStatus.FAILED, output=output)
        self._ports.event_executions.finish(ended)
        return False

    # --- the task that is meant -----------------------------------------------------------------

    def _aimed(self, execution: EventExecution, find: Callable[[], OpenTask]) -> EventExecution:
        """The execution with the task that was meant when it first ran, whatever is open by now."""
        if execution.target:
            return execution
        found = find()
        aimed = replace(execution, target=found.key.task_id, target_inc=found.task.inc)
        return self._ports.event_executions.aim(aimed)

    def _target(self, wanted: EndTask | StatusUpdate) -> OpenTask:
        if wanted.task_id:
            return self._with_id(wanted.task_id)
        if isinstance(wanted, StatusUpdate) and not wanted.ref:
            found = self._open_tasks.signalled(wanted.workflow_id)
        else:
            found = self._open_tasks.named(wanted.workflow_id, wanted.ref)
        if found is None:
            which = f"reference name: {wanted.ref}, workflowId: {wanted.workflow_id}"
            kind = _EarlyError if self._is_to_come(wanted) else NotFoundError
            raise kind(f"No open task found with {which}")
        return found

    def _is_to_come(self, wanted: EndTask | StatusUpdate) -> bool:
        header = self._ports.executions.read_header(wanted.workflow_id)
        if header is None or header.status.is_terminal:
            return False
        last = self._ports.executions.read_latest(
            wanted.workflow_id, wanted.ref, header.last_seq + 1, frozenset()
        )
        return last is None

    def _with_id(self, task_id: str) -> OpenTask:
        key = parse_task_id(task_id)
        task = None if key is None else self._ports.executions.read_task(key)
        if key is None or task is None:
            raise NotFoundError(f"No task found with id: {task_id}")
        if task.status.is_terminal:
            raise ConflictError(f"Task {task_id} is {task.status} already")
        return OpenTask(key, task)


def _each(items: Iterable[T], run: Callable[[T], bool]) -> list[bool]:
    """Run all of them, whatever becomes of one; then raise a TransientError, if there was one."""
    found: list[bool] = []
    waiting: TransientError | None = None
    for item in items:
        try:
            found.append(run(item))
        except TransientError as error:
            waiting = error
    if waiting is not None:
        raise waiting
    return found


def _key(aimed: EventExecution) -> TaskKey:
    key = parse_task_id(aimed.target)
    if key is None:
        raise DefectError(f"event execution {aimed.id} is aimed at {aimed.target!r}")
    return key
