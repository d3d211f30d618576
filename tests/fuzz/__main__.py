"""``python -m tests.fuzz FIRST END [CAMPAIGN ...]``: run the seeds from FIRST up to END; exit code 1 if one fails."""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import sys
import time

from tests.fuzz.campaigns import CAMPAIGNS, find


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("first", type=int)
    parser.add_argument("end", type=int)
    parser.add_argument("campaigns", nargs="*", metavar="campaign", help=", ".join(CAMPAIGNS))
    asked = parser.parse_args()
    logging.disable()
    failed = 0
    for name in asked.campaigns or CAMPAIGNS:
        begun = time.monotonic()
        # Metrics are lines on stdout, which here is the report alone.
        with contextlib.redirect_stdout(io.StringIO()):
            findings = find(name, range(asked.first, asked.end))
        for seed, trace in findings.failures.items():
            print(f"{name} {seed}:\n{trace}")
        failed += len(findings.failures)
        count, seconds = asked.end - asked.first, time.monotonic() - begun
        print(f"{name}: {count} cases in {seconds:.0f} s, {len(findings.failures)} failed")
        for outcome, times in findings.outcomes.most_common(12):
            print(f"  {times:6} {outcome}")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
