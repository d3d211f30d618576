"""Garbage in queues and streams, where workers and strangers write, beside something good: the good goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

from functions.decider.handler import handler as decider
from functions.events.handler import handler as events
from functions.gate.handler import handler as gate
from functions.listeners.handler import handler as listeners
from functions.repair.handler import handler as repair
from functions.results.handler import handler as results
from functions.schedules.handler import handler as schedules
from functions.system_tasks.handler import handler as system_tasks
from functions.timers.handler import handler as timers
from podium.adapters.memory.events import OWN_QUEUE
from podium.domain.status import WorkflowStatus
from tests.fuzz.product import Product
from tests.fuzz.values import NUMBERS, TEXTS, anything, mutated, nested, worse
from tests.support.fake_engine import sample

#: Functions behind queues, and a sample of what each is sent.
QUEUES: tuple[tuple[Callable[..., Any], str], ...] = (
    (results, "sqs-results.json"),
    (system_tasks, "sqs-system-tasks.json"),
    (timers, "sqs-timers.json"),
    (gate, "sqs-gates.json"),
    (schedules, "sqs-schedules.json"),
    (events, "sqs-event-messages.json"),
    (events, "sqs-event-source.json"),
    (repair, "sqs-decider-failures.json"),
    (repair, "sqs-dead-letter.json"),
    (repair, "sqs-deferred-event.json"),
)
TASK = {"name": "a", "taskReferenceName": "a"}
DEFINITION: Any = {
    "name": "w",
    "version": 1,
    "tasks": [TASK, {"name": "b", "taskReferenceName": "b"}],
}


def run(seed: int, product: Product) -> str:
    """A batch or two of bad items with one that is good."""
    random = Random(seed)
    product.ask("POST", "/api/metadata/workflow", DEFINITION)
    started = product.ask("POST", "/api/workflow", {"name": "w"}).body
    product.settle()
    (handed,) = product.poll("a")
    match random.randrange(5):
        case 0 | 1 | 2:
            what = _queue(random, product, started, handed)
        case 3:
            what = _stream(random, product, started)
        case _:
            what = _kafka(random)
    product.settle()
    # Whatever it was, what is there goes on.
    other = product.ask("POST", "/api/workflow", {"name": "w"})
    assert other.status == 200, other
    assert product.run_to_rest(other.body) is WorkflowStatus.COMPLETED
    product.run_to_rest(started)
    return what


def _queue(random: Random, product: Product, started: str, handed: Any) -> str:
    handler, name = random.choice(QUEUES)
    event = sample(name)
    template = event["Records"][0]
    good = deepcopy(template) | {"messageId": "good", "body": json.dumps(_result(started, handed))}
    bad = [deepcopy(template) | {"messageId": f"bad{number}"} for number in range(3)]
    for record in bad:
        record["body"] = _text(random, template["body"], started, handed)
        if handler is events and random.random() < 0.8:
            record["eventSourceARN"] = OWN_QUEUE
        if handler is events and random.random() < 0.3:
            record["messageAttributes"] = random.choice(
                ({}, {"conductor-message-id": {"stringValue": random.choice(TEXTS)}})
            )
    records = [*bad, good] if handler is results else bad
    answer = handler({"Records": records}, None)
    failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
    assert "good" not in failed, f"{name}: a good result failed beside bad ones"
    assert failed <= {record["messageId"] for record in records}
    if handler is results:
        task = product.ask("GET", f"/api/tasks/{handed.message.workflow_id}", query="").status
        assert task < 500
    return f"{name} {len(failed)} failed"


def _result(workflow_id: str, handed: Any) -> dict[str, Any]:
    message = handed.message
    return {
        "workflowInstanceId": workflow_id,
        "taskId": f"{workflow_id}.{message.seq}.{message.ref}",
        "inc": message.inc,
        "epoch": handed.task.epoch,
        "status": "COMPLETED",
        "outputData": {},
    }


def _text(random: Random, body: str, started: str, handed: Any) -> str:
    """A body that is not what it should be; often of the execution that is there."""
    match random.randrange(8):
        case 0:
            return str(random.choice(TEXTS)).encode(errors="replace").decode()
        case 1:
            return mutated(random, body).encode(errors="replace").decode()
        case 2:
            return "[" * random.choice((300, 5000)) + "]" * random.choice((0, 300, 5000))
        case 3:
            return json.dumps(anything(random))
        case 4:
            return (
                '{"v": 1, "a": '
                + random.choice(("NaN", "Infinity", "1e999", "9" * 5000, '"\\ud800"'))
                + "}"
            )
    try:
        wire = json.loads(body)
    except ValueError:
        return json.dumps(anything(random))
    wire = _aimed(wire, started, handed)
    return json.dumps(worse(random, wire, random.choice((1, 1, 2, 4))))


def _aimed(wire: Any, started: str, handed: Any) -> Any:
    if not isinstance(wire, dict):
        return wire
    here = {
        "workflowInstanceId": started,
        "taskId": f"{started}.{handed.message.seq}.a",
        "ref": "a",
        "seq": handed.message.seq,
        "taskType": "a",
    }
    return {key: here.get(key, value) for key, value in wire.items()}


def _stream(random: Random, product: Product, started: str) -> str:
    """Records of damaged items, and in the same batch those of another execution as they are."""
    other = product.ask("POST", "/api/workflow", {"name": "w"}).body
    records = [deepcopy(dict(record)) for record in product.store.records(0)]
    mine = [record for record in records if started in json.dumps(record["dynamodb"]["Keys"])]
    good = [record for record in records if other in json.dumps(record["dynamodb"]["Keys"])]
    damaged = [_damaged(random, record) for record in mine]
    handler = random.choice((decider, listeners))
    batch = damaged + good
    random.shuffle(batch)
    answer = handler({"Records": batch}, None)
    failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
    assert not failed & {record["dynamodb"]["SequenceNumber"] for record in good}, (
        "a good record failed"
    )
    return f"stream {bool(failed)}"


def _damaged(random: Random, record: Any) -> Any:
    images = record["dynamodb"]
    name = random.choice([each for each in ("NewImage", "OldImage") if each in images] or ["Keys"])
    image = images[name]
    for _ in range(random.choice((1, 1, 3))):
        attributes = [key for key in image if key not in {"pk", "sk"}]
        if not attributes:
            break
        key = random.choice(attributes)
        match random.randrange(7):
            case 0:
                del image[key]
            case 1:
                image[key] = {"S": str(random.choice(TEXTS))}
            case 2:
                image[key] = {"N": str(random.choice(NUMBERS[:-1]))}
            case 3:
                image[key] = random.choice(
                    ({"M": {}}, {"L": []}, {"NULL": True}, {"BOOL": True}, {"B": "AA=="})
                )
            case 4:
                image[random.choice(TEXTS)] = image[key]
            case 5 if "S" in image[key]:
                image[key] = {"S": mutated(random, image[key]["S"])}
            case _:
                image[key] = {"S": json.dumps(nested(190))}
    if random.random() < 0.1:
        record["eventName"] = random.choice(("REMOVE", "INSERT", "", "x"))
    return record


def _kafka(random: Random) -> str:
    event = sample("kafka.json")
    for records in event["records"].values():
        for record in records:
            record["value"] = random.choice(
                (None, "", "////", "e30=", "bnVsbA==", "W1tbW1s=", "gICA")
            )
            record["headers"] = random.choice(
                (None, [], [{"conductor-message-id": [300, -1, 0]}], [{"x": []}])
            )
            if random.random() < 0.3:
                del record["headers"]
    events(event, None)
    return "kafka"
