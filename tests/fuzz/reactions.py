"""Event handlers and schedules made badly, and messages that do not suit them: noted as failed, and the rest goes on."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from functions.events.handler import handler as events
from tests.fuzz import programs
from tests.fuzz.expressions import template
from tests.fuzz.product import Product
from tests.fuzz.requests import cron
from tests.fuzz.values import TEXTS, anything, nested, worse
from tests.support.fake_engine import sample

EVENT = "sqs:q"
DEFINITION: Any = {"name": "w", "version": 1, "tasks": [{"name": "a", "taskReferenceName": "a"}]}


def run(seed: int, product: Product) -> str:
    """Handlers, some of them bad, and a few messages; then schedules."""
    random = Random(seed)
    product.ask("POST", "/api/metadata/workflow", DEFINITION)
    started = product.ask("POST", "/api/workflow", {"name": "w"}).body
    refused = 0
    for number in range(3):
        refused += (
            product.ask("POST", "/api/event", _handler(random, number, started)).status != 200
        )
    good = {
        "name": "good",
        "event": EVENT,
        "active": True,
        "actions": [
            {"action": "start_workflow", "start_workflow": {"name": "w", "correlationId": "good"}}
        ],
    }
    assert product.ask("POST", "/api/event", good).status == 200
    records = []
    for number in range(2):
        (record,) = sample("sqs-event-source.json")["Records"][:1]
        arn = record["eventSourceARN"].rpartition(":")[0] + ":podium-sink-q"
        records.append(
            record
            | {
                "messageId": f"m{number}",
                "eventSourceARN": arn,
                "messageAttributes": {},
                "body": _payload(random),
            }
        )
    answer = events({"Records": records}, None)
    assert answer is not None
    product.settle()
    listed = product.ask("GET", "/api/event/execution", query="")
    assert listed.status == 200, listed
    ids = product.ask("GET", "/api/workflow/w/correlated/good", query="includeClosed=true").body
    assert len(ids) == len(records), "the good handler did not act on each message"
    _schedule(random, product)
    return f"{refused} refused, {len(answer['batchItemFailures'])} failed"


def _handler(random: Random, number: int, workflow_id: str) -> Any:
    kinds: list[Any] = [
        {
            "action": "start_workflow",
            "start_workflow": {
                "name": "w",
                "input": {"a": template(random)},
                "correlationId": template(random),
            },
        },
        {
            "action": "complete_task",
            "complete_task": {
                "workflowId": workflow_id,
                "taskRefName": "a",
                "output": {"a": template(random)},
            },
        },
        {
            "action": "fail_task",
            "fail_task": {"workflowId": template(random), "taskRefName": template(random)},
        },
        {
            "action": "terminate_workflow",
            "terminate_workflow": {
                "workflowId": template(random),
                "terminationReason": template(random),
            },
        },
        {
            "action": "update_workflow_variables",
            "update_workflow_variables": {
                "workflowId": workflow_id,
                "variables": {"a": template(random)},
                "appendArray": True,
            },
        },
    ]
    made = {
        "name": f"h{number}",
        "event": EVENT,
        "active": True,
        "condition": random.choice(("", "true", programs.script(random))),
        "evaluatorType": random.choice(("javascript", "value-param", "", "graaljs")),
        "actions": [
            {**random.choice(kinds), "expandInlineJSON": random.random() < 0.5} for _ in range(2)
        ],
    }
    return worse(random, made, 1) if random.random() < 0.4 else made


def _payload(random: Random) -> str:
    match random.randrange(6):
        case 0:
            return str(random.choice(TEXTS)).encode(errors="replace").decode()
        case 1:
            return json.dumps({"a": json.dumps({"a": json.dumps(nested(150))})})
        case 2:
            return "[" * 900 + "]" * 900
        case 3:
            return '{"a": ' + random.choice(("NaN", "1e999", "9" * 5000, '"\\ud800"')) + "}"
        case 4:
            return json.dumps({"a": "{" * 5000})
        case _:
            return json.dumps(random.choice((programs.document(random), anything(random))))


def _schedule(random: Random, product: Product) -> None:
    made = {
        "name": "s",
        "cronExpression": cron(random),
        "zoneId": random.choice(("UTC", random.choice(TEXTS))),
        "startWorkflowRequest": {"name": "w"},
    }
    if random.random() < 0.5:
        made = worse(random, made, 2)
    saved = product.ask("POST", "/api/scheduler/schedules", made)
    if saved.status == 200:
        product.clock.advance(3_600_000)
        product.engine.scheduling().firing.sweep()
        listed = product.ask("GET", "/api/scheduler/schedules")
        assert listed.status == 200, listed
