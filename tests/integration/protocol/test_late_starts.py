"""A start that is repeated late: by a firing, a message or a parent that was heard of twice."""

from __future__ import annotations

import pytest

from podium.domain.children import StartSpec
from podium.domain.ids import derived_workflow_id
from podium.domain.json import JsonMap
from podium.domain.requests import RerunWorkflowRequest
from podium.domain.status import TaskStatus
from tests.support.cluster import Cluster

DEFINITION: JsonMap = {
    "name": "late",
    "version": 1,
    "tasks": [{"name": "pick", "taskReferenceName": "pick", "type": "SIMPLE"}],
}
WORKFLOW = derived_workflow_id("firing", 1)


def begin(cluster: Cluster) -> None:
    spec = StartSpec(name="late", version=1, input={"given": "at the start"})
    cluster.engine.starts._starting.begin(spec, WORKFLOW, None)


@pytest.fixture
def cluster() -> Cluster:
    found = Cluster()
    found.register(DEFINITION)
    begin(found)
    found.settle()
    (handed,) = found.poll("pick")
    found.report(handed.task, WORKFLOW, TaskStatus.COMPLETED, {})
    found.settle()
    return found


def test_it_leaves_the_input_of_a_rerun(cluster: Cluster) -> None:
    request = RerunWorkflowRequest.from_json({"workflowInput": {"given": "anew"}})
    cluster.engine.repeats.rerun(WORKFLOW, request)
    cluster.settle()
    begin(cluster)
    assert cluster.view(WORKFLOW).start.input == {"given": "anew"}


# Found by the simulation: seed 1023217 of then.
def test_it_leaves_no_input_of_an_execution_that_was_removed(cluster: Cluster) -> None:
    cluster.engine.removing.remove(WORKFLOW, archive=False)
    cluster.settle()
    before = cluster.store.items()
    begin(cluster)
    assert cluster.store.items() == before
