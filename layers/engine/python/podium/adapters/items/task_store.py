"""The task part of the ExecutionStore port, on a table of items."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.adapters.items import task_changes as changes
from podium.adapters.items.attributes import number
from podium.adapters.items.base import ItemStore
from podium.adapters.items.conditions import Exists, every
from podium.adapters.items.keys import (
    LAST,
    TASKS,
    family_prefix,
    partition,
    ref_and_seq,
    task_key,
    task_prefix,
)
from podium.adapters.items.payloads import Budget
from podium.adapters.items.table import Change, Put, Written
from podium.adapters.items.tasks import task_item, task_of
from podium.domain.ids import TaskKey
from podium.domain.sizes import may_exceed
from podium.domain.status import TaskStatus
from podium.ports.executions import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from podium.adapters.items.conditions import Condition
    from podium.domain.execution import Task, TaskEnd

#: Items read per page when the latest one is looked for among ``skip`` others.
_LATEST_PAGE = 20


class TaskStore(ItemStore):
    """T: the mailboxes."""

    def put_task(self, workflow_id: str, task: Task) -> bool:
        return self._put(workflow_id, task, mark=task.status.is_terminal).applied

    def read_task(self, key: TaskKey, *, consistent: bool = True) -> Task | None:
        item = self._table.get(task_key(key), consistent=consistent)
        return None if item is None else task_of(item, self._payloads)

    def read_latest(
        self, workflow_id: str, ref: str, before: int, skip: frozenset[int]
    ) -> Task | None:
        prefix = task_prefix(ref)
        found = self._table.query(
            partition(workflow_id),
            (prefix, f"{prefix}{before - 1:08d}"),
            reverse=True,
            page=min(len(skip) + 1, _LATEST_PAGE),
        )
        for item in found:
            if ref_and_seq(item)[1] not in skip:
                return task_of(item, self._payloads)
        return None

    def read_history(self, workflow_id: str, ref: str) -> Sequence[Task]:
        return list(self._read(workflow_id, task_prefix(ref)))

    def read_family(self, workflow_id: str, family: str) -> Sequence[Task]:
        found = self._read(workflow_id, family_prefix(family))
        return sorted(found, key=lambda task: task.seq)

    def read_tasks(self, workflow_id: str) -> Sequence[Task]:
        return sorted(self._read(workflow_id, TASKS), key=lambda task: task.seq)

    def claim(
        self,
        key: TaskKey,
        inc: int,
        epoch: int,
        worker_id: str,
        now: int,
        *,
        even_held: bool = False,
        largest_input: int | None = None,
    ) -> Outcome:
        change = changes.claim(epoch, worker_id, now)
        condition = changes.claimable(inc, epoch, even_held=even_held)
        budget = None if largest_input is None else Budget(largest_input)
        return self._outcome(self._table.update(task_key(key), change, condition), budget)

    def end(
        self,
        key: TaskKey,
        end: TaskEnd,
        *,
        inc: int | None = None,
        epoch: int | None = None,
        lease_before: int | None = None,
        child: tuple[str, int] | None = None,
        checked: bool = False,
    ) -> Outcome:
        if refusal := self._unseen(key, end):
            return refusal
        change = changes.end_change(end, key.workflow_id, self._payloads, self._retention)
        condition = changes.end_condition(end, inc, epoch, lease_before, child)
        if end.status is TaskStatus.COMPLETED and not checked:
            condition = every(condition, changes.IS_UNCHECKED)
        return self._update(key, change, condition)

    def requeue(self, key: TaskKey, update: TaskEnd, inc: int, epoch: int) -> Outcome:
        if refusal := self._unseen(key, update):
            return refusal
        change = changes.requeue_change(update, key.workflow_id, self._payloads)
        return self._update(key, change, changes.requeue_condition(update, inc, epoch))

    def give_back(self, key: TaskKey, task: Task) -> Outcome:
        change = changes.unclaimed(is_first=task.started_at == task.updated_at)
        return self._update(key, change, changes.running_condition(task.inc, task.epoch))

    def update_open(self, key: TaskKey, update: TaskEnd, *, inc: int | None = None) -> Outcome:
        if refusal := self._unseen(key, update):
            return refusal
        change = changes.open_change(update, key.workflow_id, self._payloads)
        return self._update(key, change, changes.open_condition(update, inc))

    def extend_lease(
        self, key: TaskKey, now: int, *, inc: int | None = None, epoch: int | None = None
    ) -> Outcome:
        return self._update(key, changes.extension(now), changes.running_condition(inc, epoch))

    def set_lease(self, key: TaskKey, inc: int, epoch: int, until: int) -> Outcome:
        return self._update(key, changes.lease_until(until), changes.running_condition(inc, epoch))

    def hold(self, workflow_id: str, task: Task, hold: int) -> Outcome:
        fresh = replace(task, status=TaskStatus.SCHEDULED, epoch=0, held=True, hold=hold)
        return self._upsert(
            workflow_id,
            fresh,
            changes.hold_change(hold),
            changes.hold_condition(task.inc, hold),
        )

    def unhold(self, key: TaskKey, inc: int, hold: int) -> Outcome:
        return self._update(key, changes.unhold_change(hold), changes.hold_condition(inc, hold))

    def cancel(self, workflow_id: str, task: Task, now: int, *, folds: bool = False) -> Outcome:
        fresh = replace(
            task, status=TaskStatus.CANCELED, ended_at=now, updated_at=now, lease_until=0
        )
        return self._upsert(
            workflow_id,
            fresh,
            changes.cancel_change(task, now, self._retention, folds=folds),
            changes.cancel_condition(task),
            mark=folds,
        )

    def raise_child(self, key: TaskKey, child: tuple[str, int], now: int) -> Outcome:
        return self._update(
            key, changes.raise_change(child[1], now), changes.raise_condition(child)
        )

    def reset_callback(self, key: TaskKey, task: Task) -> Outcome:
        condition = changes.scheduled_condition(task.inc, task.epoch)
        return self._update(key, changes.callback_change(task), condition)

    def read_keys(self, workflow_id: str) -> Sequence[TaskKey]:
        items = self._table.query(partition(workflow_id), (TASKS, TASKS + LAST))
        return [
            TaskKey(workflow_id, *ref_and_seq(item))
            for item in items
            if number(item, "inc") < changes.STRIPPED
        ]

    def strip(self, key: TaskKey, now: int) -> None:
        self._table.update(task_key(key), changes.strip_change(now), Exists())

    def _unseen(self, key: TaskKey, update: TaskEnd) -> Outcome | None:
        """The refusal of a large output that was not searched for secrets: found out before it is
        written to the payload store.
        """
        if not (update.is_unmasked and may_exceed(update.output, self._payloads.threshold)):
            return None
        task = self.read_task(key)
        return Outcome(applied=False, task=task) if task and task.holds_secrets else None

    def _upsert(
        self,
        workflow_id: str,
        fresh: Task,
        change: Change,
        condition: Condition,
        *,
        mark: bool = False,
    ) -> Outcome:
        """Change the item of this incarnation, or put it where it is missing or of an earlier one.

        Whichever is tried last was refused by an item that the other one does not want either, so
        nobody can slip in between; incarnations only grow, hence it ends.
        """
        key = TaskKey(workflow_id, fresh.ref, fresh.seq)
        while True:
            outcome = self._update(key, change, condition)
            if outcome.applied or (outcome.task is not None and outcome.task.inc >= fresh.inc):
                return outcome
            put = self._put(workflow_id, fresh, mark=mark)
            if put.applied:
                return self._outcome(put)

    def _put(self, workflow_id: str, task: Task, *, mark: bool) -> Written:
        retention = self._retention if task.status.is_terminal else 0
        item = task_item(workflow_id, task, self._payloads, mark=mark, retention=retention)
        return self._table.put(Put(item, changes.is_new(task.inc)))

    def _update(self, key: TaskKey, change: Change, condition: Condition) -> Outcome:
        return self._outcome(self._table.update(task_key(key), change, condition))

    def _outcome(self, written: Written, budget: Budget | None = None) -> Outcome:
        task = None if written.item is None else task_of(written.item, self._payloads, budget)
        return Outcome(written.applied, task)

    def _read(self, workflow_id: str, prefix: str) -> Iterator[Task]:
        items = self._table.query(partition(workflow_id), (prefix, prefix + LAST))
        return (task_of(item, self._payloads) for item in items)
