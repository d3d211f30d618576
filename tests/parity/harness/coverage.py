"""Which task types, operations and sections of the engine reference the scenarios touch, and how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tests.parity.harness.scenario import Scenario
from tests.parity.harness.verbs import OPERATIONS

#: Task types that both servers serve (tasks.md).
TASK_TYPES = (
    "SIMPLE", "DYNAMIC", "SWITCH", "DECISION", "FORK_JOIN", "FORK_JOIN_DYNAMIC", "JOIN",
    "EXCLUSIVE_JOIN", "DO_WHILE", "SUB_WORKFLOW", "START_WORKFLOW", "WAIT", "HUMAN", "HTTP",
    "INLINE", "LAMBDA", "JSON_JQ_TRANSFORM", "SET_VARIABLE", "TERMINATE", "NOOP",
    "PULL_WORKFLOW_MESSAGES", "USER_DEFINED", "EVENT", "KAFKA_PUBLISH",
)  # fmt: skip
#: Sections of engine.md that scenarios are about.
SECTIONS = tuple(f"engine {number}" for number in range(1, 21))

#: Scenarios in all, and per task type, operation and section.
FLOOR_ALL, FLOOR_EACH = 350, 4
#: What the peer has no route for, only stores, or sends to a broker: there is little to compare.
LOWER_FLOORS = {"KAFKA_PUBLISH": 1, "jump": 1, "variables": 1, "engine 17": 1, "engine 18": 2}

#: Verbs of a step that are operations of the API though they have no row in OPERATIONS.
_ACTIONS = {
    "execute": "execute",
    "batch": "poll batch",
    "update_v2": "update-v2",
    "by_ref": "update by ref",
    "by_ref_sync": "update by ref, sync",
    "fail": "fail",
    "fail_terminal": "fail terminally",
    "progress": "report in progress",
}
_SHAPES = ("retry, resuming sub-workflows", "rerun from a task", "restart, latest definitions")
OPERATION_NAMES = (*OPERATIONS, *_ACTIONS.values(), *_SHAPES)


def operations(scenario: Scenario) -> set[str]:
    """What a scenario does to its executions."""
    found = set()
    for step in scenario.all_steps:
        given = step.argument if isinstance(step.argument, dict) else {}
        if step.verb in OPERATIONS:
            found.add(step.verb)
        if step.verb in _ACTIONS:
            found.add(_ACTIONS[step.verb])
        if step.verb == "retry" and given.get("resumeSubworkflowTasks"):
            found.add(_SHAPES[0])
        if step.verb == "rerun" and "task" in given:
            found.add(_SHAPES[1])
        if step.verb == "restart" and given.get("useLatestDefinitions"):
            found.add(_SHAPES[2])
    return found


def sections(scenario: Scenario) -> set[str]:
    """The sections a scenario covers, without their subsections."""
    return {each.partition(".")[0] for each in scenario.covers}


def counts(scenarios: Iterable[Scenario]) -> dict[str, Counter[str]]:
    """How many scenarios touch each thing, by kind of thing."""
    found = {"task type": Counter[str](), "operation": Counter[str](), "section": Counter[str]()}
    for scenario in scenarios:
        found["task type"].update(scenario.task_types)
        found["operation"].update(operations(scenario))
        found["section"].update(sections(scenario))
    return found


def wanted() -> dict[str, tuple[str, ...]]:
    """What has to be touched, by kind of thing."""
    return {"task type": TASK_TYPES, "operation": OPERATION_NAMES, "section": SECTIONS}


def _floor(name: str) -> int:
    return LOWER_FLOORS.get(name, FLOOR_EACH)


def short(scenarios: Iterable[Scenario]) -> list[str]:
    """What is below its floor."""
    known = list(scenarios)
    found = counts(known)
    missing = [
        f"{kind} {name}: {found[kind][name]} scenarios, at least {_floor(name)}"
        for kind, names in wanted().items()
        for name in names
        if found[kind][name] < _floor(name)
    ]
    if len(known) < FLOOR_ALL:
        missing.append(f"{len(known)} scenarios, at least {FLOOR_ALL}")
    return missing


def table(scenarios: Iterable[Scenario]) -> str:
    """For a reader."""
    known = list(scenarios)
    found = counts(known)
    lines = [f"{len(known)} scenarios"]
    for kind, names in wanted().items():
        lines += ["", kind]
        lines += [f"  {name:<32}{found[kind][name]:>4}" for name in names]
        lines += [
            f"  {name:<32}{count:>4}  (beside)"
            for name, count in sorted(found[kind].items())
            if name not in names
        ]
    return "\n".join(lines)
