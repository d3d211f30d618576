"""Workers that read their queue themselves, beside others."""

from __future__ import annotations

from tests.integration.protocol.definitions import fork, simple, workflow
from tests.support.scenarios.scenario import Scenario, fail_first

_DIRECT = frozenset({"a"})


SCENARIOS = [
    Scenario(
        "worker at its queue",
        workflow(simple("a", inputParameters={"n": 1}), simple("b")),
        direct=_DIRECT,
    ),
    Scenario(
        "worker at its queue that fails",
        workflow(*fork([simple("a")], [simple("b")], join_on=["a", "b"])),
        ({"name": "a", "retryCount": 1, "retryDelaySeconds": 0},),
        answer=fail_first("a"),
        direct=_DIRECT,
    ),
    Scenario(
        "limited workers at their queue",
        workflow(*fork([simple("x", name="a")], [simple("y", name="a")], join_on=["x", "y"])),
        ({"name": "a", "concurrentExecLimit": 1, "limitDelivery": "GATE"},),
        direct=_DIRECT,
    ),
]
