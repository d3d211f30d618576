"""Makes a failing history as short as it gets: mutes faults, deeds and jumps while it still fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.invariants.simulation.broken import BrokenInvariantError
from tests.invariants.simulation.history import begin, play
from tests.invariants.simulation.script import Script
from tests.invariants.simulation.world import World


def failure(script: Script) -> tuple[World, Exception] | None:
    """The world of a run that fails, and how; None for one that is right."""
    history = begin(script)
    try:
        play(history)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        return history.world, error
    return None


def shrunk(script: Script, *, tries: int = 300) -> Script:
    """A script that fails in the same kind of way, of which nothing can be muted within so many tries."""
    first = failure(script)
    if first is None:
        raise ValueError(f"seed {script.seed} does not fail")
    world, error = first
    left = [number for number in range(1, world.happened + 1) if number not in script.muted]
    size = max(1, len(left) // 2)
    while True:
        start = 0
        while start < len(left):
            if tries == 0:
                return script
            tries -= 1
            kept = left[:start] + left[start + size :]
            attempt = _muting(script, left, kept)
            if _fails_alike(attempt, kind_of(error)):
                script, left = attempt, kept
            else:
                start += size
        if size == 1:
            return script
        size = max(1, size // 2)


def _muting(script: Script, left: Sequence[int], kept: Sequence[int]) -> Script:
    return replace(script, muted=script.muted | (set(left) - set(kept)))


def kind_of(error: Exception) -> str:
    """What makes two failures alike: the check that found them, or the type of the error."""
    return error.check if isinstance(error, BrokenInvariantError) else type(error).__name__


def _fails_alike(script: Script, kind: str) -> bool:
    found = failure(script)
    return found is not None and kind_of(found[1]) == kind
