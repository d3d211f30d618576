"""The messages of a queue, such that finding one costs the same in a long queue as in a short one."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator
from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moto.sqs.models import Message

#: Place in the order of arrival, and the message's id.
_Place = tuple[int, str]


class Messages:
    """In order of arrival, as moto's list is; by receipt; and the visible ones apart from the rest.

    A message waits from the moment somebody sees that it is delayed or in flight until that time is
    over. Moto changes those times in the message itself, so they are read again at each look.
    """

    def __init__(self, now: Callable[[], float], messages: Iterable[Message] = ()) -> None:
        """``now`` gives milliseconds."""
        self._now = now
        self._arrivals = 0
        self._by_id: dict[str, Message] = {}
        self._place: dict[str, _Place] = {}
        self._ready: list[_Place] = []
        self._waiting: list[tuple[float, _Place]] = []
        self._by_receipt: dict[str, str] = {}
        for message in messages:
            self.append(message)

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Message]:
        return iter(self._by_id.values())

    def append(self, message: Message) -> None:
        """Add the newest message."""
        self._arrivals += 1
        place = (self._arrivals, message.id)
        self._by_id[message.id] = message
        self._place[message.id] = place
        self._ready.append(place)

    def remove(self, message: Message) -> None:
        """Take a message out, and its receipts with it."""
        del self._by_id[message.id]
        place = self._place.pop(message.id)
        self._unready(place)
        for receipt in message.all_receipt_handles:
            if receipt is not None:
                self._by_receipt.pop(receipt, None)

    def expire(self, before: float) -> None:
        """Forget what was sent at ``before`` (milliseconds) or earlier."""
        while self._by_id:
            oldest = next(iter(self._by_id.values()))
            sent: int = oldest.sent_timestamp  # type: ignore[assignment]  # moto says it stays None
            if sent > before:
                return
            self.remove(oldest)

    def note_receipt(self, receipt: str, message_id: str) -> None:
        """``receipt`` was handed out for a message."""
        if message_id in self._by_id:
            self._by_receipt[receipt] = message_id

    def by_receipt(self, receipt: str) -> Message | None:
        """The message for which ``receipt`` was ever handed out."""
        return self._by_id.get(self._by_receipt.get(receipt, ""))

    def look_again(self, message: Message) -> None:
        """Its visibility was changed from outside, perhaps to sooner."""
        place = self._place[message.id]
        self._unready(place)
        insort(self._ready, place)

    def visible(self) -> Iterator[Message]:
        """Messages that may be received now, oldest first; take as many as needed."""
        self._wake()
        index = 0
        while index < len(self._ready):
            place = self._ready[index]
            message = self._by_id[place[1]]
            since = _visible_since(message)
            if since > self._now():
                del self._ready[index]
                heappush(self._waiting, (since, place))
            else:
                yield message
                # The reader may have received it (it is no longer visible then) but not removed it.
                index += 1

    def next_visible(self) -> float | None:
        """When the next waiting message becomes visible (milliseconds); now, if one is; None if none ever."""
        for _ in self.visible():
            return self._now()
        return self._waiting[0][0] if self._waiting else None

    def _wake(self) -> None:
        now = self._now()
        while self._waiting and self._waiting[0][0] <= now:
            _, place = heappop(self._waiting)
            # Gone, or made ready by look_again: then this entry is an old one.
            if self._place.get(place[1]) == place and not self._is_ready(place):
                insort(self._ready, place)

    def _is_ready(self, place: _Place) -> bool:
        index = bisect_left(self._ready, place)
        return index < len(self._ready) and self._ready[index] == place

    def _unready(self, place: _Place) -> None:
        index = bisect_left(self._ready, place)
        if index < len(self._ready) and self._ready[index] == place:
            del self._ready[index]


def _visible_since(message: Message) -> float:
    return max(message.visible_at, message.delayed_until)
