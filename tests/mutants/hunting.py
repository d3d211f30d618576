"""Looks for a mutant with the simulation's seeds: one after another, until an invariant does not hold."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.invariants.simulation.runs import be_quiet, told
from tests.mutants.catalogue import ALL
from tests.mutants.mutant import Mutant, StaleMutantError, applied

#: Seeds within which each mutant has to be found.
SEEDS = range(2_000)
#: Where the last hunt has found each.
FOUND = Path(__file__).with_name("found.json")


@dataclass(frozen=True)
class Catch:
    """How a mutant was found; ``seed`` is None when it was not."""

    mutant: str
    seed: int | None = None
    #: The check that did not hold, and what it saw.
    check: str = ""
    seen: str = ""
    #: Seeds that ended in another error before: that finds nothing.
    crashed: int = 0
    #: The code does not look as it did when the mutant was written.
    stale: str = ""


def hunt(wanted: Mutant, seeds: Iterable[int] = SEEDS) -> Catch:
    """Run seeds with the fault until a check of an invariant finds it."""
    crashed = 0
    try:
        with applied(wanted):
            for seed in seeds:
                result = told(seed)
                if result.check:
                    return Catch(wanted.name, seed, result.check, result.failure[:300], crashed)
                crashed += bool(result.failure)
    except StaleMutantError as error:
        return Catch(wanted.name, stale=str(error))
    return Catch(wanted.name, crashed=crashed)


def hunt_named(name: str, most: int = len(SEEDS)) -> Catch:
    """The same in a process of its own: first where it was found the last time."""
    be_quiet()
    (wanted,) = (each for each in ALL if each.name == name)
    known = recorded().get(name)
    if known is not None and known.seed is not None:
        again = hunt(wanted, [known.seed])
        if again.seed is not None or again.stale:
            return again
    return hunt(wanted, SEEDS[:most])


def recorded() -> dict[str, Catch]:
    """The table as it was written the last time."""
    if not FOUND.exists():
        return {}
    return {row["mutant"]: Catch(**row) for row in json.loads(FOUND.read_text())}


def record(catches: Iterable[Catch]) -> None:
    """Write the table."""
    FOUND.write_text(json.dumps([asdict(each) for each in catches], indent=1) + "\n")
