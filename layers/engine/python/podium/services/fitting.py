"""Answers that fit: large payloads in them become paths (engine.md 17).

A payload above its threshold is answered by its path in any case. When the answer as a whole is more
than an invocation may give, the largest payloads in it follow, until it fits. A payload is written to
the store as it is shown, masked fields included, so its path tells no more than the answer would.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from podium.domain.sizes import excess, size_of
from podium.json_text import answer_weight

if TYPE_CHECKING:
    from podium.ports.bundle import Ports

#: Bytes of an answer's body within what Lambda takes (6 MB), with room for its headers.
LARGEST_ANSWER = 6 * 1024 * 1024 - 64 * 1024
#: A path and what comes with it take so many bytes: smaller payloads stay.
_WORTHWHILE = 512
_INPUT, _OUTPUT = "externalInputPayloadStoragePath", "externalOutputPayloadStoragePath"


@dataclass(frozen=True, slots=True)
class _Place:
    """A payload in an answer: ``holder[key]``, whose path would be ``holder[path_key]``."""

    holder: dict[str, Any]
    key: str
    path_key: str
    workflow_id: str
    threshold: int


class Fitting:
    """Makes answers of executions and tasks fit."""

    def __init__(self, ports: Ports) -> None:
        """Keep the payload store."""
        self._executions = ports.executions
        self._limits = ports.payload_limits

    @property
    def threshold(self) -> int:
        """Bytes below which an answer has nothing to be replaced in it."""
        smallest = min(self._limits.task_threshold, self._limits.workflow_threshold)
        return min(smallest, LARGEST_ANSWER)

    def fit(self, answer: Any, weight: int, room: int = LARGEST_ANSWER) -> None:
        """Replace payloads of ``answer``, which weighs ``weight`` as it is, in place, until it has ``room``."""
        places = list(self._places(answer))
        left = []
        for place in places:
            size = excess(place.holder[place.key], place.threshold)
            weight -= self._replace(place, size) if size else 0
            if not size:
                left.append(place)
        if weight <= room:
            return
        sized = [(size_of(place.holder[place.key]), place) for place in left]
        for size, place in sorted(sized, key=lambda each: -each[0]):
            if weight <= room or size < _WORTHWHILE:
                return
            weight -= self._replace(place, size)

    def _replace(self, place: _Place, size: int) -> int:
        """Bytes that the answer loses, at least."""
        value = place.holder[place.key]
        place.holder[place.path_key] = self._executions.put_payload(place.workflow_id, value)
        place.holder[place.key] = {}
        return max(0, size - _WORTHWHILE)

    def _places(self, answer: Any) -> Iterator[_Place]:
        if isinstance(answer, list):
            for each in answer:
                yield from self._places(each)
        elif isinstance(answer, dict):
            yield from self._own_places(answer)
            for key in ("tasks", "results"):
                if isinstance(answer.get(key), list):
                    yield from self._places(answer[key])

    def _own_places(self, answer: dict[str, Any]) -> Iterator[_Place]:
        """Places of a Task or a Workflow; other models have none for a path."""
        if "taskId" in answer and "inputData" in answer:
            names, threshold = ("inputData", "outputData"), self._limits.task_threshold
            owner = answer.get("workflowInstanceId")
        elif "workflowId" in answer and "workflowDefinition" in answer:
            names, threshold = ("input", "output"), self._limits.workflow_threshold
            owner = answer["workflowId"]
        else:
            return
        for name, path_key in zip(names, (_INPUT, _OUTPUT), strict=True):
            if answer.get(name) and not answer.get(path_key):
                yield _Place(answer, name, path_key, str(owner), threshold)


class Room:
    """The room of one answer, taken by one entry after another; safe to use from several threads."""

    def __init__(self, fitting: Fitting, room: int = LARGEST_ANSWER) -> None:
        """``room`` in bytes."""
        self._fitting = fitting
        self._left = room
        self._lock = Lock()
        self.is_full = False

    def take(self, entry: Any) -> bool:
        """Make room for ``entry``, without its payloads if need be; False: full, here and from now on."""
        with self._lock:
            if self.is_full:
                return False
            weight = answer_weight(entry)
            if weight > min(self._left, self._fitting.threshold):
                self._fitting.fit(entry, weight, self._left)
                weight = answer_weight(entry)
            self.is_full = weight > self._left
            if not self.is_full:
                self._left -= weight + len(",")
            return not self.is_full
