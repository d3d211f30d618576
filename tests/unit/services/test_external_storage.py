"""Results that name external payloads, where nobody can be told of a mistake, and secrets in them."""

from __future__ import annotations

import json

import pytest

from podium.domain.ids import TaskKey
from podium.domain.requests import TaskResult
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import InvalidInputError
from tests.support.client import definition, simple
from tests.support.cluster import Cluster


@pytest.fixture
def cluster() -> Cluster:
    return Cluster(inline=True)


def result(wf: str, path: str) -> TaskResult:
    return TaskResult.from_json(
        {
            "workflowInstanceId": wf,
            "taskId": TaskKey(wf, "t1", 1).task_id,
            "status": "COMPLETED",
            "externalOutputPayloadStoragePath": path,
        }
    )


def test_a_message_that_names_no_payload_ends_its_task_with_the_reason(cluster):
    """A result in a queue gets no answer: refused, it would leave its task open for ever."""
    wf = cluster.start(definition("w", simple("t1")))
    cluster.engine.updates.update(result(wf, "external/none.json"), inc=0, epoch=0)
    ended = cluster.task(wf, "t1")
    assert ended.status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert "no payload at external/none.json" in ended.reason
    assert cluster.status(wf) is WorkflowStatus.FAILED


def test_a_client_is_told_and_may_try_again(cluster):
    wf = cluster.start(definition("w", simple("t1")))
    with pytest.raises(InvalidInputError, match=r"no payload at external/later\.json"):
        cluster.engine.updates.update(result(wf, "external/later.json"))
    assert cluster.task(wf, "t1").status is TaskStatus.SCHEDULED
    cluster.blobs.put("external/later.json", b'{"a": 1}')
    cluster.engine.updates.update(result(wf, "external/later.json"))
    ended = cluster.task(wf, "t1")
    assert (ended.output, ended.external_output_path) == ({"a": 1}, "external/later.json")


def test_what_the_client_does_to_its_object_afterwards_changes_nothing(cluster):
    wf = cluster.start(definition("w", simple("t1"), simple("t2")))
    cluster.blobs.put("external/a.json", b'{"a": 1}')
    cluster.engine.updates.update(result(wf, "external/a.json"))
    cluster.blobs.put("external/a.json", b"gone")
    assert cluster.task(wf, "t1").output == {"a": 1}


def test_a_secret_in_a_payload_is_masked_and_its_path_is_not_told(cluster):
    cluster.secrets.put("KEY", "s3cret-value")
    reference = {"key": "${workflow.secrets.KEY}"}
    wf = cluster.start(definition("w", simple("t1", inputParameters=reference)))
    large = {"key": "s3cret-value", "more": ["s3cret-value"] * 8000}
    cluster.blobs.put("external/a.json", json.dumps(large).encode())
    cluster.engine.updates.update(result(wf, "external/a.json"))
    ended = cluster.task(wf, "t1")
    assert ended.output == {"key": "***", "more": ["***"] * 8000}
    assert ended.external_output_path == ""
    kept = [cluster.blobs.get(path) for path in cluster.blobs.paths() if path != "external/a.json"]
    assert kept
    assert not any(b"s3cret" in content for content in kept)
