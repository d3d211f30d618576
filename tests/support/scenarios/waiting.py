"""Tasks that wait: for a moment, for somebody, for messages, for a service."""

from __future__ import annotations

from typing import Any

from tests.integration.protocol.definitions import CHILD, fork, simple, workflow
from tests.integration.protocol.definitions import sub_workflow as child
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


def _message_for_who_waits(play: Play) -> None:
    play.start()
    play.until_open("first")
    play.post({"n": 1})
    play.until_open("second")
    play.post({"n": 2})
    play.finish()


def _human(play: Play) -> None:
    play.start()
    play.complete("h", {"approved": True})
    play.finish()


def _signal(play: Play) -> None:
    play.start()
    of = play.child("kid")
    play.until_open("w", of)
    play.ask(
        "POST",
        f"/api/tasks/{play.root}/COMPLETED/signal",
        {"go": 1},
        unless=lambda: not play.is_open("w", of),
    )
    play.finish()


def _service_says_so(play: Play) -> None:
    play.start()
    play.complete("get", {"late": True})
    play.finish()


def _state(play: Play) -> None:
    play.start()
    play.until_open("h")
    body = {
        "taskReferenceName": "h",
        "variables": {"seen": True},
        "taskResult": {
            "workflowInstanceId": play.root,
            "taskId": play.task_id("h"),
            "status": "COMPLETED",
            "outputData": {"by": "state"},
        },
    }
    play.command("POST", "/state", body)
    play.finish()


SCENARIOS = [
    Scenario(
        "wait",
        workflow(task("pause", "WAIT", inputParameters={"duration": "5 seconds"}), simple("last")),
    ),
    Scenario(
        "wait until a moment",
        workflow(
            task("pause", "WAIT", inputParameters={"until": "2026-01-01 00:03 UTC"}),
            simple("last"),
        ),
    ),
    Scenario(
        "human beside a worker",
        workflow(
            *fork([task("h", "HUMAN")], [simple("a")], join_on=["h", "a"]),
            simple("last", inputParameters={"approved": "${h.output.approved}"}),
        ),
        story=_human,
    ),
    Scenario(
        "signal to a child's wait",
        workflow(child("kid", "patient"), simple("last", inputParameters={"go": "${kid.output}"})),
        (workflow(task("w", "WAIT"), simple("inner"), name="patient"),),
        story=_signal,
    ),
    Scenario(
        "messages that are there",
        workflow(
            _pull("first"), simple("t"), _pull("rest", batchSize=5), _pull("none", blocking=False)
        ),
        story=_three_messages,
    ),
    Scenario(
        "messages that are waited for",
        workflow(_pull("first"), simple("t"), _pull("second")),
        story=_message_for_who_waits,
    ),
    Scenario(
        "a task and variables at once",
        workflow(
            task("h", "HUMAN"), simple("last", inputParameters={"s": "${workflow.variables.seen}"})
        ),
        story=_state,
    ),
    Scenario(
        "http",
        workflow(
            task("get", "HTTP", inputParameters={"http_request": _OK}),
            simple("last", inputParameters={"code": "${get.output.response.statusCode}"}),
        ),
    ),
    Scenario(
        "http that is not found, tried again",
        workflow(
            task(
                "get",
                "HTTP",
                inputParameters={"http_request": {"uri": "http://shop/no", "method": "GET"}},
                optional=True,
            ),
            simple("last"),
        ),
        ({"name": "get", "retryCount": 1, "retryDelaySeconds": 0},),
    ),
    Scenario(
        "http that is answered later",
        workflow(
            task(
                "get",
                "HTTP",
                asyncComplete=True,
                inputParameters={"http_request": _OK},
            ),
            simple("last", inputParameters={"late": "${get.output.late}"}),
        ),
        story=_service_says_so,
    ),
    Scenario(
        "http poll",
        workflow(
            task("await", "HTTP_POLL", inputParameters={"http_request": _POLL}),
            simple("last", inputParameters={"n": "${await.output.pollCount}"}),
        ),
    ),
    Scenario(
        "starts that are delayed",
        workflow(simple("a", startDelay=20), child("sub", "child") | {"startDelay": 20}),
        (CHILD,),
    ),
]
