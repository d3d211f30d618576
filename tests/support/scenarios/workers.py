"""Workers that read their queue themselves, beside others."""

from __future__ import annotations

from tests.integration.protocol.definitions import fork, simple, workflow
from tests.support.scenarios.scenario import Json, Scenario, complete_all, fail_first

_DIRECT = frozenset({"a"})


def _call_back(told: Json) -> Json:
    """At the first look it is not done yet."""
    if told["referenceTaskName"] == "a" and told["epoch"] == 0:
        return {"status": "IN_PROGRESS", "outputData": {"half": 1}, "callbackAfterSeconds": 20}
    return complete_all(told)


SCENARIOS = [
    Scenario(
        "worker at its queue that asks to be called again",
        workflow(simple("a"), simple("b")),
        answer=_call_back,
        direct=_DIRECT,
    ),
    Scenario(
        "worker at its queue that detaches",
        workflow(simple("a"), simple("b")),
        direct=_DIRECT,
        detaches=True,
    ),
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
