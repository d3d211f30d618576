"""The machine's own clock and randomness: the one legal place to ask for either."""

from __future__ import annotations

import time
import uuid


class SystemClock:
    """Wall clock."""

    def now(self) -> int:
        """Epoch milliseconds."""
        return time.time_ns() // 1_000_000  # noqa: TID251  # this is the clock


def sleep(milliseconds: int) -> None:
    """Let time pass on the wall clock."""
    time.sleep(milliseconds / 1000)


class RandomIds:
    """Random UUIDs."""

    def workflow_id(self) -> str:
        """A new workflow id."""
        return str(uuid.uuid4())  # noqa: TID251  # this is where ids are drawn

    def unique(self) -> str:
        """A new id of anything else."""
        return self.workflow_id()
