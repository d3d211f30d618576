"""EventBridge Scheduler: sends the input of each one-time schedule of a group to its queue, in time.

The service is up to a minute late; here it is punctual.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from podium_local.pump.mapping import Invocation

if TYPE_CHECKING:
    from podium_local.backlog import Backlog
    from podium_local.clock import LocalClock
    from podium_local.resources import Resources


class CallMapping:
    """The one-time schedules of the installation's group."""

    concurrency = 1

    def __init__(
        self, resources: Resources, scheduler: Any, sqs: Any, backlog: Backlog, clock: LocalClock
    ) -> None:
        """``scheduler``, ``sqs``: clients."""
        self._group = resources.schedule_group
        self._urls = {arn: resources.queue_urls[name] for name, arn in resources.queue_arns.items()}
        self._scheduler = scheduler
        self._sqs = sqs
        self._backlog = backlog
        self._clock = clock

    def step(self) -> list[Invocation]:
        """Send the first one, if its time has come, and delete it as it asks."""
        first = self._backlog.next_call(self._group)
        if first is None or first[0] > self._clock.now():
            return []
        name = {"GroupName": self._group, "Name": first[1]}
        schedule = self._scheduler.get_schedule(**name)
        if schedule["ActionAfterCompletion"] != "DELETE":
            raise ValueError(f"a one-time schedule that stays when it is done: {first[1]}")
        target = schedule["Target"]
        self._sqs.send_message(QueueUrl=self._urls[target["Arn"]], MessageBody=target["Input"])
        self._scheduler.delete_schedule(**name)
        return [Invocation("scheduler", self._group, 1)]

    def due(self) -> int | None:
        """See Mapping."""
        first = self._backlog.next_call(self._group)
        return None if first is None else first[0]
