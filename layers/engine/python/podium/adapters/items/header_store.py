"""The header part of the ExecutionStore port, on a table of items."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.adapters.items.attributes import number, present, size, with_key
from podium.adapters.items.base import ItemStore
from podium.adapters.items.conditions import Equals, Missing
from podium.adapters.items.headers import header_item, header_of
from podium.adapters.items.key_store import taking
from podium.adapters.items.keys import (
    DUE_BUCKETS,
    given_key,
    header_key,
    output_key,
    variables_key,
    workflow_id_of,
)
from podium.adapters.items.starts import RESTORED, start_item
from podium.adapters.items.table import Change, Check, LostAnswerError, Put
from podium.adapters.items.task_changes import may_end, unchanged
from podium.adapters.items.tasks import task_item
from podium.errors import LostRaceError
from podium.ports.executions import DueTimer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.adapters.items.conditions import Condition
    from podium.adapters.items.payloads import Payloads
    from podium.domain.decision import Decision
    from podium.domain.execution import Header
    from podium.domain.idempotency import KeyClaim

#: DynamoDB takes 4 MB in a transaction; ours stay below, whatever a request adds to the items.
LARGEST_TRANSACTION = 3_000_000
#: Payloads above this leave a transaction that is too large: 100 items of two such are 0.8 MB.
_SMALL_PAYLOAD = 4096


class HeaderStore(ItemStore):
    """H, and what is committed together with it."""

    def read_header(self, workflow_id: str, *, consistent: bool = True) -> Header | None:
        item = self._table.get(header_key(workflow_id), consistent=consistent)
        return None if item is None or "rm" in item else header_of(item)

    def create(self, decision: Decision, claim: KeyClaim | None = None) -> bool:
        taken = [] if claim is None else taking(claim, decision.header.workflow_id)
        try:
            return self._write(decision, Missing(), mark=True, beside=taken)
        except LostRaceError:
            # Nothing is written. With a claim the caller looks again at who has the key; without one
            # False would say that the execution is there.
            if claim is None:
                raise
            return False

    def commit(self, decision: Decision) -> bool:
        try:
            return self._write(
                decision, Equals("v", decision.header.version - 1), mark=decision.needs_handler
            )
        except (LostRaceError, LostAnswerError):
            return False

    def close(self, workflow_id: str, version: int) -> bool:
        change = Change.to({"fin": 1, "v": version + 1, "x": ""})
        return self._table.update(header_key(workflow_id), change, Equals("v", version)).applied

    def put_terminated_stub(self, header: Header) -> bool:
        stub = replace(header, closed=True)
        item = header_item(stub, mark=False, retention=self._retention)
        return self._table.put(Put(item, Missing())).applied

    def due_timers(self, until: int) -> Sequence[DueTimer]:
        return [
            DueTimer(workflow_id_of(item), number(item, "tm"))
            for bucket in DUE_BUCKETS
            for item in self._table.due(bucket, until)
        ]

    def _write(
        self,
        decision: Decision,
        condition: Condition,
        *,
        mark: bool,
        beside: Sequence[Put | Check] = (),
    ) -> bool:
        header = header_item(decision.header, mark=mark, retention=self._retention)
        first = Put(header, condition)
        if not decision.is_transaction and not beside:
            return self._table.put(first).applied
        puts = [first, *self._companions(decision, self._payloads)]
        if sum(size(put.item) for put in puts) > LARGEST_TRANSACTION:
            small = self._payloads.with_threshold(_SMALL_PAYLOAD)
            puts = [first, *self._companions(decision, small)]
        return self._table.transact([*puts, *beside])

    def _companions(self, decision: Decision, payloads: Payloads) -> list[Put]:
        """What becomes durable with the header: ended tasks, variables, input, output."""
        header = decision.header
        wf = header.workflow_id
        conditions = {task.seq: unchanged(task) for task in decision.found}
        puts = [
            Put(
                task_item(wf, task, payloads, mark=task.has_to_let_go, retention=self._retention),
                conditions.get(task.seq) or may_end(task.inc),
            )
            for task in decision.ended
        ]
        if decision.variables is not None:
            version = header.variables_version
            snapshot = payloads.pack(wf, "p", decision.variables) | {"k": version}
            puts.append(Put(with_key(variables_key(wf, version), snapshot)))
        if decision.start is not None:
            start = start_item(wf, decision.start, None, payloads)
            puts.append(Put(start | {RESTORED: header.version}))
        if decision.given is not None:
            given = payloads.pack(wf, "in", decision.given.input)
            puts.append(Put(with_key(given_key(wf, decision.given.seq), given)))
        if decision.output is not None:
            expires = header.ended_at // 1000 + self._retention if self._retention else 0
            output = present({"ov": header.output_version, "ttl": expires})
            output |= payloads.pack(wf, "p", decision.output)
            puts.append(Put(with_key(output_key(wf), output)))
        return puts
