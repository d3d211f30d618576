"""How executions come to be: by clients, with keys or without, and by schedules."""

from __future__ import annotations

from typing import Any

from tests.integration.protocol.definitions import CHAIN, simple, workflow
from tests.support.scenarios.play import Play
from tests.support.scenarios.scenario import Json, Scenario, task
from tests.support.scheduler import START

_SCHEDULE: Json = {
    "name": "often",
    "cronExpression": "30 */2 * * * *",
    # A process that dies is followed by another minutes later, when more moments have come.
    "runCatchupScheduleInstances": True,
    "scheduleEndTime": START + 200_000,
    "startWorkflowRequest": {"name": "wf", "version": 1, "input": {"n": 1}},
}


def _again_while_it_runs(play: Play) -> None:
    """The key leads to the first execution."""
    key: dict[str, Any] = {"idempotencyKey": "k", "idempotencyStrategy": "RETURN_EXISTING"}
    first = play.start(**key)
    assert play.start(**key) == first
    play.finish()
    assert play.start(**key) == first


def _on_schedule(play: Play) -> None:
    """It fires twice, and is deleted."""
    play.ask("POST", "/api/scheduler/schedules", _SCHEDULE)
    play.until(lambda: len(play.stage.executions()) == 2)
    play.ask("DELETE", "/api/scheduler/schedules/often")
    play.stage.pass_time(5 * 60)


SCENARIOS = [
    Scenario("start without a key", CHAIN, is_started_twice=True),
    Scenario("start again by a key", CHAIN, story=_again_while_it_runs),
    Scenario(
        "correlated, by a name, with a template",
        CHAIN,
        (workflow(simple("a"), name="named", inputTemplate={"x": 1}),),
        request={
            "name": "named",
            "workflowDef": None,
            "correlationId": "order-7",
            "createdBy": "me",
        },
    ),
    Scenario(
        "schedule",
        CHAIN,
        (workflow(task("n", "NOOP"), name="wf"),),
        story=_on_schedule,
        ends="",
    ),
]
