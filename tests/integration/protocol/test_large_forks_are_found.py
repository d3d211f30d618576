"""A dynamic fork whose branches lie in S3: its execution can be found once it has failed."""

from __future__ import annotations

from podium.domain.json import JsonMap
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


# Found by the simulation: seed 1016276 of then.
def test_an_execution_whose_large_fork_failed_is_found_as_failed() -> None:
    cluster = Cluster()
    branch: JsonMap = {"name": "pick", "taskReferenceName": "pick", "type": "SIMPLE"}
    workflow = cluster.start(DEFINITION, {"tasks": [branch], "inputs": {"pick": {"text": LARGE}}})
    cluster.settle()
    (handed,) = cluster.poll("pick")
    cluster.report(handed.task, workflow, TaskStatus.FAILED_WITH_TERMINAL_ERROR)
    cluster.settle()
    assert cluster.status(workflow) is WorkflowStatus.FAILED
    assert found_as(cluster, workflow) is WorkflowStatus.FAILED
