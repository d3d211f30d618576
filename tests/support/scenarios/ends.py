"""How tasks and workflows end, and what is done about a bad end."""

from __future__ import annotations

from tests.integration.protocol.definitions import fork, simple, workflow
from tests.support.scenarios.scenario import Json, Scenario, complete_all, fail_first, task

_CACHED: Json = {"cacheConfig": {"key": "k", "ttlInSecond": 3600}}
_ONCE: Json = {"retryCount": 0}
_NO_DELAY: Json = {"retryDelaySeconds": 0}
_SCHEMA: Json = {
    "name": "told",
    "version": 1,
    "type": "JSON",
    "data": {"type": "object", "required": ["sum"]},
}


def _is_first(told: Json, ref: str) -> bool:
    return bool(told["referenceTaskName"] == ref and told["retryCount"] == 0)


def _hang_first(told: Json) -> Json | None:
    """The first attempt is never answered."""
    return None if _is_first(told, "slow") else complete_all(told)


def _call_back(told: Json) -> Json:
    """At the first look it is not done yet."""
    if told["referenceTaskName"] == "slow" and told["pollCount"] == 1:
        return {"status": "IN_PROGRESS", "outputData": {"half": 1}, "callbackAfterSeconds": 30}
    return complete_all(told)


def _hang(told: Json) -> Json | None:
    return None if told["referenceTaskName"] == "slow" else complete_all(told)


SCENARIOS = [
    Scenario(
        "retry",
        workflow(simple("flaky"), simple("t2")),
        ({"name": "flaky", "retryCount": 2, **_NO_DELAY},),
        answer=fail_first("flaky"),
    ),
    Scenario(
        "retry with a growing delay",
        workflow(simple("flaky")),
        (
            {
                "name": "flaky",
                "retryCount": 3,
                "retryLogic": "EXPONENTIAL_BACKOFF",
                "retryDelaySeconds": 20,
            },
        ),
        answer=fail_first("flaky", times=2),
    ),
    Scenario(
        "retries used up",
        workflow(simple("flaky"), simple("never")),
        ({"name": "flaky", "retryCount": 1, **_NO_DELAY},),
        answer=fail_first("flaky", times=2),
        ends="FAILED",
    ),
    Scenario(
        "terminal error",
        workflow(
            *fork([simple("bad")], [task("h", "HUMAN")], join_on=["bad", "h"]),
            outputParameters={"of": "${bad.output.of}"},
        ),
        ({"name": "bad", "retryCount": 3, **_NO_DELAY},),
        answer=fail_first("bad", times=9, status="FAILED_WITH_TERMINAL_ERROR"),
        ends="FAILED",
    ),
    Scenario(
        "optional task",
        workflow(simple("bad", optional=True), simple("last")),
        ({"name": "bad", **_ONCE},),
        answer=fail_first("bad"),
    ),
    Scenario(
        "permissive task",
        workflow(
            *fork([simple("bad", permissive=True)], [simple("good")], join_on=["bad", "good"])
        ),
        ({"name": "bad", **_ONCE},),
        answer=fail_first("bad"),
        ends="FAILED",
    ),
    Scenario(
        "a worker that hangs",
        workflow(simple("slow"), simple("last")),
        (
            {
                "name": "slow",
                "retryCount": 1,
                "responseTimeoutSeconds": 30,
                "timeoutSeconds": 0,
                **_NO_DELAY,
            },
        ),
        answer=_hang_first,
    ),
    Scenario(
        "a timeout that ends the workflow",
        workflow(*fork([simple("slow")], [task("h", "HUMAN")], join_on=["slow", "h"])),
        (
            {
                "name": "slow",
                "timeoutSeconds": 40,
                "responseTimeoutSeconds": 0,
                "timeoutPolicy": "TIME_OUT_WF",
            },
        ),
        answer=_hang,
        ends="TIMED_OUT",
    ),
    Scenario(
        "nobody polls",
        workflow(simple("lonely")),
        ({"name": "lonely", "pollTimeoutSeconds": 30, **_ONCE},),
        unserved=frozenset({"lonely"}),
        ends="TIMED_OUT",
    ),
    Scenario(
        "workflow timeout",
        workflow(task("h", "HUMAN"), timeoutSeconds=100, timeoutPolicy="TIME_OUT_WF"),
        ends="TIMED_OUT",
    ),
    Scenario(
        "a worker that asks to be called again",
        workflow(simple("slow"), simple("last")),
        answer=_call_back,
    ),
    Scenario(
        "an output that its schema refuses",
        workflow(simple("told"), simple("never")),
        ({"name": "told", "outputSchema": _SCHEMA, "enforceSchema": True},),
        ends="FAILED",
    ),
    Scenario(
        "an output that is used again within the run",
        workflow(
            simple("costly", **_CACHED),
            simple("between"),
            {**simple("again", **_CACHED), "name": "costly"},
        ),
    ),
]
