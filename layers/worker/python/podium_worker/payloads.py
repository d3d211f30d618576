"""Inputs too large to travel in a message lie in the payload bucket."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING

from podium_worker.errors import ConfigurationError

if TYPE_CHECKING:
    from podium_worker.message import Task


def with_input(task: Task) -> Task:
    """The task with its input fetched, if it lies in the bucket PODIUM_PAYLOAD_BUCKET.

    Raises ConfigurationError when the setting is missing.
    """
    if not task.external_input_path:
        return task
    bucket = os.environ.get("PODIUM_PAYLOAD_BUCKET")
    if not bucket:
        message = f"the input lies in the payload bucket ({task.external_input_path}): set PODIUM_PAYLOAD_BUCKET"
        raise ConfigurationError(message)
    import boto3  # noqa: PLC0415  # workers with small inputs never need it

    body = boto3.client("s3").get_object(Bucket=bucket, Key=task.external_input_path)["Body"]
    return replace(task, input=json.loads(body.read()))
