"""What is to be seen of events: their queues, and what became of actions (rest-api.md 6, 7)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from podium.domain.events.message import Publication
from podium.domain.events.names import EventName, parse_event
from podium.domain.events.status_queues import STATUS_EVENTS
from podium.errors import InvalidInputError

if TYPE_CHECKING:
    from podium.domain.events.executions import EventExecution
    from podium.domain.json import JsonMap
    from podium.domain.status import TaskStatus
    from podium.ports.bundle import Ports


#: Event executions in one answer.
MOST_EXECUTIONS = 100


class EventQueues:
    """Queues by event, the two that finish tasks, and the executions of actions."""

    def __init__(self, ports: Ports) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._sources = ports.event_sources
        self._handlers = ports.event_handlers
        self._executions = ports.event_executions
        self._publisher = ports.publisher
        self._ids = ports.ids

    def addresses(self) -> dict[str, str]:
        """URL of the queue of each status that has one; they are made where they are missing."""
        return {status: self._opened(event) for status, event in STATUS_EVENTS.items()}

    def sizes(self) -> dict[str, int]:
        """Messages in each of those queues."""
        names = [self._sources.queue_of(event) for event in STATUS_EVENTS.values()]
        return {name: self._sources.size(name) for name in names}

    def update(self, status: TaskStatus, place: JsonMap, output: JsonMap) -> None:
        """Send what is to finish the open task at ``place`` to the queue of its status.

        Raises InvalidInputError when that status has none.
        """
        event = STATUS_EVENTS.get(status)
        if event is None:
            raise InvalidInputError(f"There is no queue for handling {status}")
        self._opened(event)
        payload = {**output, "externalId": json.dumps(place, ensure_ascii=False)}
        workflow_id = str(place["workflowId"])
        self._publisher.publish(Publication(event, self._ids.unique(), payload, workflow_id))

    def by_event(self) -> dict[str, str]:
        """The queue of each event that an active handler listens to."""
        events = sorted({each.event for each in self._handlers.all() if each.active})
        return {event: self._sources.queue_of(parse_event(event)) for event in events}

    def sizes_by_event(self) -> dict[str, dict[str, int]]:
        """The same with the number of messages in each queue."""
        return {event: {name: self._sources.size(name)} for event, name in self.by_event().items()}

    def executions(self, event: str) -> list[EventExecution]:
        """What became of the actions for the latest messages of one event, the newest first."""
        return list(self._executions.newest(event, MOST_EXECUTIONS))

    def all_executions(self) -> list[EventExecution]:
        """The same of every event that has a handler: some queries for each."""
        events = sorted({each.event for each in self._handlers.all()})
        found = [each for event in events for each in self.executions(event)]
        found.sort(key=lambda each: each.created, reverse=True)
        return found[:MOST_EXECUTIONS]

    def _opened(self, event: EventName) -> str:
        self._sources.open(event)
        return self._sources.address(event)
