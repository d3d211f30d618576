"""The ways a flow takes: one after the other, beside each other, again and again, or another way."""

from __future__ import annotations

from tests.integration.protocol.definitions import CHAIN, CHILD, FORKED, fork, simple, workflow
from tests.integration.protocol.definitions import sub_workflow as child
from tests.support.scenarios.scenario import Json, Scenario, fail_first, task

_LOOP = task(
    "loop",
    "DO_WHILE",
    loopCondition="$.loop['iteration'] < 3",
    loopOver=[
        simple("step", inputParameters={"round": "${loop.output.iteration}"}),
        task("note", "SET_VARIABLE", inputParameters={"last": "${step.output.of}"}),
    ],
)
_EACH = task(
    "each",
    "FOR_EACH",
    items="${workflow.input.items}",
    inputParameters={"concurrency": 2},
    loopOver=[
        simple("pick", inputParameters={"item": "${each.output.loopItem}"}),
        simple("pack", inputParameters={"picked": "${pick.output.of}"}),
    ],
)
_AN_HOUR: Json = {"inputParameters": {"duration": "1 hour"}}
_TRY = task(
    "try",
    "TRY_CATCH",
    tryTasks=fork(
        [simple("bad")],
        [child("kid", "waiting")],
        [task("h", "HUMAN"), simple("never")],
        join_on=["bad", "kid", "never"],
    ),
    catchTasks=[simple("mend", inputParameters={"why": "${try.output.error.status}"})],
    finallyTasks=[simple("clean")],
)
_WAITING = workflow(task("h", "HUMAN"), name="waiting")
_DYNAMIC = [
    task(
        "fan",
        "FORK_JOIN_DYNAMIC",
        dynamicForkTasksParam="tasks",
        dynamicForkTasksInputParamName="inputs",
        inputParameters={"tasks": "${workflow.input.tasks}", "inputs": "${workflow.input.inputs}"},
    ),
    task("fan_join", "JOIN"),
]
_SWITCH = task(
    "which",
    "SWITCH",
    evaluatorType="value-param",
    expression="kind",
    inputParameters={"kind": "${workflow.input.kind}"},
    decisionCases={"a": [simple("case_a")], "b": [simple("case_b")]},
)

SCENARIOS = [
    Scenario("chain", CHAIN),
    Scenario("fork", FORKED),
    Scenario("switch", workflow(_SWITCH, simple("last")), input={"kind": "b"}),
    Scenario("loop", workflow(_LOOP, simple("last"))),
    Scenario(
        "dynamic fork",
        workflow(*_DYNAMIC, simple("last")),
        (CHILD,),
        {"tasks": [simple("x"), child("y", "child")], "inputs": {"x": {"n": 1}, "y": {"n": 2}}},
    ),
    Scenario(
        "for each",
        workflow(_EACH, simple("last", inputParameters={"n": "${each.output.results}"})),
        input={"items": ["a", "b", "c"]},
    ),
    Scenario(
        "for each, going on",
        workflow(
            _EACH
            | {
                "inputParameters": {"concurrency": 2, "onItemFailure": "CONTINUE"},
                "loopOver": fork(
                    [simple("pick")], [task("w", "WAIT", **_AN_HOUR)], join_on=["pick", "w"]
                ),
            },
            simple("last", inputParameters={"failures": "${each.output.failures[*].index}"}),
        ),
        ({"name": "pick", "retryCount": 0},),
        {"items": ["a", "b", "c"]},
        fail_first("pick"),
    ),
    Scenario(
        "try and catch, giving up two branches",
        workflow(_TRY, simple("last", inputParameters={"caught": "${try.output.caught}"})),
        (_WAITING, {"name": "bad", "retryCount": 0}),
        answer=fail_first("bad"),
    ),
]
