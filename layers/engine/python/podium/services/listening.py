"""Listen: publish what happened to executions and tasks that somebody listens to (engine.md 18).

Reads the stream beside the decider, of marked items only, so nothing here can hold a workflow. What
cannot be published now is put aside and tried again for half an hour, then dropped.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.changes import HeaderChange, TaskTransition
from podium.domain.decision import Missing, MissingError
from podium.domain.draft import LayeredMemory
from podium.domain.engines import EngineError
from podium.domain.facts import Facts
from podium.domain.ids import TaskKey
from podium.domain.listening import (
    Notification,
    state_events,
    task_event,
    task_event_id,
    workflow_event_id,
    workflow_events,
)
from podium.domain.masking import mask_fields
from podium.domain.retry import Verdict, definition_for, verdict
from podium.domain.showing import masked_map
from podium.domain.sinks import Sink, parse_sink
from podium.domain.state import State, node_of
from podium.domain.status import TaskStatus
from podium.domain.wire import task_summary_json, workflow_summary_json
from podium.errors import InvalidInputError, NotFoundError, PodiumError, TransientError

if TYPE_CHECKING:
    from podium.domain.decision import Context
    from podium.domain.definitions import StateChangeEvent, TaskDef
    from podium.domain.graph import Node
    from podium.domain.json import Json, JsonMap
    from podium.ports.bundle import Ports
    from podium.services.deciding import Deciding
    from podium.services.reading import Reading
    from podium.services.states import States

logger = logging.getLogger(__name__)

#: How long an event is tried again (ms): some five times, as the queue of failures shows it.
LONGEST = 30 * 60_000
#: Bytes of an event's detail; a bus and a queue take 256 KB with everything around it.
LARGEST_DETAIL = 200_000


class Listening:
    """Tells listeners."""

    def __init__(
        self, ports: Ports, states: States, deciding: Deciding, reading: Reading, default: Sink
    ) -> None:
        """``default``: the sink of definitions that name none."""
        self._ports = ports
        self._states = states
        self._deciding = deciding
        self._reading = reading
        self._default = default

    def hear(self, change: HeaderChange | TaskTransition) -> None:
        """Publish what follows from one change.

        Raises when an event could neither be published nor put aside: the change has to come again.
        """
        try:
            found = list(self._of(change))
        except NotFoundError:
            # Removed meanwhile: there is nothing left to tell of.
            return
        for sink, notification in found:
            try:
                self._ports.listeners.publish(sink, notification)
            except PodiumError as error:
                logger.info("event %s is tried again: %s", notification.id, error)
                self._ports.listeners.defer(sink, notification, self._ports.clock.now())

    def again(self, sink: Sink, notification: Notification, since: int) -> bool:
        """Publish what was put aside at ``since`` (epoch ms); False when it is dropped now.

        Raises TransientError when it has to come once more.
        """
        try:
            self._ports.listeners.publish(sink, notification)
        except PodiumError as error:
            if self._ports.clock.now() - since >= LONGEST:
                return False
            raise TransientError(f"event {notification.id} for {sink}: {error}") from error
        return True

    def _of(self, change: HeaderChange | TaskTransition) -> Iterator[tuple[Sink, Notification]]:
        if isinstance(change, HeaderChange):
            events = workflow_events(change)
            if events:
                yield from self._of_workflow(change, events)
        else:
            yield from self._of_task(change)

    # --- workflows ------------------------------------------------------------------------------

    def _of_workflow(
        self, change: HeaderChange, events: tuple[str, ...]
    ) -> Iterator[tuple[Sink, Notification]]:
        header = change.new
        view = self._reading.view(header.workflow_id, include_tasks=False)
        output = view.output if view.header.output_version == header.output_version else {}
        start = replace(view.start, input=masked_map(view.definition, view.start.input))
        output = masked_map(view.definition, output)
        view = replace(view, header=header, start=start, output=output)
        summary = workflow_summary_json(view)
        sink = self._sink(view.definition.workflow_status_listener_sink)
        for event in events:
            id_ = workflow_event_id(header, event)
            detail = _fitted({**summary, "eventId": id_, "event": event})
            yield sink, Notification(id_, f"workflow.{event}", header.committed_at, detail)

    # --- tasks ----------------------------------------------------------------------------------

    def _of_task(self, change: TaskTransition) -> Iterator[tuple[Sink, Notification]]:
        workflow_id = change.workflow_id
        state = self._states.fresh(workflow_id)
        if state is None:
            return
        node, definition = self._definition(state, change)
        sink = self._sink(state.graph.definition.workflow_status_listener_sink)
        if state.header.tasks_listened and (
            definition is None or definition.task_status_listener_enabled
        ):
            yield from ((sink, each) for each in self._status(state, node, definition, change))
        for name, index, event in state_events(node.task, change.new.status):
            yield sink, self._state_change(state, change, f"{name}.{index}", event)

    def _definition(self, state: State, change: TaskTransition) -> tuple[Node, TaskDef | None]:
        def find(context: Context) -> tuple[Node, TaskDef | None] | Missing:
            try:
                node = node_of(state, change.new.node)
                return node, definition_for(node, change.new.name, context)
            except MissingError as missing:
                return Missing(missing.needs)

        return self._deciding.settle(find, header=state.header, memory=state.memory)

    def _status(
        self, state: State, node: Node, definition: TaskDef | None, change: TaskTransition
    ) -> Iterator[Notification]:
        """The event of the status; of an optional task that failed for good also how it counts."""
        task = change.new
        names = [task_event(task.status)]
        is_bad = not task.status.is_successful
        if is_bad and verdict(task, node, definition, task.ended_at) is Verdict.TOLERATE:
            names.append(task_event(TaskStatus.COMPLETED_WITH_ERRORS))
        workflow = state.graph.definition
        shown = replace(
            task,
            input=masked_map(workflow, task.input),
            output=masked_map(workflow, task.output),
        )
        summary = task_summary_json(shown, state.header, state.start)
        for event in names:
            id_ = task_event_id(change, event)
            detail = {
                **summary,
                "referenceTaskName": task.wire_ref,
                "retryCount": task.attempt,
                "eventId": id_,
                "event": event,
            }
            yield Notification(id_, f"task.{event}", task.updated_at, _fitted(detail))

    def _state_change(
        self, state: State, change: TaskTransition, which: str, event: StateChangeEvent
    ) -> Notification:
        task = change.new
        key = TaskKey(change.workflow_id, task.ref, task.seq)
        id_ = task_event_id(change, which)
        detail: JsonMap = {
            "workflowId": change.workflow_id,
            "workflowType": state.header.name,
            "taskId": key.task_id,
            "referenceTaskName": task.wire_ref,
            "status": task.status.value,
            "eventId": id_,
            "event": which.partition(".")[0],
            "payload": mask_fields(
                self._payload(state, change, event.payload or {}),
                state.graph.definition.masked_fields,
            ),
        }
        return Notification(id_, event.type, task.updated_at, _fitted(detail))

    def _payload(self, state: State, change: TaskTransition, payload: JsonMap) -> Json:
        """The payload with its expressions evaluated; the task itself is seen as it is now."""
        task = change.new
        memory = LayeredMemory(state.memory)
        memory.remember(task)
        entries = tuple(entry for entry in state.header.open if entry.seq != task.seq)
        header = replace(state.header, open=entries, last_seq=max(state.header.last_seq, task.seq))
        seen = State(header, state.graph, state.start, state.variables, memory)
        key = TaskKey(change.workflow_id, task.ref, task.seq)

        def evaluate(context: Context) -> tuple[Json] | Missing:
            try:
                node = node_of(seen, task.node)
                facts = Facts(seen, context.engines, node, task.iteration, key)
                return (facts.value(payload),)
            except MissingError as missing:
                return Missing(missing.needs)
            except EngineError as error:
                # Listeners are told all the same, and what was wrong.
                return ({"error": str(error)},)

        (value,) = self._deciding.settle(evaluate, header=state.header, memory=state.memory)
        return value

    def _sink(self, text: str | None) -> Sink:
        """The sink that a definition names; a malformed one of an older definition is the default."""
        if not (text or "").strip():
            return self._default
        try:
            return parse_sink(text or "")
        except InvalidInputError:
            return self._default


def _fitted(detail: JsonMap) -> JsonMap:
    """``detail``, its large parts left out if it would not fit into an event."""
    if len(json.dumps(detail, ensure_ascii=False).encode()) <= LARGEST_DETAIL:
        return detail
    left_out = {name: "" for name in ("input", "output") if name in detail}
    if "payload" in detail:
        left_out["payload"] = ""
    return {**detail, **left_out, "truncated": True}
