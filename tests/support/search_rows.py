"""Executions in a store, made from the rows that a search is to find."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from podium.adapters.items.search_store import ItemSearch
from podium.adapters.items.store import ItemExecutionStore
from podium.domain.decision import Decision
from podium.domain.execution import Header, Parent, StartRecord
from podium.domain.json import JsonMap
from podium.domain.search import WorkflowRow
from podium.domain.search.rows import payload_text
from podium.ports.search import Indexed
from podium.services.listing import Listing
from podium.services.outlining import Outlining
from podium.services.reading import Reading
from podium.services.searching import MOST_EXECUTIONS, MOST_ROWS, Searching
from podium.services.searching_tasks import MOST_OWNERS, SearchingTasks
from podium.services.states import States

#: The snapshot that all of them name.
DIGEST = "5e8d" * 8

STEP: JsonMap = {"name": "charge_card", "taskReferenceName": "charge", "type": "SIMPLE"}


def as_stored(row: WorkflowRow) -> WorkflowRow:
    """The row with payloads as they come back."""
    given, output = (payload_text(json.loads(text)) for text in (row.input, row.output))
    return replace(row, input=given, output=output, input_size=len(given), output_size=len(output))


def header_of(row: WorkflowRow) -> Header:
    """The header that says what the row does."""
    parent = row.parent_workflow_id
    return Header(
        workflow_id=row.workflow_id,
        definition=DIGEST,
        name=row.workflow_type,
        name_version=row.version,
        version=1,
        status=row.status,
        closed=row.status.is_terminal,
        parent=Parent(parent, "sub", 1, 0) if parent else None,
        created_at=row.start_time,
        committed_at=row.update_time,
        ended_at=row.end_time,
        reason=row.reason_for_incompletion or "",
        output_version=int(row.output != "{}"),
    )


def start_of(row: WorkflowRow) -> StartRecord:
    """The start that says what the row does."""
    return StartRecord(
        input=json.loads(row.input),
        correlation_id=row.correlation_id,
        priority=row.priority,
        created_by=row.created_by,
        event=row.event,
        external_input_path=row.external_input_payload_storage_path,
        idempotency_key=row.idempotency_key,
    )


def put_executions(
    store: ItemExecutionStore, search: ItemSearch, rows: Iterable[WorkflowRow]
) -> None:
    """Write them as the engine does: start, header with output, and what is searched."""
    store.put_snapshot(DIGEST, {"name": "orders", "tasks": [STEP]})
    for row in rows:
        store.put_start(row.workflow_id, start_of(row), None)
        output = json.loads(row.output) or None
        assert store.create(Decision(header_of(row), output=output))
        assert search.put(Indexed(row, 1))


class Services:
    """What answers searches, over one store."""

    def __init__(
        self,
        store: ItemExecutionStore,
        search: ItemSearch,
        clock: Any,
        *,
        most_rows: int = MOST_ROWS,
        most_executions: int = MOST_EXECUTIONS,
        most_owners: int = MOST_OWNERS,
    ) -> None:
        ports: Any = _Ports(store, search, clock)
        reading = Reading(ports, States(store))
        outlining = Outlining(ports, reading)
        self.listing = Listing(ports, reading)
        self.searching = Searching(
            ports, outlining, most_rows=most_rows, most_executions=most_executions
        )
        self.searching_tasks = SearchingTasks(ports, reading, outlining, most_owners=most_owners)


class _Ports:
    def __init__(self, store: ItemExecutionStore, search: ItemSearch, clock: Any) -> None:
        self.executions, self.search, self.clock = store, search, clock
