"""The invariants of the design, as checks of a simulated installation; each sentence stands above its check.

They look at what is stored, at the queues and at what is under way, beside the calls that are counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.status import WorkflowStatus
from tests.support.chaos import check_causes, check_facts, owned

if TYPE_CHECKING:
    from tests.invariants.simulation.world import World


class BrokenInvariantError(AssertionError):
    """An invariant does not hold."""


def at_a_quiet_moment(world: World, root: str) -> None:
    """When nothing is under way and no record is undelivered, until time passes or somebody acts."""
    if world.jobs.all or world.has_undelivered_records() or world.has_results_under_way():
        return
    world.counts["checked: quiet moments"] += 1
    every_running_workflow_has_a_cause_of_progress(world, root)


def at_rest(world: World, root: str) -> None:
    """When calm weather has brought everything to its end."""
    everything_has_ended(world, root)
    nothing_is_created_twice_nor_left_open(world, root)
    advancing_again_changes_nothing(world)


# 4. Every RUNNING workflow has a pending cause of progress.
def every_running_workflow_has_a_cause_of_progress(world: World, root: str) -> None:
    """Each open entry has a message, a timer, an open child, or somebody outside who is to end it."""
    check_causes(world, root)


# 9. No input, definition, expression or payload makes a workflow stuck.
def everything_has_ended(world: World, root: str) -> None:
    """Good workers and patience end every execution of the tree."""
    for each in owned(world, root):
        status = world.status(each)
        if status in {WorkflowStatus.RUNNING, WorkflowStatus.PAUSED}:
            raise BrokenInvariantError(f"{each} is {status.value} at rest")


# 2. Nothing is created twice; 5. a terminal workflow has nothing open.
def nothing_is_created_twice_nor_left_open(world: World, root: str) -> None:
    """Attempts may repeat themselves only where an operator had tasks run again."""
    check_facts(world, root, again=world.has_run_again)


# 1. Deciding twice on the same state gives the same decision; advancing twice changes nothing more.
def advancing_again_changes_nothing(world: World) -> None:
    """Every record that ever needed a handler is delivered once more to a process without memory."""
    before = world.store.items()
    sent = world.messages_sent()
    world.deliver_again()
    if world.store.items() != before:
        raise BrokenInvariantError("a repeated record changed an item")
    if world.messages_sent() != sent:
        raise BrokenInvariantError("a repeated record sent a message")
