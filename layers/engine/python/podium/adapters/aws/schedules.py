"""ScheduleStore: items of the metadata table.

A schedule: pk ``S#``, sk its name, escaped. ``j`` or ``z`` holds it (definition_items), ``r`` its
revision, ``c`` the cursors as JSON, ``n`` how often it has fired. A record: pk ``SX#``, sk
``<name>#<slot>``, gone a while after it was made. The switch of the scheduler: pk ``SCHEDULER``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from podium.adapters.aws import definition_items as items
from podium.adapters.aws.errors import CONDITION_FAILED, code_of, translated
from podium.adapters.consistency import SCHEDULES
from podium.adapters.items import text as json_text
from podium.adapters.items.keys import short_ref
from podium.domain.schedules.definition import WorkflowSchedule
from podium.domain.schedules.executions import WorkflowScheduleExecution
from podium.domain.schedules.state import ScheduleState
from podium.errors import PayloadTooLargeError

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from podium.domain.json import JsonMap

_SCHEDULES = "S#"
_EXECUTIONS = "SX#"
_SWITCH: dict[str, Any] = {"pk": {"S": "SCHEDULER"}, "sk": {"S": "-"}}
#: Seconds for which a record is kept when no newer one takes its place.
_KEPT = 400 * 86_400
_UNCHANGED = "r = :r AND c = :c"


class DynamoSchedules:
    """Schedules of one installation."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def read(self, name: str) -> ScheduleState | None:
        with translated("GetItem"):
            answer = self._client.get_item(
                TableName=self._table, Key=_key(name), ConsistentRead=SCHEDULES
            )
        return _state(answer["Item"]) if "Item" in answer else None

    def all(self) -> Sequence[ScheduleState]:
        # Keys are escaped, and long ones hashed: their order is another one.
        return sorted(map(_state, self._query(_SCHEDULES)), key=lambda state: state.schedule.name)

    def put(self, state: ScheduleState, before: ScheduleState | None) -> bool:
        item = {
            **_key(state.schedule.name),
            **_packed_schedule(state.schedule),
            "r": {"S": state.revision},
            "c": {"S": _cursors(state)},
            "n": {"N": str(state.fired)},
        }
        request: dict[str, Any] = {"TableName": self._table, "Item": item}
        if before is None:
            request["ConditionExpression"] = "attribute_not_exists(pk)"
        else:
            request |= _as_before(before)
        return _holds("PutItem", lambda: self._client.put_item(**request))

    def move(self, state: ScheduleState, before: ScheduleState) -> bool:
        request: dict[str, Any] = {"TableName": self._table, "Key": _key(state.schedule.name)}
        request |= _as_before(before)
        request["UpdateExpression"] = "SET c = :next, n = :n"
        request["ExpressionAttributeValues"] |= {
            ":next": {"S": _cursors(state)},
            ":n": {"N": str(state.fired)},
        }
        return _holds("UpdateItem", lambda: self._client.update_item(**request))

    def delete(self, before: ScheduleState) -> bool:
        request: dict[str, Any] = {"TableName": self._table, "Key": _key(before.schedule.name)}
        request |= _as_before(before)
        return _holds("DeleteItem", lambda: self._client.delete_item(**request))

    def is_stopped(self) -> bool:
        with translated("GetItem"):
            answer = self._client.get_item(
                TableName=self._table,
                Key=_SWITCH,
                ConsistentRead=SCHEDULES,
            )
        return bool(answer.get("Item", {}).get("off", {}).get("BOOL"))

    def stop(self, *, stopped: bool) -> None:
        with translated("PutItem"):
            self._client.put_item(
                TableName=self._table,
                Item={**_SWITCH, "off": {"BOOL": stopped}},
            )

    def note(self, record: WorkflowScheduleExecution, slot: int) -> None:
        item: dict[str, Any] = {
            "pk": {"S": _EXECUTIONS},
            "sk": {"S": f"{short_ref(record.schedule_name)}#{slot:03d}"},
            **_packed_record(record),
            "ttl": {"N": str(record.execution_time // 1000 + _KEPT)},
        }
        with translated("PutItem"):
            self._client.put_item(TableName=self._table, Item=item)

    def executions(self, schedule: str = "") -> Sequence[WorkflowScheduleExecution]:
        prefix = f"{short_ref(schedule)}#" if schedule else ""
        return [
            WorkflowScheduleExecution.from_json(items.unpack(item))
            for item in self._query(_EXECUTIONS, prefix)
        ]

    def _query(self, partition: str, prefix: str = "") -> Iterator[Any]:
        request: dict[str, Any] = {
            "TableName": self._table,
            "ConsistentRead": SCHEDULES,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": partition}},
        }
        if prefix:
            request["KeyConditionExpression"] += " AND begins_with(sk, :sk)"
            request["ExpressionAttributeValues"][":sk"] = {"S": prefix}
        while True:
            with translated("Query"):
                answer = self._client.query(**request)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _key(name: str) -> dict[str, Any]:
    return {"pk": {"S": _SCHEDULES}, "sk": {"S": short_ref(name)}}


def _packed_schedule(schedule: WorkflowSchedule) -> dict[str, Any]:
    try:
        return _packed(schedule.to_json())
    except PayloadTooLargeError:
        message = f"schedule {schedule.name} is too large: put the input of its workflow into external storage"
        raise PayloadTooLargeError(message) from None


def _packed_record(record: WorkflowScheduleExecution) -> dict[str, Any]:
    try:
        return _packed(record.to_json())
    except PayloadTooLargeError:
        # The request is the schedule's, which is just not too large; what came of it has to be kept.
        return _packed(replace(record, start_workflow_request=None).to_json())


def _packed(value: JsonMap) -> dict[str, Any]:
    plain, compressed = items.pack(value)
    if compressed is not None:
        return {items.COMPRESSED: {"B": compressed}}
    return {items.JSON: {"S": plain}}


def _cursors(state: ScheduleState) -> str:
    return json_text.dumps(list(state.cursors))


def _as_before(before: ScheduleState) -> dict[str, Any]:
    return {
        "ConditionExpression": _UNCHANGED,
        "ExpressionAttributeValues": {
            ":r": {"S": before.revision},
            ":c": {"S": _cursors(before)},
        },
    }


def _state(item: Any) -> ScheduleState:
    cursors: Any = json_text.loads(item["c"]["S"])
    return ScheduleState(
        schedule=WorkflowSchedule.from_json(items.unpack(item)),
        revision=item["r"]["S"],
        cursors=tuple(cursors),
        fired=int(item["n"]["N"]),
    )


def _holds(call: str, write: Callable[[], object]) -> bool:
    """Run a conditional write; False when its condition does not hold."""
    with translated(call):
        try:
            write()
        except ClientError as error:
            if code_of(error) == CONDITION_FAILED:
                return False
            raise
    return True
