"""Entry of the system_tasks function: task messages of our own queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from podium import bootstrap
from podium.adapters.message import task_message
from podium.batch import settle

if TYPE_CHECKING:
    from podium.batch import Report


def handler(event: dict[str, Any], context: object) -> Report:
    """Run each task; a message whose task cannot be claimed yet comes again."""
    engine = bootstrap.engine()
    return settle(
        event, lambda body: engine.running.run(task_message(body)), engine.redelivery.soon, context
    )
