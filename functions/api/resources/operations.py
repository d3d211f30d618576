"""Operations on executions that have ended, or are to go another way (rest-api.md 3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from podium.domain.requests import RerunWorkflowRequest, SkipTaskRequest, UpgradeWorkflowRequest

if TYPE_CHECKING:
    from podium.bootstrap import Engine
    from podium.http_event import Request


def restart(request: Request, engine: Engine) -> None:
    """From the start."""
    engine.repeats.restart(
        request.path("workflowId"),
        use_latest_definitions=request.flag("useLatestDefinitions", default=False),
    )


def retry(request: Request, engine: Engine) -> None:
    """New attempts of what failed."""
    engine.repeats.retry(
        request.path("workflowId"),
        resume_sub_workflows=request.flag("resumeSubworkflowTasks", default=False),
    )


def rerun(request: Request, engine: Engine) -> str:
    """From the start or from a task, with other inputs if they are given."""
    workflow_id = request.path("workflowId")
    wanted = RerunWorkflowRequest.from_json(request.body_object())
    engine.repeats.rerun(workflow_id, wanted)
    return workflow_id


def skip(request: Request, engine: Engine) -> None:
    """Not to run when its turn comes."""
    wanted = SkipTaskRequest.from_json(_optional_object(request) or {})
    engine.steering.skip(request.path("workflowId"), request.path("taskReferenceName"), wanted)


def jump(request: Request, engine: Engine) -> None:
    """Go on at another task; the body is its input."""
    task_input = _optional_object(request)
    engine.steering.jump(
        request.path("workflowId"), request.path("taskReferenceName"), task_input or None
    )


def upgrade(request: Request, engine: Engine) -> None:
    """Go on with another version of the definition."""
    wanted = UpgradeWorkflowRequest.from_json(request.body_object())
    engine.steering.upgrade(request.path("workflowId"), wanted)


def reset_callbacks(request: Request, engine: Engine) -> None:
    """No more waiting for callbacks."""
    engine.steering.reset_callbacks(request.path("workflowId"))


def remove(request: Request, engine: Engine) -> None:
    """Out of the table; a copy in the archive unless it is not wanted."""
    archive = request.flag("archiveWorkflow", default=True)
    engine.removing.remove(request.path("workflowId"), archive=archive)


def terminate_and_remove(request: Request, engine: Engine) -> None:
    """Ended first, then removed."""
    engine.removing.terminate_and_remove(
        request.path("workflowId"),
        request.text("reason") or "",
        archive=request.flag("archiveWorkflow", default=True),
    )


def _optional_object(request: Request) -> dict[str, Any] | None:
    """The body as a JSON object; None when there is none."""
    return request.body_object() if request.raw_body().strip() else None
