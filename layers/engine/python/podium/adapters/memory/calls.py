"""Hooks around every call the memory adapters stand in for: where tests put a crash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import Any, TypeVar

T = TypeVar("T")


class Quirk(Enum):
    """What AWS may do with a call that it answers with success."""

    #: An eventually consistent read finds an older state of an item, so many writes ago.
    ITEM_BEHIND = "item behind"
    #: One does not find an item that was put just now.
    NOT_THERE_YET = "not there yet"
    #: A query of an index is so many writes behind.
    INDEX_BEHIND = "index behind"
    #: So many keys of a batch are not read.
    UNPROCESSED = "unprocessed"
    #: There are messages, but none is received.
    RECEIVES_NOTHING = "receives nothing"
    #: A message is received and can be received again at once.
    STAYS_VISIBLE = "stays visible"
    #: A message has been received in vain meanwhile: half as often as it survives, so many times.
    RECEIVED_IN_VAIN = "received in vain"
    #: A message is there again although it was deleted.
    NOT_DELETED = "not deleted"
    #: A queue that was made just now is not known yet.
    NOT_KNOWN_YET = "not known yet"


def _nothing(name: str) -> None:
    """The hook that does nothing."""


def _epoch() -> int:
    """Time that does not pass."""
    return 0


@dataclass(slots=True)
class Calls:
    """Told the AWS name of each call (``PutItem``, ``SendMessage`` ...) before and after it.

    A hook that raises stands for a crash: from ``before_call`` nothing has happened, from
    ``after_call`` everything has. One object may be shared by all adapters of a process; the
    hooks may be replaced at any time.
    """

    before_call: Callable[[str], None] = _nothing
    after_call: Callable[[str], None] = _nothing
    #: Runs a call that writes, as often as it likes, or answers in its place; None: just once.
    around: Callable[[str, Callable[[], Any]], Any] | None = None
    #: Whether a quirk happens now: 0, or its extent, at most the number given; None: none does.
    quirk: Callable[[Quirk, int], int] | None = None
    #: Epoch milliseconds: quirks are over after a while.
    now: Callable[[], int] = _epoch

    def call(self, name: str) -> _Call:
        """Run the body as one AWS call."""
        return _Call(self, name)

    def write(self, name: str, body: Callable[[], T]) -> T:
        """Run ``body`` as one AWS call that changes something: the SDK may repeat it."""
        if self.around is not None:
            answer: T = self.around(name, body)
            return answer
        self.before_call(name)
        answer = body()
        self.after_call(name)
        return answer

    def happens(self, quirk: Quirk, most: int = 1) -> int:
        """0, or the extent of the quirk."""
        return 0 if self.quirk is None else self.quirk(quirk, most)


class _Call:
    """One call; a class, as it is entered some hundred times in each simulated second."""

    __slots__ = ("_calls", "_name")

    def __init__(self, calls: Calls, name: str) -> None:
        self._calls = calls
        self._name = name

    def __enter__(self) -> None:
        self._calls.before_call(self._name)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._calls.after_call(self._name)
