"""The machine's own clock and randomness: the one legal place to ask for either."""

from __future__ import annotations

import time
import uuid


class SystemClock:
    """Wall clock."""

    def now(self) -> int:
        """Epoch milliseconds."""
        return time.time_ns() // 1_000_000  # noqa: TID251  # this is the clock


class RandomIds:
    """Random UUIDs."""

    def workflow_id(self) -> str:
        """A new workflow id."""
        return str(uuid.uuid4())  # noqa: TID251  # this is where ids are drawn
