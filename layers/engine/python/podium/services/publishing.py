"""Run EVENT and KAFKA_PUBLISH tasks: send the message of a claimed task (tasks.md 20, 21).

A crash between the sending and the end repeats both when the task's message comes again: the message
then has the same id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.outcome import Outcome
from podium.domain.tasks import event, kafka_publish
from podium.errors import PodiumError, TransientError
from podium.ports.kafka import NotDeliveredError

if TYPE_CHECKING:
    from podium.domain.execution import Task
    from podium.ports.bundle import Ports


class Publishing:
    """Sends what tasks produce."""

    def __init__(self, ports: Ports) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports

    def publish(self, workflow_id: str, task: Task) -> Outcome:
        """Send the message of one task. Two reads: header and start record.

        Raises TransientError when it has to be tried again.
        """
        header = self._ports.executions.read_header(workflow_id)
        start = self._ports.executions.read_start(workflow_id)
        if header is None or start is None:
            return event.failure(f"there is no workflow {workflow_id}")
        made = event.publication(task, header, start)
        if isinstance(made, Outcome):
            return made
        try:
            self._ports.publisher.publish(made)
        except TransientError:
            raise
        except PodiumError as error:
            return event.failure(str(error))
        return event.end(task, made)

    def produce(self, task: Task) -> Outcome:
        """Send the record of one KAFKA_PUBLISH task, whose secrets are in place, to its brokers."""
        made = kafka_publish.record(task.input)
        if isinstance(made, Outcome):
            return made
        try:
            placed = self._ports.kafka.send(made)
        except NotDeliveredError as error:
            return kafka_publish.failure(str(error))
        return kafka_publish.end(task.input, placed.partition, placed.offset)
