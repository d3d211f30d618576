"""Task definitions from a seed (models.md 1.3): every field, valid together."""

from __future__ import annotations

from tests.support.shapes.values import Draw, Json


def task_def_of(seed: int) -> Json:
    """A task definition that may be registered."""
    draw = Draw(f"task definition {seed}")
    return task_def(draw, f"{draw.word()} {seed}")


def task_def(draw: Draw, name: str) -> Json:
    """Any selection of the fields, in any order."""
    fields: Json = {
        "description": draw.text(),
        "retryCount": draw.number(0, 9),
        "retryLogic": draw.one(("FIXED", "EXPONENTIAL_BACKOFF", "LINEAR_BACKOFF")),
        "retryDelaySeconds": draw.number(0, 100),
        "backoffScaleFactor": draw.number(1, 5),
        "maxRetryDelaySeconds": draw.number(0, 100),
        "backoffJitterMs": draw.number(0, 1000),
        "timeoutPolicy": draw.one(("RETRY", "TIME_OUT_WF", "ALERT_ONLY")),
        "pollTimeoutSeconds": draw.number(0, 60),
        "concurrentExecLimit": draw.number(0, 3),
        "rateLimitPerFrequency": draw.number(0, 10),
        "rateLimitFrequencyInSeconds": draw.number(1, 60),
        "inputKeys": draw.some(("a", "größe", "")),
        "outputKeys": draw.some(("b", "注文")),
        "inputTemplate": draw.map(),
        "isolationGroupId": draw.word(),
        "executionNameSpace": draw.word(),
        "ownerEmail": "who@example.com",
        "ownerApp": draw.text(),
        "createdBy": draw.word(),
        "runtimeMetadata": draw.some(("TOKEN", "REGION")),
        "baseType": draw.word(),
        "inputSchema": schema(draw),
        "outputSchema": schema(draw),
        "enforceSchema": draw.flip(),
        "taskStatusListenerEnabled": draw.flip(),
        "limitDelivery": draw.one(("POLL", "GATE")),
    }
    chosen = {name: fields[name] for name in draw.some(list(fields))}
    if draw.flip():
        response = draw.number(1, 50)
        timeout = draw.one((0, response + draw.number(0, 50)))
        total = draw.one((0, timeout + draw.number(1, 50)))
        chosen |= {
            "responseTimeoutSeconds": response,
            "timeoutSeconds": timeout,
            "totalTimeoutSeconds": total,
        }
    return draw.among({"name": name, **chosen})


def schema(draw: Draw) -> Json:
    """A JSON Schema, or the reference to one that an enforced definition may not have."""
    data: Json = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {draw.word(): {"type": draw.one(("string", "number", "object"))}},
        "required": draw.some(("a", "größe")),
        "additionalProperties": draw.flip(),
    }
    fields = {"name": draw.word(), "version": draw.number(1, 3), "type": "JSON", "data": data}
    if draw.flip(0.3):
        fields |= {"externalRef": draw.word(), "ownerApp": draw.word(), "createTime": 1700000000000}
    return draw.among(fields)
