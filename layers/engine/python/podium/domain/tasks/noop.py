"""NOOP: nothing happens (tasks.md 22)."""

from __future__ import annotations

from podium.domain.outcome import Outcome


def run() -> Outcome:
    """COMPLETED at once, without output."""
    return Outcome()
