"""Limits on tasks and on executions."""

from __future__ import annotations

from tests.integration.protocol.definitions import fork, simple, workflow
from tests.integration.protocol.definitions import sub_workflow as child
from tests.support.scenarios.scenario import Json, Scenario, task

_ONE: Json = {"name": "slow", "concurrentExecLimit": 1, "responseTimeoutSeconds": 300}
_TWO_AT_ONCE = workflow(
    *fork([simple("a", name="slow")], [simple("b", name="slow")], join_on=["a", "b"])
)
_LIMITED_CHILD = workflow(
    simple("inner"),
    name="child",
    rateLimitConfig={"rateLimitKey": "${workflow.input.key}", "concurrentExecLimit": 1},
)
_RATE: Json = {"name": "slow", "rateLimitPerFrequency": 1, "rateLimitFrequencyInSeconds": 10}
_LIMITED_GET: Json = {"name": "get", "concurrentExecLimit": 1}
_GET: Json = {"inputParameters": {"http_request": {"uri": "http://shop/ok", "method": "GET"}}}
_KEY: Json = {"inputParameters": {"key": "one"}}

SCENARIOS = [
    Scenario("limited by poll", _TWO_AT_ONCE, (_ONE,)),
    Scenario("limited at the gate", _TWO_AT_ONCE, (_ONE | {"limitDelivery": "GATE"},)),
    Scenario("rate limited by poll", _TWO_AT_ONCE, (_RATE,)),
    Scenario("rate limited at the gate", _TWO_AT_ONCE, (_RATE | {"limitDelivery": "GATE"},)),
    Scenario(
        "limited HTTP",
        workflow(
            *fork(
                [task("a", "HTTP", **_GET) | {"name": "get"}],
                [task("b", "HTTP", **_GET) | {"name": "get"}],
                join_on=["a", "b"],
            )
        ),
        (_LIMITED_GET,),
    ),
    Scenario(
        "domains and priorities",
        workflow(*fork([simple("a")], [simple("b")], join_on=["a", "b"])),
        request={"taskToDomain": {"a": "north", "*": "south"}, "priority": 70},
    ),
    Scenario(
        "limited children",
        workflow(
            *fork(
                [child("k1", "child", version=1) | _KEY],
                [child("k2", "child", version=1) | _KEY],
                join_on=["k1", "k2"],
            )
        ),
        (_LIMITED_CHILD,),
    ),
]
