"""``python -m tests.invariants.simulation 0 2000``: simulated histories, what they covered, what failed.

``--shrink`` makes each failing history short and prints it.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from collections import Counter

from tests.invariants.simulation.history import begin, play
from tests.invariants.simulation.script import Script
from tests.invariants.simulation.shrinking import failure, shrunk


def main(arguments: list[str]) -> int:
    """Exit code 1 when an invariant did not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.invariants.simulation")
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int, help="the seed after the last one")
    parser.add_argument("--shrink", action="store_true", help="print failing histories, made short")
    chosen = parser.parse_args(arguments)
    # What handlers log of the faults they were dealt is expected.
    logging.disable(logging.CRITICAL)
    begun = time.process_time()
    counts: Counter[str] = Counter()
    failed: list[int] = []
    for seed in range(chosen.first, chosen.last):
        history = begin(Script(seed))
        try:
            play(history)
        except Exception as error:  # noqa: BLE001 - reported, and the next seed is tried
            failed.append(seed)
            print(f"seed {seed}: {type(error).__name__}: {error}", file=sys.stderr)
            if chosen.shrink:
                _tell(Script(seed))
        counts += history.world.counts
    seconds = time.process_time() - begun
    runs = chosen.last - chosen.first
    report = {
        "seeds": [chosen.first, chosen.last],
        "failed": failed,
        "per_minute": round(60 * runs / seconds),
        "counts": dict(sorted(counts.items())),
    }
    print(json.dumps(report, indent=1))
    return 1 if failed else 0


def _tell(script: Script) -> None:
    short = shrunk(script)
    found = failure(short)
    assert found is not None
    world, error = found
    lines = [*world.trace.lines, f"{type(error).__name__}: {error}", repr(short)]
    print("\n".join(lines), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
