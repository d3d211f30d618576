"""``python -m podium_local.bench``: run a scenario, print its figures as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from podium_local.bench.chain import LIMITS, WAYS, Size, run


def main() -> int:
    """Parse the command line, run, print; 0, or 1 if a condition of the soak does not hold."""
    parser = argparse.ArgumentParser(
        prog="podium_local.bench",
        description="chain: count what SIMPLE tasks in a chain cost, and time them. "
        "soak: twenty tasks in each workflow, with duplicates, kills and unreliable workers.",
    )
    parser.add_argument("--scenario", choices=["chain", "soak"], default="chain")
    parser.add_argument("--workflows", type=_positive, help="default: 20; of the soak 1000")
    parser.add_argument("--seed", type=int, default=0, help="of what goes wrong in the soak")
    parser.add_argument(
        "--lose", type=int, default=0, help="tasks to lose on purpose: the soak has to find it"
    )
    parser.add_argument("--tasks", type=_several, default=10, help="tasks in each; default: 10")
    parser.add_argument("--way", choices=sorted(WAYS), help="default: all, one after the other")
    parser.add_argument(
        "--limit", choices=sorted(LIMITS), default="", help="limit the tasks, delivered like this"
    )
    parser.add_argument(
        "--stream-only", action="store_true", help="the stream alone advances workflows"
    )
    arguments = parser.parse_args()
    document = _soak(arguments) if arguments.scenario == "soak" else _chain(arguments)
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
    return 0 if document.get("holds", True) else 1


def _soak(arguments: argparse.Namespace) -> dict[str, Any]:
    from podium_local.bench.soak import Plan, soak

    plan = Plan(arguments.workflows or 1000, arguments.seed, arguments.lose, _tell)
    return soak(plan)


def _chain(arguments: argparse.Namespace) -> dict[str, Any]:
    ways = [arguments.way] if arguments.way else list(WAYS)
    size = Size(arguments.workflows or 20, arguments.tasks)
    results = []
    for way in ways:
        _tell(f"{way}: {size.workflows} workflows of {size.tasks} tasks ...")
        results.append(
            run(way, size, inline_advance=not arguments.stream_only, limit=arguments.limit)
        )
    return {"scenario": arguments.scenario, "results": results}


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


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
