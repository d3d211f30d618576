"""Check of what a definition says about listeners: its sink, and the states of ``onStateChange``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from podium.domain.definitions import walk
from podium.domain.listening import STATES, split_states
from podium.domain.sinks import parse_sink
from podium.errors import InvalidInputError, Violation

if TYPE_CHECKING:
    from podium.domain.definitions import WorkflowDef, WorkflowTask


def sink_violations(definition: WorkflowDef, prefix: str) -> Iterator[Violation]:
    """A sink that is used has to be one; one that is only carried may be anything."""
    text = (definition.workflow_status_listener_sink or "").strip()
    is_used = definition.workflow_status_listener_enabled or any(
        task.on_state_change for task in walk(definition.tasks)
    )
    if not text or not is_used:
        return
    try:
        parse_sink(text)
    except InvalidInputError as error:
        yield Violation(f"{prefix}.workflowStatusListenerSink", str(error), text)


def state_change_violations(task: WorkflowTask, path: str) -> Iterator[Violation]:
    """Each key names known states, each event has a type."""
    for key, events in task.on_state_change.items():
        states = split_states(key)
        unknown = [state for state in states if state not in STATES]
        if unknown or not states:
            message = f"onStateChange: expected some of {', '.join(STATES)}, not '{key}'"
            yield Violation(f"{path}.onStateChange", message, key)
        for index, event in enumerate(events):
            if not event.type:
                where = f"{path}.onStateChange[{key}].<map value>[{index}].type"
                yield Violation(where, "StateChangeEvent type cannot be null or empty")
