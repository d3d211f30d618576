"""Limits as far as they count: the slots of what is out, and no others.

The slot of a task that is not out may be dropped by anyone at any time (protocol.md 9).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from podium.adapters.items.attributes import key_of, text, with_key
from podium.adapters.items.keys import limit_key
from podium.adapters.items.limits import slots_attributes, slots_of

if TYPE_CHECKING:
    from podium.adapters.items.attributes import Item
    from podium.domain.limits import Holder
    from tests.invariants.simulation.commits import Commits

_LIMITS, _LIMIT = limit_key("")


def with_slots_in_force(items: Sequence[Item], commits: Commits) -> list[Item]:
    """The same items; of limits nothing but the slots in force and the hand-outs that they count."""
    return [_in_force(item, commits) if _is_limit(item) else item for item in items]


def _is_limit(item: Item) -> bool:
    return text(item, "pk").startswith(_LIMITS) and item["sk"] == _LIMIT


def _in_force(item: Item, commits: Commits) -> Item:
    slots = slots_of(item)
    held = tuple((holder, since) for holder, since in slots.held if _is_out(holder, commits))
    return with_key(key_of(item), slots_attributes(replace(slots, version=0, held=held)))


def _is_out(holder: Holder, commits: Commits) -> bool:
    execution = commits.of(holder.workflow_id)
    if holder.is_workflow:
        header = execution.header
        return header is None or not header.status.is_terminal
    task = execution.attempts.get(holder.seq)
    if task is None or task.inc != holder.inc or task.status.is_terminal:
        return False
    # At a gate a slot is that of all hand-outs of a task (26b).
    return holder.epoch in {0, task.epoch}
