"""What the soak runs, and what has to come out: the same sums in the definition and in Python."""

from __future__ import annotations

from typing import Any

NAME, LEG = "soak", "soak_leg"
#: Polled over HTTP, and read from its queue by the worker itself.
HTTP, DIRECT = "soak_http", "soak_direct"
ROUNDS = 3
#: Tasks for workers in each workflow, those of its sub-workflow included.
TASKS_EACH = 20

_MODULUS = 1_000_003
_BRANCHES = (("a1", "a2", "a3"), ("b1", "b2"), ("c1", "c2"))
_DIRECT_REFS = frozenset({"a2", "b1", "b2", "l2", "s2", "x1"})


def work(value: int, salt: str) -> int:
    """What a worker makes of a value."""
    return (value * 31 + sum(salt.encode())) % _MODULUS


def task_definitions() -> list[dict[str, Any]]:
    """A worker may die, fail or be late any number of times."""
    return [
        {
            "name": name,
            "retryCount": 1000,
            "retryDelaySeconds": 0,
            "timeoutSeconds": 0,
            "responseTimeoutSeconds": 60,
        }
        for name in (HTTP, DIRECT)
    ]


def workflow_definitions() -> list[dict[str, Any]]:
    """A fork, a choice, a loop, a sub-workflow, a variable and a wait around twenty tasks."""
    leg = [_simple("s1", "${workflow.input.value}"), _simple("s2", _value("s1"))]
    fork = [
        [_simple(ref, _value(before)) for before, ref in zip(("t0", *branch), branch, strict=False)]
        for branch in _BRANCHES
    ]
    tasks = [
        _simple("t0", "${workflow.input.number}"),
        {"name": "fork", "taskReferenceName": "fork", "type": "FORK_JOIN", "forkTasks": fork},
        {
            "name": "join",
            "taskReferenceName": "join",
            "type": "JOIN",
            "joinOn": [branch[-1] for branch in _BRANCHES],
        },
        {
            "name": "choose",
            "taskReferenceName": "choose",
            "type": "SWITCH",
            "evaluatorType": "value-param",
            "expression": "which",
            "inputParameters": {"which": "${workflow.input.which}"},
            "decisionCases": {"even": [_simple("even", _value("a3"))]},
            "defaultCase": [_simple("odd", _value("b2"))],
        },
        {
            "name": "loop",
            "taskReferenceName": "loop",
            "type": "DO_WHILE",
            "loopCondition": f"$.loop['iteration'] < {ROUNDS}",
            "loopOver": [_simple("l1", _value("c2")), _simple("l2", _value("l1"))],
        },
        {
            "name": "leg",
            "taskReferenceName": "leg",
            "type": "SUB_WORKFLOW",
            "subWorkflowParam": {"name": LEG, "version": 1},
            "inputParameters": {"value": _value("a3")},
        },
        {
            "name": "keep",
            "taskReferenceName": "keep",
            "type": "SET_VARIABLE",
            "inputParameters": {"kept": _value("leg")},
        },
        {
            "name": "wait",
            "taskReferenceName": "wait",
            "type": "WAIT",
            "inputParameters": {"duration": "5 seconds"},
        },
        _simple("x1", "${workflow.variables.kept}"),
        _simple("x2", _value("x1")),
        _simple("last", _value("x2")),
    ]
    return [
        _workflow(LEG, leg, {"value": _value("s2")}),
        _workflow(NAME, tasks, {"value": _value("last"), "kept": "${workflow.variables.kept}"}),
    ]


def start_input(number: int) -> dict[str, Any]:
    """Input of the workflow with this number."""
    return {"number": number, "which": "even" if number % 2 == 0 else "odd"}


def expected_values(number: int) -> tuple[dict[str, int], dict[str, int]]:
    """By reference name what each worker task makes, of the workflow and of its leg."""
    values = {"t0": work(number, "t0")}
    for branch in _BRANCHES:
        before = "t0"
        for ref in branch:
            values[ref] = work(values[before], ref)
            before = ref
    chosen, source = ("even", "a3") if number % 2 == 0 else ("odd", "b2")
    values[chosen] = work(values[source], chosen)
    for iteration in range(1, ROUNDS + 1):
        values[f"l1__{iteration}"] = work(values["c2"], "l1")
        values[f"l2__{iteration}"] = work(values[f"l1__{iteration}"], "l2")
    leg = {"s1": work(values["a3"], "s1")}
    leg["s2"] = work(leg["s1"], "s2")
    values["x1"] = work(leg["s2"], "x1")
    values["x2"] = work(values["x1"], "x2")
    values["last"] = work(values["x2"], "last")
    return values, leg


#: Reference names of the tasks that no worker runs.
OPERATORS = frozenset({"fork", "join", "choose", "loop", "leg", "keep", "wait"})


def _simple(ref: str, value: str) -> dict[str, Any]:
    return {
        "name": DIRECT if ref in _DIRECT_REFS else HTTP,
        "taskReferenceName": ref,
        "type": "SIMPLE",
        "inputParameters": {"value": value, "salt": ref},
    }


def _value(ref: str) -> str:
    return f"${{{ref}.output.value}}"


def _workflow(name: str, tasks: list[dict[str, Any]], output: dict[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "version": 1,
        "schemaVersion": 2,
        "tasks": tasks,
        "outputParameters": output,
    }
