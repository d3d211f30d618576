"""Events in the shapes Lambda gives them, made from what the AWS APIs return."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from podium_local.resources import ACCOUNT, REGION


def stream_record(record: Mapping[str, Any], stream_arn: str) -> dict[str, Any]:
    """A record of dynamodbstreams as the event source delivers it."""
    change = dict(record["dynamodb"])
    created = change.get("ApproximateCreationDateTime")
    if isinstance(created, datetime):
        change["ApproximateCreationDateTime"] = created.timestamp()
    for name in ("Keys", "NewImage", "OldImage"):
        if name in change:
            change[name] = {key: _attribute(value) for key, value in change[name].items()}
    shaped = {
        "eventID": record["eventID"],
        "eventName": record["eventName"],
        "eventVersion": record["eventVersion"],
        "eventSource": record["eventSource"],
        "awsRegion": record["awsRegion"],
        "dynamodb": change,
        "eventSourceARN": stream_arn,
    }
    if "userIdentity" in record:
        shaped["userIdentity"] = record["userIdentity"]
    return shaped


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    """An attribute value as JSON: bytes, which boto3 decodes, are base64 text again."""
    ((kind, content),) = value.items()
    match kind:
        case "B":
            return {kind: _base64(content)}
        case "BS":
            return {kind: [_base64(each) for each in content]}
        case "L":
            return {kind: [_attribute(each) for each in content]}
        case "M":
            return {kind: {name: _attribute(each) for name, each in content.items()}}
        case _:
            return {kind: content}


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def queue_record(message: Mapping[str, Any], queue_arn: str) -> dict[str, Any]:
    """A message of ReceiveMessage (all attributes asked for) as the event source delivers it."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message.get("Attributes", {})),
        "messageAttributes": {
            name: _message_attribute(value)
            for name, value in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": REGION,
    }


def _message_attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    shaped: dict[str, Any] = {"dataType": value["DataType"]}
    if "StringValue" in value:
        shaped["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        shaped["binaryValue"] = _base64(value["BinaryValue"])
    return shaped | {"stringListValues": [], "binaryListValues": []}


def scheduled_event(rule_name: str, now: int) -> dict[str, Any]:
    """The tick of an EventBridge rule; ``now`` in milliseconds, the event has seconds."""
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": _seconds(now),
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{rule_name}"],
        "detail": {},
    }


def failed_batch(
    *,
    function_arn: str,
    request_id: str,
    condition: str,
    invocations: int,
    shard_id: str,
    stream_arn: str,
    records: list[dict[str, Any]],
    now: int,
) -> dict[str, Any]:
    """What Lambda sends to the on-failure queue: the place in the stream, not the records.

    ``condition``: ``RetryAttemptsExhausted`` or ``RecordAgeExceeded``.
    """
    changes = [record["dynamodb"] for record in records]
    arrivals = [_seconds(int(change["ApproximateCreationDateTime"] * 1000)) for change in changes]
    moment = datetime.fromtimestamp(now / 1000, UTC)
    return {
        "requestContext": {
            "requestId": request_id,
            "functionArn": function_arn,
            "condition": condition,
            "approximateInvokeCount": invocations,
        },
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        },
        "version": "1.0",
        "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now % 1000:03d}Z",
        "DDBStreamBatchInfo": {
            "shardId": shard_id,
            "startSequenceNumber": changes[0]["SequenceNumber"],
            "endSequenceNumber": changes[-1]["SequenceNumber"],
            "approximateArrivalOfFirstRecord": arrivals[0],
            "approximateArrivalOfLastRecord": arrivals[-1],
            "batchSize": len(records),
            "streamArn": stream_arn,
        },
    }


def _seconds(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
