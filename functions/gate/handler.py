"""Entry of the gate function: calls that name a limit whose gate is to be looked at (protocol.md 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from podium import bootstrap
from podium.adapters.message import GateCall, gate_call
from podium.batch import settle

if TYPE_CHECKING:
    from podium.batch import Report


def handler(event: dict[str, Any], context: object) -> Report:
    """Look at each gate that the batch names, once however often it does."""
    engine = bootstrap.engine()
    seen: set[GateCall] = set()

    def look(body: str) -> None:
        call = gate_call(body)
        if call not in seen:
            engine.gating.run(call.key, is_sweep=call.is_sweep)
            seen.add(call)

    return settle(event, look, engine.redelivery.soon, context)
