"""Headers, tasks and ends as tests need them: valid, small, everything else left to the caller."""

from __future__ import annotations

from typing import Any

from podium.adapters.items.attributes import Item, Key
from podium.adapters.items.store import ItemExecutionStore
from podium.domain.decision import Decision
from podium.domain.execution import Header, Kind, OpenEntry, Task, TaskEnd
from podium.domain.status import TaskStatus

#: 2026-01-01T00:00:00Z.
NOW = 1_767_225_600_000


def entry(seq: int = 1, **fields: Any) -> OpenEntry:
    """An open entry of a worker task."""
    return OpenEntry(**{"seq": seq, "node": str(seq - 1), "kind": Kind.WORKER, **fields})


def header(workflow_id: str, version: int = 1, **fields: Any) -> Header:
    """A running header with one open entry."""
    return Header(
        **{
            "workflow_id": workflow_id,
            "definition": "5e8d" * 16,
            "name": "orders",
            "name_version": 1,
            "version": version,
            "last_seq": 1,
            "open": (entry(),),
            "created_at": NOW,
            "committed_at": NOW + version,
            **fields,
        }
    )


def task(seq: int = 1, **fields: Any) -> Task:
    """A scheduled worker task."""
    return Task(
        **{
            "ref": "charge",
            "seq": seq,
            "node": str(seq - 1),
            "type": "charge_card",
            "name": "charge_card",
            "kind": Kind.WORKER,
            "scheduled_at": NOW,
            "first_scheduled_at": NOW,
            "updated_at": NOW,
            "lease": 60_000,
            **fields,
        }
    )


def completed(seq: int = 1, **fields: Any) -> Task:
    """An ended task, as a decision commits it."""
    return task(seq, **{"status": TaskStatus.COMPLETED, "ended_at": NOW + 5, **fields})


def end(status: TaskStatus = TaskStatus.COMPLETED, **fields: Any) -> TaskEnd:
    """What a worker reports."""
    return TaskEnd(**{"status": status, "at": NOW + 100, **fields})


def decision(head: Header, **fields: Any) -> Decision:
    """A decision that commits this header."""
    return Decision(**{"header": head, **fields})


def raw(store: ItemExecutionStore, key: Key) -> Item:
    """An item as it is stored."""
    item = store._table.get(key)
    assert item is not None
    return item
