"""Where status events go: the text of ``workflowStatusListenerSink`` (engine.md 18, docs/listeners.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from podium.errors import InvalidInputError

_NAME = re.compile(r"[A-Za-z0-9_-]{1,50}")


class SinkKind(StrEnum):
    """What carries the events."""

    #: An event bus; without a name that of the installation.
    EVENT_BRIDGE = "eventbridge"
    #: A queue, which gets every event.
    SQS = "sqs"
    #: The peer's queue publisher: three queues, for success, failure and what is finalized.
    QUEUE = "queue"


@dataclass(frozen=True, slots=True)
class Sink:
    """One place."""

    kind: SinkKind
    name: str = ""

    def __str__(self) -> str:
        """The text it was read from."""
        return f"{self.kind}:{self.name}" if self.name else self.kind.value


def parse_sink(text: str) -> Sink:
    """``eventbridge``, ``eventbridge:<bus>``, ``sqs:<queue>`` or ``queue``; raises InvalidInputError."""
    word, colon, name = text.strip().partition(":")
    kind = next((kind for kind in SinkKind if kind.value == word), None)
    named = {
        SinkKind.EVENT_BRIDGE: not colon or bool(_NAME.fullmatch(name)),
        SinkKind.SQS: bool(_NAME.fullmatch(name)),
        SinkKind.QUEUE: not colon,
    }
    if kind is None or not named[kind]:
        raise InvalidInputError(
            f"a sink is eventbridge, eventbridge:<bus>, sqs:<queue> or queue, not '{text}'; "
            "names have up to 50 letters, digits, _ and -"
        )
    return Sink(kind, name)
