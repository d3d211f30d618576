"""Workflow definitions from a seed (models.md 1.1): every field, valid together."""

from __future__ import annotations

from tests.support.shapes.task_defs import schema
from tests.support.shapes.tasks import Tasks
from tests.support.shapes.values import Draw, Json


def workflow_of(seed: int) -> Json:
    """A workflow definition that may be registered; its identity is its own."""
    draw = Draw(f"workflow definition {seed}")
    return _definition(draw, f"{draw.word()} {seed}", depth=draw.number(1, 5))


def _definition(draw: Draw, name: str, depth: int) -> Json:
    """Any selection of the fields, in any order, around tasks of any type."""
    tasks = Tasks(draw, lambda inner, level: _definition(draw, inner, level))
    fields: Json = {
        "version": draw.number(1, 9),
        "description": draw.text(),
        "inputParameters": draw.some(("a", "größe", "注文")),
        "outputParameters": draw.map(),
        "inputTemplate": draw.map(),
        "variables": draw.map(),
        "failureWorkflow": draw.one((draw.word(), "${workflow.input.onFailure}")),
        "failureWorkflowVersion": draw.number(1, 3),
        "schemaVersion": 2,
        "restartable": draw.flip(),
        "workflowStatusListenerEnabled": draw.flip(),
        "workflowStatusListenerSink": draw.one(("eventbridge", "sqs:heard", "queue")),
        "ownerEmail": "who@example.com",
        "ownerApp": draw.text(),
        "createdBy": draw.word(),
        "updatedBy": draw.word(),
        "timeoutPolicy": draw.one(("TIME_OUT_WF", "ALERT_ONLY")),
        "timeoutSeconds": draw.one((0, 60, 2**40)),
        "rateLimitConfig": draw.among(
            {
                "rateLimitKey": "${workflow.correlationId}",
                "concurrentExecLimit": draw.number(1, 9),
                "policy": draw.one(("QUEUE", "REJECT")),
            }
        ),
        "inputSchema": schema(draw),
        "outputSchema": schema(draw),
        "enforceSchema": draw.flip(),
        "metadata": draw.map() | draw.one(({}, {"classifier": "agent"}, {"agent_sdk": "x"})),
        "cacheConfig": draw.among({"key": "${a}", "ttlInSecond": draw.number(0, 9)}),
        "maskedFields": draw.some(("password", "größe")),
    }
    chosen = {field: fields[field] for field in draw.some(list(fields), most=8)}
    chosen |= {"name": name, "tasks": tasks.some(depth)}
    return draw.among(chosen)
