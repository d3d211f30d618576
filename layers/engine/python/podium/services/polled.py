"""A task as a poll answers it: the claimed item, with what its message knows of the execution."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.wire import Owner, made_up_node, polled_task_json

if TYPE_CHECKING:
    from podium.domain.json import Json
    from podium.services.polling import HandedOut


def polled_json(handed: HandedOut, now: int) -> dict[str, Json]:
    """The model Task; ``now`` in epoch ms."""
    message = handed.message
    owner = Owner(
        message.workflow_id, message.workflow_name, message.priority, message.correlation_id
    )
    node = handed.workflow_task or made_up_node(handed.task)
    task = replace(handed.task, input=handed.input)
    return polled_task_json(
        task,
        owner,
        node,
        now=now,
        runtime_metadata=handed.runtime_metadata,
        place=message.place,
    )
