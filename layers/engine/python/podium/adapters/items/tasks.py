"""T: a task attempt as an item (protocol.md 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.adapters.items.attributes import (
    LISTENED,
    Attribute,
    Item,
    is_listened,
    number,
    present,
    text,
    with_key,
)
from podium.adapters.items.keys import ref_and_seq, ref_attributes, task_key
from podium.adapters.items.limits import pack_limit, unpack_limit
from podium.adapters.items.names import pack_names, unpack_names
from podium.adapters.items.open_entries import pack_numbers, unpack_numbers
from podium.adapters.items.payloads import pointer
from podium.domain.execution import Kind, Task
from podium.domain.ids import TaskKey
from podium.domain.limits import key_of_task
from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from podium.adapters.items.payloads import Budget, Payloads

#: Attributes with the names of what a hand-out resolves; both are absent where it resolves nothing.
SECRETS, METADATA = "sn", "rm"


def task_item(
    workflow_id: str, task: Task, payloads: Payloads, *, mark: bool, retention: int = 0
) -> Item:
    """T without conditions; large payloads are written to the store on the way.

    ``mark``: this change needs a handler (``x``). ``retention`` in seconds: an ended task expires
    that long after its end; 0 keeps it.
    """
    key = task_key(TaskKey(workflow_id, task.ref, task.seq))
    item = with_key(key, ref_attributes(task.ref))
    item |= present(_facts(task)) | present(_progress(task))
    if task.name != task.type:
        item["nm"] = task.name
    if task.first_scheduled_at != task.scheduled_at:
        item["fs"] = task.first_scheduled_at
    if task.manifest is not None:
        # An empty manifest is still one: its output is built, not stored.
        item |= payloads.pack(workflow_id, "mf", task.manifest) or {"mf": "{}"}
    item |= payloads.pack(workflow_id, "in", task.input)
    item |= payloads.pack(workflow_id, "out", task.output)
    if retention and task.ended_at:
        item["ttl"] = task.ended_at // 1000 + retention
    if mark:
        item["x"] = "1"
    return item


def _facts(task: Task) -> dict[str, Attribute | None]:
    """What creation fixes for an incarnation."""
    return {
        "nd": task.node,
        "ty": task.type,
        "kd": task.kind.value,
        "a": task.attempt,
        "inc": task.inc,
        "it": pack_numbers(task.iteration),
        "dm": task.domain,
        "sc": task.scheduled_at,
        "sd": task.start_delay,
        "sm": task.start_delay_ms,
        "rt": task.lease,
        "wu": task.wait_until,
        "rq": task.retried_seq,
        "xi": task.external_input_path,
        "lim": pack_limit(task.limit),
        SECRETS: pack_names(task.secrets),
        METADATA: pack_names(task.runtime_metadata),
        "co": int(task.checks_output),
        "ls": LISTENED if task.listened else "",
        "ck": task.cache_key,
        "ct": task.cache_ttl,
    }


def _progress(task: Task) -> dict[str, Attribute | None]:
    """What happens to it later."""
    return {
        "st": task.status.value,
        "ep": task.epoch,
        "rs": task.reason,
        "w": task.worker_id,
        "sa": task.started_at,
        "ua": task.updated_at,
        "ea": task.ended_at,
        "cb": task.callback_after,
        "dl": task.lease_until,
        "cid": task.child_id,
        "cg": task.child_generation,
        "xo": task.external_output_path,
        "held": int(task.held),
        "hc": task.hold,
    }


def task_of(item: dict[str, Attribute], payloads: Payloads, budget: Budget | None = None) -> Task:
    """Undo :func:`task_item`; fetches payloads that are only pointed at.

    What is beyond ``budget`` is not fetched: the task has its path and an empty map.
    """
    ref, seq = ref_and_seq(item)
    scheduled_at = number(item, "sc")
    name = text(item, "nm") if "nm" in item else text(item, "ty")
    far_input = budget.left_out(item, "in") if budget else ""
    far_output = budget.left_out(item, "out") if budget else ""
    has_manifest = "mf" in item or pointer("mf") in item
    return Task(
        ref=ref,
        seq=seq,
        node=text(item, "nd"),
        type=text(item, "ty"),
        name=name,
        kind=Kind(text(item, "kd")),
        status=TaskStatus(text(item, "st")),
        attempt=number(item, "a"),
        inc=number(item, "inc"),
        epoch=number(item, "ep"),
        iteration=unpack_numbers(text(item, "it")),
        input={} if far_input else payloads.unpack(item, "in"),
        output={} if far_output else payloads.unpack(item, "out"),
        manifest=payloads.unpack(item, "mf") if has_manifest else None,
        reason=text(item, "rs"),
        worker_id=text(item, "w"),
        domain=text(item, "dm"),
        scheduled_at=scheduled_at,
        started_at=number(item, "sa"),
        updated_at=number(item, "ua"),
        ended_at=number(item, "ea"),
        first_scheduled_at=number(item, "fs") if "fs" in item else scheduled_at,
        start_delay=number(item, "sd"),
        start_delay_ms=number(item, "sm"),
        callback_after=number(item, "cb"),
        lease=number(item, "rt"),
        lease_until=number(item, "dl"),
        wait_until=number(item, "wu"),
        retried_seq=number(item, "rq"),
        child_id=text(item, "cid"),
        child_generation=number(item, "cg"),
        external_input_path=text(item, "xi") or far_input,
        external_output_path=text(item, "xo") or far_output,
        secrets=unpack_names(text(item, SECRETS)),
        runtime_metadata=unpack_names(text(item, METADATA)),
        held=bool(number(item, "held")),
        hold=number(item, "hc"),
        limit=unpack_limit(text(item, "lim"), key_of_task(name)),
        checks_output=bool(number(item, "co")),
        listened=is_listened(item),
        cache_key=text(item, "ck"),
        cache_ttl=number(item, "ct"),
    )
