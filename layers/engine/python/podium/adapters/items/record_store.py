"""The rest of the ExecutionStore port: start, variables, output, snapshots, logs."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, cast

from podium.adapters.items import text as json_text
from podium.adapters.items.attributes import Item, number, with_key
from podium.adapters.items.base import ItemStore
from podium.adapters.items.conditions import Equals, Missing
from podium.adapters.items.keys import (
    given_key,
    header_key,
    logs_partition,
    output_key,
    partition,
    snapshot_key,
    start_key,
    variables_key,
)
from podium.adapters.items.payloads import Budget
from podium.adapters.items.starts import own_variables, start_item, start_of
from podium.adapters.items.table import Put
from podium.adapters.items.whole import everything_in
from podium.domain.execution import StartRecord
from podium.ports.executions import Everything, LogLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from podium.adapters.items.payloads import Payloads
    from podium.domain.json import JsonMap

#: Bytes of large payloads that a view fetches, of one and of all: a function's memory ends somewhere,
#: and its answer before that.
LARGEST_VIEWED, LARGEST_VIEW = 16 * 1024 * 1024, 48 * 1024 * 1024
#: Paths of what belongs to no single execution.
_SNAPSHOTS = "definitions"
_LOGS = "logs"


class RecordStore(ItemStore):
    """What surrounds H and T."""

    def put_start(self, workflow_id: str, start: StartRecord, variables: JsonMap | None) -> None:
        item = start_item(workflow_id, start, variables, self._payloads)
        written = self._table.put(Put(item, Missing()))
        if written.applied or written.item is None or "p" in written.item:
            return
        # It is what is left of an execution that was removed. Where H is gone already, the start is a new one.
        if self._table.get(header_key(workflow_id)) is None:
            self._table.put(Put(item, Equals("ttl", number(written.item, "ttl"))))

    def read_start(self, workflow_id: str) -> StartRecord | None:
        item = self._table.get(start_key(workflow_id))
        return None if item is None else start_of(item, self._payloads)

    def read_given(self, workflow_id: str, seq: int) -> JsonMap:
        item = self._table.get(given_key(workflow_id, seq))
        return {} if item is None else self._payloads.unpack(item, "in")

    def read_variables(self, workflow_id: str, version: int) -> JsonMap | None:
        if version == 0:
            return own_variables(self._table.get(start_key(workflow_id)), self._payloads)
        item = self._table.get(variables_key(workflow_id, version))
        if item is None or number(item, "k") != version:
            return None
        return self._payloads.unpack(item, "p")

    def read_output(self, workflow_id: str) -> JsonMap | None:
        item = self._table.get(output_key(workflow_id))
        return None if item is None else self._payloads.unpack(item, "p")

    def read_everything(
        self, workflow_id: str, *, large_payloads: bool = True
    ) -> Everything | None:
        items = list(self._table.query(partition(workflow_id)))
        budget = Budget(LARGEST_VIEWED, LARGEST_VIEW) if large_payloads else Budget(-1)
        return everything_in(items, self._payloads, budget)

    def put_payload(self, workflow_id: str, value: JsonMap) -> str:
        return self._payloads.store(workflow_id, json_text.dumps(value).encode())

    def put_snapshot(self, digest: str, definition: JsonMap) -> None:
        packed = self._payloads.pack(_SNAPSHOTS, "p", definition)
        self._table.put(Put(with_key(snapshot_key(digest), packed), Missing()))

    def read_snapshot(self, digest: str) -> JsonMap | None:
        item = self._table.get(snapshot_key(digest))
        return None if item is None else self._payloads.unpack(item, "p")

    def append_logs(self, lines: Sequence[LogLine]) -> None:
        for task_id in dict.fromkeys(line.task_id for line in lines):
            own = [line for line in lines if line.task_id == task_id]
            self._table.put(Put(_logs_item(task_id, own, self._payloads)))

    def read_logs(self, task_id: str) -> Sequence[LogLine]:
        lines: list[LogLine] = []
        for item in self._table.query(logs_partition(task_id)):
            lines += _log_lines(task_id, self._payloads.unpack(item, "p"))
        return sorted(lines, key=lambda line: line.created_at)


def _logs_item(task_id: str, lines: Iterable[LogLine], payloads: Payloads) -> Item:
    """One item for all lines; the same lines have the same key, so a repeat adds nothing."""
    content: JsonMap = {"lines": [[line.created_at, line.log] for line in lines]}
    encoded = json_text.dumps(content)
    first = min(line.created_at for line in lines)
    digest = hashlib.sha256(encoded.encode()).hexdigest()[:16]
    key = (logs_partition(task_id), f"{first:015d}#{digest}")
    return with_key(key, payloads.pack(_LOGS, "p", content))


def _log_lines(task_id: str, content: JsonMap) -> Iterable[LogLine]:
    lines = cast("list[tuple[int, str]]", content["lines"])
    return (LogLine(log, task_id, at) for at, log in lines)
