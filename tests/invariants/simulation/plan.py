"""What one installation is used for: definitions, and who starts what. Each seed uses something else.

A seed draws a few of everything rather than all of it: what is together in one small history is met
in every order, where in a large one the first thing that goes wrong hides the others.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from tests.invariants.simulation.features import CLOCKS, with_features
from tests.support.definitions import (
    CUSTOM_TYPE,
    LEAVES,
    LIMITED,
    NESTING,
    WORKERS,
    Sizes,
    random_workflow,
)

Json = dict[str, Any]

#: Definitions: wide and deep enough for every type to stand inside every other.
LARGEST = Sizes(tasks=14, list_length=5, depth=4, branches=3, iterations=2)
#: Most seeds have small ones: whatever can go wrong does so in few steps, and more seeds are played.
SMALL, _IS_LARGE = Sizes(tasks=6, list_length=3, depth=3, branches=2, iterations=2), 0.25
#: Executions that clients start, as long as the storm lasts, and how often it is so many.
STARTS = ((1, 2, 3, 5), (4, 3, 2, 1))
#: How often a type is used by a seed; a TERMINATE ends what others are there for.
_USED, _SELDOM_USED = 0.5, {"TERMINATE": 0.2}


@dataclass(frozen=True)
class Plan:
    """What there is, and what is to happen."""

    task_definitions: tuple[Json, ...]
    #: Registered before anything begins.
    definitions: tuple[Json, ...]
    #: Requests to start, in the order in which they are made.
    starts: tuple[Json, ...]


def drawn(rng: random.Random, largest: Sizes | None = None) -> Plan:
    """The plan of one seed; its largest definition is drawn, too, where none is given."""
    if largest is None:
        largest = LARGEST if rng.random() < _IS_LARGE else SMALL
    count = rng.choices((1, 2, 3), (3, 2, 1))[0]
    written = tuple(random_workflow(rng, _sizes(rng, largest), f"flow{n}") for n in range(count))
    definitions = tuple(with_features(rng, each) for each in written)
    starts = [_start(rng, each) for each in definitions]
    more = rng.choices(*STARTS)[0] - count
    starts += [_start(rng, rng.choice(definitions)) for _ in range(more)]
    return Plan(_task_definitions(rng), definitions, tuple(starts))


def _sizes(rng: random.Random, largest: Sizes) -> Sizes:
    """Few types at a time, in a definition of any size."""
    types = {
        each for each in LEAVES + NESTING if rng.random() < _SELDOM_USED.get(each, _USED)
    } & largest.types
    return Sizes(
        tasks=rng.randint(min(4, largest.tasks), largest.tasks),
        list_length=rng.randint(min(2, largest.list_length), largest.list_length),
        depth=rng.randint(min(2, largest.depth), largest.depth),
        branches=largest.branches,
        iterations=largest.iterations,
        types=frozenset(types | {"SIMPLE"}),
    )


def _task_definitions(rng: random.Random) -> tuple[Json, ...]:
    """Of every worker: retries, and clocks that are met in a storm."""
    return tuple(
        {
            "name": name,
            "ownerEmail": "a@example.com",
            "retryCount": rng.choice((0, 1, 2)),
            "retryDelaySeconds": rng.choice((0, 0, 1)),
            "responseTimeoutSeconds": rng.choice(CLOCKS),
            "timeoutSeconds": 0,
            **LIMITED.get(name, {}),
        }
        for name in (*WORKERS, CUSTOM_TYPE)
    )


def _start(rng: random.Random, definition: Json) -> Json:
    """By name, or with the definition."""
    wanted: Json = {
        "name": definition["name"],
        "version": 1,
        "input": {"value": 1, "choice": rng.choice("ab"), "items": [1, 2]},
    }
    if rng.random() < 0.2:
        wanted["workflowDef"] = definition
    return wanted
