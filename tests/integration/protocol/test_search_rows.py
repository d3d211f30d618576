"""S follows the header's records: late, twice, out of order, with crashes in between (protocol.md 6)."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from podium.domain.requests import StartWorkflowRequest
from podium.domain.search import ByCorrelation, ById, ByStatus, ByTime, ByType
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.support.cluster import Cluster, crash

CHAIN: dict[str, Any] = {
    "name": "chain",
    "ownerEmail": "a@b.c",
    "timeoutSeconds": 0,
    "maskedFields": ["card"],
    "tasks": [{"name": "step", "taskReferenceName": "step", "type": "SIMPLE"}],
}
FAILED, RUNNING = WorkflowStatus.FAILED, WorkflowStatus.RUNNING


@pytest.fixture
def cluster():
    made = Cluster()
    made.register(CHAIN)
    return made


def start(cluster, **fields):
    body = {"name": "chain", "input": {"card": "4111"}, "correlationId": "c1"} | fields
    return cluster.engine.starts.start(StartWorkflowRequest.from_json(body))


def rows(cluster, *accesses):
    with cluster.undisturbed():
        return list(cluster.store.search.rows(accesses or [ByTime()], newest_first=True, page=10))


def row_of(cluster, workflow):
    found = rows(cluster, ById((workflow,)))
    return found[0].row if found else None


def fail(cluster):
    (handed,) = cluster.poll("step")
    workflow = handed.message.workflow_id
    cluster.report(
        handed.task, workflow, TaskStatus.FAILED_WITH_TERMINAL_ERROR, reason_for_incompletion="no"
    )


def test_a_start_is_found_when_its_record_has_been_handled(cluster):
    workflow = start(cluster)
    assert rows(cluster) == []
    cluster.settle()
    for access in (
        ByTime(),
        ByType(("chain",), (RUNNING,)),
        ByCorrelation(("c1",)),
        ById((workflow,)),
    ):
        (indexed,) = rows(cluster, access)
        assert indexed.row.workflow_id == workflow
        assert indexed.row.status is RUNNING
        assert indexed.row.correlation_id == "c1"


def test_no_item_of_a_search_holds_a_payload(cluster):
    start(cluster)
    cluster.settle()
    (item,) = (item for item in cluster.store.items() if item["sk"] == "S")
    assert "4111" not in str(item)


def test_each_status_moves_the_row(cluster):
    workflow = start(cluster)
    cluster.settle()
    cluster.engine.operations.pause(workflow)
    cluster.settle()
    assert [each.row.status for each in rows(cluster, ByStatus((WorkflowStatus.PAUSED,)))] == [
        WorkflowStatus.PAUSED
    ]
    cluster.engine.operations.resume(workflow)
    cluster.settle()
    assert rows(cluster, ByStatus((WorkflowStatus.PAUSED,))) == []
    fail(cluster)
    cluster.settle()
    (failed,) = rows(cluster, ByType(("chain",), (FAILED,)))
    assert failed.row.failed_reference_task_names == ("step",)
    assert failed.row.end_time > 0
    cluster.engine.repeats.retry(workflow)
    cluster.settle()
    (revived,) = rows(cluster)
    assert revived.row.status is RUNNING
    assert revived.row.end_time == 0
    assert revived.row.failed_reference_task_names == ()


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_records_in_any_order_leave_the_last_status(order):
    cluster = Cluster(inline=True)
    cluster.register(CHAIN)
    workflow = start(cluster)
    cluster.engine.operations.pause(workflow)
    cluster.engine.operations.terminate(workflow, "enough")
    headers = [each for each in cluster.take() if each["dynamodb"]["Keys"]["sk"] == {"S": "H"}]
    assert len(headers) >= 3
    chosen = [headers[0], headers[1], headers[2]]
    cluster.deliver([chosen[number] for number in order])
    (indexed,) = rows(cluster)
    assert indexed.row.status is WorkflowStatus.TERMINATED
    cluster.deliver([*chosen, *reversed(chosen)])
    assert rows(cluster) == [indexed]


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_at_the_write_of_the_row_heals_by_the_record(cluster, after):
    workflow = start(cluster)
    records = cluster.take()
    with crash(cluster, "PutItem", nth=1, after=after):
        cluster.deliver(records)
    cluster.deliver(records)
    cluster.settle()
    assert row_of(cluster, workflow).status is RUNNING


def test_whatever_the_deliveries_rows_and_headers_agree(cluster):
    rng = random.Random(4)
    workflows = [start(cluster, correlationId=f"c{number}") for number in range(12)]
    for number, workflow in enumerate(workflows):
        if number % 4 == 1:
            cluster.engine.operations.pause(workflow)
        if number % 4 == 2:
            cluster.engine.operations.terminate(workflow, "enough")
    cluster.settle(rng)
    for _ in range(2):
        fail(cluster)
    cluster.settle(rng)
    for workflow in workflows:
        header = cluster.view(workflow).header
        row = row_of(cluster, workflow)
        assert (row.status, row.end_time) == (header.status, header.ended_at)


def test_what_is_removed_is_found_no_more_whatever_comes_late(cluster):
    workflow = start(cluster)
    fail_records = cluster.take()
    cluster.deliver(fail_records)
    fail(cluster)
    late = cluster.take()
    cluster.deliver(late)
    late += cluster.take()
    cluster.settle()
    cluster.engine.removing.remove(workflow, archive=False)
    cluster.settle()
    cluster.deliver([*fail_records, *late])
    assert rows(cluster) == []
    assert row_of(cluster, workflow) is None


def test_what_is_archived_stays_to_be_found_until_its_copy_goes(cluster):
    workflow = start(cluster)
    cluster.settle()
    fail(cluster)
    cluster.settle()
    cluster.engine.removing.remove(workflow, archive=True)
    cluster.settle()
    (indexed,) = rows(cluster, ByStatus((FAILED,)))
    assert indexed.row.correlation_id == "c1"
    assert indexed.row.failed_reference_task_names == ("step",)
    cluster.engine.removing.remove(workflow, archive=False)
    cluster.settle()
    assert rows(cluster) == []


def test_what_is_written_back_from_its_copy_is_found_as_it_runs(cluster):
    workflow = start(cluster)
    cluster.settle()
    fail(cluster)
    cluster.settle()
    cluster.engine.removing.remove(workflow, archive=True)
    cluster.settle()
    cluster.engine.repeats.retry(workflow)
    cluster.settle()
    (indexed,) = rows(cluster)
    assert (indexed.row.status, indexed.row.correlation_id) == (RUNNING, "c1")
    cluster.complete("step")
    cluster.settle()
    assert row_of(cluster, workflow).status is WorkflowStatus.COMPLETED
    assert rows(cluster, ByStatus((RUNNING, FAILED))) == []


def test_a_row_that_was_lost_is_written_by_the_full_look(cluster):
    workflow = start(cluster)
    cluster.take()
    assert rows(cluster) == []
    cluster.engine.advancing.scan(workflow)
    assert row_of(cluster, workflow).status is RUNNING


def test_a_search_index_that_fails_holds_up_no_execution(cluster):
    """Its write is the last of what a record leads to: after the item of the task."""
    workflow = start(cluster)
    records = cluster.take()
    with crash(cluster, "PutItem", nth=2):
        cluster.deliver(records)
    assert [each.message.workflow_id for each in cluster.poll("step")] == [workflow]
    assert row_of(cluster, workflow) is None
    cluster.deliver(records)
    assert row_of(cluster, workflow).status is RUNNING
