"""How tasks end, and what is done about a bad end."""

from __future__ import annotations

from tests.integration.protocol.definitions import simple, workflow
from tests.support.scenarios.scenario import Json, Scenario, fail_first

_CACHED: Json = {"cacheConfig": {"key": "k", "ttlInSecond": 3600}}

SCENARIOS = [
    Scenario(
        "retry",
        workflow(simple("flaky"), simple("t2")),
        ({"name": "flaky", "retryCount": 2, "retryDelaySeconds": 0},),
        answer=fail_first("flaky"),
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
