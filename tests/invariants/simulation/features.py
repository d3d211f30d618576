"""Adds to a generated definition what its seed uses of all that a definition may say."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.support.definitions import LIMITED

Json = dict[str, Any]

#: Seconds of a response timeout: short ones are met within a storm, the longest is far for a timer.
CLOCKS = (1, 3, 10, 10, 60, 600, 1200)
#: What a failure workflow, an event and a schedule start.
AFTERMATH, HEARD, TICKED = "aftermath", "heard", "ticked"
#: How much of what may have a feature has it, where the seed uses it.
_SHARE = 0.4
#: What an installation has beside definitions.
SECRETS, VARIABLES = {"TOKEN": "hush-hush"}, {"PLACE": "here"}
#: Task types that are handed out by polls alone: other workers look secrets up with rights of their own.
_POLLED = frozenset(name for name, limit in LIMITED.items() if "limitDelivery" not in limit)
#: Fields of a task, and of a workflow definition, that hold tasks.
_LISTS = ("tasks", "defaultCase", "loopOver", "tryTasks", "catchTasks", "finallyTasks")
_WORKED = frozenset({"SIMPLE", "CARRIER"})


@dataclass(frozen=True)
class Feature:
    """Something that a definition may say."""

    name: str
    #: How many seeds use it.
    probability: float
    of_task: Callable[[random.Random, Json], None] | None = None
    of_workflow: Callable[[random.Random, Json], None] | None = None


def drawn(rng: random.Random) -> tuple[Feature, ...]:
    """Those that a seed uses."""
    return tuple(each for each in FEATURES if rng.random() < each.probability)


def with_features(rng: random.Random, definition: Json, used: tuple[Feature, ...]) -> Json:
    """The definition and those within it, changed in place."""
    definition["ownerEmail"] = "a@example.com"
    for task in every_task(definition):
        if "taskDefinition" in task:
            task["taskDefinition"] |= clocks(rng)
    for feature in used:
        if feature.of_workflow is not None:
            feature.of_workflow(rng, definition)
        if feature.of_task is not None:
            for task in every_task(definition):
                if rng.random() < _SHARE:
                    feature.of_task(rng, task)
    return definition


def every_task(holder: Json) -> Iterator[Json]:
    """The tasks of a definition, those in it to any depth, and those of definitions in it."""
    lists = [holder.get(name, []) for name in _LISTS]
    lists += holder.get("decisionCases", {}).values()
    lists += holder.get("forkTasks", [])
    for task in (task for each in lists for task in each):
        yield task
        yield from every_task(task)
        inline = task.get("subWorkflowParam", {}).get("workflowDefinition")
        if inline is not None:
            yield from every_task(inline)


def clocks(rng: random.Random) -> Json:
    """Fields of a task definition that say how long anything may take, and what follows then."""
    response = rng.choice(CLOCKS)
    return {
        "responseTimeoutSeconds": response,
        "timeoutSeconds": rng.choice((0, 0, response, response + 5)),
        "timeoutPolicy": rng.choice(("RETRY", "RETRY", "TIME_OUT_WF", "ALERT_ONLY")),
        "pollTimeoutSeconds": rng.choice((0, 0, 0, 20)),
        "totalTimeoutSeconds": rng.choice((0, 0, 0, response + 30)),
    }


# --- of tasks --------------------------------------------------------------------------------------


def _start_delay(rng: random.Random, task: Json) -> None:
    if task["type"] in {"SIMPLE", "DYNAMIC", "SUB_WORKFLOW", "START_WORKFLOW", "HTTP"}:
        task["startDelay"] = rng.choice((1, 2, 1_000))


def _async_complete(rng: random.Random, task: Json) -> None:
    del rng
    if task["type"] in {"HTTP", "EVENT", "KAFKA_PUBLISH"}:
        task["asyncComplete"] = True


def _cached(rng: random.Random, task: Json) -> None:
    if task["type"] in _WORKED:
        task["cacheConfig"] = {"key": "of ${value}", "ttlInSecond": rng.choice((1, 3_600))}


def _heard(rng: random.Random, task: Json) -> None:
    states = rng.sample(("onScheduled", "onStart", "onSuccess", "onFailed", "onCancelled"), 2)
    event = {"type": "news", "payload": {"value": "${workflow.input.value}"}}
    task["onStateChange"] = {state: [event] for state in states}


def _joined_in_part(rng: random.Random, task: Json) -> None:
    if task["type"] == "JOIN" and len(task.get("joinOn", ())) > 1:
        task["joinOn"] = rng.sample(task["joinOn"], len(task["joinOn"]) - 1)


def _large(rng: random.Random, task: Json) -> None:
    if task["type"] in _WORKED:
        task["inputParameters"]["large"] = "x" * rng.choice((300, 40_000))


def _lookup(rng: random.Random, task: Json) -> None:
    if task["name"] in _POLLED:
        found = ("${workflow.env.PLACE}", "${workflow.secrets.TOKEN}")
        task["inputParameters"]["known"] = rng.choice(found)


# --- of workflows ----------------------------------------------------------------------------------


def _timeout(rng: random.Random, definition: Json) -> None:
    definition["timeoutSeconds"] = rng.choice((2, 20, 120, 1_000))
    definition["timeoutPolicy"] = rng.choice(("TIME_OUT_WF", "TIME_OUT_WF", "ALERT_ONLY"))


def _failure_workflow(rng: random.Random, definition: Json) -> None:
    del rng
    definition["failureWorkflow"] = AFTERMATH


def _gate(rng: random.Random, definition: Json) -> None:
    config = {"rateLimitKey": "one", "concurrentExecLimit": rng.choice((1, 1, 2))}
    definition["rateLimitConfig"] = config


def _masked(rng: random.Random, definition: Json) -> None:
    del rng
    definition["maskedFields"] = ["choice"]


def _listener(rng: random.Random, definition: Json) -> None:
    definition["workflowStatusListenerEnabled"] = True
    if rng.random() < 0.5:
        definition["workflowStatusListenerSink"] = "eventbridge:audit"


def _lingers(rng: random.Random, definition: Json) -> None:
    """Goes on after a child has ended, until somebody outside lets it end."""
    del rng
    if any(task["type"] == "SUB_WORKFLOW" for task in every_task(definition)):
        last = {"name": "lingers", "taskReferenceName": "lingers", "type": "HUMAN"}
        definition["tasks"].append({**last, "inputParameters": {}})


FEATURES = (
    Feature("start delay", 0.15, of_task=_start_delay),
    Feature("async complete", 0.3, of_task=_async_complete),
    Feature("cache", 0.15, of_task=_cached),
    Feature("onStateChange", 0.1, of_task=_heard),
    Feature("join in part", 0.1, of_task=_joined_in_part),
    Feature("large input", 0.1, of_task=_large),
    Feature("secrets and variables", 0.45, of_task=_lookup),
    Feature("workflow timeout", 0.25, of_workflow=_timeout),
    Feature("failure workflow", 0.3, of_workflow=_failure_workflow),
    Feature("rateLimitConfig", 0.2, of_workflow=_gate),
    Feature("maskedFields", 0.1, of_workflow=_masked),
    Feature("status listener", 0.15, of_workflow=_listener),
    Feature("parent that lingers", 0.4, of_workflow=_lingers),
)
