"""Bad expressions at every place of a definition that takes one: refused, or the workflow ends and says why."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from podium.domain.status import WorkflowStatus
from podium.ports.outside import HttpResponse
from tests.fuzz import programs
from tests.fuzz.product import Product
from tests.fuzz.values import TEXTS, anything, mutated

URI = "http://example.com/x"
DURATIONS = (
    "1 second",
    "1d 2h 3m 4s",
    "9" * 40 + " s",
    "-1 s",
    " ".join(["1 d"] * 500),
    "1" + " " * 5000 + "s",
    "٣ s",
    "1e3 s",
    "PT1S",
    "0",
)
MOMENTS = (
    "2024-01-01",
    "0000-00-00",
    "9999-12-31 23:59 UTC",
    "2024-02-30 12:00",
    "2024-01-01 25:61 PST",
    "2024-01-01 10:00 ../../etc/passwd",
    "2024-01-01 10:00 +99:99",
    "1" * 5000,
    "2024-01-01 10:00 GMT+14:00",
    "٢٠٢٤-01-01",
)


#: What may be started; not itself, which nobody stops.
CHILD = {"name": "child", "version": 1, "tasks": [{"name": "c", "taskReferenceName": "c"}]}


def task(kind: str, ref: str = "t0", **fields: Any) -> dict[str, Any]:
    """A task of a definition."""
    return {"name": ref, "taskReferenceName": ref, "type": kind, **fields}


def template(random: Random) -> Any:
    """A value with an expression in it."""
    inner = "${" + programs.path(random) + "}"
    match random.randrange(5):
        case 0:
            return inner
        case 1:
            return f"a {inner} b {inner}"
        case 2:
            return {"x": [inner, {"y": inner}]}
        case 3:
            return (
                "${" * random.choice((1, 20, 2000))
                + "workflow.input.a"
                + "}" * random.choice((1, 20, 2000))
            )
        case _:
            return mutated(random, "${workflow.input['a'].b[?(@.a =~ /x/)]}")


def _inline(random: Random) -> Any:
    kind = random.choice(("javascript", "graaljs", "value-param", "python", 7))
    expression = random.choice((programs.script(random), anything(random)))
    return task("INLINE", inputParameters={"evaluatorType": kind, "expression": expression, "a": 1})


def _lambda(random: Random) -> Any:
    return task(
        "LAMBDA",
        inputParameters={"scriptExpression": programs.script(random), "a": template(random)},
    )


def _jq(random: Random) -> Any:
    return task(
        "JSON_JQ_TRANSFORM",
        inputParameters={"queryExpression": programs.jq(random), "a": "${workflow.input}"},
    )


def _switch(random: Random) -> Any:
    kind = random.choice(("javascript", "value-param", "graaljs"))
    return task(
        "SWITCH",
        evaluatorType=kind,
        expression=programs.script(random),
        inputParameters={"a": template(random)},
        decisionCases={random.choice(TEXTS): [task("NOOP", "n1")]},
        defaultCase=[task("NOOP", "n2")],
    )


def _decision(random: Random) -> Any:
    return task(
        "DECISION",
        caseExpression=programs.script(random),
        inputParameters={"a": template(random)},
        decisionCases={"x": [task("NOOP", "n1")]},
    )


def _do_while(random: Random) -> Any:
    fields: dict[str, Any] = {"loopCondition": programs.script(random)}
    if random.random() < 0.3:
        fields = {"items": template(random), "loopCondition": ""}
    return task(
        "DO_WHILE",
        loopOver=[task("SIMPLE", "s1", inputParameters={"a": template(random)})],
        inputParameters={"a": template(random), "keepLastN": anything(random)},
        **fields,
    )


def _for_each(random: Random) -> Any:
    return task(
        "FOR_EACH",
        items=template(random),
        loopOver=[task("NOOP", "n1")],
        inputParameters={"_items": anything(random)},
    )


def _http_poll(random: Random) -> Any:
    request = {"uri": URI, "method": "GET"}
    polling = {
        "terminationCondition": programs.script(random),
        "evaluatorType": random.choice(("javascript", "value-param")),
        "pollingInterval": random.choice((1, anything(random))),
        "maxPollCount": random.choice((2, anything(random))),
        "pollingStrategy": random.choice(("FIXED", "EXPONENTIAL_BACKOFF", anything(random))),
        "pollingTimeout": random.choice((60, anything(random))),
    }
    return task("HTTP_POLL", inputParameters={"http_request": {**request, **polling}})


def _http(random: Random) -> Any:
    return task(
        "HTTP",
        inputParameters={
            "http_request": random.choice(
                (
                    {
                        "uri": URI,
                        "method": "GET",
                        "headers": anything(random),
                        "body": template(random),
                    },
                    anything(random),
                )
            )
        },
    )


def _wait(random: Random) -> Any:
    field = random.choice(("duration", "until"))
    known = DURATIONS if field == "duration" else MOMENTS
    value = random.choice(
        (random.choice(known), mutated(random, random.choice(known)[:200]), anything(random))
    )
    return task("WAIT", inputParameters={field: value})


def _dynamic_fork(random: Random) -> Any:
    return [
        task(
            "FORK_JOIN_DYNAMIC",
            dynamicForkTasksParam="tasks",
            dynamicForkTasksInputParamName="inputs",
            inputParameters={
                "tasks": random.choice(
                    (
                        anything(random),
                        [task("NOOP", random.choice(TEXTS))],
                        [task(random.choice(TEXTS), "x1")],
                        template(random),
                    )
                ),
                "inputs": random.choice((anything(random), {"x1": anything(random)})),
            },
        ),
        task("JOIN", "j1"),
    ]


def _child(random: Random) -> Any:
    param: dict[str, Any] = {
        "name": random.choice(("child", "child", "nobody", random.choice(TEXTS))),
        "version": random.choice((1, anything(random))),
    }
    if random.random() < 0.3:
        param["workflowDefinition"] = random.choice(
            (anything(random), "${workflow.input}", {"name": "x", "tasks": [_wait(random)]})
        )
    return task(
        random.choice(("SUB_WORKFLOW", "START_WORKFLOW")),
        subWorkflowParam=param,
        inputParameters={"startWorkflow": param, "a": template(random)},
    )


def _others(random: Random) -> Any:
    return random.choice(
        (
            task("SET_VARIABLE", inputParameters={random.choice(TEXTS): template(random)}),
            task(
                "TERMINATE",
                inputParameters={
                    "terminationStatus": random.choice(("COMPLETED", anything(random))),
                    "terminationReason": template(random),
                    "workflowOutput": template(random),
                },
            ),
            task(
                "DYNAMIC",
                dynamicTaskNameParam="n",
                inputParameters={"n": random.choice((anything(random), template(random)))},
            ),
            task(
                "EVENT",
                sink=random.choice((template(random), "conductor", "sqs:x", random.choice(TEXTS))),
                inputParameters={"a": template(random)},
            ),
            task(
                "KAFKA_PUBLISH",
                inputParameters={
                    "kafka_request": {
                        "topic": "x",
                        "value": template(random),
                        "headers": anything(random),
                    }
                },
            ),
            task("PULL_WORKFLOW_MESSAGES", inputParameters={"batchSize": anything(random)}),
            task(
                "SIMPLE",
                inputParameters={"a": template(random)},
                taskDefinition={
                    "name": "t0",
                    "inputSchema": {
                        "name": "s",
                        "version": 1,
                        "type": "JSON",
                        "data": programs.schema(random),
                    },
                    "outputSchema": {
                        "name": "s",
                        "version": 1,
                        "type": "JSON",
                        "data": programs.schema(random),
                    },
                    "enforceSchema": True,
                },
            ),
            task("SIMPLE", cacheConfig={"key": template(random), "ttlInSecond": anything(random)}),
            task(
                "SIMPLE",
                onStateChange={"onScheduled": [{"type": "x", "payload": {"a": template(random)}}]},
            ),
        )
    )


PLACES: tuple[Callable[[Random], Any], ...] = (
    _inline,
    _lambda,
    _jq,
    _switch,
    _decision,
    _do_while,
    _for_each,
    _http_poll,
    _http,
    _wait,
    _dynamic_fork,
    _child,
    _others,
    _others,
)


def definition(random: Random) -> tuple[dict[str, Any], dict[str, Any]]:
    """One of these between two harmless tasks, and an input.

    Half of the time parameters are given by the input, where no registration can look at them.
    """
    made = random.choice(PLACES)(random)
    given: dict[str, Any] = {"a": programs.document(random)}
    for each in made if isinstance(made, list) else [made]:
        parameters = each.get("inputParameters", {})
        for number, key in enumerate(parameters):
            if random.random() < 0.6:
                given[f"p{number}"] = parameters[key]
                parameters[key] = f"${{workflow.input.p{number}}}"
    tasks = [
        task("NOOP", "first"),
        *(made if isinstance(made, list) else [made]),
        task("SIMPLE", "last"),
    ]
    more: dict[str, Any] = {}
    if random.random() < 0.3:
        more["outputParameters"] = {"a": template(random)}
    if random.random() < 0.1:
        more["failureWorkflow"] = random.choice((template(random), random.choice(TEXTS)))
    return {"name": "w", "version": 1, "schemaVersion": 2, "tasks": tasks, **more}, given


def run(seed: int, product: Product) -> str:
    """Register, start, work; what became of it."""
    random = Random(seed)
    product.http.answers[URI] = HttpResponse(
        200, "OK", {}, random.choice((programs.document(random), anything(random)))
    )
    made, given = definition(random)
    product.ask("POST", "/api/metadata/workflow", CHILD)
    registered = product.ask("POST", "/api/metadata/workflow", made, "overwrite=true")
    request: dict[str, Any] = {"name": "w", "input": given}
    if registered.status != 200:
        # Inline definitions are asked to be no better.
        request["workflowDef"] = made
    started = product.ask("POST", "/api/workflow", request)
    assert registered.status == 200 or started.status != 200, "registered no, started yes"
    if started.status != 200:
        return f"refused {registered.status} {started.status}"
    status = product.run_to_rest(started.body)
    if status is WorkflowStatus.RUNNING:
        ended = product.ask("DELETE", f"/api/workflow/{started.body}")
        assert ended.status == 200, ended
        assert product.status(started.body) is WorkflowStatus.TERMINATED
    return str(status)
