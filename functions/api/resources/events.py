"""Event handlers, and the queues of events (rest-api.md 6, 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.events.handler import EventHandler
from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from podium.bootstrap import Engine
    from podium.domain.json import Json
    from podium.http_event import Request


def create(request: Request, engine: Engine) -> None:
    """A new handler."""
    engine.subscribing.create(EventHandler.from_json(request.body_object()))


def replace(request: Request, engine: Engine) -> None:
    """One that exists."""
    engine.subscribing.replace(EventHandler.from_json(request.body_object()))


def delete(request: Request, engine: Engine) -> None:
    """Forget one."""
    engine.subscribing.delete(request.path("name"))


def list_all(request: Request, engine: Engine) -> Json:
    """Every handler."""
    del request
    return [handler.to_json() for handler in engine.subscribing.all()]


def list_of_event(request: Request, engine: Engine) -> Json:
    """Handlers of one event, the active ones by default."""
    active_only = request.flag("activeOnly", default=True)
    found = engine.subscribing.of_event(request.path("event"), active_only=active_only)
    return [handler.to_json() for handler in found]


def queue_sizes(request: Request, engine: Engine) -> Json:
    """Messages in the default queues."""
    del request
    return engine.event_queues.sizes()


def queue_addresses(request: Request, engine: Engine) -> Json:
    """The default queues by status."""
    del request
    return engine.event_queues.addresses()


def update_by_reference(request: Request, engine: Engine) -> None:
    """Finish a task, found by its reference name, through the queue of the status."""
    _update(request, engine, "taskRefName")


def update_by_id(request: Request, engine: Engine) -> None:
    """Finish a task, found by its id, through the queue of the status."""
    _update(request, engine, "taskId")


def queues(request: Request, engine: Engine) -> Json:
    """The queue of each event that somebody listens to; ``verbose``: with its size."""
    if request.flag("verbose", default=False):
        return engine.event_queues.sizes_by_event()
    return engine.event_queues.by_event()


def _update(request: Request, engine: Engine, name: str) -> None:
    status = request.path_choice("status", tuple(TaskStatus))
    place = {"workflowId": request.path("workflowId"), name: request.path(name)}
    engine.event_queues.update(status, place, request.body_object())


def list_executions(request: Request, engine: Engine) -> Json:
    """What became of actions, whatever the event."""
    del request
    return [execution.to_json() for execution in engine.event_queues.all_executions()]


def list_executions_of_event(request: Request, engine: Engine) -> Json:
    """What became of the actions for messages of one event."""
    found = engine.event_queues.executions(request.path("event"))
    return [execution.to_json() for execution in found]
