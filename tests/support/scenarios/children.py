"""Workflows that start others."""

from __future__ import annotations

from tests.integration.protocol.definitions import CHILD, PARENT, fork, simple, workflow
from tests.integration.protocol.definitions import sub_workflow as child
from tests.support.scenarios.play import Play
from tests.support.scenarios.scenario import Json, Scenario, fail_first, task

_SHARED: Json = {"idempotencyKey": "k", "idempotencyStrategy": "RETURN_EXISTING"}
_WAITING = workflow(task("h", "HUMAN"), name="waiting")
_ONCE: Json = {"name": "inner", "retryCount": 0}
_MID = workflow(simple("before"), child("leaf", "child"), simple("behind"), name="mid")
_LAUNCH = task(
    "launch",
    "START_WORKFLOW",
    inputParameters={"startWorkflow": {"name": "child", "version": 1, "input": {"n": 1}}},
)


def _grandchild_terminated(play: Play) -> None:
    play.start()
    mid = play.child("mid")
    leaf = play.child("leaf", mid)
    play.command("DELETE", query="reason=enough", of=leaf)
    play.finish()


SCENARIOS = [
    Scenario("child", PARENT, (CHILD,)),
    Scenario("failing child", PARENT, (CHILD, _ONCE), answer=fail_first("inner"), ends="FAILED"),
    Scenario(
        "failing child that is tried again",
        workflow(child("sub", "child"), simple("after")),
        (CHILD, _ONCE, {"name": "sub", "retryCount": 1, "retryDelaySeconds": 0}),
        answer=fail_first("inner"),
        ends="FAILED",
    ),
    Scenario(
        "failing child that is optional",
        workflow(child("sub", "child") | {"optional": True}, simple("after")),
        (CHILD, _ONCE),
        answer=fail_first("inner"),
    ),
    Scenario("three levels", workflow(child("mid", "mid"), simple("last")), (CHILD, _MID)),
    Scenario(
        "the lowest of three levels is terminated",
        workflow(*fork([child("mid", "mid")], [task("h", "HUMAN")], join_on=["mid", "h"])),
        (workflow(task("w", "WAIT"), name="child"), workflow(child("leaf", "child"), name="mid")),
        story=_grandchild_terminated,
        ends="TERMINATED",
    ),
    Scenario(
        "child by its definition",
        workflow(
            task("sub", "SUB_WORKFLOW", subWorkflowParam={"workflowDefinition": CHILD}),
            simple("last", inputParameters={"of": "${sub.output.of}"}),
        ),
    ),
    Scenario("a workflow that nobody waits for", workflow(_LAUNCH, simple("last")), (CHILD,)),
    Scenario(
        "a child that takes too long",
        workflow(child("kid", "waiting"), simple("never")),
        (_WAITING, {"name": "kid", "timeoutSeconds": 60, "timeoutPolicy": "TIME_OUT_WF"}),
        ends="TIMED_OUT",
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
        ends="FAILED",
    ),
]
