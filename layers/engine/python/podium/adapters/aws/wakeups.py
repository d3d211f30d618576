"""Wakeups on SQS and EventBridge Scheduler.

A call is a one-time schedule of the service, in the installation's group, under a name that only this
wakeup has; its target is the same queue that delayed messages wait in. It deletes itself once done.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from podium.adapters.aws.errors import code_of, translated
from podium.adapters.message import wakeup_json

if TYPE_CHECKING:
    from types_boto3_scheduler import EventBridgeSchedulerClient
    from types_boto3_sqs import SQSClient

    from podium.domain.schedules.wakeups import Wakeup

_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")
#: The service allows 64 characters.
_READABLE = 28
#: Seconds for which the service tries to deliver a call; then it goes to the dead letters.
_LONGEST_EVENT_AGE = 3600


@dataclass(frozen=True, slots=True)
class CallTarget:
    """Where calls of EventBridge Scheduler go, and by whose right."""

    group: str
    queue_arn: str
    dead_letters_arn: str
    role_arn: str


class AwsWakeups:
    """Both ways to be woken."""

    def __init__(
        self,
        sqs: SQSClient,
        scheduler: EventBridgeSchedulerClient,
        queue_url: str,
        target: CallTarget,
    ) -> None:
        """``queue_url``: of the queue that ``target`` names."""
        self._sqs = sqs
        self._scheduler = scheduler
        self._url = queue_url
        self._target = target

    def send(self, wakeup: Wakeup, delay: int) -> None:
        with translated("SendMessage"):
            self._sqs.send_message(
                QueueUrl=self._url, MessageBody=wakeup_json(wakeup), DelaySeconds=delay
            )

    def book(self, wakeup: Wakeup) -> None:
        with translated("CreateSchedule"):
            try:
                self._scheduler.create_schedule(
                    Name=call_name(wakeup),
                    GroupName=self._target.group,
                    ScheduleExpression=f"at({_minute(wakeup)})",
                    ScheduleExpressionTimezone="UTC",
                    FlexibleTimeWindow={"Mode": "OFF"},
                    ActionAfterCompletion="DELETE",
                    Target={
                        "Arn": self._target.queue_arn,
                        "RoleArn": self._target.role_arn,
                        "Input": wakeup_json(wakeup),
                        "DeadLetterConfig": {"Arn": self._target.dead_letters_arn},
                        "RetryPolicy": {"MaximumEventAgeInSeconds": _LONGEST_EVENT_AGE},
                    },
                )
            except ClientError as error:
                if code_of(error) != "ConflictException":
                    raise

    def cancel(self, wakeup: Wakeup) -> None:
        with translated("DeleteSchedule"):
            try:
                self._scheduler.delete_schedule(
                    Name=call_name(wakeup), GroupName=self._target.group
                )
            except ClientError as error:
                if code_of(error) != "ResourceNotFoundException":
                    raise


def call_name(wakeup: Wakeup) -> str:
    """Name of the call for a wakeup, which no other has: readable first, then a hash."""
    text = f"{wakeup.schedule}\x1f{wakeup.revision}\x1f{wakeup.moment}"
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{_UNSAFE.sub('_', wakeup.schedule)[:_READABLE]}-{digest[:32]}"


def _minute(wakeup: Wakeup) -> str:
    return datetime.fromtimestamp(wakeup.minute / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
