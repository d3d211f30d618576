"""Answers of synchronous calls: the model that the return strategy asks for (rest-api.md 3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.ids import TaskKey
from podium.domain.signals import ReturnStrategy
from podium.domain.wire import task_run_json, workflow_run_json

if TYPE_CHECKING:
    from podium.bootstrap import Engine
    from podium.domain.json import Json
    from podium.domain.signals import Standstill


def run_json(
    engine: Engine, standstill: Standstill, strategy: ReturnStrategy, request_id: str
) -> dict[str, Json]:
    """WorkflowRun or TaskRun; without a blocking task the WorkflowRun of the target."""
    blocking, target_id = standstill.blocking, standstill.target.workflow_id
    if blocking is not None and strategy.is_task:
        key = TaskKey(blocking.workflow_id, blocking.task.ref, blocking.task.seq)
        view, task = engine.reads.task(key.task_id)
        return task_run_json(view, task, standstill, strategy, request_id)
    if strategy.is_task:
        strategy = ReturnStrategy.TARGET_WORKFLOW
    is_blocking = blocking is not None and strategy is ReturnStrategy.BLOCKING_WORKFLOW
    view = engine.reads.view(blocking.workflow_id if blocking and is_blocking else target_id)
    now = engine.ports.clock.now()
    return workflow_run_json(view, standstill, strategy, request_id, now=now)
