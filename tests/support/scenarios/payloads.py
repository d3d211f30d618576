"""Payloads that lie in the bucket."""

from __future__ import annotations

import json
from typing import Any

from tests.integration.protocol.definitions import CHILD, simple, workflow
from tests.integration.protocol.definitions import sub_workflow as child
from tests.support.scenarios.play import Play
from tests.support.scenarios.scenario import Json, Scenario, complete_all, task

#: More than fits an item.
_LARGE = "x" * 40_000


def _say_much(told: Json) -> Json:
    done = complete_all(told)
    return done | {"outputData": {"of": told["referenceTaskName"], "text": _LARGE}}


def _by_a_path_of_ones_own(play: Play) -> None:
    """The client puts its result where it was told to, and reports the path."""
    play.start()
    play.until_open("h")
    query = "path=&operation=WRITE&payloadType=TASK_OUTPUT"
    place = json.loads(play.ask("GET", "/api/tasks/externalstoragelocation", query=query))
    play.stage.blobs.put(place["path"], json.dumps({"text": _LARGE}).encode())
    result: dict[str, Any] = {
        "workflowInstanceId": play.root,
        "taskId": play.task_id("h"),
        "status": "COMPLETED",
        "externalOutputPayloadStoragePath": place["path"],
    }
    play.ask("POST", "/api/tasks", result)
    play.finish()


SCENARIOS = [
    Scenario(
        "large input",
        workflow(
            simple("a", inputParameters={"text": "${workflow.input.text}"}),
            child("sub", "child") | {"inputParameters": {"text": "${workflow.input.text}"}},
        ),
        (CHILD,),
        {"text": _LARGE},
    ),
    Scenario(
        "large outputs",
        workflow(
            simple("a"),
            simple("b", inputParameters={"text": "${a.output.text}"}),
            outputParameters={"text": "${b.output.text}"},
        ),
        answer=_say_much,
    ),
    Scenario(
        "large variables",
        workflow(
            task("set", "SET_VARIABLE", inputParameters={"text": "${workflow.input.text}"}),
            simple("a"),
            task("more", "SET_VARIABLE", inputParameters={"of": "${a.output.of}"}),
            simple("b", inputParameters={"of": "${workflow.variables.of}"}),
        ),
        input={"text": _LARGE},
    ),
    Scenario(
        "output by a path",
        workflow(task("h", "HUMAN"), simple("a", inputParameters={"text": "${h.output.text}"})),
        story=_by_a_path_of_ones_own,
    ),
]
