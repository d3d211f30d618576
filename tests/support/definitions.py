"""Generated workflow definitions: nested, valid and able to run to an end.

Every definition passes registration and ends whatever its workers answer: reference names are
unique, expressions name earlier tasks, loops are bounded, each fork has its JOIN, and an
EXCLUSIVE_JOIN falls back on the SWITCH before it. What has to happen from outside: workers for the
names in WORKERS and the type CUSTOM_TYPE, an HTTP service, a signal for WAIT without a duration, an update for
HUMAN, a message for PULL_WORKFLOW_MESSAGES that waits. Scripts come in these forms only, so that a fake engine can know them: ``SCRIPTS``,
``$.<ref>['iteration'] < <n>`` and ``$.output.pollCount >= <n>``; the jq program is ``JQ_PROGRAM``.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

from podium.domain.definitions import WorkflowDef

WORKERS = ("pick", "pack", "ship", "label")
#: Some are limited: one at a time, by poll and at the gate, or two in three seconds.
LIMITED: dict[str, dict[str, Any]] = {
    "pack": {"concurrentExecLimit": 1},
    "label": {"concurrentExecLimit": 1, "limitDelivery": "GATE"},
    "ship": {"rateLimitPerFrequency": 2, "rateLimitFrequencyInSeconds": 3},
}
CUSTOM_TYPE = "CARRIER"
CASES = ("a", "b")
CHOOSE = "$.choice == 'a' ? 'a' : 'b'"
SCRIPTS = (CHOOSE, "$.value", "return $.value;")
JQ_PROGRAM = ".value"
HTTP_URI = "http://127.0.0.1:9/quote"

#: Types with nothing nested in them, the plainest first: examples shrink towards it.
LEAVES = (
    "SIMPLE",
    "NOOP",
    "SET_VARIABLE",
    "INLINE",
    "LAMBDA",
    "JSON_JQ_TRANSFORM",
    "USER_DEFINED",
    "DYNAMIC",
    "WAIT",
    "HUMAN",
    "PULL_WORKFLOW_MESSAGES",
    "HTTP",
    "HTTP_POLL",
    "START_WORKFLOW",
    "FORK_JOIN_DYNAMIC",
    "TERMINATE",
)
#: Types that send something to where it has to be listened to; drawn only where they are asked for.
OUTWARD = ("EVENT", "KAFKA_PUBLISH")
#: Types that hold other tasks.
NESTING = (
    "SWITCH",
    "DECISION",
    "EXCLUSIVE_JOIN",
    "FORK_JOIN",
    "DO_WHILE",
    "FOR_EACH",
    "TRY_CATCH",
    "SUB_WORKFLOW",
)
#: How often a type is drawn, where that is not once.
WEIGHTS = {
    "SIMPLE": 5,
    "SWITCH": 2,
    "FORK_JOIN": 3,
    "DO_WHILE": 3,
    "FOR_EACH": 3,
    "TRY_CATCH": 3,
    "SUB_WORKFLOW": 2,
}

Json = dict[str, Any]


@dataclass(frozen=True)
class Sizes:
    """How large a definition may become; a JOIN comes with its fork and is not counted."""

    #: Tasks in one definition, about.
    tasks: int = 12
    #: Tasks in one list, at least one.
    list_length: int = 4
    #: Levels of nesting; 1 is a flat list.
    depth: int = 3
    branches: int = 3
    iterations: int = 3
    types: frozenset[str] = frozenset(LEAVES + NESTING)


SMALL = Sizes(tasks=6, list_length=2, depth=2, branches=2, iterations=2)


T = TypeVar("T")


class Choices(Protocol):
    """Where the next choice of an author comes from."""

    def number(self, least: int, most: int) -> int:
        """A number, both ends included."""
        ...

    def one_of(self, options: Sequence[T]) -> T:
        """One of several, which are not none."""
        ...


@dataclass(frozen=True)
class _Drawn:
    """Choices of hypothesis, which shrinks them."""

    draw: st.DrawFn

    def number(self, least: int, most: int) -> int:
        return self.draw(st.integers(least, most))

    def one_of(self, options: Sequence[T]) -> T:
        return self.draw(st.sampled_from(options))


@dataclass(frozen=True)
class _Random:
    """Choices of a seeded source."""

    rng: random.Random

    def number(self, least: int, most: int) -> int:
        return self.rng.randint(least, most)

    def one_of(self, options: Sequence[T]) -> T:
        return self.rng.choice(options)


@st.composite
def workflow_json(draw: st.DrawFn, sizes: Sizes = Sizes(), name: str = "generated") -> Json:
    """A definition as the JSON a client would register."""
    return _Author(_Drawn(draw), sizes, name).definition(sizes.depth)


def random_workflow(rng: random.Random, sizes: Sizes = Sizes(), name: str = "generated") -> Json:
    """The same, drawn from ``rng``."""
    return _Author(_Random(rng), sizes, name).definition(sizes.depth)


def workflow_defs(
    sizes: Sizes = Sizes(), name: str = "generated"
) -> st.SearchStrategy[WorkflowDef]:
    """The same as a value."""
    return workflow_json(sizes, name).map(WorkflowDef.from_json)


class _Author:
    """Writes one definition; remembers the reference names given out and the tasks left to spend."""

    def __init__(self, choices: Choices, sizes: Sizes, name: str) -> None:
        self._choices = choices
        self._sizes = sizes
        self._name = name
        self._refs: list[str] = []
        self._left = sizes.tasks
        self._writers: dict[str, Callable[[Json, int], list[Json]]] = {
            "SIMPLE": self._simple,
            "USER_DEFINED": self._user_defined,
            "DYNAMIC": self._dynamic,
            "INLINE": self._inline,
            "LAMBDA": self._lambda,
            "JSON_JQ_TRANSFORM": self._jq,
            "SET_VARIABLE": self._set_variable,
            "NOOP": lambda task, _: [task],
            "WAIT": self._wait,
            "HUMAN": self._human,
            "PULL_WORKFLOW_MESSAGES": self._pull,
            "HTTP": self._http,
            "HTTP_POLL": self._http_poll,
            "START_WORKFLOW": self._start_workflow,
            "TERMINATE": self._terminate,
            "EVENT": self._event,
            "KAFKA_PUBLISH": self._kafka,
            "FORK_JOIN_DYNAMIC": self._dynamic_fork,
            "SWITCH": self._switch,
            "DECISION": self._decision,
            "EXCLUSIVE_JOIN": self._exclusive_join,
            "FORK_JOIN": self._fork,
            "DO_WHILE": self._loop,
            "FOR_EACH": self._for_each,
            "TRY_CATCH": self._try_catch,
            "SUB_WORKFLOW": self._sub_workflow,
        }

    def definition(self, depth: int) -> Json:
        result: Json = {"name": self._name, "version": 1, "tasks": self._list(depth)}
        if self._flip():
            result["outputParameters"] = {"answer": self._value(), "fixed": 1}
        if self._flip():
            result["variables"] = {"counter": 0}
        return result

    # Drawing ------------------------------------------------------------------------------------

    def _flip(self) -> bool:
        return self._choices.one_of((False, True))

    def _seldom(self) -> bool:
        return self._choices.number(0, 5) == 5

    def _value(self) -> Any:
        """A literal, or an expression over the input or an earlier task."""
        sources = ["${workflow.input.value}", 7, "text", None, [1, {"deep": True}]]
        sources += [f"${{{ref}.output.value}}" for ref in self._refs[-4:]]
        sources += [f"${{{ref}.output.loopItem}}" for ref in self._refs[-2:]]
        sources += [f"${{{ref}.output.error}}" for ref in self._refs[-3:]]
        sources += [f"of ${{{ref}.output}}" for ref in self._refs[-1:]]
        return self._choices.one_of(sources)

    def _list(self, depth: int) -> list[Json]:
        """At least one task; the types that nest need a level below them."""
        length = self._choices.number(1, self._sizes.list_length)
        known = LEAVES + OUTWARD + NESTING if depth > 1 else LEAVES + OUTWARD
        types = [
            task_type
            for task_type in known
            for _ in range(WEIGHTS.get(task_type, 1))
            if task_type in self._sizes.types
        ]
        result: list[Json] = []
        while not result or (len(result) < length and self._left > 0):
            task_type = self._choices.one_of(types)
            result += self._writers[task_type](self._task(task_type), depth - 1)
        return result

    def _task(self, task_type: str) -> Json:
        """The fields all types share, under a new reference name."""
        self._left -= 1
        ref = f"t{len(self._refs)}"
        task: Json = {"name": ref, "taskReferenceName": ref, "type": task_type}
        task["inputParameters"] = {"value": self._value()} if self._flip() else {}
        if task_type != "TERMINATE":
            for field in ("optional", "permissive"):
                if self._seldom():
                    task[field] = True
        self._refs.append(ref)
        return task

    def _worker(self, task: Json) -> list[Json]:
        """A task of a worker, with one of the ways to say how often it is tried."""
        task["name"] = self._choices.one_of(WORKERS)
        retries = self._choices.one_of([None, 0, 1, 2])
        if retries is not None:
            logic = self._choices.one_of(["FIXED", "LINEAR_BACKOFF", "EXPONENTIAL_BACKOFF"])
            task["taskDefinition"] = {
                "name": task["name"],
                "retryCount": retries,
                "retryLogic": logic,
                "retryDelaySeconds": self._choices.number(0, 2),
                **LIMITED.get(task["name"], {}),
            }
        if self._flip():
            task["retryCount"] = self._choices.number(0, 2)
        return [task]

    # Leaves -------------------------------------------------------------------------------------

    def _simple(self, task: Json, depth: int) -> list[Json]:
        return self._worker(task)

    def _user_defined(self, task: Json, depth: int) -> list[Json]:
        task["type"] = CUSTOM_TYPE
        return self._worker(task)

    def _dynamic(self, task: Json, depth: int) -> list[Json]:
        task["dynamicTaskNameParam"] = "worker"
        task["inputParameters"]["worker"] = self._choices.one_of(WORKERS)
        return [task]

    def _inline(self, task: Json, depth: int) -> list[Json]:
        evaluator = self._choices.one_of(["javascript", "graaljs", "value-param"])
        expression = "value" if evaluator == "value-param" else "$.value"
        task["inputParameters"] |= {"evaluatorType": evaluator, "expression": expression}
        return [task]

    def _lambda(self, task: Json, depth: int) -> list[Json]:
        task["inputParameters"]["scriptExpression"] = "return $.value;"
        return [task]

    def _jq(self, task: Json, depth: int) -> list[Json]:
        task["inputParameters"]["queryExpression"] = JQ_PROGRAM
        return [task]

    def _set_variable(self, task: Json, depth: int) -> list[Json]:
        task["inputParameters"] = {"counter": self._value(), "last": task["name"]}
        return [task]

    def _wait(self, task: Json, depth: int) -> list[Json]:
        if self._flip():
            duration = self._choices.one_of(["0 s", "1 second", "1 min 2 secs"])
            task["inputParameters"]["duration"] = duration
        return [task]

    def _human(self, task: Json, depth: int) -> list[Json]:
        return [task]

    def _pull(self, task: Json, depth: int) -> list[Json]:
        task["inputParameters"]["batchSize"] = self._choices.number(1, 3)
        task["inputParameters"]["blocking"] = self._flip()
        return [task]

    def _http(self, task: Json, depth: int) -> list[Json]:
        task["inputParameters"]["http_request"] = {"uri": HTTP_URI, "method": "GET"}
        return [task]

    def _http_poll(self, task: Json, depth: int) -> list[Json]:
        polls = self._choices.number(1, 3)
        task["inputParameters"]["http_request"] = {
            "uri": HTTP_URI,
            "method": "GET",
            "terminationCondition": f"$.output.pollCount >= {polls}",
            "pollingInterval": self._choices.one_of([1, 40]),
        }
        return [task]

    def _start_workflow(self, task: Json, depth: int) -> list[Json]:
        launched = {"name": "noop", "taskReferenceName": "noop", "type": "NOOP"}
        task["inputParameters"]["startWorkflow"] = {
            "name": "launched",
            "workflowDef": {"name": "launched", "version": 1, "tasks": [launched]},
            "input": {"value": self._value()},
        }
        return [task]

    def _event(self, task: Json, depth: int) -> list[Json]:
        task["sink"] = self._choices.one_of(["conductor", "conductor:said", "sqs:outside"])
        return [task]

    def _kafka(self, task: Json, depth: int) -> list[Json]:
        task["inputParameters"]["kafka_request"] = {
            "topic": self._choices.one_of(["news", "down"]),
            "bootStrapServers": "127.0.0.1:9",
            "value": {"said": 1},
        }
        return [task]

    def _terminate(self, task: Json, depth: int) -> list[Json]:
        status = self._choices.one_of(["COMPLETED", "FAILED", "TERMINATED"])
        task["inputParameters"] = {"terminationStatus": status, "workflowOutput": self._value()}
        return [task]

    def _dynamic_fork(self, task: Json, depth: int) -> list[Json]:
        """One of the input forms, with literal branches, and the JOIN."""
        count = self._choices.number(0, self._sizes.branches)
        names = [self._choices.one_of(WORKERS) for _ in range(count)]
        refs = [f"{task['taskReferenceName']}_{index}" for index, _ in enumerate(names)]
        inputs = task["inputParameters"]
        match self._choices.one_of(["list", "tasks", "legacy"]):
            case "list":
                inputs["forkTaskName"] = WORKERS[0]
                inputs["forkTaskInputs"] = [{"value": index} for index, _ in enumerate(names)]
            case "tasks":
                task["dynamicForkTasksParam"] = "branches"
                task["dynamicForkTasksInputParamName"] = "branchInputs"
                inputs["branches"] = [
                    {"name": name, "taskReferenceName": ref, "type": "SIMPLE"}
                    for name, ref in zip(names, refs, strict=True)
                ]
                inputs["branchInputs"] = {ref: {"value": ref} for ref in refs}
            case _:
                task["dynamicForkJoinTasksParam"] = "joined"
                inputs["joined"] = {
                    "dynamicTasks": [
                        {"taskName": name, "referenceName": ref, "input": {"value": ref}}
                        for name, ref in zip(names, refs, strict=True)
                    ]
                }
        return [task, self._join([])]

    # Types that nest ----------------------------------------------------------------------------

    def _join(self, join_on: list[str]) -> Json:
        return self._task("JOIN") | {"inputParameters": {}, "joinOn": join_on}

    def _cases(self, task: Json, depth: int) -> None:
        """Cases in either order, one perhaps empty, perhaps a default."""
        order = self._choices.one_of((CASES, CASES[::-1]))
        keys = order[: self._choices.number(1, len(CASES))]
        task["decisionCases"] = {key: [] if self._seldom() else self._list(depth) for key in keys}
        if self._flip():
            task["defaultCase"] = self._list(depth)
        choice = self._choices.one_of(["a", "b", "neither", "${workflow.input.choice}"])
        task["inputParameters"]["choice"] = choice

    def _switch(self, task: Json, depth: int) -> list[Json]:
        self._cases(task, depth)
        evaluator = self._choices.one_of(["value-param", "javascript", "graaljs"])
        task["evaluatorType"] = evaluator
        task["expression"] = "choice" if evaluator == "value-param" else CHOOSE
        return [task]

    def _decision(self, task: Json, depth: int) -> list[Json]:
        self._cases(task, depth)
        if self._flip():
            task["caseValueParam"] = "choice"
        else:
            task["caseExpression"] = CHOOSE
        return [task]

    def _exclusive_join(self, task: Json, depth: int) -> list[Json]:
        """A SWITCH, and the join of what its cases end with."""
        switch = self._task("SWITCH")
        self._switch(switch, depth)
        cases = [*switch["decisionCases"].values(), switch.get("defaultCase", [])]
        task["inputParameters"] = {}
        task["joinOn"] = [tasks[-1]["taskReferenceName"] for tasks in cases if tasks]
        task["defaultExclusiveJoinTask"] = [switch["taskReferenceName"]]
        return [switch, task]

    def _fork(self, task: Json, depth: int) -> list[Json]:
        count = self._choices.number(1, self._sizes.branches)
        task["forkTasks"] = [self._list(depth) for _ in range(count)]
        return [task, self._join([branch[-1]["taskReferenceName"] for branch in task["forkTasks"]])]

    def _loop(self, task: Json, depth: int) -> list[Json]:
        """Over a count, or over a list."""
        ref, most = task["taskReferenceName"], self._sizes.iterations
        if self._flip():
            rounds = self._choices.number(1, most)
            task["loopCondition"] = f"$.{ref}['iteration'] < {rounds}"
        else:
            task["loopCondition"] = ""
            task["inputParameters"]["_items"] = list(range(self._choices.number(0, most)))
        if self._seldom():
            task["inputParameters"]["keepLastN"] = self._choices.number(1, 2)
        task["loopOver"] = self._list(depth)
        return [task]

    def _for_each(self, task: Json, depth: int) -> list[Json]:
        """Over a few items, one after the other or several at once."""
        items = list(range(self._choices.number(0, self._sizes.iterations + 1)))
        if self._flip():
            task["items"] = "${workflow.input.items}"
        else:
            task["inputParameters"]["items"] = items
        if self._flip():
            task["inputParameters"]["concurrency"] = self._choices.number(1, 3)
        if self._flip():
            task["inputParameters"]["onItemFailure"] = self._choices.one_of(["STOP", "CONTINUE"])
        task["loopOver"] = self._list(depth)
        return [task]

    def _try_catch(self, task: Json, depth: int) -> list[Json]:
        """With a catch, a finally, or both."""
        task["tryTasks"] = self._list(depth)
        parts = self._choices.one_of([("catch",), ("finally",), ("catch", "finally")])
        for part in parts:
            task[f"{part}Tasks"] = self._list(depth)
        if self._seldom():
            task["catchOn"] = ["FAILED", "CANCELED"]
        return [task]

    def _sub_workflow(self, task: Json, depth: int) -> list[Json]:
        """An inline definition with reference names of its own."""
        author = _Author(self._choices, self._sizes, f"{self._name}_{task['taskReferenceName']}")
        author._left = self._left
        inline = author.definition(depth)
        self._left = author._left
        task["subWorkflowParam"] = {"name": inline["name"], "workflowDefinition": inline}
        return [task]
