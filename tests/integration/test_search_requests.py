"""What searches ask of DynamoDB: the same among 300 executions and among 10,000 (rest-api.md 11.1).

The executions are written to moto in batches, as items that the codecs make.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from podium.adapters.aws.blobs import S3Blobs
from podium.adapters.aws.executions import DynamoExecutions
from podium.adapters.aws.meter import Meter
from podium.adapters.aws.table import DynamoTable
from podium.adapters.items.attributes import typed
from podium.adapters.items.headers import header_item
from podium.adapters.items.search_items import search_item
from podium.adapters.items.search_store import ItemSearch
from podium.adapters.items.starts import start_item
from podium.domain.search import TASK_FIELDS, WORKFLOW_FIELDS, SearchParameters, WorkflowRow
from podium.domain.status import WorkflowStatus
from podium.ports.search import Indexed
from tests.support.aws import MotoStack, moto_stack
from tests.support.executions import NOW
from tests.support.search_rows import DIGEST, Services, header_of, start_of

FEW, MANY = 300, 10_000
#: Most executions complete; every tenth is a child.
STATUSES = [WorkflowStatus.COMPLETED] * 4 + list(WorkflowStatus)
TYPES = ["a", "b", "c"]


def row(number: int) -> WorkflowRow:
    status = STATUSES[number % len(STATUSES)]
    ended = NOW + number * 1000 + 500 if status.is_terminal else 0
    return WorkflowRow(
        workflow_id=f"wf-{number:05d}",
        workflow_type=TYPES[number % len(TYPES)],
        version=1,
        status=status,
        start_time=NOW + number * 1000,
        update_time=ended or NOW + number * 1000,
        end_time=ended,
        correlation_id=f"c{number % 10}" if number < FEW else f"c-{number}",
        parent_workflow_id="wf-00000" if number % 10 == 9 and number < FEW else "",
    )


class Searched:
    """A stack with so many executions, and a count of what searches ask of it."""

    def __init__(self, stack: MotoStack) -> None:
        self._stack = stack
        client: Any = stack.clients.session.create_client("dynamodb")
        self._client = client
        self._meter = Meter()
        self._meter.attach(self._client)
        blobs = S3Blobs(stack.clients.s3, stack.payload_bucket)
        store = DynamoExecutions(self._client, stack.executions_table, blobs)
        search = ItemSearch(DynamoTable(self._client, stack.executions_table))
        store.put_snapshot(DIGEST, {"name": "a", "tasks": []})
        self._payloads = store.payloads
        self._services = Services(store, search, stack.clock)
        self._written = 0

    def fill(self, count: int) -> None:
        """Have ``count`` executions."""
        items = []
        for number in range(self._written, count):
            each = row(number)
            items.append(search_item(Indexed(each, 1), 0))
            # The others are on no page.
            if number < FEW or number >= count - FEW:
                items.append(header_item(header_of(each), mark=False))
                items.append(start_item(each.workflow_id, start_of(each), None, self._payloads))
        for first in range(0, len(items), 25):
            puts: Any = [
                {"PutRequest": {"Item": typed(item)}} for item in items[first : first + 25]
            ]
            self._client.batch_write_item(RequestItems={self._stack.executions_table: puts})
        self._written = count

    def ask(self, query: str, **parameters: Any) -> tuple[dict[str, int], int]:
        """How often each operation was called for a page, and the hits on it."""
        asked = SearchParameters(query=query, **parameters)
        before = self._meter.snapshot()
        is_of_tasks = "taskDefName" in query
        if is_of_tasks:
            found: Any = self._services.searching_tasks.search(asked.read(TASK_FIELDS))
        else:
            found = self._services.searching.search(asked.read(WORKFLOW_FIELDS))
        used = self._meter.snapshot() - before
        return dict(Counter(used.calls)), len(found.rows)


QUERIES: dict[str, dict[str, Any]] = {
    "workflowType IN (a,b) AND status IN (FAILED,TIMED_OUT) "
    f"AND startTime>{NOW} AND startTime<1800000000000": {"size": 10},
    'workflowId="wf-00007"': {},
    "correlationId IN (c3)": {"size": 10},
    f"taskDefName IN (t) AND updateTime>{NOW}": {},
    "workflowType = 'a' AND status = 'COMPLETED'": {"size": 20},
    'parentWorkflowId=""': {"size": 50},
    "parentWorkflowId=wf-00000": {"size": 10},
    "status IN (FAILED,TERMINATED,TIMED_OUT,PAUSED)": {"size": 15},
    "status = RUNNING": {"size": 15},
    f"startTime>{NOW - 1}": {"size": 15, "sort": ["startTime:DESC"], "classifier": ["workflow"]},
    "": {"size": 15, "top_level_only": True, "classifier": ["workflow"]},
    "workflowType=c": {"size": 15, "sort": ["startTime:ASC"]},
}


@pytest.fixture(scope="module")
def asked() -> Iterator[dict[str, list[tuple[dict[str, int], int]]]]:
    with moto_stack() as stack:
        searched = Searched(stack)
        found: dict[str, list[tuple[dict[str, int], int]]] = {query: [] for query in QUERIES}
        for count in (FEW, MANY):
            searched.fill(count)
            # The definition is read once by each process.
            searched.ask("", size=1)
            for query, parameters in QUERIES.items():
                found[query].append(searched.ask(query, **parameters))
        yield found


@pytest.mark.parametrize("query", QUERIES)
def test_a_page_takes_the_same_requests_among_few_and_among_many(asked, query):
    few, many = asked[query]
    assert few == many


@pytest.mark.parametrize(
    ("query", "requests"),
    [
        # 2 names, 2 statuses, 2 shards: a page and a count of each.
        (next(iter(QUERIES)), {"Query": 16, "BatchGetItem": 1, "PutItem": 1}),
        ('workflowId="wf-00007"', {"BatchGetItem": 2}),
        (
            "workflowType = 'a' AND status = 'COMPLETED'",
            {"Query": 4, "BatchGetItem": 1, "PutItem": 1},
        ),
        # 4 shards; an index of keys, so what is searched is read by id: once for 50 rows.
        ('parentWorkflowId=""', {"Query": 8, "BatchGetItem": 3, "PutItem": 1}),
        (
            "status IN (FAILED,TERMINATED,TIMED_OUT,PAUSED)",
            {"Query": 16, "BatchGetItem": 1, "PutItem": 1},
        ),
    ],
)
def test_a_page_takes_few_requests(asked, query, requests):
    assert asked[query][0][0] == requests
