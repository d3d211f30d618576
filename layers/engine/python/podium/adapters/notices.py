"""Status events as they travel: the envelope for queues, and the note of one that is to be tried again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from podium.domain.json import JsonMap
from podium.domain.listening import Notification
from podium.domain.sinks import Sink, parse_sink

#: ``source`` of every event.
SOURCE = "podium"
#: Seconds before the second try.
DEFERRED_SECONDS = 10
#: Queues of the peer's queue publisher by event (engine.md 18); it tells no others.
CALLBACK_QUEUES = {
    "workflow.completed": "_callbackSuccessQueue",
    "workflow.terminated": "_callbackFailureQueue",
    "workflow.finalized": "_callbackFinalizeQueue",
}


def envelope(notification: Notification) -> str:
    """An event as a message: the shape that an event bus would give it."""
    return _text(
        {
            "id": notification.id,
            "source": SOURCE,
            "detail-type": notification.type,
            "time": datetime.fromtimestamp(notification.at / 1000, UTC).strftime(
                "%Y-%m-%dT%H:%M:%SZ"
            ),
            "detail": notification.detail,
        }
    )


def detail(notification: Notification) -> str:
    """What happened, alone."""
    return _text(notification.detail)


def note(sink: Sink, notification: Notification, since: int) -> str:
    """An event, where it is to go, and when that failed first (epoch ms)."""
    return _text(
        {
            "sink": str(sink),
            "since": since,
            "id": notification.id,
            "type": notification.type,
            "at": notification.at,
            "detail": notification.detail,
        }
    )


def read_note(found: Mapping[str, Any]) -> tuple[Sink, Notification, int]:
    """Undo :func:`note`, read as JSON; raises KeyError or InvalidInputError for what is none."""
    notification = Notification(found["id"], found["type"], found["at"], found["detail"])
    return parse_sink(found["sink"]), notification, found["since"]


def _text(value: JsonMap) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
