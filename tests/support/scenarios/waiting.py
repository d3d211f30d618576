"""Tasks that wait: for a moment, for somebody, for messages, for a service."""

from __future__ import annotations

from typing import Any

from tests.integration.protocol.definitions import simple, workflow
from tests.support.scenarios.play import Play
from tests.support.scenarios.scenario import Json, Scenario, task

_OK = {"uri": "http://shop/ok", "method": "GET"}
_POLL = {**_OK, "terminationCondition": "$.output.pollCount >= 3", "pollingInterval": 2}


def _pull(ref: str, **parameters: Any) -> Json:
    return task(ref, "PULL_WORKFLOW_MESSAGES", inputParameters={"blocking": True, **parameters})


def _three_messages(play: Play) -> None:
    play.start()
    play.post({"n": 1}, {"n": 2}, {"n": 3})
    play.finish()


SCENARIOS = [
    Scenario(
        "wait",
        workflow(task("pause", "WAIT", inputParameters={"duration": "5 seconds"}), simple("last")),
    ),
    Scenario(
        "messages",
        workflow(
            _pull("first"), simple("t"), _pull("rest", batchSize=5), _pull("none", blocking=False)
        ),
        story=_three_messages,
    ),
    Scenario(
        "http",
        workflow(
            task("get", "HTTP", inputParameters={"http_request": _OK}),
            simple("last", inputParameters={"code": "${get.output.response.statusCode}"}),
        ),
    ),
    Scenario(
        "http poll",
        workflow(
            task("await", "HTTP_POLL", inputParameters={"http_request": _POLL}),
            simple("last", inputParameters={"n": "${await.output.pollCount}"}),
        ),
    ),
]
