"""Whether what clients were told is true, once everything is at rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from podium.domain.caching import WORKER_ID
from podium.domain.execution import Kind, Task
from podium.domain.schedules.state import RECORDS_KEPT
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import NotFoundError
from tests.invariants.simulation.broken import invariant
from tests.invariants.simulation.features import HEARD, TICKED, every_task
from tests.invariants.simulation.people.ledger import REPORT, Ledger, Promise
from tests.invariants.simulation.people.person import task_id_of

if TYPE_CHECKING:
    from podium.domain.execution import Header
    from tests.invariants.simulation.world import World

#: Beside the nine of the design: what a client was told is so.
TOLD = 10
#: Milliseconds by which a schedule may fire late: wakeups are told in seconds, by clocks that differ.
LATE = 2_000
#: Statuses that workers end tasks with, and what an optional task makes of a bad one.
_ENDS = {"COMPLETED", "FAILED", "FAILED_WITH_TERMINAL_ERROR", "CANCELED"}


def check(world: World, ledger: Ledger) -> None:
    """All of it."""
    an_answered_start_is_there(world, ledger)
    a_key_is_of_one_execution(world, ledger)
    what_was_terminated_has_ended_so(world, ledger)
    what_was_removed_is_gone(world, ledger)
    a_task_has_the_first_result_that_was_accepted(world, ledger)
    a_message_starts_one_execution(world, ledger)
    each_firing_is_one_execution(world, ledger)
    nothing_was_found_broken(ledger)


# An answer of 200 to a start means that the execution exists, and it ends.
@invariant(TOLD)
def an_answered_start_is_there(world: World, ledger: Ledger) -> None:
    """Unless somebody tried to remove it."""
    for workflow_id in ledger.started:
        header = world.executions.header(workflow_id)
        if workflow_id in ledger.perhaps_removed:
            continue
        assert header is not None, f"{workflow_id} was started, and is not there"
        assert header.status.is_terminal, f"{workflow_id} is {header.status}"
        world.counts["told: starts"] += 1


# All starts with one idempotency key are one execution.
@invariant(TOLD)
def a_key_is_of_one_execution(world: World, ledger: Ledger) -> None:
    """As the answers say, and as the table does."""
    for (name, key), ids in ledger.keyed.items():
        world.counts["told: keys"] += 1
        if ids & ledger.perhaps_removed:
            continue
        assert len(ids) == 1, f"key {key} of {name} is {sorted(ids)}"
        assert world.store.key_holder(name, key) in ids


# An accepted terminate ended the execution.
@invariant(TOLD)
def what_was_terminated_has_ended_so(world: World, ledger: Ledger) -> None:
    """As TERMINATED, if nothing was had to run again since."""
    for promise in ledger.terminated:
        header = world.executions.header(promise.workflow_id)
        if ledger.repeated > promise.begun or promise.workflow_id in ledger.perhaps_removed:
            continue
        assert header is not None, f"{promise.workflow_id} was terminated and is not there"
        if _is_later_run(header, promise):
            continue
        status = header.status
        assert status is WorkflowStatus.TERMINATED, f"{promise.workflow_id} is {status}"
        world.counts["told: terminated"] += 1


# An accepted removal removed the execution; an archived copy is read by its id.
@invariant(TOLD)
def what_was_removed_is_gone(world: World, ledger: Ledger) -> None:
    """Unless it was had to run again from its copy."""
    last = {promise.workflow_id: promise.begun for promise, _ in ledger.removed}
    for promise, is_archived in ledger.removed:
        if ledger.repeated > promise.begun or promise.begun < last[promise.workflow_id]:
            continue
        header = world.executions.header(promise.workflow_id)
        if header is not None and _is_later_run(header, promise):
            continue
        assert header is None, f"{promise.workflow_id} was removed and is there"
        world.counts["told: removed"] += 1
        if any(
            other.workflow_id == promise.workflow_id
            and others_archived is not is_archived
            and other.answered > promise.begun
            for other, others_archived in ledger.removing
        ):
            # Two removals at once that want different things: either may be the last.
            continue
        if is_archived:
            world.view(promise.workflow_id)
        else:
            assert not _is_readable(world, promise.workflow_id), "a copy was left"


def _is_later_run(header: Header, promise: Promise) -> bool:
    """Of a child, whose parent was had to run again before the promise, or a child beside it.

    That is told by records, so the run that the parent waits for may begin later, from a copy if need be
    (engine.md 15.7, protocol.md 7). A parent does not come back by a run of its child.
    """
    return header.parent is not None and header.generation > promise.generation


def _is_readable(world: World, workflow_id: str) -> bool:
    try:
        world.view(workflow_id)
    except NotFoundError:
        return False
    return True


# An accepted result of an open task is how the task ended, and no later one replaces it.
@invariant(TOLD)
def a_task_has_the_first_result_that_was_accepted(world: World, ledger: Ledger) -> None:
    """Of a task that ended once: whose result it has did not come after one that was accepted."""
    accepted: dict[str, int] = {}
    for report in ledger.reports.values():
        if report.accepted and report.status in _ENDS:
            first = accepted.get(report.task_id, report.accepted)
            accepted[report.task_id] = min(first, report.accepted)
    for workflow_id, task in _worked(world):
        number = task.output.get(REPORT)
        if not isinstance(number, int) or task.inc or task.worker_id == WORKER_ID:
            continue
        world.counts["told: results"] += 1
        task_id = task_id_of(workflow_id, task)
        report = ledger.reports[number]
        if report.task_id != task_id and _may_be_cached(world, workflow_id, task):
            continue
        assert report.task_id == task_id, f"{task_id} has the result of {report.task_id}"
        if report.status not in _ENDS or not task.status.is_terminal:
            continue
        is_so = task.status.value == report.status
        is_forgiven = task.status is TaskStatus.COMPLETED_WITH_ERRORS
        assert is_so or is_forgiven, f"{task_id} is {task.status}, reported as {report.status}"
        first = accepted.get(task_id, report.begun)
        assert first >= report.begun, f"{task_id} had been accepted before report {number}"


def _may_be_cached(world: World, workflow_id: str, task: Task) -> bool:
    """It may have the output of an earlier task with the same key."""
    definition = world.view(workflow_id).definition.to_json()
    return any(
        each["taskReferenceName"] == task.ref and "cacheConfig" in each
        for each in every_task(dict(definition))
    )


def _worked(world: World) -> Iterator[tuple[str, Task]]:
    for workflow_id in world.executions.present():
        for task in world.view(workflow_id).tasks:
            if task.kind is Kind.WORKER:
                yield workflow_id, task


# A message of an event, however often it is delivered, has each action run once.
@invariant(TOLD)
def a_message_starts_one_execution(world: World, ledger: Ledger) -> None:
    """As many executions as messages; an operator has given back what was received too often."""
    wanted = ledger.published["start_workflow"]
    if not wanted:
        return
    found = _named(world, HEARD)
    assert len(found) == wanted, f"{len(found)} executions for {wanted} messages"
    world.counts["told: messages"] += wanted


# Each due run of a schedule starts one execution.
@invariant(TOLD)
def each_firing_is_one_execution(world: World, ledger: Ledger) -> None:
    """None twice; with catch-up none is left out. Who changes a schedule while it fires may lose the
    record of an execution, or leave two of it, never the execution of a record.
    """
    records = [each for each in world.schedules.executions() if each.workflow_id]
    ids = [each.workflow_id or "" for each in records]
    unrecorded = set(_named(world, TICKED)) - set(ids)
    assert set(ids) <= set(_named(world, TICKED)), "a record of what was never started"
    of_each = Counter(each.schedule_name for each in records)
    is_changed = not all(each.is_untouched for each in ledger.schedules.values())
    assert is_changed or len(ids) == len(set(ids)), f"fired twice: {sorted(ids)}"
    # The record of a firing makes room for that of the one so many firings later.
    has_wrapped = any(count == RECORDS_KEPT for count in of_each.values())
    assert is_changed or has_wrapped or not unrecorded, (
        f"started without a record: {sorted(unrecorded)}"
    )
    world.counts["told: firings"] += len(ids)
    for name, schedule in ledger.schedules.items():
        if schedule.is_untouched and schedule.body["runCatchupScheduleInstances"]:
            fired = {each.scheduled_time for each in records if each.schedule_name == name}
            missed = set(schedule.moments(ledger.held_at - LATE)) - fired
            if of_each[name] == RECORDS_KEPT:
                missed = {moment for moment in missed if moment > min(fired)}
            assert not missed, f"{name} never fired at {sorted(missed)}"
            world.counts["told: schedules"] += 1


def _named(world: World, name: str) -> list[str]:
    """Executions of a workflow, those that have been removed included."""
    found = world.watch.commits.executions.values()
    headers = (each.header for each in found if each.header is not None)
    return [header.workflow_id for header in headers if header.name == name]


# What was seen to be wrong at once.
@invariant(TOLD)
def nothing_was_found_broken(ledger: Ledger) -> None:
    """A task that was accepted as ended is not open; none is run before its time."""
    assert not ledger.broken, ledger.broken
