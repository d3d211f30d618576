"""``make mutants``: puts each fault into the product's code in turn and lets the simulation find it.

Prints a table and writes it to ``found.json``; exit code 1 when one was not found, or is stale.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from multiprocessing import get_context

from tests.mutants.catalogue import ALL, MUTANTS
from tests.mutants.hunting import SEEDS, Catch, hunt_named, record, recorded


def main(arguments: list[str]) -> int:
    """Hunt the mutants named, or all; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("names", nargs="*", help="which; all of them by default")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes (default 1)")
    parser.add_argument("--seeds", type=int, default=len(SEEDS), help="most that are tried")
    chosen = parser.parse_args(arguments)
    names = chosen.names or [each.name for each in MUTANTS]
    missed: list[str] = []
    with get_context("spawn").Pool(chosen.jobs, maxtasksperchild=1) as pool:
        for catch in pool.imap_unordered(partial(hunt_named, most=chosen.seeds), names):
            print(_row(catch), flush=True)
            # At once, and beside what another run has found meanwhile.
            found = recorded() | {catch.mutant: catch}
            record([found[each.name] for each in ALL if each.name in found])
            if catch.seed is None:
                missed.append(catch.mutant)
    if missed:
        print(f"not found: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


def _row(catch: Catch) -> str:
    if catch.stale:
        return f"{catch.mutant:45} STALE: {catch.stale}"
    if catch.seed is None:
        return f"{catch.mutant:45} NOT FOUND, {catch.crashed} crashes"
    return f"{catch.mutant:45} seed {catch.seed:5}  {catch.check}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
