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
_COMPUTED = workflow(
    task("set", "SET_VARIABLE", inputParameters={"n": 3, "who": "${workflow.input.who}"}),
    task(
        "script",
        "INLINE",
        inputParameters={"evaluatorType": "javascript", "expression": "$.n * 2", "n": 4},
    ),
    task("jq", "JSON_JQ_TRANSFORM", inputParameters={"queryExpression": ".a | add", "a": [1, 2]}),
    task("old", "LAMBDA", inputParameters={"scriptExpression": "return $.n;", "n": 5}),
    simple(
        "use",
        inputParameters={
            "n": "${workflow.variables.n}",
            "script": "${script.output.result}",
            "jq": "${jq.output.result}",
        },
    ),
    task("again", "SET_VARIABLE", inputParameters={"n": "${use.output.of}"}),
    outputParameters={"n": "${workflow.variables.n}", "old": "${old.output.result}"},
)
_DECISION = [
    task(
        "which",
        "DECISION",
        caseValueParam="kind",
        inputParameters={"kind": "${workflow.input.kind}"},
        decisionCases={"a": [simple("case_a")], "b": [simple("case_b")]},
    ),
    task("either", "EXCLUSIVE_JOIN", joinOn=["case_a", "case_b"]),
]
_INNER = [
    task("g", "FORK_JOIN", forkTasks=[[simple("b1")], [simple("b2")]]),
    task("gj", "JOIN", joinOn=["b1", "b2"]),
]
_LIST = [
    task(
        "fan",
        "FORK_JOIN_DYNAMIC",
        inputParameters={"forkTaskName": "x", "forkTaskInputs": [{"n": 1}, {"n": 2}]},
    ),
    task("fan_join", "JOIN"),
]
_EACH_A_WORKFLOW = [
    task(
        "fan",
        "FORK_JOIN_DYNAMIC",
        inputParameters={"forkTaskWorkflow": "child", "forkTaskInputs": [{"n": 1}, {"n": 2}]},
    ),
    task("fan_join", "JOIN"),
]
_KEEPING = task(
    "loop",
    "DO_WHILE",
    loopCondition="",
    items="${workflow.input.items}",
    inputParameters={"keepLastN": 1},
    loopOver=[simple("step", inputParameters={"item": "${loop.output.loopItem}"})],
)
_NESTED = task(
    "outer",
    "DO_WHILE",
    loopCondition="$.outer['iteration'] < 2",
    loopOver=[
        task(
            "inner",
            "DO_WHILE",
            loopCondition="$.inner['iteration'] < 2",
            loopOver=[simple("step")],
        ),
        simple("between"),
    ],
)
_IN_A_LOOP = task(
    "loop",
    "DO_WHILE",
    loopCondition="$.loop['iteration'] < 2",
    loopOver=fork([simple("a")], [child("kid", "child")], join_on=["a", "kid"]),
)
_TERMINATE = task(
    "stop",
    "TERMINATE",
    inputParameters={
        "terminationStatus": "FAILED",
        "terminationReason": "enough",
        "workflowOutput": {"by": "${first.output.of}"},
    },
)
_QUIET_TRY = task(
    "try",
    "TRY_CATCH",
    tryTasks=[simple("good")],
    catchTasks=[simple("mend")],
    finallyTasks=[simple("clean")],
)
_NOT_CAUGHT = task(
    "try",
    "TRY_CATCH",
    tryTasks=[simple("bad")],
    catchTasks=[simple("worse")],
    finallyTasks=[simple("clean")],
)

SCENARIOS = [
    Scenario("variables, scripts and jq", _COMPUTED, input={"who": "me"}),
    Scenario(
        "decision and exclusive join", workflow(*_DECISION, simple("last")), input={"kind": "a"}
    ),
    Scenario(
        "fork in a fork",
        workflow(*fork([simple("a")], _INNER, join_on=["a", "gj"]), simple("last")),
    ),
    Scenario("dynamic fork of a list", workflow(*_LIST, simple("last"))),
    Scenario("dynamic fork of workflows", workflow(*_EACH_A_WORKFLOW), (CHILD,)),
    Scenario(
        "dynamic task",
        workflow(
            task(
                "any",
                "DYNAMIC",
                dynamicTaskNameParam="which",
                inputParameters={"which": "${workflow.input.which}"},
            ),
            simple("last"),
        ),
        ({"name": "pick"},),
        {"which": "pick"},
    ),
    Scenario(
        "loop over items, keeping the last", workflow(_KEEPING), input={"items": ["a", "b", "c"]}
    ),
    Scenario("loop in a loop", workflow(_NESTED, simple("last"))),
    Scenario("fork and child in a loop", workflow(_IN_A_LOOP, simple("last")), (CHILD,)),
    Scenario(
        "terminate in a branch",
        workflow(
            simple("first"),
            *fork(
                [simple("a"), _TERMINATE, simple("never")],
                [child("kid", "waiting")],
                [task("h", "HUMAN")],
                join_on=["never", "kid", "h"],
            ),
        ),
        (_WAITING,),
        ends="FAILED",
    ),
    Scenario("try without a failure", workflow(_QUIET_TRY, simple("last"))),
    Scenario(
        "try and catch that fail both",
        workflow(_NOT_CAUGHT, simple("never")),
        ({"name": "bad", "retryCount": 0}, {"name": "worse", "retryCount": 0}),
        answer=fail_first("bad", "worse"),
        ends="FAILED",
    ),
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
