"""Calls of what else lies in the executions table, and of the carriers of events."""

from __future__ import annotations

from typing import Any, ClassVar

from podium.adapters.items.attributes import number, text
from podium.domain.events.executions import EventExecution, EventStatus
from podium.domain.events.handler import EventHandler
from podium.domain.events.message import EventMessage, Publication
from podium.domain.events.names import parse_event
from podium.domain.limits import Holder, Slots
from podium.domain.listening import Notification
from podium.domain.search import (
    ByCorrelation,
    ById,
    ByParent,
    ByStatus,
    ByTime,
    ByType,
    Mark,
    Span,
    WorkflowRow,
)
from podium.domain.sinks import parse_sink
from podium.domain.status import WorkflowStatus
from podium.domain.workflow_messages import WorkflowMessage
from podium.ports.search import Indexed
from tests.contract.agreement.arguments import Arguments, given
from tests.contract.agreement.calls import Position
from tests.contract.agreement.drawing import Draw

EVENTS = ("conductor:orders:sent", "sqs:incoming", "conductor:ünï:☃")
STATUSES = tuple(WorkflowStatus)


class Messages:
    """WorkflowMessageStore."""

    weights: ClassVar[dict[str, float]] = {"put_message": 4.0, "read_inbox": 2.0}

    def put_message(self, draw: Draw) -> Arguments:
        message = WorkflowMessage(
            draw.one([1, 2, 3]), draw.one(["m1", "m2"]), draw.payload(), draw.moment()
        )
        return given(draw.id(), draw.one([0, 1]), message)

    def last_number(self, draw: Draw) -> Arguments:
        return given(draw.id(), draw.one([0, 1]))

    def received_at(self, draw: Draw) -> Arguments:
        return given(draw.id(), draw.one([0, 1]), draw.one([1, 2, 3]))

    def read_inbox(self, draw: Draw) -> Arguments:
        limits = draw.one([1, 2, 10]), draw.one([0, 20, 1_000_000])
        return given(draw.id(), draw.one([0, 1]), draw.one([0, 0, 1, 2]), *limits, draw.moment())


class Records:
    """FailedRecords."""

    def workflow_ids(self, draw: Draw) -> Arguments | None:
        count = len(draw.seen.store.records())
        if not count:
            return None
        first = draw.rng.randint(1, count)
        shard = "shardId-00000001541626099285-f35f62ef"
        return given(shard, Position(first), Position(draw.rng.randint(first, count)))


class Limits:
    """LimitStore."""

    weights: ClassVar[dict[str, float]] = {"swap": 3.0}

    def read(self, draw: Draw) -> Arguments:
        return given(draw.one(["charge", "ünï", ""]))

    def swap(self, draw: Draw) -> Arguments:
        key = draw.one(["charge", "ünï", ""])
        stored = draw.seen.store.limits.read(key)
        holders = tuple(
            (Holder(draw.id(), draw.text(), seq, 0, draw.one([0, 1])), draw.moment())
            for seq in draw.some([0, 1, 2])
        )
        moments = tuple(sorted(draw.moment() for _ in range(draw.one([0, 1, 4]))))
        return given(key, Slots(draw.near(stored.version + 1), holders, moments, 1000))


class Searching:
    """Search."""

    weights: ClassVar[dict[str, float]] = {"put": 6.0, "rows": 4.0, "total": 3.0}

    def put(self, draw: Draw) -> Arguments:
        return given(Indexed(_row(draw), draw.one([1, 2, 3]), lacks_failures=draw.chance(0.2)))

    def forget(self, draw: Draw) -> Arguments:
        return given(draw.id(), draw.one([2, 3, 4]), draw.now())

    def rows(self, draw: Draw) -> Arguments:
        accesses = [_access(draw) for _ in range(draw.one([1, 1, 2]))]
        return given(accesses, newest_first=draw.chance(0.5), page=draw.one([1, 2, 100]))

    def remember(self, draw: Draw) -> Arguments:
        mark = Mark((draw.text(), draw.one([0, 2**40])), draw.id())
        return given(draw.one(["p1", "p2"]), mark, draw.moment())

    def recall(self, draw: Draw) -> Arguments:
        return given(draw.one(["p1", "p2"]), draw.now())

    def total(self, draw: Draw) -> Arguments:
        return given([_access(draw) for _ in range(draw.one([1, 1, 1, 2]))])


class EventHandlers:
    """EventHandlerStore."""

    weights: ClassVar[dict[str, float]] = {"create": 3.0, "replace": 3.0}

    def create(self, draw: Draw) -> Arguments:
        return given(_handler(draw))

    def replace(self, draw: Draw) -> Arguments:
        return given(_handler(draw))

    def delete(self, draw: Draw) -> Arguments:
        return given(draw.one(["h1", "ünï"]))

    def all(self, draw: Draw) -> Arguments:
        return given()

    def of_event(self, draw: Draw) -> Arguments:
        return given(draw.first(EVENTS))


class EventExecutions:
    """EventExecutionStore."""

    weights: ClassVar[dict[str, float]] = {"begin": 3.0, "finish": 2.0}

    def begin(self, draw: Draw) -> Arguments:
        return given(_event_execution(draw))

    def aim(self, draw: Draw) -> Arguments | None:
        begun = [item for item in draw.seen.store.items() if text(item, "pk").startswith("E#")]
        if not begun:
            return None
        item = draw.one(begun)
        place = text(item, "h"), text(item, "e"), text(item, "m"), number(item, "i")
        target = draw.one(["w-1.1.charge", "w-1.2.charge"])
        return given(EventExecution(*place, draw.moment(), target=target, target_inc=1))

    def finish(self, draw: Draw) -> Arguments:
        return given(_event_execution(draw))

    def newest(self, draw: Draw) -> Arguments:
        return given(draw.first(EVENTS), draw.one([1, 2, 100]))


class Publisher:
    """EventPublisher; what goes to others than Podium itself is test_event_carriers.py's."""

    def publish(self, draw: Draw) -> Arguments:
        event = parse_event(draw.one(["conductor:orders:sent", "conductor:ünï:☃"]))
        return given(Publication(event, draw.one(["t1", "t2"]), draw.payload(), "orders"))

    def read(self, draw: Draw) -> Arguments:
        body = draw.one(
            [
                '{"v":1,"event":"conductor:a:b","id":"m","payload":{"a":1}}',
                '{"v":1,"event":"conductor:a:b","id":"m","payloadPath":"events/none.json"}',
                "not JSON",
                "",
            ]
        )
        queue = draw.one(["podium-event-messages", "podium-sink-incoming"])
        arn = f"arn:aws:sqs:us-east-1:123456789012:{queue}"
        return given({"eventSourceARN": arn, "messageId": "id", "body": body})

    def post(self, draw: Draw) -> Arguments:
        payload = {"large": "x" * 210_000} if draw.chance(0.1) else draw.payload()
        message = EventMessage(parse_event(draw.first(EVENTS)), draw.one(["m1", "m2"]), payload)
        return given(message, draw.one([0, 5, 900]))


class Listeners:
    """Listeners; what is published to others is test_listeners.py's."""

    def defer(self, draw: Draw) -> Arguments:
        notification = Notification("n1", "workflow.completed", draw.moment(), {"a": draw.text()})
        return given(parse_sink(draw.one(["eventbridge", "sqs:x"])), notification, draw.now())


def _row(draw: Draw) -> WorkflowRow:
    fields: dict[str, Any] = {
        "update_time": draw.moment,
        "end_time": draw.moment,
        "correlation_id": lambda: draw.one(["", "c1", "c" * 1200]),
        "priority": lambda: 5,
        "parent_workflow_id": lambda: draw.one(["w-1", "p" * 1200]),
        "parent_workflow_task_id": lambda: "w-1.1.sub",
        "reason_for_incompletion": draw.text,
        "event": draw.text,
        "created_by": draw.text,
        "idempotency_key": draw.text,
        "failed_reference_task_names": lambda: ("a", draw.text()),
        "failed_task_names": lambda: ("b",),
        "external_input_payload_storage_path": lambda: "a/b.json",
    }
    # Started at one of few moments, so that ids decide the order.
    started = draw.now() - draw.one([0, 1, 1000])
    id_ = draw.one([*draw.ids, "w-2", "w-4", "w-5"])
    return WorkflowRow(id_, draw.name(), 1, draw.one(STATUSES), started, **draw.fields(fields))


def _access(draw: Draw) -> Any:
    started = draw.one(
        [Span(), Span(draw.now() - 1000, draw.now()), Span(draw.now()), Span(5, 4), Span(-1, 2**60)]
    )
    return draw.one(
        [
            ById(tuple(draw.some([*draw.ids, "w-2", "nobody"]))),
            ByCorrelation(tuple(draw.some(["", "c1", "c" * 1200])), started),
            ByParent(tuple(draw.some(["", "w-1", "p" * 1200])), started),
            ByType((draw.name(), draw.name()), tuple(draw.some(STATUSES, 2)), started),
            ByStatus(tuple(draw.some(STATUSES, 3)), started),
            ByTime(started),
        ]
    )


def _handler(draw: Draw) -> EventHandler:
    large = "x" * 390_000 if draw.chance(0.12) else draw.text()
    return EventHandler.from_json(
        {
            "name": draw.one(["h1", "ünï"]),
            "event": draw.first(EVENTS),
            "condition": large,
            "actions": [],
            "active": draw.chance(0.5),
        }
    )


def _event_execution(draw: Draw) -> EventExecution:
    fields: dict[str, Any] = {
        "status": lambda: draw.one(tuple(EventStatus)),
        "action": lambda: "start_workflow",
        "output": lambda: {"t": "x" * 110_000} if draw.chance(0.1) else draw.payload(),
        "target": lambda: "w-1.1.charge",
        "target_inc": lambda: 1,
    }
    return EventExecution(
        draw.one(["h1", "ünï"]),
        draw.first(EVENTS),
        draw.one(["m1", "m2"]),
        draw.one([0, 1]),
        draw.moment(),
        **draw.fields(fields),
    )
