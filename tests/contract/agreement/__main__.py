"""``python -m tests.contract.agreement 0 5000``: sequences of these seeds, and what the sides differ in."""

from __future__ import annotations

import argparse
import sys
import time

import tests.conftest  # noqa: F401 - credentials that are nobody's
from tests.contract.agreement.sequences import Agreement
from tests.support.aws import moto_stack


def main(arguments: list[str]) -> int:
    """Exit code 1 when they differ."""
    parser = argparse.ArgumentParser(prog="python -m tests.contract.agreement")
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int, help="the seed after the last one")
    chosen = parser.parse_args(arguments)
    begun, calls, failed = time.process_time(), 0, []
    with moto_stack() as stack:
        agreement = Agreement(stack)
        for seed in range(chosen.first, chosen.last):
            sequence = agreement.draw(seed)
            calls += len(sequence.calls)
            if agreement.compare(sequence)[1] is not None:
                failed.append(seed)
                print(f"seed {seed}: {agreement.tell(sequence)}\n", file=sys.stderr)
    seconds = round(time.process_time() - begun, 1)
    print(f"{chosen.last - chosen.first} sequences, {calls} calls, {seconds} s; differ: {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
