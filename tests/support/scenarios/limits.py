"""Limits on tasks and on executions."""

from __future__ import annotations

from tests.integration.protocol.definitions import fork, simple, workflow
from tests.integration.protocol.definitions import sub_workflow as child
from tests.support.scenarios.scenario import Json, Scenario

_ONE: Json = {"name": "slow", "concurrentExecLimit": 1, "responseTimeoutSeconds": 300}
_TWO_AT_ONCE = workflow(
    *fork([simple("a", name="slow")], [simple("b", name="slow")], join_on=["a", "b"])
)
_LIMITED_CHILD = workflow(
    simple("inner"),
    name="child",
    rateLimitConfig={"rateLimitKey": "${workflow.input.key}", "concurrentExecLimit": 1},
)
_KEY: Json = {"inputParameters": {"key": "one"}}

SCENARIOS = [
    Scenario("limited by poll", _TWO_AT_ONCE, (_ONE,)),
    Scenario("limited at the gate", _TWO_AT_ONCE, (_ONE | {"limitDelivery": "GATE"},)),
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
