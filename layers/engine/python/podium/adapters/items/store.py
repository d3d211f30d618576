"""ExecutionStore on any table of items."""

from __future__ import annotations

from podium.adapters.items.header_store import HeaderStore
from podium.adapters.items.record_store import RecordStore
from podium.adapters.items.task_store import TaskStore


class ItemExecutionStore(HeaderStore, TaskStore, RecordStore):
    """All of the port: headers, tasks and the records around them."""
