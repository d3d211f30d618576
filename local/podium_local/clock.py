"""Clocks of the laptop runtime: the machine's own, and one that tests move."""

from __future__ import annotations

import time
from typing import Protocol


class LocalClock(Protocol):
    """``podium.ports.outside.Clock``, and whether time passes by itself."""

    #: False: nothing happens while one waits, so nobody should (a long poll returns at once).
    passes: bool

    def now(self) -> int:
        """Epoch milliseconds."""
        ...

    def sleep(self, milliseconds: int) -> None:
        """Let time pass, in a request that waits for something."""
        ...


class SystemClock:
    """The machine's clock."""

    passes = True

    def now(self) -> int:
        """Epoch milliseconds."""
        return time.time_ns() // 1_000_000

    def sleep(self, milliseconds: int) -> None:
        """Wait."""
        time.sleep(milliseconds / 1000)


#: Where virtual time starts: 2026-01-01T00:00:00Z.
VIRTUAL_START = 1_767_225_600_000


class VirtualClock:
    """A clock that stands still until it is moved; it never runs backwards."""

    passes = False

    def __init__(self, now: int = VIRTUAL_START) -> None:
        """Start at ``now`` (epoch milliseconds)."""
        self._now = now

    def now(self) -> int:
        """Epoch milliseconds."""
        return self._now

    def sleep(self, milliseconds: int) -> None:
        """Nobody waits: the clock jumps, and whoever moves it decides what else happens."""
        self.advance(milliseconds)

    def advance(self, milliseconds: int) -> None:
        """Let ``milliseconds`` pass at once; raises ValueError when negative."""
        if milliseconds < 0:
            raise ValueError(f"time does not run backwards: {milliseconds} ms")
        self._now += milliseconds
