"""Rerun: an ended execution again, from its start or from one task (engine.md 15.5).

From a task: it is reset in place, whatever its type, and what comes after it is void. What stands in
other branches, or in front of it, stays; of it, what did not succeed is reset in place, too. JOINs
and loops around the task wait for it again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from podium.domain.containers import CONTAINERS
from podium.domain.decide import begin, work_out
from podium.domain.decision import Decision, Missing, MissingError
from podium.domain.draft import Draft
from podium.domain.execution import Given, Kind, OpenEntry
from podium.domain.memory import TaskMemory
from podium.domain.operations.given_up import given_up_beside
from podium.domain.operations.restarting import begun_anew
from podium.domain.operations.reviving import (
    Remains,
    refuse_running,
    running_again,
    settled,
    void_ranges,
)
from podium.domain.operations.taking_up import Revival, entry_of, revive
from podium.domain.positions import Position
from podium.domain.state import node_of
from podium.domain.task_types import kind_of
from podium.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from podium.domain.decision import Context
    from podium.domain.execution import Header, StartRecord, Task
    from podium.domain.ids import TaskKey
    from podium.domain.json import JsonMap
    from podium.domain.positions import Around
    from podium.domain.state import State


def refuse_rerun(header: Header) -> None:
    """Raise ConflictError while it runs."""
    refuse_running(header, "rerun")


def rerun(state: State, record: StartRecord | None, context: Context) -> Decision | Missing:
    """A closed execution from its start; ``record`` takes the place of its start record."""
    base = replace(begun_anew(state.header, context), rerun_at=context.now)
    start = state.start if record is None else record
    fresh = replace(state, header=base, start=start, memory=TaskMemory(complete=True))
    draft = Draft.of(fresh, context)

    def decided() -> Decision:
        begin(draft)
        return replace(work_out(draft), start=record)

    return settled(decided)


def rerun_from(
    state: State,
    tasks: Sequence[Task],
    key: TaskKey,
    task_input: JsonMap | None,
    record: StartRecord | None,
    context: Context,
) -> Decision | Missing:
    """A closed execution from the task ``key`` on; ``tasks`` are all items it has.

    ``task_input`` takes the place of the task's evaluated input. Raises InvalidInputError when there
    is no such task.
    """
    present = [task for task in tasks if not state.header.is_gone(task.seq)]
    target = next((task for task in present if (task.ref, task.seq) == (key.ref, key.seq)), None)
    if target is None:
        raise InvalidInputError(f"Task {key.task_id} not found")
    memory = TaskMemory()
    memory.remember_all(present)
    if task_input is not None:
        memory.remember_given(target.seq, task_input)
    known = replace(state, memory=memory, start=state.start if record is None else record)
    try:
        revival = _Plan.of(known, present, target).revival(context, is_given=task_input is not None)
    except MissingError as missing:
        return Missing(missing.needs)
    decision = revive(known, revival, context)
    if isinstance(decision, Missing):
        return decision
    given = None if task_input is None else Given(target.seq, task_input)
    return replace(decision, start=record, given=given)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What stays, what is reset and what is void."""

    state: State
    #: Items that are not void, by seq; the target is one of them.
    kept: dict[int, Task]
    target: Task
    #: Tasks around the target that wait for it again, opened in their next incarnation.
    around: tuple[OpenEntry, ...]

    @classmethod
    def of(cls, state: State, present: Sequence[Task], target: Task) -> _Plan:
        """Raises MissingError."""
        position = Position.of(state, target.node, target.iteration)
        by_place = {
            (task.node, task.iteration): task
            for task in present
            if not position.is_before(task) and not _is_later_attempt(task, target)
        }
        reopened = [
            (around, _reopened(state, task, around))
            for around in position.around
            for task in [by_place.get((around.node.address, around.iteration))]
            if task is not None
        ]

        def is_void(task: Task | OpenEntry) -> bool:
            return (
                position.is_before(task)
                or _is_later_attempt(task, target)
                or any(
                    position.is_within(around, task) > entry.loop
                    for around, entry in reopened
                    if entry.loop
                )
            )

        kept = {task.seq: task for task in present if not is_void(task)}
        again, void = given_up_beside(state, kept, [around for around, _ in reopened])
        kept = {seq: task for seq, task in kept.items() if seq not in void}
        entries = [entry for entry in state.header.open if not is_void(entry)]
        entries += [replace(entry_of(task), detached=False) for task in again]
        header = replace(state.header, open=tuple(entries))
        around = tuple(_without_lost_error(entry, kept, target) for _, entry in reopened)
        return cls(replace(state, header=header), kept, target, around)

    def revival(self, context: Context, *, is_given: bool) -> Revival:
        """The rest of the operation."""
        header = self.state.header
        opened = (_reset(self.target, self.state, is_given=is_given), *self.around)
        numbers = {entry.seq for entry in opened}
        siblings = tuple(entry for entry in header.open if entry.seq not in numbers)
        failed = [seq for seq in header.failed_permissive if seq in self.kept]
        base = replace(
            running_again(header, context),
            open=siblings,
            rerun_at=context.now,
            failed_permissive=(),
            skipped=tuple(each for each in header.skipped if each[0] in self.kept.keys() - numbers),
            gone=void_ranges(header.last_seq, self.kept.keys() | {entry.seq for entry in siblings}),
        )
        remains = Remains(
            {entry.seq: self.kept[entry.seq] for entry in siblings if entry.seq in self.kept}
        )
        folded = [self.kept[seq] for seq in failed if seq not in numbers]
        return Revival(base, remains, (), folded, in_place=True, counts=False, opened=opened)


def _is_later_attempt(task: Task | OpenEntry, target: Task) -> bool:
    is_same = (task.node, task.iteration) == (target.node, target.iteration)
    return is_same and task.seq > target.seq


def _without_lost_error(entry: OpenEntry, kept: Mapping[int, Task], target: Task) -> OpenEntry:
    """What a TRY_CATCH had failed of is forgotten when that very task runs again."""
    if not entry.error_seq or (entry.error_seq in kept and entry.error_seq != target.seq):
        return entry
    return replace(entry, error_seq=0, error_ref="", failed=0)


def _reset(target: Task, state: State, *, is_given: bool) -> OpenEntry:
    kind = kind_of(node_of(state, target.node).type)
    entry = replace(entry_of(target), inc=target.inc + 1, kind=kind, generation=0, detached=False)
    return replace(entry, by_hand=True, given=is_given)


def _reopened(state: State, task: Task, around: Around) -> OpenEntry:
    """The entry of a JOIN or a container that is waited in again."""
    before = state.header.entry(task.seq)
    entry = before or replace(
        entry_of(task), kind=Kind.FLOW, detached=False, opened_at=task.scheduled_at
    )
    container = CONTAINERS.get(around.node.type)
    if container is not None:
        entry = container.reopened(entry, task, around.number)
    return replace(entry, inc=task.inc + 1)
