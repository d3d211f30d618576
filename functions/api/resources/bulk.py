"""One operation on up to 1000 executions (rest-api.md 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.wire import bulk_json, workflow_json
from podium.errors import PayloadTooLargeError
from podium.services.bulk import each_of
from podium.services.fitting import Room

if TYPE_CHECKING:
    from collections.abc import Callable

    from podium.bootstrap import Engine
    from podium.domain.json import Json
    from podium.http_event import Request


def pause(request: Request, engine: Engine) -> Json:
    """Hold back what is not handed out yet."""
    return _each(request, engine, "pauseWorkflow", engine.operations.pause)


def resume(request: Request, engine: Engine) -> Json:
    """Go on after a pause."""
    return _each(request, engine, "resumeWorkflow", engine.operations.resume)


def restart(request: Request, engine: Engine) -> Json:
    """From the start."""
    latest = request.flag("useLatestDefinitions", default=False)

    def operation(workflow_id: str) -> None:
        engine.repeats.restart(workflow_id, use_latest_definitions=latest)

    return _each(request, engine, "restart", operation)


def retry(request: Request, engine: Engine) -> Json:
    """New attempts of what failed."""
    return _each(request, engine, "retry", engine.repeats.retry)


def terminate(request: Request, engine: Engine) -> Json:
    """End them from outside."""
    reason = request.text("reason") or ""

    def operation(workflow_id: str) -> None:
        engine.operations.terminate(workflow_id, reason)

    return _each(request, engine, "terminate", operation)


def remove(request: Request, engine: Engine) -> Json:
    """Out of the table; a copy in the archive unless it is not wanted."""
    archive = request.flag("archiveWorkflow", default=True)

    def operation(workflow_id: str) -> None:
        engine.removing.remove(workflow_id, archive=archive)

    return _each(request, engine, "deleteWorkflow", operation)


def terminate_and_remove(request: Request, engine: Engine) -> Json:
    """Ended first, then removed."""
    archive = request.flag("archiveWorkflow", default=True)
    reason = request.text("reason") or ""

    def operation(workflow_id: str) -> None:
        engine.removing.terminate_and_remove(workflow_id, reason, archive=archive)

    return _each(request, engine, "terminateRemove", operation)


def search(request: Request, engine: Engine) -> Json:
    """The executions themselves, as many as one answer has room for."""
    include_tasks = request.flag("includeTasks", default=True)
    ids = _ids(request, engine, "searchWorkflow")
    room = Room(engine.fitting)
    now = engine.ports.clock.now()

    def operation(workflow_id: str) -> dict[str, Json]:
        if not room.is_full:
            view = engine.reads.view(workflow_id, include_tasks=include_tasks)
            found = workflow_json(view, include_tasks=include_tasks, now=now)
            if room.take(found):
                return found
        raise PayloadTooLargeError(
            f"There is no room left in this answer for workflow {workflow_id}; ask for fewer at once, "
            f"with includeTasks=false, or by GET /api/workflow/{workflow_id}"
        )

    results, errors = each_of(ids, operation, engine.ports.clock)
    return bulk_json(list(results.values()), errors)


def _each(
    request: Request, engine: Engine, call: str, operation: Callable[[str], None]
) -> dict[str, Json]:
    results, errors = each_of(_ids(request, engine, call), operation, engine.ports.clock)
    return bulk_json(list(results), errors)


def _ids(request: Request, engine: Engine, call: str) -> list[str]:
    ids = request.body_texts()
    engine.validating.workflow_ids(ids, call)
    return ids
