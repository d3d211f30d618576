"""The invariants of the design, as checks of a simulated installation; the sentence stands above each.

What can be told from one write is checked when it happens (``invariants_of_commits.py``); here is
what needs a look at everything: at moments at which nobody is at work, and once more at rest. The
numbers are those of docs/architecture.md.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from podium.domain.status import WorkflowStatus
from podium.errors import NotFoundError, PodiumError
from tests.invariants.simulation.broken import BrokenInvariantError, invariant
from tests.invariants.simulation.invariants_of_children import (
    a_revival_is_waited_for,
    what_has_ended_has_no_running_child,
)
from tests.invariants.simulation.slots import with_slots_in_force
from tests.support.chaos import check_causes, check_facts, owned

if TYPE_CHECKING:
    from podium.domain.execution import Header
    from tests.invariants.simulation.commits import Execution
    from tests.invariants.simulation.world import World

#: One of so many steps at which nobody is at work is looked at, and one of so many quiet moments.
STEPS, MOMENTS = 2, 25
#: Units that a task may take to write, and an execution beside its tasks: measured over thousands of
#: seeds, with room. What grows with the number of tasks is above it in any longer execution.
UNITS_OF_A_TASK, UNITS_BESIDE = 6, 30
#: And a run that an operator began anew, though it makes no task before the next one does: its transaction
#: (two units an item), its closing, its row.
UNITS_OF_A_RUN = 10
#: Rows to a page of a search.
PAGE = 2


def at_a_step(world: World, roots: Sequence[str]) -> None:
    """After any step; most look at nothing, as somebody is at work."""
    if world.jobs.all or not world.watch.is_sampled("step", STEPS):
        return
    busy = world.undelivered.executions()
    if world.has_results_under_way() or not busy:
        return
    world.counts["checked: steps"] += 1
    for root in roots:
        if busy.isdisjoint(owned(world, root)):
            every_running_workflow_has_a_cause_of_progress(world, root)


def at_a_quiet_moment(world: World, roots: Sequence[str]) -> None:
    """When nothing is under way and no record is undelivered, until time passes or somebody acts."""
    if world.jobs.all or world.has_undelivered_records() or world.has_results_under_way():
        return
    world.counts["checked: quiet moments"] += 1
    world.explanations.check_all()
    for root in roots:
        every_running_workflow_has_a_cause_of_progress(world, root)
    for execution in world.watch.commits.executions.values():
        what_has_ended_has_no_running_child(execution, world.watch.commits)
        a_revival_is_waited_for(execution, world.watch.commits)
    if world.watch.is_sampled("quiet moment", MOMENTS):
        advancing_again_changes_nothing(world, is_over=False)


def at_rest(world: World, roots: Sequence[str]) -> None:
    """When calm weather has brought everything to its end."""
    for root in roots:
        everything_has_ended(world, root)
        nothing_is_created_twice_nor_left_open(world, root)
    for execution in world.watch.commits.executions.values():
        writes_do_not_grow_with_the_workflow(world, execution)
        a_revival_is_waited_for(execution, world.watch.commits)
    definitions_are_kept_as_they_were_sent(world)
    a_search_returns_each_row_once(world)
    advancing_again_changes_nothing(world, is_over=True)


def never_at_rest(headers: Sequence[Header]) -> BrokenInvariantError:
    """What a livelock is."""
    return BrokenInvariantError(9, "everything_comes_to_rest", f"still running: {headers}")


# 4. Every RUNNING workflow has a pending cause of progress: an open task in a queue or with a worker, an
# armed timer, an open child, or an undelivered stream record.
@invariant(4)
def every_running_workflow_has_a_cause_of_progress(world: World, root: str) -> None:
    """Each open entry has a message, a timer, an open child, or somebody outside who is to end it."""
    check_causes(world, root)


# 9. No input, definition, expression or payload makes a workflow stuck.
@invariant(9)
def everything_has_ended(world: World, root: str) -> None:
    """Good workers and patience end every execution of the tree."""
    for each in owned(world, root):
        status = world.status(each)
        is_open = status in {WorkflowStatus.RUNNING, WorkflowStatus.PAUSED}
        assert not is_open, f"{each} is {status.value} at rest"


# 2. A duplicated, reordered or delayed stream record, SQS message, timer or HTTP retry never creates a task
# twice. 5. A terminal workflow has no open task, no armed timer that acts, no running child it owns.
@invariant(2)
def nothing_is_created_twice_nor_left_open(world: World, root: str) -> None:
    """Attempts may repeat themselves only where an operator had tasks run again."""
    check_facts(world, root, again=world.has_run_again)


# 1. Advancing twice changes nothing more. 2. A repeated record does nothing.
@invariant(1)
def advancing_again_changes_nothing(world: World, *, is_over: bool) -> None:
    """Every record that ever needed a handler is delivered once more to a process without memory.

    While something runs, that of a resume sends again what waits for a worker (protocol.md 5). The
    slot of a task that is not out may be dropped by anyone at any time (protocol.md 9): a gate that
    was slower than the task's end has taken one for it.
    """
    world.counts["checked: delivered again"] += 1
    before = world.store.items()
    sent = world.messages_sent()
    try:
        world.deliver_again()
    except PodiumError as error:
        raise AssertionError(f"a repeated record cannot be handled: {error!r}") from error
    now = world.store.items()
    is_slot_freed = now != before
    if is_slot_freed:
        before, now = (with_slots_in_force(each, world.watch.commits) for each in (before, now))
    changed = [item for item in now if item not in before]
    assert now == before, f"a repeated record changed {changed}"
    # Whoever frees the last slot that was taken calls the gate.
    is_silent = world.messages_sent() == sent
    assert is_silent or is_slot_freed or not is_over, "a repeated record sent a message"


# 7. Writes and reads per task do not grow with the number of tasks in the workflow.
@invariant(7)
def writes_do_not_grow_with_the_workflow(world: World, execution: Execution) -> None:
    """Units written are linear in the tasks, with what operators, faults and workers had done again."""
    tasks = len(execution.attempts)
    world.counts["units: written"] += execution.units
    runs = 0 if execution.header is None else execution.header.generation
    # And those of its children that its tasks waited for.
    runs += sum(task.generation for task in execution.attempts.values())
    most = UNITS_BESIDE + UNITS_OF_A_RUN * runs + UNITS_OF_A_TASK * tasks + world.disturbances
    assert execution.units <= most, f"{execution.units} units for {tasks} tasks, at most {most}"


# 8. Definitions round-trip losslessly, unknown fields included.
@invariant(8)
def definitions_are_kept_as_they_were_sent(world: World) -> None:
    """Each registered one is answered with all that was sent, and more only where a default is shown."""
    for sent in world.registered:
        name, version = sent["name"], sent.get("version", 1)
        path = f"/api/metadata/workflow/{name}"
        shown = _asked(world, path, f"version={version}")
        assert _is_within(sent, shown), f"{name} came back as {json.dumps(shown)}"


# 8. Paging a search returns each row exactly once.
@invariant(8)
def a_search_returns_each_row_once(world: World) -> None:
    """Pages of any size hold every execution once, with the status that it has."""
    found: list[tuple[str, str]] = []
    for start in range(0, 10_000, PAGE):
        page = _asked(world, "/api/workflow/search", f"start={start}&size={PAGE}")
        found += [(row["workflowId"], row["status"]) for row in page["results"]]
        if len(page["results"]) < PAGE:
            break
    there = [
        (header.workflow_id, header.status.value)
        for execution in world.watch.commits.executions.values()
        if (header := execution.header) is not None and header.definition
        if not execution.removed or _has_copy(world, header.workflow_id)
    ]
    assert Counter(found) == Counter(there), f"{sorted(found)} of {sorted(there)}"


def _has_copy(world: World, workflow_id: str) -> bool:
    """An archived copy of it can be read."""
    try:
        world.view(workflow_id)
    except NotFoundError:
        return False
    return True


def _asked(world: World, path: str, query: str) -> Any:
    """The answer to a GET in calm weather."""
    answers: list[Any] = []
    world.client(
        "somebody who looks", lambda: answers.append(world.request("GET", path, None, query))
    )
    while not answers:
        assert world.step(), f"no answer to {path}"
    (answer,) = answers
    assert answer.status == 200, f"{path}: {answer.status} {answer.text}"
    return answer.json


def _is_within(sent: Any, shown: Any) -> bool:
    """All that ``sent`` says is in ``shown``."""
    match sent:
        case dict():
            return isinstance(shown, dict) and all(
                name in shown and _is_within(value, shown[name]) for name, value in sent.items()
            )
        case list():
            return isinstance(shown, list) and (
                len(sent) == len(shown) and all(map(_is_within, sent, shown))
            )
        case _:
            return bool(sent == shown)
