"""What one installation is used for: definitions, and who starts what. Each seed uses something else.

A seed draws a few of everything rather than all of it: what is together in one small history is met
in every order, where in a large one the first thing that goes wrong hides the others.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

from tests.invariants.simulation import features
from tests.invariants.simulation.features import AFTERMATH, HEARD, TICKED, clocks, with_features
from tests.support.definitions import (
    CUSTOM_TYPE,
    LEAVES,
    LIMITED,
    NESTING,
    OUTWARD,
    WORKERS,
    Sizes,
    random_workflow,
)

Json = dict[str, Any]

#: Types that definitions may have.
TYPES = LEAVES + OUTWARD + NESTING
#: Definitions: wide and deep enough for every type to stand inside every other.
LARGEST = Sizes(tasks=14, list_length=5, depth=4, branches=3, iterations=2, types=frozenset(TYPES))
#: Most seeds have small ones: whatever can go wrong does so in few steps, and more seeds are played.
SMALL, _IS_LARGE = replace(LARGEST, tasks=6, list_length=3, depth=3, branches=2), 0.25
#: Executions that clients start, as long as the storm lasts, and how often it is so many.
STARTS = ((1, 2, 3, 5), (4, 3, 2, 1))
#: How often a type is used by a seed; a TERMINATE ends what others are there for.
_USED, _SELDOM_USED = 0.5, {"TERMINATE": 0.2}
#: How many definitions have little beside plain tasks, and what that is: one type that nests, children of
#: children as often as all the others, for they are rare otherwise, or two that make a case together:
#: loops in loops, branches beside a failure that does not end the workflow, a child that ends before others.
_NARROW = 0.3
_NARROW_TYPES = (
    *((each,) for each in NESTING),
    *(("SUB_WORKFLOW",),) * 6,
    *(("DO_WHILE", "FOR_EACH"),) * 2,
    *(("TRY_CATCH", "FORK_JOIN", "SIMPLE"),) * 8,
    *(("FOR_EACH", "FORK_JOIN", "SIMPLE"),) * 2,
    *(("SUB_WORKFLOW", "FORK_JOIN"),) * 2,
)
#: What is plain there: in a third of them it is over at once, so that a storm gets to the bottom.
_PLAIN = ("SIMPLE", "SIMPLE", "NOOP")
#: How many seeds have a tree of children that fail.
_TREES = 0.08
#: How many seeds have domains, priorities, keys, handlers of events, schedules.
_DOMAINS, _PRIORITIES, _KEYS, _HANDLERS, _SCHEDULES = 0.15, 0.15, 0.3, 0.15, 0.15
#: What handlers of events do.
ACTIONS = (
    "start_workflow",
    "complete_task",
    "fail_task",
    "terminate_workflow",
    "update_workflow_variables",
)
_OWNER = {"ownerEmail": "a@example.com"}


@dataclass(frozen=True)
class Plan:
    """What there is, and what is to happen."""

    task_definitions: tuple[Json, ...]
    #: Registered before anything begins.
    definitions: tuple[Json, ...]
    #: Requests to start, in the order in which they are made.
    starts: tuple[Json, ...]
    #: Actions of event handlers that there are.
    handled: tuple[str, ...] = ()
    #: Names of what definitions use.
    features: tuple[str, ...] = ()
    has_schedules: bool = False


def drawn(rng: random.Random, largest: Sizes | None = None) -> Plan:
    """The plan of one seed; its largest definition is drawn, too, where none is given."""
    if largest is None:
        largest = LARGEST if rng.random() < _IS_LARGE else SMALL
    count = rng.choices((1, 2, 3), (3, 2, 1))[0]
    written = [random_workflow(rng, _sizes(rng, largest), f"flow{n}") for n in range(count)]
    if rng.random() < _TREES:
        written[0] = _tree(rng)
    used = features.drawn(rng)
    definitions = [with_features(rng, each, used) for each in written]
    starts = _starts(rng, definitions)
    handled = tuple(rng.sample(ACTIONS, 3)) if rng.random() < _HANDLERS else ()
    return Plan(
        _task_definitions(rng),
        (*definitions, *map(_small, (AFTERMATH, HEARD, TICKED))),
        tuple(starts),
        handled,
        tuple(each.name for each in used),
        rng.random() < _SCHEDULES,
    )


def handlers(plan: Plan, event: str) -> list[Json]:
    """Handlers of ``event``, one for each action; its messages say for which of them they are."""
    task = {"workflowId": "${workflowId}", "taskRefName": "${ref}", "output": {"value": 4}}
    details: dict[str, Json] = {
        "start_workflow": {"name": HEARD, "version": 1, "input": {"value": "${ref}"}},
        "complete_task": task,
        "fail_task": task,
        "terminate_workflow": {"workflowId": "${workflowId}", "terminationReason": "heard"},
        "update_workflow_variables": {"workflowId": "${workflowId}", "variables": {"counter": 7}},
    }
    return [
        {
            "name": f"on_{action}",
            "event": event,
            "condition": f"$.wanted == '{action}'",
            "actions": [{"action": action, action: details[action]}],
            "active": True,
        }
        for action in plan.handled
    ]


def _sizes(rng: random.Random, largest: Sizes) -> Sizes:
    """Few types at a time, in a definition of any size; sometimes one that is nested in itself."""
    types = {each for each in TYPES if rng.random() < _SELDOM_USED.get(each, _USED)} | {"SIMPLE"}
    depth = rng.randint(min(2, largest.depth), largest.depth)
    if rng.random() < _NARROW:
        types = {*rng.choice(_NARROW_TYPES), rng.choice(_PLAIN)}
        depth = max(depth, LARGEST.depth)
    types &= largest.types
    return Sizes(
        tasks=rng.randint(min(4, largest.tasks), largest.tasks),
        list_length=rng.randint(min(2, largest.list_length), largest.list_length),
        depth=depth,
        branches=largest.branches,
        iterations=largest.iterations,
        types=frozenset(types or {"SIMPLE"}),
    )


def _small(name: str) -> Json:
    """What is started on the side."""
    task = {"name": "pick", "taskReferenceName": "once", "type": "NOOP"}
    return {"name": name, "version": 1, "tasks": [task], **_OWNER}


def _tree(rng: random.Random) -> Json:
    """Children side by side, over at the first failure: operators have them run again, one by one."""
    children = [_child(f"c{number}", rng.randint(1, 2)) for number in range(rng.randint(1, 3))]
    fork = {"name": "fork", "taskReferenceName": "fork", "type": "FORK_JOIN"}
    joined = [each["taskReferenceName"] for each in children]
    join = {"name": "join", "taskReferenceName": "join", "type": "JOIN", "joinOn": joined}
    tasks = [fork | {"forkTasks": [[each] for each in children]}, join, _worked("last")]
    return {"name": "flow0", "version": 1, "tasks": tasks}


def _child(ref: str, tasks: int) -> Json:
    name = f"flow0_{ref}"
    definition: Json = {"name": name, "version": 1}
    definition["tasks"] = [_worked(f"{ref}w{number}") for number in range(tasks)]
    param = {"name": name, "workflowDefinition": definition}
    return {
        "name": ref,
        "taskReferenceName": ref,
        "type": "SUB_WORKFLOW",
        "inputParameters": {},
        "subWorkflowParam": param,
    }


def _worked(ref: str) -> Json:
    """A task that is tried once."""
    once = {"name": "pick", "retryCount": 0, "retryDelaySeconds": 0}
    return {
        "name": "pick",
        "taskReferenceName": ref,
        "type": "SIMPLE",
        "inputParameters": {},
        "retryCount": 0,
        "taskDefinition": once,
    }


def _task_definitions(rng: random.Random) -> tuple[Json, ...]:
    """Of every worker: retries, and clocks that are met in a storm."""
    logics = ("FIXED", "LINEAR_BACKOFF", "EXPONENTIAL_BACKOFF")
    return tuple(
        {
            "name": name,
            "retryCount": rng.choice((0, 1, 2)),
            "retryDelaySeconds": rng.choice((0, 0, 1)),
            "retryLogic": rng.choice(logics),
            **clocks(rng),
            **LIMITED.get(name, {}),
            **_OWNER,
        }
        for name in (*WORKERS, CUSTOM_TYPE)
    )


def _starts(rng: random.Random, definitions: list[Json]) -> list[Json]:
    more = rng.choices(*STARTS)[0] - len(definitions)
    chosen = [*definitions, *(rng.choice(definitions) for _ in range(more))]
    starts = [_start(rng, each) for each in chosen]
    if rng.random() < _DOMAINS:
        domains = {rng.choice(WORKERS): "blue", "*": rng.choice(("blue", "NO_DOMAIN"))}
        for each in starts:
            if rng.random() < 0.5:
                each["taskToDomain"] = domains
    if rng.random() < _PRIORITIES:
        for each in starts:
            each["priority"] = rng.choice((0, 10, 90))
    if rng.random() < _KEYS:
        strategy = rng.choice(("RETURN_EXISTING", "FAIL", "FAIL_ON_RUNNING"))
        for each in starts:
            keyed = {"idempotencyKey": rng.choice("kl"), "idempotencyStrategy": strategy}
            each |= keyed if rng.random() < 0.7 else {}
    return starts


def _start(rng: random.Random, definition: Json) -> Json:
    """By name, or with the definition."""
    wanted: Json = {
        "name": definition["name"],
        "version": 1,
        "correlationId": rng.choice(("c", None)),
        "input": {"value": 1, "choice": rng.choice("ab"), "items": [1, 2]},
    }
    if rng.random() < 0.2:
        wanted["workflowDef"] = definition
    return wanted
