"""Scenario definitions whose end does not depend on a race, and a worker that plays them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from podium.domain.execution import Task
from podium.domain.json import Json, JsonMap
from podium.domain.status import TaskStatus
from podium.ports.outside import HttpResponse
from tests.integration.protocol.definitions import (
    CHAIN,
    CHILD,
    FORKED,
    PARENT,
    fork,
    simple,
    sub_workflow,
    workflow,
)
from tests.support.cluster import Cluster

Answer = Callable[[Task], tuple[TaskStatus, JsonMap]]


def complete_all(task: Task) -> tuple[TaskStatus, JsonMap]:
    """Every task completes and says which it was."""
    return TaskStatus.COMPLETED, {"of": task.wire_ref}


def fail_first(*refs: str, times: int = 1) -> Answer:
    """These tasks fail in their first attempts."""

    def answer(task: Task) -> tuple[TaskStatus, JsonMap]:
        bad = task.ref in refs and task.attempt < times
        return (TaskStatus.FAILED if bad else TaskStatus.COMPLETED), {"of": task.wire_ref}

    return answer


@dataclass(frozen=True)
class Scenario:
    """A definition with what it needs around it, and how its workers answer."""

    name: str
    definition: JsonMap
    registered: tuple[JsonMap, ...] = ()
    input: JsonMap = field(default_factory=dict)
    answer: Answer = complete_all
    #: Messages that are in its queue before anything else happens.
    messages: tuple[JsonMap, ...] = ()


def play(cluster: Cluster, scenario: Scenario, wf: str) -> None:
    """Drive until the workflow has ended: deliver, poll, answer, let time pass.

    Call it again after a crash: what was in flight is delivered again.
    """
    for second in range(200):
        cluster.settle()
        if second % 60 == 59:
            cluster.engine.gating.sweep()
        if cluster.status(wf).is_terminal:
            cluster.advance(2)
            return
        for task_type in sorted({address.task_type for address in cluster.task_queue.queues}):
            _work(cluster, scenario, task_type)
        cluster.settle()
        cluster.clock.advance(1000)
    raise AssertionError(f"{scenario.name} does not end")


def _work(cluster: Cluster, scenario: Scenario, task_type: str) -> None:
    # A poll that dies after a claim costs an attempt, as a worker that dies does: not here.
    with cluster.undisturbed():
        handed_out = cluster.poll(task_type, count=10)
    for handed in handed_out:
        status, output = scenario.answer(handed.task)
        cluster.in_hand.append((handed.message.workflow_id, handed.task, status, output))
    while cluster.in_hand:
        workflow_id, task, status, output = cluster.in_hand[0]
        cluster.report(task, workflow_id, status, output)
        del cluster.in_hand[0]


_LOOP: dict[str, Json] = {
    "name": "loop",
    "taskReferenceName": "loop",
    "type": "DO_WHILE",
    "loopCondition": "$.loop['iteration'] < 3",
    "loopOver": [
        simple("step", inputParameters={"round": "${loop.output.iteration}"}),
        {
            "name": "note",
            "taskReferenceName": "note",
            "type": "SET_VARIABLE",
            "inputParameters": {"last": "${step.output.of}"},
        },
    ],
}
_FIVE_SECONDS: dict[str, Json] = {"inputParameters": {"duration": "5 seconds"}}
_EACH: dict[str, Json] = {
    "name": "each",
    "taskReferenceName": "each",
    "type": "FOR_EACH",
    "items": "${workflow.input.items}",
    "inputParameters": {"concurrency": 2},
    "loopOver": [
        simple("pick", inputParameters={"item": "${each.output.loopItem}"}),
        simple("pack", inputParameters={"picked": "${pick.output.of}"}),
    ],
}
_TRY: dict[str, Json] = {
    "name": "try",
    "taskReferenceName": "try",
    "type": "TRY_CATCH",
    "tryTasks": fork(
        [simple("bad")],
        [sub_workflow("kid", "waiting")],
        [{"name": "h", "taskReferenceName": "h", "type": "HUMAN"}, simple("never")],
        join_on=["bad", "kid", "never"],
    ),
    "catchTasks": [simple("mend", inputParameters={"why": "${try.output.error.status}"})],
    "finallyTasks": [simple("clean")],
}
_DYNAMIC: list[Json] = [
    {
        "name": "fan",
        "taskReferenceName": "fan",
        "type": "FORK_JOIN_DYNAMIC",
        "dynamicForkTasksParam": "tasks",
        "dynamicForkTasksInputParamName": "inputs",
        "inputParameters": {
            "tasks": "${workflow.input.tasks}",
            "inputs": "${workflow.input.inputs}",
        },
    },
    {"name": "fan_join", "taskReferenceName": "fan_join", "type": "JOIN"},
]
_HTTP: dict[str, Json] = {
    "name": "get",
    "taskReferenceName": "get",
    "type": "HTTP",
    "inputParameters": {"http_request": {"uri": "http://shop/ok", "method": "GET"}},
}
_HTTP_POLL: dict[str, Json] = {
    "name": "await",
    "taskReferenceName": "await",
    "type": "HTTP_POLL",
    "inputParameters": {
        "http_request": {
            "uri": "http://shop/ok",
            "method": "GET",
            "terminationCondition": "$.output.pollCount >= 3",
            "pollingInterval": 2,
        }
    },
}
_WAIT: dict[str, Json] = {
    "name": "pause",
    "taskReferenceName": "pause",
    "type": "WAIT",
    "inputParameters": {"duration": "5 seconds"},
}


def _pull(ref: str, blocking: bool = True, **parameters: Json) -> dict[str, Json]:
    return {
        "name": ref,
        "taskReferenceName": ref,
        "type": "PULL_WORKFLOW_MESSAGES",
        "inputParameters": {"blocking": blocking, **parameters},
    }


_SWITCH: dict[str, Json] = {
    "name": "which",
    "taskReferenceName": "which",
    "type": "SWITCH",
    "evaluatorType": "value-param",
    "expression": "kind",
    "inputParameters": {"kind": "${workflow.input.kind}"},
    "decisionCases": {"a": [simple("case_a")], "b": [simple("case_b")]},
}
_SHARED: dict[str, Json] = {"idempotencyKey": "k", "idempotencyStrategy": "RETURN_EXISTING"}
_CACHE: Json = {"key": "k", "ttlInSecond": 3600}
_RETRIED: dict[str, Json] = {"name": "flaky", "retryCount": 2, "retryDelaySeconds": 0}

_ONE_AT_A_TIME: dict[str, Json] = {"concurrentExecLimit": 1, "responseTimeoutSeconds": 300}
_LIMITED_FORK = fork([simple("a", name="slow")], [simple("b", name="slow")], join_on=["a", "b"])
_LIMITED_CHILD = workflow(
    simple("inner"),
    name="child",
    rateLimitConfig={"rateLimitKey": "${workflow.input.key}", "concurrentExecLimit": 1},
)
_LIMITED_CHILDREN = fork(
    [sub_workflow("k1", "child", version=1) | {"inputParameters": {"key": "one"}}],
    [sub_workflow("k2", "child", version=1) | {"inputParameters": {"key": "one"}}],
    join_on=["k1", "k2"],
)

SCENARIOS = [
    Scenario("chain", CHAIN),
    Scenario("limited by poll", workflow(*_LIMITED_FORK), ({"name": "slow", **_ONE_AT_A_TIME},)),
    Scenario(
        "limited at the gate",
        workflow(*_LIMITED_FORK),
        ({"name": "slow", "limitDelivery": "GATE", **_ONE_AT_A_TIME},),
    ),
    Scenario("limited children", workflow(*_LIMITED_CHILDREN), (_LIMITED_CHILD,)),
    Scenario("fork", FORKED),
    Scenario(
        "retry", workflow(simple("flaky"), simple("t2")), (_RETRIED,), {}, fail_first("flaky")
    ),
    Scenario("child", PARENT, (CHILD,)),
    Scenario(
        "failing child",
        PARENT,
        (CHILD, {"name": "inner", "retryCount": 0}),
        {},
        fail_first("inner"),
    ),
    Scenario(
        "two tasks that share a child by its key",
        workflow(
            *fork(
                [sub_workflow("one", "child", **_SHARED)],
                [sub_workflow("two", "child", **_SHARED)],
                join_on=["one", "two"],
            )
        ),
        (CHILD,),
    ),
    Scenario(
        "an output that is used again within the run",
        workflow(
            simple("costly", cacheConfig=_CACHE),
            simple("between"),
            {**simple("again", cacheConfig=_CACHE), "name": "costly"},
        ),
    ),
    Scenario("loop", workflow(_LOOP, simple("last"))),
    Scenario(
        "for each",
        workflow(_EACH, simple("last", inputParameters={"n": "${each.output.results}"})),
        (),
        {"items": ["a", "b", "c"]},
    ),
    Scenario(
        "try and catch, giving up two branches",
        workflow(_TRY, simple("last", inputParameters={"caught": "${try.output.caught}"})),
        (
            workflow({"name": "h", "taskReferenceName": "h", "type": "HUMAN"}, name="waiting"),
            {"name": "bad", "retryCount": 0},
        ),
        {},
        fail_first("bad"),
    ),
    Scenario(
        "for each, going on",
        workflow(
            {
                **_EACH,
                "inputParameters": {"concurrency": 2, "onItemFailure": "CONTINUE"},
                "loopOver": fork(
                    [simple("pick")],
                    [{"name": "w", "taskReferenceName": "w", "type": "WAIT", **_FIVE_SECONDS}],
                    join_on=["pick", "w"],
                ),
            },
            simple("last", inputParameters={"failures": "${each.output.failures[*].index}"}),
        ),
        ({"name": "pick", "retryCount": 0},),
        {"items": ["a", "b", "c"]},
        fail_first("pick"),
    ),
    Scenario(
        "http",
        workflow(
            _HTTP, simple("last", inputParameters={"code": "${get.output.response.statusCode}"})
        ),
    ),
    Scenario(
        "http poll",
        workflow(_HTTP_POLL, simple("last", inputParameters={"n": "${await.output.pollCount}"})),
    ),
    Scenario("wait", workflow(_WAIT, simple("last"))),
    Scenario(
        "messages",
        workflow(_pull("first"), simple("t"), _pull("rest", batchSize=5), _pull("none", False)),
        messages=({"n": 1}, {"n": 2}, {"n": 3}),
    ),
    Scenario("switch", workflow(_SWITCH, simple("last")), (), {"kind": "b"}),
    Scenario(
        "dynamic fork",
        workflow(*_DYNAMIC, simple("last")),
        (CHILD,),
        {
            "tasks": [simple("x"), sub_workflow("y", "child")],
            "inputs": {"x": {"n": 1}, "y": {"n": 2}},
        },
    ),
    Scenario(
        "failing branch with a failure workflow",
        workflow(
            *fork([simple("bad")], [sub_workflow("kid", "waiting")], join_on=["bad", "kid"]),
            failureWorkflow="repair",
        ),
        (
            workflow({"name": "h", "taskReferenceName": "h", "type": "HUMAN"}, name="waiting"),
            workflow(simple("mend"), name="repair"),
            {"name": "bad", "retryCount": 0},
        ),
        {},
        fail_first("bad"),
    ),
]


def prepare(cluster: Cluster, scenario: Scenario) -> str:
    """Register what the scenario needs and start it; nothing is delivered yet."""
    cluster.register(*scenario.registered)
    cluster.http.answers["http://shop/ok"] = HttpResponse(200, "OK", {}, {"ok": True})
    wf = cluster.start(scenario.definition, scenario.input)
    for message in scenario.messages:
        cluster.engine.messages.post(wf, message)
    return wf
