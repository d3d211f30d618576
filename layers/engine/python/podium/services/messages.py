"""From a task and its execution to the message that hands it out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.execution import Kind
from podium.ports.queues import TaskMessage

if TYPE_CHECKING:
    from podium.domain.execution import Task
    from podium.domain.state import State


def task_message(state: State, task: Task) -> TaskMessage:
    """The message for ``task`` at its present epoch; all that a worker needs to run and report it."""
    header, start = state.header, state.start
    return TaskMessage(
        workflow_id=header.workflow_id,
        ref=task.ref,
        seq=task.seq,
        inc=task.inc,
        epoch=task.epoch,
        task_type=task.type,
        domain=task.domain,
        wire_ref=task.wire_ref,
        definition=header.definition,
        node=task.node,
        workflow_name=header.name,
        correlation_id=start.correlation_id,
        priority=start.priority,
        attempt=task.attempt,
        iteration=task.iteration[-1] if task.iteration else 0,
        response_timeout=task.lease // 1000,
        input=task.input,
        external_input_path=task.external_input_path,
        limit=task.limit,
        secrets=task.secrets,
        runtime_metadata=task.runtime_metadata,
        place=header.place(task.seq) if header.has_places else 0,
        is_system=task.kind is Kind.SYSTEM,
    )
