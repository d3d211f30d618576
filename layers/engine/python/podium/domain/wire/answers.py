"""The small answers: errors, bulk results, pages, logs, poll data, summaries (models.md 3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from podium.domain.definitions import WorkflowDef
    from podium.domain.json import Json
    from podium.errors import Violation


def error_json(
    status: int,
    message: str,
    *,
    instance: str = "",
    retryable: bool = False,
    violations: Sequence[Violation] = (),
) -> dict[str, Json]:
    """ErrorResponse (rest-api.md 1.2); ``instance`` is left out where constraints were violated."""
    body: dict[str, Json] = {"status": status}
    if message:
        body["message"] = message
    if instance and not violations:
        body["instance"] = instance
    body["retryable"] = retryable
    if violations:
        body["validationErrors"] = [_violation_json(violation) for violation in violations]
    return body


def _violation_json(violation: Violation) -> dict[str, Json]:
    body: dict[str, Json] = {"path": violation.path, "message": violation.message}
    if violation.invalid_value is not None:
        body["invalidValue"] = violation.invalid_value
    return body


def bulk_json(successful: Sequence[Json], errors: Mapping[str, str]) -> dict[str, Json]:
    """BulkResponse: what went well, and the message of each failure by id or name."""
    return {"bulkErrorResults": dict(errors), "bulkSuccessfulResults": list(successful)}


def search_result_json(total: int, results: Sequence[Json]) -> dict[str, Json]:
    """SearchResult: one page of ``total`` hits."""
    return {"totalHits": total, "results": list(results)}


def log_json(log: str, task_id: str, created_at: int) -> dict[str, Json]:
    """TaskExecLog."""
    return {"log": log, "taskId": task_id, "createdTime": created_at}


def poll_data_json(
    task_type: str, last_poll: int, *, domain: str = "", worker_id: str = ""
) -> dict[str, Json]:
    """PollData: the last poll (epoch ms) of a task type and domain."""
    body: dict[str, Json] = {"queueName": task_type}
    if domain:
        body["domain"] = domain
    if worker_id:
        body["workerId"] = worker_id
    body["lastPollTime"] = last_poll
    return body


def summary_json(definition: WorkflowDef) -> dict[str, Json]:
    """WorkflowDefSummary (models.md 1.1)."""
    return {
        "name": definition.name,
        "version": definition.version,
        "createTime": definition.create_time,
        "updateTime": definition.update_time,
    }
