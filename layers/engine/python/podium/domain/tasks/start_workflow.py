"""START_WORKFLOW: the start request that the input holds (tasks.md 11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from podium.domain.idempotency import is_key
from podium.domain.outcome import Outcome
from podium.domain.requests import StartWorkflowRequest
from podium.domain.status import TaskStatus
from podium.errors import InvalidInputError

if TYPE_CHECKING:
    from podium.domain.json import Json, JsonMap


def request(task_input: JsonMap) -> StartWorkflowRequest | Outcome:
    """``startWorkflow`` of the input as a request; FAILED when it is missing or invalid.

    correlationId and taskToDomain that are not given are the starter's; the caller fills them in.
    """
    given = task_input.get("startWorkflow")
    if given is None:
        return _failed("Missing 'startWorkflow' in input data.")
    if not isinstance(given, Mapping):
        return _failed("'startWorkflow' in input data is not a map.")
    if "idempotencyKey" in given and _is_nothing(given["idempotencyKey"]):
        return _failed("The idempotencyKey of 'startWorkflow' does not evaluate to a text")
    try:
        read = StartWorkflowRequest.from_json(given)
        read.given_input()
    except InvalidInputError as error:
        return _failed(f"Invalid 'startWorkflow' in input data: {error}")
    if read.workflow_def is None and not (read.name or "").strip():
        return _failed("Invalid 'startWorkflow' in input data: name: cannot be null or empty")
    return read


def _is_nothing(key: Json) -> bool:
    """Starting without the key that was asked for would be wrong."""
    return key is None or (isinstance(key, str) and not is_key(key))


def _failed(reason: str) -> Outcome:
    return Outcome(TaskStatus.FAILED, {}, reason)
