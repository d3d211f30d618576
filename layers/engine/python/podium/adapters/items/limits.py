"""L: the slots of a limit as an item, and the limit of a task in its item and message (protocol.md 2).

``hold`` is ``<workflow>,<ref>,<seq>,<inc>,<epoch>,<since>`` for each holder, joined by ``;``; ``win`` the
first hand-out and then the distances, joined by ``.``. Numbers are in base 36, texts escaped.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from podium.adapters.items.attributes import Attribute, number, text
from podium.domain.ids import escape_ref, unescape_ref
from podium.domain.limits import Holder, Limit, Slots
from podium.errors import DefectError

if TYPE_CHECKING:
    from collections.abc import Mapping

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_AT_GATE = "g"


def slots_attributes(slots: Slots) -> dict[str, Attribute]:
    """Everything of L but its key."""
    return {
        "v": slots.version,
        "hold": ";".join(_holder_text(holder, since) for holder, since in slots.held),
        "win": _moments_text(slots.handed_out),
        "ww": slots.window if slots.handed_out else 0,
    }


def slots_of(item: Mapping[str, Attribute]) -> Slots:
    """Undo :func:`slots_attributes`; no item is a limit that nobody has used."""
    packed = text(item, "hold")
    return Slots(
        version=number(item, "v"),
        held=tuple(map(_holder_of, packed.split(";"))) if packed else (),
        handed_out=_moments_of(text(item, "win")),
        window=number(item, "ww"),
    )


def pack_limit(limit: Limit | None) -> str:
    """``5.10.1000g``: slots, hand-outs, window, and whether at the gate; its key stands elsewhere."""
    if limit is None:
        return ""
    tail = _AT_GATE if limit.at_gate else ""
    return f"{limit.concurrent}.{limit.rate}.{limit.window}{tail}"


def unpack_limit(packed: str, key: str) -> Limit | None:
    """Undo :func:`pack_limit`; DefectError for what it did not write."""
    if not packed:
        return None
    try:
        concurrent, rate, window = map(int, packed.removesuffix(_AT_GATE).split("."))
    except ValueError as error:
        raise DefectError(f"not a limit: {packed[:40]!r}") from error
    return Limit(key, concurrent, rate, window, at_gate=packed.endswith(_AT_GATE))


def _holder_text(holder: Holder, since: int) -> str:
    numbers = (holder.seq, holder.inc, holder.epoch, since)
    return ",".join(
        (escape_ref(holder.workflow_id), escape_ref(holder.ref), *map(_base36, numbers))
    )


def _holder_of(packed: str) -> tuple[Holder, int]:
    workflow_id, ref, *numbers = packed.split(",")
    seq, inc, epoch, since = (int(each, 36) for each in numbers)
    return Holder(unescape_ref(workflow_id), unescape_ref(ref), seq, inc, epoch), since


def _moments_text(moments: tuple[int, ...]) -> str:
    distances = (later - earlier for earlier, later in pairwise(moments))
    return ".".join(map(_base36, (*moments[:1], *distances)))


def _moments_of(packed: str) -> tuple[int, ...]:
    return tuple(accumulate(int(each, 36) for each in packed.split("."))) if packed else ()


def _base36(number_: int) -> str:
    digits = ""
    while True:
        number_, digit = divmod(number_, 36)
        digits = _DIGITS[digit] + digits
        if not number_:
            return digits
