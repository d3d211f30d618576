"""What the backends hold for the event-source mappings, and a way to sleep until that changes.

Stands for the pollers of Lambda, which ask again and again: an empty ``receive`` costs 1.5 ms here.
"""

from __future__ import annotations

from threading import Condition

from podium_local.moto_patch.calls import LOCK

#: Notified whenever a record is added to a stream or a message to a queue.
_added = Condition(LOCK)
_count = 0


def announce() -> None:
    """Something was added; wakes whoever waits."""
    global _count  # noqa: PLW0603 - the lock is held
    with LOCK:
        _count += 1
        _added.notify_all()


def count() -> int:
    """How many things were added so far; hand it to :func:`wait` to miss none."""
    return _count


def wait(seen: int, seconds: float) -> bool:
    """Sleep until more than ``seen`` things were added, at most ``seconds``; False when none were."""
    with _added:
        return _added.wait_for(lambda: _count != seen, seconds)
