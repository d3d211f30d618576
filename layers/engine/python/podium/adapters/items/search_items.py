"""S: what is searched of an execution, as an item (protocol.md 2), and the indexes it is in (ADR 13)."""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import TYPE_CHECKING

from podium.adapters.items.attributes import Item, number, present, text, with_key
from podium.adapters.items.keys import LAST, search_key, workflow_id_of
from podium.adapters.items.table import Index
from podium.domain.search import WorkflowRow
from podium.domain.status import WorkflowStatus
from podium.ports.search import Indexed

if TYPE_CHECKING:
    from collections.abc import Iterable

#: By name and status; by time alone; by status alone, where that is worth it; and two for relations.
TYPES = Index("types", "iy", "so", is_whole=True)
TIMES = Index("times", "it", "so")
STATUSES = Index("statuses", "is", "so", is_whole=True)
CORRELATIONS = Index("correlations", "ic", "so")
PARENTS = Index("parents", "ip", "so")
INDEXES = (TYPES, TIMES, STATUSES, CORRELATIONS, PARENTS)

#: Statuses with an entry in STATUSES. Most executions end COMPLETED, and that is seldom asked for alone:
#: an entry for it would cost each of them another write unit (ADR 13).
SINGLED_OUT = frozenset(WorkflowStatus) - {WorkflowStatus.COMPLETED}

#: Partitions that the entries of one name and status, of all times, of one status are spread over: each
#: takes a thousand writes a second.
_TYPE_SHARDS, _TIME_SHARDS = 2, 4
#: Each execution is RUNNING for a while: it comes and goes.
_STATUS_SHARDS = {status: 4 if status is WorkflowStatus.RUNNING else 2 for status in SINGLED_OUT}
#: A partition key holds 2048 bytes; a longer text is hashed.
_LONGEST = 1000
#: Failed tasks are named in S as long as their names take no more; S is to stay below a write unit.
_LONGEST_NAMES = 300


def search_item(indexed: Indexed, retention: int) -> Item:
    """S; ``retention`` in seconds: it expires with the header, that long after the end."""
    row = indexed.row
    failures = _pack(row.failed_reference_task_names), _pack(row.failed_task_names)
    lacks = indexed.lacks_failures or sum(map(len, failures)) > _LONGEST_NAMES
    expires = row.end_time // 1000 + retention if retention and row.end_time else 0
    attributes = present(
        {
            "hv": indexed.version,
            "st": row.status.value,
            "nm": row.workflow_type,
            "nv": row.version,
            "ca": row.start_time,
            "at": row.update_time,
            "ea": row.end_time,
            "p": row.priority,
            "pw": row.parent_workflow_id,
            "pt": row.parent_workflow_task_id,
            "fr": "" if lacks else failures[0],
            "fn": "" if lacks else failures[1],
            "fx": int(lacks),
            "ttl": expires,
            **_index_keys(row),
        }
    )
    # None and "" are different, so what was given stays, empty or not.
    optional = {
        "ci": row.correlation_id,
        "rs": row.reason_for_incompletion,
        "ev": row.event,
        "by": row.created_by,
        "ik": row.idempotency_key,
        "xi": row.external_input_payload_storage_path,
    }
    attributes |= {name: value for name, value in optional.items() if value is not None}
    return with_key(search_key(row.workflow_id), attributes)


def indexed_of(item: Item) -> Indexed:
    """Undo :func:`search_item`; what is not kept is empty."""

    def optional(name: str) -> str | None:
        return text(item, name) if name in item else None

    row = WorkflowRow(
        workflow_id=workflow_id_of(item),
        workflow_type=text(item, "nm"),
        version=number(item, "nv"),
        status=WorkflowStatus(text(item, "st")),
        start_time=number(item, "ca"),
        update_time=number(item, "at"),
        end_time=number(item, "ea"),
        correlation_id=optional("ci"),
        priority=number(item, "p"),
        parent_workflow_id=text(item, "pw"),
        parent_workflow_task_id=text(item, "pt"),
        reason_for_incompletion=optional("rs"),
        event=optional("ev"),
        created_by=optional("by"),
        idempotency_key=optional("ik"),
        failed_reference_task_names=_unpack(text(item, "fr")),
        failed_task_names=_unpack(text(item, "fn")),
        external_input_payload_storage_path=optional("xi"),
    )
    return Indexed(row, number(item, "hv"), lacks_failures=bool(number(item, "fx")))


def is_row(item: Item) -> bool:
    """It has not been forgotten."""
    return "so" in item


def type_partitions(name: str, status: WorkflowStatus) -> Iterable[str]:
    """Partitions of TYPES with the executions of a workflow in one status."""
    return (f"{status}#{shard}#{_short(name)}" for shard in range(_TYPE_SHARDS))


def status_partitions(status: WorkflowStatus) -> Iterable[str]:
    """Partitions of STATUSES with the executions in one status."""
    return (f"{status}#{shard}" for shard in range(_STATUS_SHARDS[status]))


def time_partitions(*, children: bool) -> Iterable[str]:
    """Partitions of TIMES with all children of executions, or with all others."""
    return (f"{_level(is_child=children)}#{shard}" for shard in range(_TIME_SHARDS))


def related_partition(value: str) -> str:
    """The partition of CORRELATIONS or PARENTS with what has this correlation id, or this parent."""
    return _short(value)


def started_between(first: int, last: int) -> tuple[str, str]:
    """Bounds of the sort key of every index."""
    return f"{max(first, 0):015d}", f"{max(last, 0):015d}#{LAST}"


def start_in(item: Item) -> tuple[int, str]:
    """Start time and id, as every index has them."""
    moment, _, workflow_id = text(item, "so").partition("#")
    return int(moment), workflow_id


def _index_keys(row: WorkflowRow) -> dict[str, str]:
    def shard(of: int) -> int:
        return zlib.crc32(row.workflow_id.encode()) % of

    status, is_child = row.status, bool(row.parent_workflow_id)
    return {
        "so": f"{row.start_time:015d}#{row.workflow_id}",
        "iy": f"{status}#{shard(_TYPE_SHARDS)}#{_short(row.workflow_type)}",
        "it": f"{_level(is_child=is_child)}#{shard(_TIME_SHARDS)}",
        "is": f"{status}#{shard(_STATUS_SHARDS[status])}" if status in SINGLED_OUT else "",
        "ic": _short(row.correlation_id or ""),
        "ip": _short(row.parent_workflow_id),
    }


def _level(*, is_child: bool) -> str:
    return "child" if is_child else "top"


def _short(value: str) -> str:
    encoded = value.encode("utf-8", "surrogatepass")
    if len(encoded) <= _LONGEST and value.isprintable():
        return value
    return "~~" + hashlib.sha256(encoded).hexdigest()


def _pack(names: tuple[str, ...]) -> str:
    return json.dumps(names, ensure_ascii=False, separators=(",", ":")) if names else ""


def _unpack(packed: str) -> tuple[str, ...]:
    return tuple(json.loads(packed)) if packed else ()
