"""Runs many seeds, in several processes if wanted; what comes of them is the same in either case."""

from __future__ import annotations

import io
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context

from tests.invariants.simulation.broken import BrokenInvariantError
from tests.invariants.simulation.history import begin, play
from tests.invariants.simulation.script import Script


@dataclass(frozen=True)
class Told:
    """What one seed led to."""

    seed: int
    #: What happened in it, by kind.
    counts: Counter[str] = field(default_factory=Counter)
    #: How it failed; empty when it did not.
    failure: str = ""
    #: The check that found it out; empty when something else went wrong.
    check: str = ""


def told(seed: int, *, on_moto: bool = False) -> Told:
    """Run one seed to its end."""
    history = begin(Script(seed, on_moto=on_moto))
    counts = history.world.counts
    try:
        # Metrics are printed, and stdout is the report's.
        with redirect_stdout(io.StringIO()):
            play(history)
    except BrokenInvariantError as error:
        return Told(seed, counts, str(error), error.check)
    except Exception as error:  # noqa: BLE001 - reported, and the next seed is told
        return Told(seed, counts, f"{type(error).__name__}: {error}")
    return Told(seed, counts)


def told_all(seeds: Sequence[int], jobs: int = 1, *, on_moto: bool = False) -> Iterator[Told]:
    """Each of them in their order; ``jobs`` processes share the work."""
    tell = partial(told, on_moto=on_moto)
    if jobs == 1:
        yield from map(tell, seeds)
        return
    # Fresh processes: what is told must not depend on what this one has done before.
    with get_context("spawn").Pool(jobs, initializer=be_quiet) as pool:
        yield from pool.imap(tell, seeds, chunksize=5)


def be_quiet() -> None:
    """What handlers log of the faults they are dealt is expected."""
    logging.disable(logging.CRITICAL)


def summed(results: Sequence[Told]) -> Counter[str]:
    """What happened in all of them."""
    counts: Counter[str] = Counter()
    for result in results:
        counts.update(result.counts)
    return counts
