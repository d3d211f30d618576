"""What a workflow tells the world, and what the world's events do to it."""

from __future__ import annotations

from typing import Any

from tests.integration.protocol.definitions import CHILD, simple, workflow
from tests.support.scenarios.play import Play
from tests.support.scenarios.scenario import Json, Scenario, task

_EVENT = task("tell", "EVENT", sink="conductor:told", inputParameters={"n": 1})
_TELLER = workflow(
    _EVENT | {"inputParameters": {"target": "${workflow.input.target}"}}, simple("last")
)
_TOLD = "conductor:wf:told"
_KAFKA: Json = {"bootStrapServers": "broker:9092", "topic": "orders", "key": "k", "value": {"n": 1}}


def _handler(action: str, **fields: Any) -> Json:
    return {
        "name": "on_told",
        "event": _TOLD,
        "active": True,
        "actions": [{"action": action, action: fields}],
    }


_THIS = {"workflowId": "${workflowInstanceId}"}


def _acknowledged(play: Play) -> None:
    play.start()
    play.complete("tell", {"acknowledged": True})
    play.finish()


def _when_it_is_told(play: Play) -> None:
    play.start()
    play.until(lambda: bool(play.stage.view(play.root).variables))
    play.complete("w")
    play.finish()


def _terminated_by_another(play: Play) -> None:
    waiting = play.start()
    play.until_open("w")
    play.start(name="wf", workflowDef=None, input={"target": waiting})
    play.finish()


SCENARIOS = [
    Scenario(
        "event to a queue outside",
        workflow(
            task("tell", "EVENT", sink="sqs:orders", inputParameters={"n": 1}), simple("last")
        ),
    ),
    Scenario(
        "event that is acknowledged later",
        workflow(
            task("tell", "EVENT", sink="sqs:orders", asyncComplete=True, inputParameters={"n": 1}),
            simple("last"),
        ),
        story=_acknowledged,
    ),
    Scenario(
        "record to Kafka",
        workflow(
            task("tell", "KAFKA_PUBLISH", inputParameters={"kafka_request": _KAFKA}),
            simple("last"),
        ),
    ),
    Scenario(
        "event that completes a task",
        workflow(
            _EVENT, task("w", "WAIT"), simple("last", inputParameters={"n": "${w.output.amount}"})
        ),
        handlers=(_handler("complete_task", **_THIS, taskRefName="w", output={"amount": "${n}"}),),
    ),
    Scenario(
        "event that fails a task",
        workflow(_EVENT, task("w", "WAIT"), simple("never")),
        handlers=(_handler("fail_task", **_THIS, taskRefName="w", output={"amount": "${n}"}),),
        ends="FAILED",
    ),
    Scenario(
        "event that starts a workflow",
        workflow(_EVENT, simple("last")),
        (CHILD,),
        handlers=(_handler("start_workflow", name="child", version=1, input={"n": "${n}"}),),
    ),
    Scenario(
        "event that terminates another workflow",
        workflow(task("w", "WAIT"), simple("never"), name="waiting"),
        (_TELLER,),
        handlers=(
            _handler("terminate_workflow", workflowId="${target}", terminationReason="told to"),
        ),
        story=_terminated_by_another,
    ),
    Scenario(
        "event that changes variables",
        workflow(
            _EVENT,
            task("w", "WAIT"),
            simple("last", inputParameters={"n": "${workflow.variables.n}"}),
        ),
        story=_when_it_is_told,
        handlers=(_handler("update_workflow_variables", **_THIS, variables={"n": "${n}"}),),
    ),
    Scenario(
        "listeners of a workflow and of a task",
        workflow(
            simple(
                "a",
                onStateChange={"onSuccess": [{"type": "done", "payload": {"of": "${a.output}"}}]},
            ),
            simple("b"),
            workflowStatusListenerEnabled=True,
            workflowStatusListenerSink="sqs:audit",
        ),
    ),
    Scenario(
        "secrets",
        workflow(
            simple("a", inputParameters={"token": "${workflow.secrets.TOKEN}"}),
            task(
                "post",
                "HTTP",
                inputParameters={
                    "http_request": {
                        "uri": "http://shop/ok",
                        "method": "POST",
                        "body": {"token": "${workflow.secrets.TOKEN}"},
                    }
                },
            ),
        ),
        secrets={"TOKEN": "hush hush"},
    ),
]
