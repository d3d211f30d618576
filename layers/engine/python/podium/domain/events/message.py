"""A message that has come, and one that is to be sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podium.domain.events.names import EventName
    from podium.domain.json import Json, JsonMap


@dataclass(frozen=True, slots=True)
class EventMessage:
    """What came: the event, the id by which a repeat is told, and the payload."""

    event: EventName
    id: str
    payload: Json


@dataclass(frozen=True, slots=True)
class Publication:
    """What is to be sent where; a repeat has the same id."""

    event: EventName
    id: str
    payload: JsonMap
    #: What an ordered target keeps in order: the workflow.
    group: str
