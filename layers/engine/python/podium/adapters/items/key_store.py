"""K: who has an idempotency key (protocol.md 3, Start)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.adapters.items.attributes import text, with_key
from podium.adapters.items.base import ItemStore
from podium.adapters.items.conditions import Equals, Missing, OneOf, any_of
from podium.adapters.items.keys import header_key, idempotency_key, start_key
from podium.adapters.items.table import Change, Check, Put
from podium.domain.status import WorkflowStatus

if TYPE_CHECKING:
    from podium.adapters.items.attributes import Key
    from podium.domain.execution import Header
    from podium.domain.idempotency import KeyClaim

_ENDED = tuple(status.value for status in WorkflowStatus if status.is_terminal)


def taking(claim: KeyClaim, workflow_id: str) -> list[Put | Check]:
    """The parts of a start's transaction that give it its key, iff nobody else has it by then."""
    item = with_key(idempotency_key(claim.name, claim.key), {"wf": workflow_id})
    if not claim.instead_of:
        return [Put(item, Missing())]
    is_over = any_of(Missing(), OneOf("st", _ENDED))
    return [
        Put(item, any_of(Missing(), Equals("wf", claim.instead_of))),
        Check(header_key(claim.instead_of), is_over),
    ]


class KeyStore(ItemStore):
    """Idempotency keys."""

    def key_holder(self, name: str, key: str) -> str | None:
        item = self._table.get(idempotency_key(name, key))
        return None if item is None else text(item, "wf")

    def date_key(self, header: Header) -> None:
        if not self._retention:
            return
        key = self._key_of(header)
        if key is None:
            return
        expires = header.ended_at // 1000 + self._retention if header.ended_at else 0
        self._table.update(key, Change.to({"ttl": expires}), Equals("wf", header.workflow_id))

    def _key_of(self, header: Header) -> Key | None:
        start = self._table.get(start_key(header.workflow_id))
        if start is None or "ik" not in start:
            return None
        return idempotency_key(header.name, text(start, "ik"))
