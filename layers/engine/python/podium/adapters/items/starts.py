"""I: what a start fixed for the life of an execution, as an item (protocol.md 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.adapters.items import text as json_text
from podium.adapters.items.attributes import Item, number, text, with_key
from podium.adapters.items.keys import start_key
from podium.adapters.items.names import pack_names, unpack_names
from podium.adapters.items.payloads import pointer
from podium.domain.execution import StartRecord

if TYPE_CHECKING:
    from podium.adapters.items.payloads import Payloads
    from podium.domain.json import JsonMap


#: Version of the header with which an item was written back, or replaced in the life of an execution.
RESTORED = "rv"


def start_item(
    workflow_id: str, start: StartRecord, variables: JsonMap | None, payloads: Payloads
) -> Item:
    """I, the start record of an execution; ``variables`` only if they are not the definition's own."""
    item: Item = {"p": start.priority}
    if start.task_to_domain:
        item["td"] = json_text.dumps(start.task_to_domain)
    # None and "" are different requests, so what was given stays, empty or not.
    optional = {
        "cid": start.correlation_id,
        "by": start.created_by,
        "ev": start.event,
        "xi": start.external_input_path,
        "ik": start.idempotency_key,
    }
    item |= {name: value for name, value in optional.items() if value is not None}
    if start.secrets:
        item["sn"] = pack_names(start.secrets)
    if start.mocked:
        item["mk"] = 1
    item |= payloads.pack(workflow_id, "in", start.input)
    if variables is not None:
        item |= payloads.pack(workflow_id, "va", variables) or {"va": "{}"}
    return with_key(start_key(workflow_id), item)


def start_of(item: Item, payloads: Payloads) -> StartRecord:
    """Undo :func:`start_item`."""

    def optional(name: str) -> str | None:
        return text(item, name) if name in item else None

    return StartRecord(
        input=payloads.unpack(item, "in"),
        correlation_id=optional("cid"),
        priority=number(item, "p"),
        task_to_domain=json_text.load_map(text(item, "td") or "{}"),
        created_by=optional("by"),
        event=optional("ev"),
        external_input_path=optional("xi"),
        idempotency_key=optional("ik"),
        secrets=unpack_names(text(item, "sn")),
        mocked=bool(number(item, "mk")),
    )


def own_variables(item: Item | None, payloads: Payloads) -> JsonMap | None:
    """Variables of the start itself; None when they are the definition's."""
    if item is None or ("va" not in item and pointer("va") not in item):
        return None
    return payloads.unpack(item, "va")
