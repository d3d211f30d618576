"""``python -m tests.invariants.simulation 0 2000``: simulated histories, what they covered, what failed.

A report as JSON on stdout, progress and failures on stderr; exit code 1 when an invariant did not hold,
or when something that a run of so many seeds has to cover never happened. ``--shrink`` makes each
failing history short and prints it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator

from tests.invariants.simulation import coverage
from tests.invariants.simulation.runs import Told, be_quiet, summed, told_all
from tests.invariants.simulation.script import Script
from tests.invariants.simulation.shrinking import failure, shrunk

#: Seconds between two lines of progress.
OFTEN = 10


def main(arguments: list[str]) -> int:
    """Run the seeds; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.invariants.simulation")
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int, help="the seed after the last one")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes (default 1)")
    parser.add_argument(
        "--on", choices=("memory", "moto"), default="memory", help="adapters (default memory)"
    )
    parser.add_argument("--shrink", action="store_true", help="print failing histories, made short")
    chosen = parser.parse_args(arguments)
    be_quiet()
    on_moto = chosen.on == "moto"
    seeds = range(chosen.first, chosen.last)
    begun = time.monotonic()
    results = list(_followed(told_all(seeds, chosen.jobs, on_moto=on_moto), len(seeds)))
    seconds = time.monotonic() - begun
    failed = [result for result in results if result.failure]
    for result in failed if chosen.shrink else ():
        _tell(Script(result.seed, on_moto=on_moto))
    counts = summed(results)
    missing = coverage.missing(counts)
    report = {
        "seeds": [chosen.first, chosen.last],
        "failed": {result.seed: result.failure for result in failed},
        "seconds": round(seconds, 1),
        "per_minute": round(60 * len(seeds) / seconds) if seconds else 0,
        "counts": dict(sorted(counts.items())),
        "never": missing,
    }
    print(json.dumps(report, indent=1))
    is_covered = not missing or len(seeds) < coverage.ENOUGH or on_moto
    if not is_covered:
        print(f"never happened in {len(seeds)} seeds: {missing}", file=sys.stderr)
    return 0 if is_covered and not failed else 1


def _followed(results: Iterator[Told], number: int) -> Iterator[Told]:
    """The same, with a word about it now and then."""
    shown = begun = time.monotonic()
    for place, result in enumerate(results, start=1):
        if result.failure:
            print(f"seed {result.seed}: {result.failure}", file=sys.stderr)
            print(f"  {again(result.seed)}", file=sys.stderr)
        now = time.monotonic()
        if now - shown > OFTEN:
            shown = now
            rate = 60 * place / (now - begun)
            print(f"{place} of {number} seeds, {rate:.0f} a minute", file=sys.stderr)
        yield result


def again(seed: int) -> str:
    """The command that tells a seed's history once more."""
    return f"python -m tests.invariants.simulation {seed} {seed + 1} --shrink"


def _tell(script: Script) -> None:
    short = shrunk(script)
    found = failure(short)
    assert found is not None
    world, error = found
    lines = [*world.trace.lines, f"{type(error).__name__}: {error}", repr(short)]
    print("\n".join(lines), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
