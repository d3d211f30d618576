"""Whether an execution of the soak came out as it has to; what did not is a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from podium_local.bench.soak.definition import OPERATORS, expected_values

#: The execution with this id, its tasks included.
Read = Callable[[str], Mapping[str, Any]]


def leg_of(found: Mapping[str, Any]) -> str:
    """Id of the sub-workflow of an execution; empty when there is none."""
    legs = [task for task in found["tasks"] if task["referenceTaskName"] == "leg"]
    return str(legs[-1].get("subWorkflowId") or "") if legs else ""


def differences(number: int, found: Mapping[str, Any], leg: Mapping[str, Any]) -> Iterator[str]:
    """How the state of workflow ``number`` and of its leg differs from the expected one."""
    values, leg_values = expected_values(number)
    last, leg_last = values["last"], leg_values["s2"]
    yield from _of_one(found, values, OPERATORS, {"value": last, "kept": leg_last})
    yield from _of_one(leg, leg_values, frozenset(), {"value": leg_last})


def _of_one(
    found: Mapping[str, Any],
    values: Mapping[str, int],
    operators: frozenset[str],
    output: Mapping[str, int],
) -> Iterator[str]:
    name = found.get("workflowId")
    if found["status"] != "COMPLETED":
        yield f"{name} is {found['status']}"
        return
    if found["output"] != output:
        yield f"{name} has output {found['output']}, not {output}"
    #: The last attempt of each; those before it were given up.
    tasks = {task["referenceTaskName"]: task for task in found["tasks"]}
    for ref in sorted((values.keys() | operators) ^ tasks.keys()):
        yield f"{name} has {'a' if ref in tasks else 'no'} task {ref}"
    for ref, task in tasks.items():
        if task["status"] != "COMPLETED":
            yield f"{name}: {ref} is {task['status']}"
        elif ref in values and task["outputData"].get("value") != values[ref]:
            yield f"{name}: {ref} has output {task['outputData']}, not {values[ref]}"
    for task in found["tasks"]:
        if not _is_over(task["status"]):
            yield f"{name}: an attempt of {task['referenceTaskName']} is {task['status']}"


def _is_over(status: str) -> bool:
    return status not in {"SCHEDULED", "IN_PROGRESS"}
