"""Workflows that start others."""

from __future__ import annotations

from tests.integration.protocol.definitions import CHILD, PARENT, fork, simple, workflow
from tests.integration.protocol.definitions import sub_workflow as child
from tests.support.scenarios.scenario import Json, Scenario, fail_first, task

_SHARED: Json = {"idempotencyKey": "k", "idempotencyStrategy": "RETURN_EXISTING"}
_WAITING = workflow(task("h", "HUMAN"), name="waiting")

SCENARIOS = [
    Scenario("child", PARENT, (CHILD,)),
    Scenario(
        "failing child",
        PARENT,
        (CHILD, {"name": "inner", "retryCount": 0}),
        answer=fail_first("inner"),
    ),
    Scenario(
        "two tasks that share a child by its key",
        workflow(
            *fork(
                [child("one", "child", **_SHARED)],
                [child("two", "child", **_SHARED)],
                join_on=["one", "two"],
            )
        ),
        (CHILD,),
    ),
    Scenario(
        "failing branch with a failure workflow",
        workflow(
            *fork([simple("bad")], [child("kid", "waiting")], join_on=["bad", "kid"]),
            failureWorkflow="repair",
        ),
        (_WAITING, workflow(simple("mend"), name="repair"), {"name": "bad", "retryCount": 0}),
        answer=fail_first("bad"),
    ),
]
