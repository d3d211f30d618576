"""What a history is told from: a seed, and what of it is left out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Script:
    """The seed decides everything.

    Faults, deeds and jumps of the clock are numbered from 1 as they happen; those in ``muted`` do not.
    """

    seed: int
    muted: frozenset[int] = frozenset()
    #: On the adapters of AWS over moto, not on those in memory.
    on_moto: bool = False
