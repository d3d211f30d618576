"""Administration (rest-api.md 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium import VERSION
from podium.domain.wire import view_task_json

if TYPE_CHECKING:
    from podium.bootstrap import Engine
    from podium.domain.json import Json
    from podium.http_event import Request


def configuration(request: Request, engine: Engine) -> Json:
    """The version, and every setting as it is in force."""
    return {"version": VERSION, **engine.configuration}


def pending(request: Request, engine: Engine) -> Json:
    """Open tasks of one type, those of older executions first."""
    start, count = request.number("start", 0), request.number("count", 100)
    keys = engine.requeuing.pending(request.path("tasktype"), start, count)
    now = engine.ports.clock.now()
    return [view_task_json(*engine.reads.task(key.task_id), now=now) for key in keys]


def requeue(request: Request, engine: Engine) -> str:
    """Evaluate one execution: now, where the peer queues it. It is never queued already."""
    workflow_id = request.path("workflowId")
    engine.operations.decide(workflow_id)
    return f"true.{workflow_id}"


def repair(request: Request, engine: Engine) -> str:
    """Whether there was something to repair in one execution."""
    return str(engine.repairs.verify(request.path("workflowId"))).lower()
