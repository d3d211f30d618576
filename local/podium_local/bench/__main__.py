"""``python -m podium_local.bench``: run a scenario, print its figures as JSON."""

from __future__ import annotations

import argparse
import json
import sys

from podium_local.bench.chain import LIMITS, WAYS, Size, run


def main() -> int:
    """Parse the command line, run, print; 0."""
    parser = argparse.ArgumentParser(
        prog="podium_local.bench",
        description="Count what SIMPLE tasks in a chain cost, and time them.",
    )
    parser.add_argument("--scenario", choices=["chain"], default="chain")
    parser.add_argument("--workflows", type=_positive, default=20, help="default: 20")
    parser.add_argument("--tasks", type=_several, default=10, help="tasks in each; default: 10")
    parser.add_argument("--way", choices=sorted(WAYS), help="default: all, one after the other")
    parser.add_argument(
        "--limit", choices=sorted(LIMITS), default="", help="limit the tasks, delivered like this"
    )
    parser.add_argument(
        "--stream-only", action="store_true", help="the stream alone advances workflows"
    )
    arguments = parser.parse_args()
    ways = [arguments.way] if arguments.way else list(WAYS)
    size = Size(arguments.workflows, arguments.tasks)
    results = []
    for way in ways:
        sys.stderr.write(f"{way}: {size.workflows} workflows of {size.tasks} tasks ...\n")
        results.append(
            run(way, size, inline_advance=not arguments.stream_only, limit=arguments.limit)
        )
    document = {"scenario": arguments.scenario, "results": results}
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
    return 0


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _several(text: str) -> int:
    number = int(text)
    if number < 2:
        raise argparse.ArgumentTypeError("at least 2: a chain of one task is what is subtracted")
    return number


if __name__ == "__main__":
    raise SystemExit(main())
