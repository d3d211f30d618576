"""PULL_WORKFLOW_MESSAGES: take messages from the queue of the execution (tasks.md 24)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.domain.json import JsonMap
    from podium.domain.workflow_messages import WorkflowMessage

LARGEST_BATCH = 100


def batch_size(task_input: JsonMap) -> int:
    """Most messages to take: 1 to 100, 1 unless a number is given. What is outside is cut."""
    given = task_input.get("batchSize")
    if isinstance(given, bool) or not isinstance(given, int | float):
        return 1
    return int(min(max(given, 1), LARGEST_BATCH))


def is_blocking(task_input: JsonMap) -> bool:
    """The task waits for a message when there is none; unless ``blocking`` is the boolean false."""
    return task_input.get("blocking") is not False


def outcome(messages: Sequence[WorkflowMessage], workflow_id: str) -> Outcome:
    """COMPLETED with the messages taken, perhaps none."""
    shown = [message.to_json(workflow_id) for message in messages]
    return Outcome(output={"messages": shown, "count": len(shown)})
