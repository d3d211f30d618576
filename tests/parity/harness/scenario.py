"""Scenarios as data: what tests/parity/scenarios/*.yaml say, checked and written out in full.

tests/parity/README.md documents the format.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]

FOLDER = Path(__file__).parents[1]
SCENARIOS = FOLDER / "scenarios"

#: In front of every name of a scenario that another one must not share: workflows and task types.
NAMESPACE = re.compile(r"(?<![A-Za-z0-9])ns_")
#: Types whose tasks are reached by polling; all others run in the server.
POLLED = frozenset({"SIMPLE", "DYNAMIC", "USER_DEFINED"})
#: Keys of a task that hold lists of tasks, and keys that hold lists or maps of such lists.
_TASK_LISTS = ("defaultCase", "loopOver")

#: The verb whose argument is steps, taken at the same time.
TOGETHER = "together"
#: ``status: any``.
ANY = 0

_KEYS = frozenset(
    {"name", "covers", "types", "taskdefs", "workflow", "workflows", "parallel", "steps"}
)
_OPTIONS = frozenset({"of", "as", "status", "within"})


class _Loader(yaml.SafeLoader):
    """YAML in which ``yes``, ``no``, ``on`` and ``off`` are words, as JSON's reader expects."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, shape) for tag, shape in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), list("tf"))


class ScenarioError(ValueError):
    """A scenario file says something that is not in the format."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a scenario: ``verb`` with its ``argument``, about the execution ``of``."""

    verb: str
    argument: Any = None
    #: The execution it is about: a capture, and refs of SUB_WORKFLOW tasks below it (``w/sub``).
    of: str = "w"
    #: The name under which an answer is kept for later steps.
    keep: str = ""
    #: Expected HTTP status; without one, any 2xx; ``any`` in a file: servers may differ.
    status: int | None = None
    #: Seconds that it may take to come true.
    within: float = 20.0

    def __str__(self) -> str:
        """As shown in a golden file: short, and the same in every run."""
        argument = self.argument
        if self.verb == TOGETHER:
            return self.verb
        if isinstance(argument, dict):
            argument = " ".join(
                f"{key}={value if isinstance(value, str) else json.dumps(value)}"
                for key, value in argument.items()
            )
        words = (self.verb, "" if argument is None else str(argument), f"of {self.of}")
        return " ".join(word for word in words if word and word != "of w")


@dataclass(frozen=True, slots=True)
class Scenario:
    """One story, told to a server from registration to a settled end."""

    name: str
    covers: tuple[str, ...]
    steps: tuple[Step, ...]
    taskdefs: tuple[Json, ...] = ()
    workflows: tuple[Json, ...] = ()
    #: Refs whose order of creation is the server's own choice.
    parallel: tuple[str, ...] = ()
    #: Task types that appear at run time only.
    types: tuple[str, ...] = ()
    file: str = field(default="", compare=False)

    @property
    def all_steps(self) -> Iterator[Step]:
        """Every step, those taken together one by one."""
        for step in self.steps:
            yield from step.argument if step.verb == TOGETHER else (step,)

    @property
    def digest(self) -> str:
        """Changes with what is told to a server: a golden file says which story it is of."""
        told = [
            [str(step), step.of, step.keep, step.status, json.dumps(step.argument, sort_keys=True)]
            for step in self.all_steps
        ]
        verbs = [step.verb for step in self.steps]
        text = json.dumps(
            [verbs, told, self.taskdefs, self.workflows, self.parallel], sort_keys=True
        )
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def task_types(self) -> frozenset[str]:
        """Every type that a definition of it names, and those it declares."""
        found = set(self.types)
        for definition in (*self.workflows, *_inline(self.steps)):
            found |= {task.get("type", "SIMPLE") for task in tasks_of(definition)}
        return frozenset(found)


def load(folder: Path = SCENARIOS) -> dict[str, Scenario]:
    """All scenarios by name; ScenarioError names the file and the fault."""
    found: dict[str, Scenario] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            values = yaml.load(path.read_text(), _Loader) or []
        except yaml.YAMLError as error:
            raise ScenarioError(f"{path.name}: {error}") from None
        for value in values:
            scenario = read(value, path.name)
            if scenario.name in found:
                raise ScenarioError(f"{path.name}: there are two scenarios {scenario.name}")
            found[scenario.name] = scenario
    return found


def read(value: Json, file: str = "") -> Scenario:
    """One scenario, with the shorthand of its tasks written out."""
    name = str(value.get("name", "?"))
    where = f"{file}: {name}"
    if unknown := set(value) - _KEYS:
        raise ScenarioError(f"{where}: unknown keys {sorted(unknown)}")
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise ScenarioError(f"{where}: a name is lower case, digits and _")
    if not value.get("covers") or not value.get("steps"):
        raise ScenarioError(f"{where}: needs covers and steps")
    workflows = list(value.get("workflows", []))
    if "workflow" in value:
        workflows.insert(0, value["workflow"])
    return Scenario(
        name=name,
        covers=tuple(value["covers"]),
        steps=tuple(_step(step, where) for step in value["steps"]),
        taskdefs=tuple(value.get("taskdefs", ())),
        workflows=tuple(write_out(one) for one in workflows),
        parallel=tuple(value.get("parallel", ())),
        types=tuple(value.get("types", ())),
        file=file,
    )


def _step(value: Json | str, where: str) -> Step:
    if isinstance(value, str):
        value = {value: None}
    verbs = [key for key in value if key not in _OPTIONS]
    if not verbs and "status" in value:  # the verb of that name, not the option of another one
        verbs = ["status"]
    if len(verbs) != 1:
        raise ScenarioError(f"{where}: a step has one verb, not {verbs}")
    argument = value[verbs[0]]
    if isinstance(argument, dict) and "workflowDef" in argument:
        argument = argument | {"workflowDef": write_out(argument["workflowDef"])}
    if verbs[0] == "register":
        argument = write_out(argument)
    if verbs[0] == TOGETHER:
        argument = tuple(_step(one, where) for one in argument)
    keep = value.get("as") or ("w" if verbs[0] in {"start", "execute"} else "")
    return Step(
        verbs[0],
        argument,
        of=value.get("of", "w"),
        keep=keep,
        status=_expected(value.get("status")) if verbs[0] != "status" else None,
        within=float(value.get("within", 20.0)),
    )


def _expected(status: int | str | None) -> int | None:
    return ANY if status == "any" else None if status is None else int(status)


def _inline(steps: tuple[Step, ...]) -> Iterator[Json]:
    for step in steps:
        if isinstance(step.argument, dict):
            if "workflowDef" in step.argument:
                yield step.argument["workflowDef"]
            elif step.verb == "register" and "tasks" in step.argument:
                yield step.argument


def tasks_of(definition: Json) -> Iterator[Json]:
    """Every task of a definition, at any depth."""
    for task in definition.get("tasks", ()):
        yield from _with_inner(task)


def _with_inner(task: Json) -> Iterator[Json]:
    yield task
    lists = [task.get(key) or [] for key in _TASK_LISTS]
    lists += task.get("forkTasks") or []
    lists += (task.get("decisionCases") or {}).values()
    for inner in lists:
        for one in inner:
            yield from _with_inner(one)
    child = (task.get("subWorkflowParam") or {}).get("workflowDefinition")
    if isinstance(child, dict):
        yield from tasks_of(child)


def write_out(definition: Json) -> Json:
    """A definition (or a task definition, unchanged) with its defaults: name, version, tasks."""
    if "tasks" not in definition:
        return definition
    tasks = [_task(task) for task in definition["tasks"]]
    head = {"name": "ns_main", "version": 1, "schemaVersion": 2, "ownerEmail": "parity@podium.test"}
    return head | definition | {"tasks": tasks}


def _task(task: Json) -> Json:
    """``ref`` and ``in`` are short for taskReferenceName and inputParameters; the name follows."""
    full = dict(task)
    kind = full.setdefault("type", "SIMPLE")
    if "ref" in full:
        full["taskReferenceName"] = full.pop("ref")
    if "in" in full:
        full["inputParameters"] = full.pop("in")
    ref = full.get("taskReferenceName", "")
    full.setdefault("name", f"ns_{ref}" if kind in POLLED else ref)
    for key in _TASK_LISTS:
        if key in full:
            full[key] = [_task(one) for one in full[key]]
    if "forkTasks" in full:
        full["forkTasks"] = [[_task(one) for one in branch] for branch in full["forkTasks"]]
    if "decisionCases" in full:
        cases = full["decisionCases"].items()
        full["decisionCases"] = {key: [_task(one) for one in case] for key, case in cases}
    parameters = full.get("subWorkflowParam")
    if isinstance(parameters, dict) and isinstance(parameters.get("workflowDefinition"), dict):
        child = write_out(parameters["workflowDefinition"])
        full["subWorkflowParam"] = parameters | {"workflowDefinition": child}
    return full
