"""Everything that leaves the functions of a stack: calls to AWS, answers to clients, log lines."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from tests.support.stack import Answer, LocalStack

#: The one service whose business secrets are.
_KEEPER = "secretsmanager"
#: Answers that hand a task to its worker, and those of an operator who asks for a secret.
_HAND_OFFS = ("/api/tasks/poll/", "/api/tasks/update-v2", "/api/secrets")


@dataclass
class Watch:
    """What was seen, as text, by where."""

    seen: list[tuple[str, str]] = field(default_factory=list)

    def places_of(self, text: str) -> list[str]:
        """Where ``text`` stands, in any of the forms in which text is written."""
        forms = {text, json.dumps(text)[1:-1], json.dumps(json.dumps(text)[1:-1])[1:-1]}
        return sorted({place for place, seen in self.seen if any(form in seen for form in forms)})

    def count(self, place: str) -> int:
        """How much was seen there; what is not looked at proves nothing."""
        return sum(1 for each, _ in self.seen if each.startswith(place))


@contextmanager
def watched(stack: LocalStack) -> Iterator[Watch]:
    """Note what happens in the body; the logs of Podium are noted from DEBUG on."""
    watch = Watch()
    call: Any = vars(BaseClient)["_make_api_call"]
    request = LocalStack.request

    def noted_call(self: Any, operation: str, params: Any) -> Any:
        service = self.meta.service_model.service_name
        answer = call(self, operation, params)
        if service != _KEEPER:
            watch.seen.append((f"call {service} {operation}", _text(params)))
            watch.seen.append((f"answer {service} {operation}", _text(answer)))
        return answer

    def noted_request(self: LocalStack, method: str, path: str, *args: Any, **more: Any) -> Answer:
        answer = request(self, method, path, *args, **more)
        if not path.startswith(_HAND_OFFS):
            watch.seen.append((f"{method} {path}", _text([answer.headers, answer.body])))
        return answer

    with pytest.MonkeyPatch.context() as patch, _logs(watch):
        patch.setattr(BaseClient, "_make_api_call", noted_call)
        patch.setattr(LocalStack, "request", noted_request)
        yield watch


@contextmanager
def refusing() -> Iterator[None]:
    """The store of secrets refuses to answer."""
    call: Any = vars(BaseClient)["_make_api_call"]

    def refused(self: Any, operation: str, params: Any) -> Any:
        if self.meta.service_model.service_name == _KEEPER:
            error: Any = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
            raise ClientError(error, operation)
        return call(self, operation, params)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", refused)
        yield


def remains(stack: LocalStack) -> Iterator[tuple[str, str]]:
    """Everything that is kept now: items, stream records, objects, messages of all queues."""
    runtime = stack.runtime
    dynamodb, streams, s3, sqs = map(runtime.client, ("dynamodb", "dynamodbstreams", "s3", "sqs"))
    for name, table in runtime.resources.tables.items():
        for item in dynamodb.scan(TableName=table)["Items"]:
            yield f"item of {name}", _text(item)
    for arn in runtime.resources.streams.values():
        for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
            place = {"StreamArn": arn, "ShardId": shard["ShardId"]}
            iterator = streams.get_shard_iterator(**place, ShardIteratorType="TRIM_HORIZON")
            found = streams.get_records(ShardIterator=iterator["ShardIterator"], Limit=1000)
            for record in found["Records"]:
                yield "record", _text(record)
    bucket = runtime.resources.bucket
    for listed in s3.list_objects_v2(Bucket=bucket).get("Contents", ()):
        body = s3.get_object(Bucket=bucket, Key=listed["Key"])["Body"].read()
        yield "object", listed["Key"] + body.decode()
    for url in sqs.list_queues().get("QueueUrls", ()):
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        for message in answer.get("Messages", ()):
            yield "message", message["Body"]


def _text(value: Any) -> str:
    return json.dumps(value, default=_other, ensure_ascii=False)


def _other(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


@contextmanager
def _logs(watch: Watch) -> Iterator[None]:
    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            watch.seen.append(("log", logging.Formatter().format(record) + str(vars(record))))

    handler = Handler(level=logging.DEBUG)
    # The root logger would tell of botocore's debug lines, which nobody writes in production.
    loggers = [logging.getLogger(name) for name in ("podium", "podium_worker", "podium_local")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(level)
