"""Archive and removal: a whole execution in the payload store, and a table without it (engine.md 15.8).

An archive is one JSON document: the items of the execution and its definition. Large payloads stay
where they are, beside it. It is named by execution and version, so that a repeat writes the same
again; an item beside the execution says which one is the latest. That item never goes back to an
earlier version, and stays for a day without a copy where one was dropped: whoever was slow to write
a copy of an earlier state finds it, and has no copy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from podium.adapters.items import text as json_text
from podium.adapters.items.attributes import key_of, number, size, text, with_key
from podium.adapters.items.base import ItemStore
from podium.adapters.items.conditions import (
    Equals,
    Exists,
    Less,
    Missing,
    any_of,
    every,
    holds,
)
from podium.adapters.items.headers import REMOVED_STAYS, header_item, header_of
from podium.adapters.items.keys import (
    archive_key,
    header_key,
    is_archived,
    is_header,
    is_search,
    is_task,
    partition,
    ref_and_seq,
    snapshot_key,
)
from podium.adapters.items.payloads import Budget
from podium.adapters.items.record_store import LARGEST_VIEW, LARGEST_VIEWED
from podium.adapters.items.starts import RESTORED
from podium.adapters.items.table import Check, Put
from podium.adapters.items.task_changes import strip_change
from podium.adapters.items.whole import everything_in
from podium.errors import DefectError, NotFoundError
from podium.ports.executions import Archived

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from podium.adapters.items.attributes import Item
    from podium.adapters.items.conditions import Condition
    from podium.domain.execution import Header
    from podium.domain.json import Json, JsonMap

_FOLDER = "archive"
_FORMAT = 1
#: Items and bytes of one transaction: DynamoDB allows 100 and 4 MB.
_MOST_IN_PART, _LARGEST_PART = 50, 2 * 1024 * 1024


class ArchiveStore(ItemStore):
    """Whole executions: archived, written back, removed."""

    def archive(self, header: Header) -> bool:
        wf = header.workflow_id
        items = [item for item in self._table.query(partition(wf)) if is_archived(item)]
        present = next((item for item in items if is_header(item)), {})
        if number(present, "v") != header.version:
            return False
        snapshot = self._table.get(snapshot_key(header.definition)) or {}
        document: dict[str, Json] = {
            "format": _FORMAT,
            "definition": self._payloads.unpack(snapshot, "p"),
            "items": [_unmarked(item) for item in items if not _is_void(item, header)],
        }
        path = f"{_FOLDER}/{wf}/{header.version}.json"
        self._payloads.blobs.put(path, json_text.dumps(document).encode())
        if self._point(wf, {"v": header.version, "at": path}):
            return True
        self._payloads.blobs.delete(path)
        return False

    def read_archive(self, workflow_id: str) -> Archived | None:
        found = self._copy_of(workflow_id)
        if found is None:
            return None
        path = text(found, "at")
        try:
            return self._copy_at(path)
        except NotFoundError:
            if self._is_there(path):
                raise
            # Somebody drops it: first the document, then the payloads, then what says where they are.
            return None

    def restore(self, archived: Archived) -> bool:
        header = archived.everything.header
        wf = header.workflow_id
        packed = self._payloads.pack("definitions", "p", archived.definition)
        self._table.put(Put(with_key(snapshot_key(header.definition), packed), Missing()))
        removed = self._table.get(header_key(wf))
        as_removed = Check(header_key(wf), Missing() if removed is None else _removed_at(removed))
        version = max(header.version, number(removed or {}, "v")) + 1
        items = [item for item in cast("list[Item]", archived.items) if not is_header(item)]
        if not self._write_while(as_removed, [Put(item | {RESTORED: version}) for item in items]):
            return False
        item = header_item(header, mark=False, retention=self._retention) | {"v": version}
        return self._table.put(Put(item, as_removed.condition)).applied

    def drop_archive(self, workflow_id: str) -> bool:
        found = self._copy_of(workflow_id)
        header = self._table.get(header_key(workflow_id))
        if found is not None:
            self._payloads.blobs.delete(f"{_FOLDER}/{workflow_id}/")
            if header is None or number(header, "rm"):
                self._payloads.blobs.delete(f"{workflow_id}/")
        if header is not None:
            version = max(number(header, "v"), number(found or {}, "v"))
            expires = header_of(header).committed_at // 1000 + REMOVED_STAYS
            self._point(workflow_id, {"v": version, "ttl": expires})
        elif found is not None:
            self._table.delete(archive_key(workflow_id))
        return found is not None

    def remove_rest(self, workflow_id: str) -> None:
        header = self._table.get(header_key(workflow_id))
        if header is None or not number(header, "rm"):
            return
        # Of the removal, not of this look at it: a repeat writes the same.
        removed_at = header_of(header).committed_at
        rest = [
            Put(_emptied(item, removed_at), _unchanged(item, header))
            for item in self._table.query(partition(workflow_id))
            # What is searched follows the header's record of its own accord (services/indexing.py).
            if not is_header(item) and not is_search(item)
        ]
        # An operator may have it back meanwhile, and run it again, with the same items.
        if not self._write_while(Check(header_key(workflow_id), _removed_at(header)), rest):
            return
        if self._copy_of(workflow_id) is None:
            self._payloads.blobs.delete(f"{workflow_id}/")

    def _write_while(self, check: Check, puts: Sequence[Put]) -> bool:
        """Write each whose condition holds, as long as ``check`` does; False as soon as it does not."""
        for part in _parts(puts):
            if self._table.transact([check, *part]):
                continue
            for put in part:
                if not self._table.transact([check, put]) and not self._does_hold(check):
                    return False
        return True

    def _does_hold(self, check: Check) -> bool:
        return holds(check.condition, self._table.get(check.key))

    def _copy_at(self, path: str) -> Archived:
        document = json_text.load_map(self._payloads.blobs.get(path))
        if document.get("format") != _FORMAT:
            raise DefectError(f"{path} has an unknown format")
        items = cast("list[Item]", document["items"])
        everything = everything_in(items, self._payloads, Budget(LARGEST_VIEWED, LARGEST_VIEW))
        if everything is None:
            raise DefectError(f"{path} has no header")
        return Archived(everything, cast("JsonMap", document["definition"]), items)

    def _is_there(self, path: str) -> bool:
        try:
            self._payloads.blobs.size(path)
        except NotFoundError:
            return False
        return True

    def _copy_of(self, workflow_id: str) -> Item | None:
        """Where the latest copy is; None when there is none."""
        found = self._table.get(archive_key(workflow_id))
        return None if found is None or "at" not in found else found

    def _point(self, workflow_id: str, latest: Item) -> bool:
        """Say which copy is the latest, if any; False where that of a later version is known."""
        condition = any_of(Missing(), Less("v", number(latest, "v") + 1))
        return self._table.put(Put(with_key(archive_key(workflow_id), latest), condition)).applied


def _is_void(item: Item, header: Header) -> bool:
    """A task that a restart or rerun has made void, its content gone or not: it does not come back."""
    return is_task(item) and header.is_gone(ref_and_seq(item)[1])


def _removed_at(header: Item) -> Condition:
    """The execution is removed, by the same removal."""
    return every(Equals("rm", 1), Equals("v", number(header, "v")))


def _emptied(item: Item, removed_at: int) -> Item:
    """What stays of an item for a while: a task refuses what comes late, of another the key is left."""
    if not is_task(item):
        return with_key(key_of(item), {"ttl": removed_at // 1000 + REMOVED_STAYS})
    change = strip_change(removed_at)
    kept = {name: value for name, value in item.items() if name not in change.removes}
    return kept | cast("Item", change.sets)


def _unchanged(item: Item, removed: Item) -> Condition:
    """Nobody has written the item back, or written it anew, since the execution was removed."""
    versions = [Equals(name, number(item, name)) for name in ("k", "ov", "inc")]
    return every(Exists(), Less(RESTORED, number(removed, "v")), *versions)


def _parts(puts: Iterable[Put]) -> Iterator[list[Put]]:
    """As many to a transaction as fit, beside a check."""
    part: list[Put] = []
    left = _LARGEST_PART
    for put in puts:
        left -= size(put.item)
        if part and (left < 0 or len(part) == _MOST_IN_PART):
            yield part
            part, left = [], _LARGEST_PART - size(put.item)
        part.append(put)
    if part:
        yield part


def _unmarked(item: Item) -> dict[str, Json]:
    """An item that nothing follows from when it is written back."""
    return {name: value for name, value in item.items() if name != "x"}
