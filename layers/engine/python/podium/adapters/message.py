"""Wire format of queue messages: JSON that an SQS worker in any language can read.

Task messages use the words of the REST model Task where they have one. ``v`` is the version of the
format: readers ignore fields they do not know, and a change that they could not ignore raises it.
Fields that are empty are left out, except those a worker always needs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from podium.adapters.items import text as json_text
from podium.adapters.items.limits import pack_limit, unpack_limit
from podium.adapters.items.payloads import pointer
from podium.domain.ids import TaskKey
from podium.errors import DefectError
from podium.ports.queues import TaskMessage, TimerMessage

if TYPE_CHECKING:
    from podium.adapters.items.payloads import Payloads
    from podium.domain.json import Json, JsonMap
    from podium.domain.schedules.wakeups import Wakeup

VERSION = 1

#: Attribute of TaskMessage and its name on the wire; always there.
_REQUIRED = {
    "workflow_id": "workflowInstanceId",
    "ref": "ref",
    "seq": "seq",
    "inc": "inc",
    "epoch": "epoch",
    "task_type": "taskType",
    "input": "inputData",
}
#: Left out when zero or empty.
_OPTIONAL = {
    "domain": "domain",
    "wire_ref": "referenceTaskName",
    "definition": "definition",
    "node": "node",
    "workflow_name": "workflowType",
    "priority": "workflowPriority",
    "attempt": "retryCount",
    "iteration": "iteration",
    "response_timeout": "responseTimeoutSeconds",
    "external_input_path": "externalInputPayloadStoragePath",
    "not_before": "notBefore",
    "place": "place",
    "is_system": "system",
}
#: Lists of names; left out when empty.
_NAMES = {"secrets": "secrets", "runtime_metadata": "runtimeMetadata"}


def task_json(message: TaskMessage) -> str:
    """``{"v":1,"taskId":..,"workflowInstanceId":..,"ref":..,"seq":..,"inc":..,"epoch":.., ...}``."""
    wire: dict[str, Json] = {
        "v": VERSION,
        "taskId": TaskKey(message.workflow_id, message.ref, message.seq).task_id,
    }
    wire |= {name: getattr(message, attribute) for attribute, name in _REQUIRED.items()}
    optional = {name: getattr(message, attribute) for attribute, name in _OPTIONAL.items()}
    optional |= {name: list(getattr(message, attribute)) for attribute, name in _NAMES.items()}
    wire |= {name: value for name, value in optional.items() if value}
    if message.correlation_id is not None:
        wire["correlationId"] = message.correlation_id
    if message.limit is not None:
        wire |= {"limit": pack_limit(message.limit), "limitKey": message.limit.key}
    return json_text.dumps(wire)


def readable_task_message(body: str) -> TaskMessage | None:
    """:func:`task_message`, or None: what a stranger put into a queue must not stop the others.

    Left where it is, it becomes a dead letter.
    """
    try:
        return task_message(body)
    except DefectError:
        return None


def task_message(body: str) -> TaskMessage:
    """Read :func:`task_json` back; DefectError for what it did not write."""
    wire = _load(body)
    try:
        values: dict[str, Any] = {at: wire[name] for at, name in _REQUIRED.items()}
    except KeyError as error:
        raise DefectError(f"a task message without {error}") from error
    values |= {at: wire[name] for at, name in _OPTIONAL.items() if name in wire}
    values |= {at: _names(wire[name]) for at, name in _NAMES.items() if name in wire}
    limit = unpack_limit(str(wire.get("limit", "")), str(wire.get("limitKey", "")))
    return TaskMessage(
        **values, correlation_id=cast("str | None", wire.get("correlationId")), limit=limit
    )


def fitted(message: TaskMessage, payloads: Payloads) -> TaskMessage:
    """The message itself, or one that names its input in the payload store when that is too large.

    The path is the one the task item has for the same input, so it is stored once.
    """
    packed = payloads.pack(message.workflow_id, "in", message.input)
    path = packed.get(pointer("in"))
    return message if path is None else replace(message, input={}, external_input_path=str(path))


def timer_json(timer: TimerMessage) -> str:
    """``{"v":1,"workflowInstanceId":..,"at":..}``, with ``ref`` and ``seq`` for a single task."""
    wire: dict[str, Json] = {"v": VERSION, "workflowInstanceId": timer.workflow_id, "at": timer.at}
    if timer.seq:
        wire |= {"ref": timer.ref, "seq": timer.seq}
    return json_text.dumps(wire)


def timer_message(body: str) -> TimerMessage:
    """Read :func:`timer_json` back; DefectError for what it did not write."""
    wire = cast("dict[str, Any]", _load(body))
    try:
        return TimerMessage(
            wire["workflowInstanceId"], wire["at"], wire.get("ref", ""), wire.get("seq", 0)
        )
    except KeyError as error:
        raise DefectError(f"a timer message without {error}") from error


def _names(value: Json) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


@dataclass(frozen=True, slots=True)
class GateCall:
    """Look at a gate: ``key`` names the limit; ``is_sweep``: thoroughly."""

    key: str
    is_sweep: bool = False


def gate_json(call: GateCall) -> str:
    """``{"v":1,"gate":<key of the limit>}``, with ``"sweep":true``."""
    wire: dict[str, Json] = {"v": VERSION, "gate": call.key}
    return json_text.dumps(wire | {"sweep": True} if call.is_sweep else wire)


def gate_call(body: str) -> GateCall:
    """Read :func:`gate_json` back; DefectError for what it did not write."""
    wire = _load(body)
    key = wire.get("gate")
    if not isinstance(key, str):
        raise DefectError(f"a call for no gate: {body[:100]!r}")
    return GateCall(key, is_sweep=bool(wire.get("sweep")))


def wakeup_json(wakeup: Wakeup) -> str:
    """``{"v":1,"schedule":..,"revision":..,"moment":<epoch ms>}``; EventBridge Scheduler sends the same."""
    return json_text.dumps(
        {
            "v": VERSION,
            "schedule": wakeup.schedule,
            "revision": wakeup.revision,
            "moment": wakeup.moment,
        }
    )


def wakeup_message(body: str) -> Wakeup:
    """Read :func:`wakeup_json` back; DefectError for what it did not write."""
    from podium.domain.schedules.wakeups import Wakeup  # noqa: PLC0415 - one function needs it

    wire = cast("dict[str, Any]", _load(body))
    try:
        return Wakeup(wire["schedule"], wire["revision"], wire["moment"])
    except KeyError as error:
        raise DefectError(f"a wakeup without {error}") from error


def _load(body: str) -> JsonMap:
    try:
        wire = json_text.loads(body)
    except ValueError as error:
        raise DefectError(f"a message that is not JSON: {body[:100]!r}") from error
    if not isinstance(wire, dict) or wire.get("v") != VERSION:
        raise DefectError(f"a message of an unknown format: {body[:100]!r}")
    return wire
