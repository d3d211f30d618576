"""Inputs and outputs too large to travel in a message lie in the payload bucket."""

from __future__ import annotations

import json
import os
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from podium_worker.errors import ConfigurationError
from podium_worker.message import LARGEST_OUTPUT

if TYPE_CHECKING:
    from podium_worker.message import Result, Task

_SETTING = "PODIUM_PAYLOAD_BUCKET"
#: Where outputs are put; all that a worker needs to write.
_FOLDER = "external/task-output"


def with_input(task: Task) -> Task:
    """The task with its input fetched, if it lies in the bucket PODIUM_PAYLOAD_BUCKET.

    Raises ConfigurationError when the setting is missing.
    """
    if not task.external_input_path:
        return task
    bucket = os.environ.get(_SETTING)
    if not bucket:
        message = (
            f"the input lies in the payload bucket ({task.external_input_path}): set {_SETTING}"
        )
        raise ConfigurationError(message)
    body = _client().get_object(Bucket=bucket, Key=task.external_input_path)["Body"]
    return replace(task, input=json.loads(body.read()))


def without_large_output(result: Result) -> Result:
    """The result with an output that a message can carry, or with the path of one put in the bucket.

    Without a bucket a large output fails the task for good.
    """
    content = json.dumps(result.output)
    if len(content) <= LARGEST_OUTPUT:
        return result
    bucket = os.environ.get(_SETTING)
    if not bucket:
        reason = (
            f"the output of {len(content)} bytes exceeds the {LARGEST_OUTPUT} a message can carry: "
            f"set {_SETTING}"
        )
        return replace(result, status="FAILED_WITH_TERMINAL_ERROR", output={}, reason=reason)
    path = f"{_FOLDER}/{uuid.uuid4()}.json"
    body = content.encode()
    _client().put_object(Bucket=bucket, Key=path, Body=body, ContentType="application/json")
    return replace(result, output={}, external_output_path=path)


def _client() -> Any:
    import boto3  # noqa: PLC0415  # workers with small payloads never need it

    return boto3.client("s3")
