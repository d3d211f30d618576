"""Definitions with one thing wrong each, and the path that the refusal has to name (models.md 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.support.shapes.values import Json
from tests.support.shapes.workflows import workflow_of


@dataclass(frozen=True)
class Breakage:
    """One way to go wrong, at one place."""

    name: str
    definition: Json
    #: From the definition on; empty is the definition as a whole.
    path: str


def _task(ref: str = "t", **fields: Any) -> Json:
    return {"name": ref, "taskReferenceName": ref, "type": "SIMPLE", **fields}


def _join(*join_on: str) -> Json:
    return _task("join", type="JOIN", joinOn=list(join_on))


def _at_the_top(task: Json) -> list[Json]:
    return [_task("before"), task]


def _in_a_case(task: Json) -> list[Json]:
    cases = {"größe": [_task("within"), task]}
    return [
        _task("s", type="SWITCH", evaluatorType="value-param", expression="a", decisionCases=cases)
    ]


def _in_a_default_case(task: Json) -> list[Json]:
    switch = _task("d", type="DECISION", caseValueParam="a", decisionCases={"a": []})
    return [switch | {"defaultCase": [task]}]


def _in_a_branch(task: Json) -> list[Json]:
    fork = _task("f", type="FORK_JOIN", forkTasks=[[_task("before")], [_task("beside"), task]])
    return [_task("first of all"), fork, _join("before")]


def _in_a_catch(task: Json) -> list[Json]:
    return [_task("c", type="TRY_CATCH", tryTasks=[_task("before")], catchTasks=[task])]


def _in_a_case_of_a_branch(task: Json) -> list[Json]:
    return _in_a_branch(_in_a_case(task)[0])


def _in_a_loop(task: Json) -> list[Json]:
    return [_task("l", type="DO_WHILE", loopCondition="false", loopOver=[task])]


PLACES: dict[str, tuple[Callable[[Json], list[Json]], str]] = {
    "at the top": (_at_the_top, ".tasks[1]"),
    "in a case": (_in_a_case, ".tasks[0].decisionCases[größe].<map value>[1]"),
    "in a default case": (_in_a_default_case, ".tasks[0].defaultCase[0]"),
    "in a branch": (_in_a_branch, ".tasks[1].forkTasks[1].<list element>[1]"),
    "in a catch": (_in_a_catch, ".tasks[0].catchTasks[0]"),
    "in a case of a branch": (
        _in_a_case_of_a_branch,
        ".tasks[1].forkTasks[1].<list element>[1].decisionCases[größe].<map value>[1]",
    ),
}
#: Inside loops the peer looks at less (models.md 6.2); what could not run at all is refused there, too.
LOOP = (_in_a_loop, ".tasks[0].loopOver[0]")

_SWITCH = {"type": "SWITCH", "evaluatorType": "value-param", "expression": "a",
           "decisionCases": {"a": []}}  # fmt: skip
#: What is wrong with a task, and the part of its path behind the task.
TASKS: dict[str, tuple[Json, str]] = {
    "no name": ({"name": ""}, ".name"),
    "no reference name": ({"taskReferenceName": None}, ".taskReferenceName"),
    "an empty type": ({"type": ""}, ".type"),
    "a negative start delay": ({"startDelay": -1}, ".startDelay"),
    "a state that nothing has": ({"onStateChange": {"onWhim": []}}, ".onStateChange"),
    "a cache without a key": ({"cacheConfig": {"ttlInSecond": 5}}, ".cacheConfig.key"),
    "a switch without an evaluator": (_SWITCH | {"evaluatorType": None}, ""),
    "a switch without an expression": (_SWITCH | {"expression": None}, ""),
    "a switch without cases": (_SWITCH | {"decisionCases": {}}, ""),
    "a switch with half a script": (
        _SWITCH | {"evaluatorType": "javascript", "expression": "$.a == ("}, ""),
    "a decision without a value": ({"type": "DECISION", "decisionCases": {"a": []}}, ""),
    "a decision without cases": ({"type": "DECISION", "caseValueParam": "a"}, ""),
    "a sink that is missing": ({"type": "EVENT"}, ""),
    "a call to nowhere": ({"type": "HTTP", "inputParameters": {"body": 1}}, ""),
    "a kafka task without a request": ({"type": "KAFKA_PUBLISH"}, ""),
    "a program that is missing": ({"type": "JSON_JQ_TRANSFORM"}, ""),
    "an end without a status": ({"type": "TERMINATE"}, ""),
    "an end that is optional": (
        {"type": "TERMINATE", "optional": True,
         "inputParameters": {"terminationStatus": "FAILED"}}, ""),
    "an end by expression": (
        {"type": "TERMINATE", "inputParameters": {"terminationStatus": "${workflow.input.a}"}}, ""),
    "two ways to wait": (
        {"type": "WAIT", "inputParameters": {"duration": "1 s", "until": "2027-01-31"}}, ""),
    "a wait for some time": ({"type": "WAIT", "inputParameters": {"duration": "a while"}}, ""),
    "a wait until some day": ({"type": "WAIT", "inputParameters": {"until": "tomorrow"}}, ""),
    "a join of nobody": ({"type": "EXCLUSIVE_JOIN", "joinOn": ["nobody"]}, ""),
}  # fmt: skip
#: The same, refused in loops as well.
ANYWHERE: dict[str, tuple[Json, str]] = {
    "a dynamic task without a parameter": ({"type": "DYNAMIC"}, ""),
    "a child that is not named": ({"type": "SUB_WORKFLOW"}, ""),
    "a loop without a condition": ({"type": "DO_WHILE", "loopOver": [_task("inner")]}, ""),
    "a loop over nothing": ({"type": "DO_WHILE", "loopCondition": "true"}, ""),
    "items without a body": ({"type": "FOR_EACH", "items": "${workflow.input.a}"}, ""),
    "nothing to try": ({"type": "TRY_CATCH", "catchTasks": [_task("inner")]}, ""),
    "a fork without branches": ({"type": "FORK_JOIN"}, ""),
    "a dynamic fork without its join": (
        {"type": "FORK_JOIN_DYNAMIC", "inputParameters": {"forkTaskInputs": []}}, ""),
    "a join of what comes later": ({"type": "JOIN", "joinOn": ["unknown"]}, ""),
}  # fmt: skip
#: What is wrong with a definition as a whole, over a generated one that is right.
WHOLES: dict[str, tuple[Callable[[Json], Json], str]] = {
    "no name": (lambda it: it | {"name": ""}, ".name"),
    "a null name": (lambda it: it | {"name": None}, ".name"),
    "no tasks": (lambda it: it | {"tasks": []}, ".tasks"),
    "null tasks": (lambda it: it | {"tasks": None}, ".tasks"),
    "an old schema": (lambda it: it | {"schemaVersion": 1}, ".schemaVersion"),
    "a schema of no kind": (
        lambda it: it | {"enforceSchema": True,
                         "inputSchema": {"name": "s", "type": "JSON", "data": {"type": "thing"}}},
        ".inputSchema"),
    "a sink of no kind": (
        lambda it: it | {"workflowStatusListenerEnabled": True,
                         "workflowStatusListenerSink": "carrier-pigeon"},
        ".workflowStatusListenerSink"),
    "a reference name twice": (
        lambda it: it | {"tasks": [*it["tasks"], _task(it["tasks"][0]["taskReferenceName"])]}, ""),
    "a reference name twice, far apart": (
        lambda it: it | {"tasks": [_task("twice"), *_in_a_case_of_a_branch(_task("twice"))]}, ""),
    "an expression about nobody": (
        lambda it: it | {"name": "nobody", "tasks": [_task(inputParameters={"a": [{"b": "${nobody.output.a}"}]})]}, ""),
    "an expression that is no path": (
        lambda it: it | {"name": "no path", "tasks": [_task(inputParameters={"a": "${workflow.input.[}"})]}, ""),
}  # fmt: skip


def broken_workflows() -> Iterator[Breakage]:
    """All of them; each task goes wrong at the top and at another place, different for each."""
    for seed, (name, (spoil, path)) in enumerate(WHOLES.items()):
        yield Breakage(name, spoil(workflow_of(seed)), path)
    inner = [place for place in PLACES if place != "at the top"]
    for number, (name, (fields, rest)) in enumerate((TASKS | ANYWHERE).items()):
        second, third = (inner[(number + more) % len(inner)] for more in (0, 2))
        chosen = [(place, PLACES[place]) for place in ("at the top", second, third)]
        if name in ANYWHERE:
            chosen.append(("in a loop", LOOP))
        for place, (around, path) in chosen:
            definition = {"name": f"broken {number}", "tasks": around(_task() | fields)}
            yield Breakage(f"{name}, {place}", definition, path + rest)


#: A value of a wrong type: refused when it is read, before any rule; the message begins with its place.
MISMATCHES: tuple[tuple[Json, str], ...] = (
    ({"tasks": {}}, "tasks: expected an array"),
    ({"tasks": [1]}, "tasks[0]: expected an object"),
    ({"tasks": [{"type": None}]}, "tasks[0].type: must not be null"),
    ({"tasks": [{"retryCount": "often"}]}, "tasks[0].retryCount: expected a number"),
    ({"tasks": [{"startDelay": 2**31}]}, "tasks[0].startDelay: expected a number of at most 32"),
    ({"tasks": [{"optional": "maybe"}]}, "tasks[0].optional: expected true or false"),
    ({"tasks": [{"inputParameters": []}]}, "tasks[0].inputParameters: expected an object"),
    ({"tasks": [{"forkTasks": [[], {}]}]}, "tasks[0].forkTasks[1]: expected an array"),
    (
        {"tasks": [{"decisionCases": {"größe": [{"joinMode": "NEVER"}]}}]},
        "tasks[0].decisionCases[größe][0].joinMode: expected one of SYNC, ASYNC",
    ),
    (
        {"tasks": [{"subWorkflowParam": {"workflowDefinition": "child"}}]},
        "tasks[0].subWorkflowParam.workflowDefinition: expected an object or an expression",
    ),
    (
        {"tasks": [{"taskDefinition": {"timeoutPolicy": "SOON"}}]},
        "tasks[0].taskDefinition.timeoutPolicy: expected one of",
    ),
    ({"timeoutPolicy": "RETRY"}, "timeoutPolicy: expected one of TIME_OUT_WF, ALERT_ONLY"),
    ({"version": "1.0.0"}, "version: expected a number"),
    ({"restartable": "perhaps"}, "restartable: expected true or false"),
    ({"inputTemplate": "none"}, "inputTemplate: expected an object"),
    ({"inputSchema": {"type": "XML"}}, "inputSchema.type: expected one of JSON, AVRO, PROTOBUF"),
)
