"""The conditional updates of T (protocol.md 3, 5, 6, 7): what changes, and under which condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.adapters.items.attributes import Attribute
from podium.adapters.items.conditions import (
    Condition,
    Equals,
    Exists,
    Less,
    Missing,
    OneOf,
    Within,
    any_of,
    every,
)
from podium.adapters.items.payloads import pointer
from podium.adapters.items.table import Change, IfUnset, Offset
from podium.adapters.items.tasks import METADATA, SECRETS
from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podium.adapters.items.payloads import Payloads
    from podium.domain.execution import Task, TaskEnd

OPEN = OneOf("st", (TaskStatus.SCHEDULED.value, TaskStatus.IN_PROGRESS.value))
RUNNING = Equals("st", TaskStatus.IN_PROGRESS.value)
#: No schema is to be met by its output.
IS_UNCHECKED = Equals("co", 0)

#: Incarnation of a stripped item: above all others, so that no put takes its place.
STRIPPED = 2**31 - 1
#: Seconds that a stripped item stays: longer than any put can be under way.
_STRIPPED_STAYS = 24 * 3600
_CONTENT = ("in", "out", "mf")


def is_new(inc: int) -> Condition:
    """No item yet, or one of an earlier incarnation: a put may take its place."""
    return any_of(Missing(), Less("inc", inc))


def may_end(inc: int) -> Condition:
    """A put that ends the task: new, or still open at this incarnation (never over an end)."""
    return any_of(is_new(inc), every(Equals("inc", inc), OPEN))


def unchanged(task: Task) -> Condition:
    """A put that ends ``task`` as it was read: new, or neither handed out nor reported since."""
    same = (
        Equals("inc", task.inc),
        Equals("st", task.status.value),
        Equals("ep", task.epoch),
        Equals("ua", task.updated_at),
    )
    return any_of(is_new(task.inc), every(*same))


def claim(epoch: int, worker_id: str, now: int) -> Change:
    """Hand-out."""
    return Change.to(
        {
            "st": TaskStatus.IN_PROGRESS.value,
            "ep": epoch + 1,
            "dl": _lease(now),
            "sa": IfUnset(now),
            "ua": now,
            "w": worker_id,
            "cb": 0,
            "x": "",
        }
    )


def claimable(inc: int, epoch: int, *, even_held: bool) -> Condition:
    """Waits for this hand-out, and no pause holds it back."""
    guards = [
        Equals("st", TaskStatus.SCHEDULED.value),
        Equals("inc", inc),
        Equals("ep", epoch),
    ]
    return every(*guards) if even_held else every(*guards, Equals("held", 0))


def end_change(end: TaskEnd, folder: str, payloads: Payloads, retention: int) -> Change:
    """Terminal status, output, x."""
    values = _reported(end, folder, payloads)
    values |= {"ea": end.at, "dl": 0, "x": "1"}
    if retention:
        values["ttl"] = end.at // 1000 + retention
    return Change.to(values)


def end_condition(
    end: TaskEnd,
    inc: int | None,
    epoch: int | None,
    lease_before: int | None,
    child: tuple[str, int] | None,
) -> Condition:
    """Open, and every guard that is given."""
    guards: list[Condition] = [OPEN if lease_before is None else RUNNING, *_unless_secret(end)]
    if inc is not None:
        guards.append(Equals("inc", inc))
    if epoch is not None:
        guards.append(Equals("ep", epoch))
    if lease_before is not None:
        guards.append(Within("dl", lease_before))
    if child is not None:
        guards += [Equals("cid", child[0]), Equals("cg", child[1])]
    return every(*guards)


def requeue_change(update: TaskEnd, folder: str, payloads: Payloads) -> Change:
    """SCHEDULED again, with what the worker reported."""
    values = _reported(update, folder, payloads)
    values |= {"st": TaskStatus.SCHEDULED.value, "dl": 0, "x": ""}
    return Change.to(values)


def unclaimed(*, is_first: bool) -> Change:
    """As if nobody had claimed it, but for the count; ``is_first``: the claim was the first one."""
    values: dict[str, Attribute | IfUnset | Offset | None] = {
        "st": TaskStatus.SCHEDULED.value,
        "dl": 0,
        "w": "",
        "x": "",
    }
    return Change.to(values | {"sa": 0} if is_first else values)


def requeue_condition(update: TaskEnd, inc: int, epoch: int) -> Condition:
    """Open since this hand-out; also when an earlier try did it already."""
    return every(OPEN, Equals("inc", inc), Equals("ep", epoch), *_unless_secret(update))


def callback_change(task: Task) -> Change:
    """Ready to be handed out now."""
    return Change.to({"cb": 0, "sm": task.start_delay_ms, "x": ""})


def scheduled_condition(inc: int, epoch: int) -> Condition:
    """Not handed out since."""
    return every(Equals("st", TaskStatus.SCHEDULED.value), Equals("inc", inc), Equals("ep", epoch))


def running_condition(inc: int | None, epoch: int | None) -> Condition:
    """With a worker, that of this hand-out if one is given."""
    guards: list[Condition] = [RUNNING]
    if inc is not None:
        guards.append(Equals("inc", inc))
    if epoch is not None:
        guards.append(Equals("ep", epoch))
    return every(*guards)


def open_change(update: TaskEnd, folder: str, payloads: Payloads) -> Change:
    """Progress of a task that no queue hands out."""
    values = _reported(update, folder, payloads)
    values |= {"st": TaskStatus.IN_PROGRESS.value, "sa": IfUnset(update.at), "x": ""}
    return Change.to(values)


def open_condition(update: TaskEnd, inc: int | None) -> Condition:
    """Open, at this incarnation if one is given."""
    guards = _unless_secret(update)
    return every(OPEN, *guards) if inc is None else every(OPEN, Equals("inc", inc), *guards)


def extension(now: int) -> Change:
    """The lease starts again."""
    return Change.to({"ua": now, "dl": _lease(now), "x": ""})


def lease_until(until: int) -> Change:
    """The lease ends at another moment."""
    return Change.to({"dl": until, "x": ""})


def hold_change(hold: int) -> Change:
    """Not to be handed out."""
    return Change.to({"held": 1, "hc": hold, "x": ""})


def unhold_change(hold: int) -> Change:
    """May be handed out again."""
    return Change.to({"held": 0, "hc": hold, "x": ""})


def hold_condition(inc: int, hold: int) -> Condition:
    """Open at this incarnation, and this pause or resume is news to it."""
    return every(Exists(), OPEN, Equals("inc", inc), Less("hc", hold))


def cancel_change(task: Task, now: int, retention: int, *, folds: bool) -> Change:
    """CANCELED by the closing of its workflow; x only where the workflow goes on."""
    values: dict[str, Attribute | IfUnset | Offset | None] = {
        "st": TaskStatus.CANCELED.value,
        "ua": now,
        "ea": now,
        "dl": 0,
        "x": "1" if folds else "",
    }
    if task.reason:
        values["rs"] = task.reason
    if task.child_generation:
        values["cg"] = task.child_generation
    if retention:
        values["ttl"] = now // 1000 + retention
    return Change.to(values)


def strip_change(now: int) -> Change:
    """All content goes; what is left refuses every claim, end and put."""
    payloads = [name for content in _CONTENT for name in (content, pointer(content))]
    return Change.to(
        {
            "st": TaskStatus.CANCELED.value,
            "inc": STRIPPED,
            "ttl": now // 1000 + _STRIPPED_STAYS,
            **dict.fromkeys((*payloads, "rs", "w", "x"), ""),
        }
    )


def cancel_condition(task: Task) -> Condition:
    """Open at this incarnation, not raised since; or behind its child, so that a raise may be under way."""
    generation = task.child_generation
    is_open = every(OPEN, Equals("inc", task.inc), Equals("cg", generation))
    if not generation:
        return is_open
    # Without the Exists an item that is missing would be made of nothing but this change.
    return any_of(is_open, every(Exists(), Equals("inc", task.inc), Less("cg", generation)))


def raise_change(generation: int, now: int) -> Change:
    """The task waits again, for a later run of its child; its clocks begin anew."""
    return Change.to(
        {
            "st": TaskStatus.IN_PROGRESS.value,
            "cg": generation,
            "sa": now,
            "ua": now,
            **dict.fromkeys(("ea", "rs", "ttl", "x"), ""),
        }
    )


def raise_condition(child: tuple[str, int]) -> Condition:
    """It holds this child, and waits, or waited, for an earlier run of it."""
    return every(Equals("cid", child[0]), Less("cg", child[1]))


def _unless_secret(update: TaskEnd) -> tuple[Condition, ...]:
    """What was not searched for secrets is not taken by a task that was handed any."""
    if not update.is_unmasked:
        return ()
    return Equals(SECRETS, ""), Equals(METADATA, "")


def _lease(now: int) -> Offset:
    """``now`` plus the item's own lease; 0, which means none, when it has none."""
    return Offset("rt", -now, now)


def _reported(
    update: TaskEnd, folder: str, payloads: Payloads
) -> dict[str, Attribute | IfUnset | Offset | None]:
    """What worker, child or timer said; an output or worker it did not mention stays."""
    values: dict[str, Attribute | IfUnset | Offset | None] = {
        "st": update.status.value,
        "ua": update.at,
        "rs": update.reason,
        "cb": update.callback_after,
    }
    if update.output is not None:
        packed: Mapping[str, Attribute] = payloads.pack(folder, "out", update.output)
        values |= {name: packed.get(name) for name in ("out", pointer("out"))}
        values |= {"mf": "", pointer("mf"): "", "xo": ""}
    if update.worker_id:
        values["w"] = update.worker_id
    if update.external_output_path:
        values["xo"] = update.external_output_path
    if update.child_id:
        values["cid"] = update.child_id
    if update.scheduled_at:
        values |= {"sc": update.scheduled_at, "sa": update.started_at}
    return values
