"""H: the header as an item (protocol.md 2)."""

from __future__ import annotations

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
from podium.adapters.items.keys import due_bucket, header_key, workflow_id_of
from podium.adapters.items.limits import pack_limit, unpack_limit
from podium.adapters.items.open_entries import (
    pack_entries,
    pack_numbers,
    pack_ranges,
    pack_skipped,
    unpack_entries,
    unpack_numbers,
    unpack_ranges,
    unpack_skipped,
)
from podium.domain.execution import Header, Parent
from podium.domain.status import WorkflowStatus

#: Seconds that the header of a removed execution stays: longer than any record of it is under way.
REMOVED_STAYS = 24 * 3600


def header_item(header: Header, *, mark: bool, retention: int = 0) -> Item:
    """H without conditions.

    ``mark``: this change needs a handler (``x``). ``retention`` in seconds: a terminal header
    expires that long after its end; 0 keeps it.
    """
    parent = header.parent
    expires = header.ended_at // 1000 + retention if retention and header.ended_at else 0
    if header.removed:
        expires = header.committed_at // 1000 + REMOVED_STAYS
    attributes = present(
        {
            "v": header.version,
            "st": header.status.value,
            "fin": int(header.closed),
            "rm": int(header.removed),
            "n": header.last_seq,
            "open": pack_entries(header.open),
            "gone": pack_ranges(header.gone),
            "hc": header.hold,
            "k": header.variables_version,
            "tm": header.timer,
            # Sparse: only a far timer is in the index, which costs as much as H itself.
            "due": due_bucket(header.workflow_id) if header.timer_is_far else "",
            "d": header.definition,
            "nm": header.name,
            "nv": header.name_version,
            "sp": pack_skipped(header.skipped),
            "pf": pack_numbers(header.failed_permissive),
            "g": header.generation,
            "rc": header.recalls,
            "pw": parent.workflow_id if parent else "",
            "pr": parent.ref if parent else "",
            "ps": parent.seq if parent else 0,
            "pi": parent.inc if parent else 0,
            "ca": header.created_at,
            "lr": header.last_retried_at,
            "rr": header.rerun_at,
            "at": header.committed_at,
            "ea": header.ended_at,
            "rs": header.reason,
            "fs": header.failed_seq,
            "ov": header.output_version,
            "lim": pack_limit(header.limit),
            "lk": header.limit.key if header.limit else "",
            "lw": int(header.waits),
            "mq": header.pulled,
            "ik": int(header.keyed),
            "aw": int(header.awaited),
            "ls": LISTENED if header.listened else "",
            "lt": int(header.tasks_listened),
            "ttl": expires,
            "x": "1" if mark else "",
        }
    )
    return with_key(header_key(header.workflow_id), attributes)


def header_of(item: dict[str, Attribute]) -> Header:
    """Undo :func:`header_item`."""
    parent = Parent(text(item, "pw"), text(item, "pr"), number(item, "ps"), number(item, "pi"))
    return Header(
        workflow_id=workflow_id_of(item),
        definition=text(item, "d"),
        name=text(item, "nm"),
        name_version=number(item, "nv"),
        version=number(item, "v"),
        status=WorkflowStatus(text(item, "st")),
        closed=bool(number(item, "fin")),
        removed=bool(number(item, "rm")),
        last_seq=number(item, "n"),
        open=unpack_entries(text(item, "open")),
        gone=unpack_ranges(text(item, "gone")),
        hold=number(item, "hc"),
        variables_version=number(item, "k"),
        timer=number(item, "tm"),
        timer_is_far="due" in item,
        skipped=unpack_skipped(text(item, "sp")),
        failed_permissive=unpack_numbers(text(item, "pf")),
        generation=number(item, "g"),
        recalls=number(item, "rc"),
        parent=parent if "pw" in item else None,
        created_at=number(item, "ca"),
        last_retried_at=number(item, "lr"),
        rerun_at=number(item, "rr"),
        committed_at=number(item, "at"),
        ended_at=number(item, "ea"),
        reason=text(item, "rs"),
        failed_seq=number(item, "fs"),
        output_version=number(item, "ov"),
        limit=unpack_limit(text(item, "lim"), text(item, "lk")),
        waits=bool(number(item, "lw")),
        pulled=number(item, "mq"),
        keyed=bool(number(item, "ik")),
        awaited=bool(number(item, "aw")),
        listened=is_listened(item),
        tasks_listened=bool(number(item, "lt")),
    )
