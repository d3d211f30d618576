"""What the calls of a process would cost: counted from what botocore sends and gets.

moto reports a constant as consumed capacity, so sizes are computed here: units from whole items, a
fan-out for each index, transactions twice. Prices are the list prices of aws.md 5.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from podium.adapters.aws.errors import CONDITION_FAILED, TRANSACTION_CANCELED
from podium.adapters.aws.sizes import image_size, read_units, sqs_requests, write_units
from podium.adapters.items.search_items import INDEXES
from podium.adapters.items.table import Index

if TYPE_CHECKING:
    from botocore.client import BaseClient

#: USD for a million of each, us-east-1, on demand.
WRITE_UNIT_PRICE = 0.625
READ_UNIT_PRICE = 0.125
SQS_PRICE = 0.40
S3_PUT_PRICE = 5.00
S3_GET_PRICE = 0.40

#: The indexes: the sparse ``due`` and those of searches.
_INDEXES = (Index("due", "due", "tm"), *INDEXES)


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used; ``later - earlier`` is what was used in between."""

    #: How often each operation was called, by its AWS name.
    calls: Mapping[str, int] = field(default_factory=dict)
    write_units: float = 0
    read_units: float = 0
    sqs_requests: int = 0
    s3_puts: int = 0
    s3_gets: int = 0

    @property
    def total_calls(self) -> int:
        """All calls together."""
        return sum(self.calls.values())

    @property
    def dollars(self) -> float:
        """USD at list prices; Lambda and API Gateway are not in it."""
        millionths = (
            self.write_units * WRITE_UNIT_PRICE
            + self.read_units * READ_UNIT_PRICE
            + self.sqs_requests * SQS_PRICE
            + self.s3_puts * S3_PUT_PRICE
            + self.s3_gets * S3_GET_PRICE
        )
        return millionths / 1_000_000

    def __sub__(self, earlier: Usage) -> Usage:
        calls = Counter(self.calls)
        calls.subtract(earlier.calls)
        return Usage(
            {name: count for name, count in calls.items() if count},
            self.write_units - earlier.write_units,
            self.read_units - earlier.read_units,
            self.sqs_requests - earlier.sqs_requests,
            self.s3_puts - earlier.s3_puts,
            self.s3_gets - earlier.s3_gets,
        )


@dataclass(frozen=True, slots=True)
class _Entry:
    """What an index has of an item."""

    keys: str
    #: What else is written with it.
    content: str = ""
    units: int = 1


@dataclass(frozen=True, slots=True)
class _Known:
    """What the meter knows of an item: an UpdateItem's request does not tell its size."""

    size: int = 0
    entries: Mapping[str, _Entry] = field(default_factory=dict)


_UNKNOWN = _Known()


class Meter:
    """Counts the calls of the clients it is attached to; safe under threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._write_units = 0.0
        self._read_units = 0.0
        self._sqs_requests = 0
        self._s3: Counter[str] = Counter()
        self._items: dict[tuple[str, str, str], _Known] = {}
        self._on_dynamodb: dict[str, Callable[[Any, Any, str], None]] = {
            "PutItem": self._put_item,
            "UpdateItem": self._update_item,
            "DeleteItem": self._delete_item,
            "TransactWriteItems": self._transact,
            "GetItem": self._get_item,
            "Query": self._query,
            "BatchGetItem": self._batch_get,
        }

    def attach(self, *clients: BaseClient) -> None:
        """Listen to these clients from now on."""
        for client in clients:
            service = client.meta.service_model.service_id.hyphenize()
            events = client.meta.events
            events.register(f"before-parameter-build.{service}", self._remember)
            events.register(f"after-call.{service}", self._count)

    def snapshot(self) -> Usage:
        """Everything so far."""
        with self._lock:
            return Usage(
                dict(self._calls),
                self._write_units,
                self._read_units,
                self._sqs_requests,
                self._s3["PutObject"],
                self._s3["GetObject"],
            )

    def _remember(self, params: Any, context: dict[str, Any], **_: Any) -> None:
        context["podium_params"] = params

    def _count(self, model: Any, parsed: Any, context: dict[str, Any], **_: Any) -> None:
        params = context.get("podium_params", {})
        name, service = model.name, model.service_model.service_name
        code = parsed.get("Error", {}).get("Code", "")
        with self._lock:
            self._calls[name] += 1
            if service == "dynamodb":
                # Refused by its condition, a write is still paid; throttled or failed it is not.
                if code in {"", CONDITION_FAILED, TRANSACTION_CANCELED}:
                    self._on_dynamodb.get(name, _free)(params, parsed, code)
            elif service == "sqs":
                self._sqs_requests += sqs_requests(max(_bodies(params), _bodies(parsed)))
            elif service == "s3":
                self._s3[name] += 1

    def _put_item(self, params: Any, parsed: Any, code: str) -> None:
        self._put(params, code, 1, parsed.get("Item"))

    def _put(self, params: Any, code: str, factor: int, refused_by: Any = None) -> None:
        place = _place(params["TableName"], params["Item"])
        if code:
            old = _known(refused_by) if refused_by else self._items.get(place, _UNKNOWN)
            self._write_units += factor * write_units(old.size)
        else:
            self._write(place, _known(params["Item"]), factor)

    def _update_item(self, params: Any, parsed: Any, code: str) -> None:
        place = _place(params["TableName"], params["Key"])
        image = parsed.get("Item") if code else parsed.get("Attributes")
        known = _known(image) if image else self._items.get(place, _UNKNOWN)
        if code:
            self._write_units += write_units(known.size)
        else:
            self._write(place, known, 1)

    def _delete_item(self, params: Any, parsed: Any, code: str) -> None:
        place = _place(params["TableName"], params["Key"])
        if code:
            self._write_units += write_units(self._items.get(place, _UNKNOWN).size)
        else:
            self._write(place, _UNKNOWN, 1)

    def _transact(self, params: Any, parsed: Any, code: str) -> None:
        for part in params["TransactItems"]:
            if "Put" in part:
                self._put(part["Put"], code, 2)
            else:
                # A check is paid like a write of the item.
                check = part["ConditionCheck"]
                known = self._items.get(_place(check["TableName"], check["Key"]), _UNKNOWN)
                self._write_units += 2 * write_units(known.size)

    def _write(self, place: tuple[str, str, str], new: _Known, factor: int) -> None:
        """A write is billed by the larger of the item before and after; so is each index entry."""
        old = self._items.get(place, _UNKNOWN)
        self._write_units += factor * write_units(max(old.size, new.size))
        for name in old.entries.keys() | new.entries.keys():
            before, after = old.entries.get(name), new.entries.get(name)
            if before == after:
                continue
            if before and after and before.keys == after.keys:
                self._write_units += max(before.units, after.units)
            else:
                # A new key is a delete and a put in the index.
                self._write_units += sum(each.units for each in (before, after) if each)
        self._items[place] = new

    def _get_item(self, params: Any, parsed: Any, code: str) -> None:
        consistent = params.get("ConsistentRead", False)
        self._read_units += read_units(image_size(parsed.get("Item", {})), consistent=consistent)

    def _query(self, params: Any, parsed: Any, code: str) -> None:
        consistent = params.get("ConsistentRead", False)
        size = sum(map(image_size, parsed.get("Items", [])))
        self._read_units += read_units(size, consistent=consistent)

    def _batch_get(self, params: Any, parsed: Any, code: str) -> None:
        for table, request in params["RequestItems"].items():
            consistent = request.get("ConsistentRead", False)
            found = parsed.get("Responses", {}).get(table, [])
            sizes = [*map(image_size, found), *[0] * (len(request["Keys"]) - len(found))]
            self._read_units += sum(read_units(size, consistent=consistent) for size in sizes)


def _free(params: Any, parsed: Any, code: str) -> None:
    """Control-plane calls cost nothing."""


def _place(table: str, item: Any) -> tuple[str, str, str]:
    return table, item["pk"]["S"], item["sk"]["S"]


def _known(image: Any) -> _Known:
    size = image_size(image)
    entries = {}
    for index in _INDEXES:
        if index.pk in image and index.sk in image:
            keys = f"{image[index.pk]} {image[index.sk]}"
            whole = (str(image), write_units(size)) if index.is_whole else ("", 1)
            entries[index.name] = _Entry(keys, *whole)
    return _Known(size, entries)


def _bodies(message: Any) -> int:
    """Bytes of the message bodies in a request or an answer of SQS."""
    bodies = [message.get("MessageBody", "")]
    bodies += [entry.get("MessageBody", "") for entry in message.get("Entries", [])]
    bodies += [found.get("Body", "") for found in message.get("Messages", [])]
    return sum(len(body.encode()) for body in bodies)
