"""ExecutionStore and WorkflowMessageStore on any table of items."""

from __future__ import annotations

from podium.adapters.items.archive_store import ArchiveStore
from podium.adapters.items.cache_store import CacheStore
from podium.adapters.items.header_store import HeaderStore
from podium.adapters.items.key_store import KeyStore
from podium.adapters.items.message_store import MessageStore
from podium.adapters.items.outline_store import OutlineStore
from podium.adapters.items.record_store import RecordStore
from podium.adapters.items.task_store import TaskStore
from podium.adapters.items.waiter_store import WaiterStore


class ItemExecutionStore(
    HeaderStore,
    KeyStore,
    TaskStore,
    RecordStore,
    OutlineStore,
    WaiterStore,
    MessageStore,
    CacheStore,
    ArchiveStore,
):
    """All of both ports: headers, keys, tasks, waiters, messages, cached results, archives and the rest."""
