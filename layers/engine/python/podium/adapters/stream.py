"""Records of the executions table's stream as values (protocol.md 4).

A record is what Lambda hands over: ``eventName`` and ``dynamodb`` with ``NewImage`` and ``OldImage``
in typed attributes. The memory store's ``records()`` have the same shape.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from podium.adapters.items.attributes import is_listened, untyped
from podium.adapters.items.headers import header_of
from podium.adapters.items.keys import (
    is_header,
    is_message,
    is_task,
    message_place,
    workflow_id_of,
)
from podium.adapters.items.tasks import task_of
from podium.domain.changes import (
    Change,
    HeaderChange,
    MessageChange,
    TaskChange,
    TaskTransition,
)

if TYPE_CHECKING:
    from podium.adapters.items.payloads import Payloads


def change(record: Mapping[str, Any], payloads: Payloads) -> Change | None:
    """What the record says, or None when nothing follows from it.

    The event source's filter is applied here again: a removal, or a new image without ``x``, says
    nothing. Large payloads of an ended task are fetched (one GetObject each).
    """
    if record.get("eventName") not in {"INSERT", "MODIFY"}:
        return None
    images = record["dynamodb"]
    new = untyped(images["NewImage"])
    if new.get("x") != "1":
        return None
    if is_header(new):
        old = images.get("OldImage")
        return HeaderChange(None if old is None else header_of(untyped(old)), header_of(new))
    if is_task(new):
        return TaskChange(workflow_id_of(new), task_of(new, payloads))
    if is_message(new):
        return MessageChange(*message_place(new))
    return None


def heard(record: Mapping[str, Any], payloads: Payloads) -> HeaderChange | TaskTransition | None:
    """What listeners may hear of in the record, or None: a header was written, a task has another status.

    The filter of their event source is applied here again. Large payloads are fetched only where the
    status has changed.
    """
    if record.get("eventName") not in {"INSERT", "MODIFY"}:
        return None
    images = record["dynamodb"]
    new, old = untyped(images["NewImage"]), untyped(images.get("OldImage", {}))
    if not is_listened(new):
        return None
    if is_header(new):
        return HeaderChange(header_of(old) if old else None, header_of(new))
    if is_task(new) and any(old.get(name) != new.get(name) for name in ("st", "inc")):
        return TaskTransition(workflow_id_of(new), task_of(new, payloads))
    return None


def workflow_id(record: Mapping[str, Any]) -> str:
    """The execution a record belongs to, read from its keys alone; empty for other items."""
    keys = untyped(record["dynamodb"]["Keys"])
    if is_message(keys):
        return message_place(keys)[0]
    return workflow_id_of(keys) if is_header(keys) or is_task(keys) else ""
