"""Adds to a generated definition what its seed uses of all that a definition may say."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

#: Seconds of a response timeout: short ones are met within a storm, the longest is far for a timer.
CLOCKS = (1, 3, 10, 10, 60, 600, 1200)
#: Fields of a task, and of a workflow definition, that hold tasks.
_LISTS = ("tasks", "defaultCase", "loopOver", "tryTasks", "catchTasks", "finallyTasks")


def with_features(rng: random.Random, definition: Json) -> Json:
    """The definition and those within it, changed in place."""
    definition["ownerEmail"] = "a@example.com"
    for task in every_task(definition):
        _clocks(rng, task)
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


def _clocks(rng: random.Random, task: Json) -> None:
    """A definition within the task has clocks of its own."""
    if "taskDefinition" in task:
        task["taskDefinition"]["responseTimeoutSeconds"] = rng.choice(CLOCKS)
