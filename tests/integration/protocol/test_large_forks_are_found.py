"""A dynamic fork whose branches lie in S3: its execution can be found once it has failed."""

from __future__ import annotations

from podium.domain.json import Json, JsonMap
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.support.chaos import found_as
from tests.support.cluster import Cluster

DEFINITION: JsonMap = {
    "name": "wide",
    "version": 1,
    "tasks": [
        {
            "name": "fork",
            "taskReferenceName": "fork",
            "type": "FORK_JOIN_DYNAMIC",
            "dynamicForkTasksParam": "tasks",
            "dynamicForkTasksInputParamName": "inputs",
            "inputParameters": {
                "tasks": "${workflow.input.tasks}",
                "inputs": "${workflow.input.inputs}",
            },
        },
        {"name": "join", "taskReferenceName": "join", "type": "JOIN"},
    ],
}
#: More than an item holds.
LARGE = "x" * 40_000


def branch(name: str, *, optional: bool) -> JsonMap:
    return {
        "name": name,
        "taskReferenceName": name,
        "type": "SIMPLE",
        "optional": optional,
        "inputParameters": {"text": LARGE},
    }


# Found by the simulation: seed 1016276 of then.
def test_an_execution_whose_large_fork_failed_is_found_as_failed() -> None:
    cluster = Cluster()
    branches: list[Json] = [branch("pick", optional=True), branch("ship", optional=False)]
    workflow = cluster.start(DEFINITION, {"tasks": branches, "inputs": {}})
    cluster.settle()
    for name in ("pick", "ship"):
        (handed,) = cluster.poll(name)
        cluster.report(handed.task, workflow, TaskStatus.FAILED_WITH_TERMINAL_ERROR)
        cluster.settle()
    assert cluster.status(workflow) is WorkflowStatus.FAILED
    assert found_as(cluster, workflow) is WorkflowStatus.FAILED
