"""Patched moto gives the answers of stock moto, call by call."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws

from podium_local.clock import SystemClock
from podium_local.moto_patch import patched
from tests.support.moto import ACCOUNT, REGION, client, make_table

Call = tuple[str, str, dict[str, Any]]


names = st.sampled_from(["a", "b"])
keys = st.builds(
    lambda pk, sk: {"pk": {"S": pk}, "sk": {"S": sk}},
    names,
    st.sampled_from(["1", "2", "3"]),
)
numbers = st.integers(min_value=0, max_value=3).map(lambda number: {"N": str(number)})
values = st.recursive(
    st.sampled_from(
        [
            {"S": ""},
            {"N": "1.50"},
            {"BOOL": False},
            {"NULL": True},
            {"SS": ["a", "b"]},
            {"NS": ["1"]},
            {"B": b"\x00"},
            {"BS": [b"z"]},
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=2).map(lambda several: {"L": several})
        | st.dictionaries(names, inner, max_size=2).map(lambda several: {"M": several})
    ),
    max_leaves=4,
)
extras = st.fixed_dictionaries(
    {"v": numbers},
    optional={"a": values, "due": st.just({"S": "0"}), "tm": names.map(lambda name: {"S": name})},
)
conditions = st.sampled_from(
    [
        "attribute_not_exists(pk)",
        "attribute_exists(pk)",
        "v = :v",
        "v < :v OR attribute_not_exists(v)",
    ]
)


def _with_condition(condition: str, value: Any, request: dict[str, Any]) -> dict[str, Any]:
    request["ConditionExpression"] = condition
    if ":v" in condition:
        request.setdefault("ExpressionAttributeValues", {})[":v"] = value
    return request


puts = st.builds(lambda key, extra: {"Item": key | extra}, keys, extras)
expressions = st.sampled_from(
    [
        "SET w = :w, v = if_not_exists(v, :w)",
        "SET v = v + :w, w = :w REMOVE a",
        "REMOVE v, a[0] SET w = :w",
        "ADD v :w",
        "SET a = list_append(if_not_exists(a, :l), :l), v = :w",
        "SET v = :w, v = :w",
        "SET x",
    ]
)
updates = st.builds(
    lambda key, expression, value, returned: {
        "Key": key,
        "UpdateExpression": expression,
        "ReturnValues": returned,
        "ExpressionAttributeValues": {":w": value}
        | ({":l": {"L": [{"S": "e"}]}} if ":l" in expression else {}),
    },
    keys,
    expressions,
    numbers,
    st.sampled_from(["NONE", "ALL_OLD", "ALL_NEW", "UPDATED_NEW"]),
)
deletes = st.builds(lambda key: {"Key": key}, keys)


def conditional(requests):
    return requests | st.builds(_with_condition, conditions, numbers, requests)


conditional_writes = st.one_of(
    conditional(puts).map(lambda request: ("Put", request)),
    conditional(updates).map(lambda request: ("Update", request)),
    conditional(deletes).map(lambda request: ("Delete", request)),
)


def _single(operation: str, request: dict[str, Any]) -> Call:
    method = {"Put": "put_item", "Update": "update_item", "Delete": "delete_item"}[operation]
    return "dynamodb", method, {"ReturnValues": "ALL_OLD"} | request | {"TableName": "table"}


def _transaction(operations: list[tuple[str, dict[str, Any]]]) -> Call:
    items = [
        {
            operation: {name: part for name, part in request.items() if name != "ReturnValues"}
            | {"TableName": "table"}
            | (
                {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
                if "ConditionExpression" in request
                else {}
            )
        }
        for operation, request in operations
    ]
    return "dynamodb", "transact_write_items", {"TransactItems": items}


queries = st.builds(
    lambda pk, forward, limit, start: (
        "dynamodb",
        "query",
        {
            "TableName": "table",
            "KeyConditionExpression": "pk = :p AND begins_with(sk, :s)",
            "ExpressionAttributeValues": {":p": {"S": pk}, ":s": {"S": ""}},
            "ScanIndexForward": forward,
            "Limit": limit,
        }
        | ({"ExclusiveStartKey": {"pk": {"S": pk}, "sk": {"S": start}}} if start else {}),
    ),
    names,
    st.booleans(),
    st.integers(min_value=1, max_value=3),
    st.sampled_from(["", "1", "2"]),
)
index_queries = st.builds(
    lambda tm, limit: (
        "dynamodb",
        "query",
        {
            "TableName": "table",
            "IndexName": "due",
            "KeyConditionExpression": "due = :d AND tm <= :t",
            "ExpressionAttributeValues": {":d": {"S": "0"}, ":t": {"S": tm}},
            "Limit": limit,
        },
    ),
    names,
    st.integers(min_value=1, max_value=6),
)
calls = st.one_of(
    conditional_writes.map(lambda write: _single(*write)),
    st.lists(conditional_writes, min_size=1, max_size=4).map(_transaction),
    keys.map(lambda key: ("dynamodb", "get_item", {"TableName": "table", "Key": key})),
    queries,
    index_queries,
    st.just(("dynamodb", "scan", {"TableName": "table"})),
)


@pytest.fixture(scope="module")
def _moto():
    with mock_aws():
        yield


def answers(sequence: list[Call], *, repaired: bool) -> list[Any]:
    with patched(SystemClock()) if repaired else nullcontext():
        dynamodb = client("dynamodb")
        make_table(dynamodb)
        try:
            return [answer(dynamodb, method, request) for _, method, request in sequence]
        finally:
            dynamodb.delete_table(TableName="table")


def answer(aws_client: Any, method: str, request: dict[str, Any]) -> Any:
    try:
        found = getattr(aws_client, method)(**request)
    except ClientError as error:
        found = error.response
    except (KeyError, TypeError) as error:
        # A crash inside moto, where AWS would refuse: the same one then.
        return repr(error)
    found.pop("ResponseMetadata", None)
    found.pop("NextToken", None)
    return found


@pytest.mark.usefixtures("_moto")
@settings(max_examples=60)
@given(st.lists(calls, min_size=1, max_size=12))
def test_any_sequence_of_table_calls_gets_the_answers_of_stock_moto(sequence):
    assert answers(sequence, repaired=True) == answers(sequence, repaired=False)


queue_calls = st.one_of(
    st.tuples(st.just("send"), st.sampled_from(["x", "y"])),
    st.tuples(st.just("receive"), st.integers(min_value=1, max_value=3)),
    st.tuples(st.just("delete"), st.integers(min_value=0, max_value=5)),
    st.tuples(st.just("visible"), st.integers(min_value=0, max_value=5)),
    st.tuples(st.just("invisible"), st.integers(min_value=0, max_value=5)),
    st.tuples(st.just("count"), st.just("")),
    st.tuples(st.just("purge"), st.just("")),
)


def queue_answers(sequence: list[tuple[str, Any]], *, repaired: bool) -> list[Any]:
    with patched(SystemClock()) if repaired else nullcontext():
        sqs = client("sqs")
        dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
        policy = f'{{"deadLetterTargetArn": "arn:aws:sqs:{REGION}:{ACCOUNT}:dead", "maxReceiveCount": 2}}'
        url = sqs.create_queue(QueueName="q", Attributes={"RedrivePolicy": policy})["QueueUrl"]
        try:
            receipts: list[str] = []
            seen = [queue_answer(sqs, url, receipts, *call) for call in sequence]
            return [*seen, queue_answer(sqs, dead, receipts, "count", "")]
        finally:
            for queue in (url, dead):
                sqs.delete_queue(QueueUrl=queue)


def queue_answer(sqs: Any, url: str, receipts: list[str], action: str, value: Any) -> Any:
    match action:
        case "send":
            return answer(sqs, "send_message", {"QueueUrl": url, "MessageBody": value})[
                "MD5OfMessageBody"
            ]
        case "receive":
            request = {"QueueUrl": url, "MaxNumberOfMessages": value, "AttributeNames": ["All"]}
            messages = answer(sqs, "receive_message", request).get("Messages", [])
            receipts.extend(message["ReceiptHandle"] for message in messages)
            return [
                (message["Body"], message["Attributes"]["ApproximateReceiveCount"])
                for message in messages
            ]
        case "count":
            request = {"QueueUrl": url, "AttributeNames": ["All"]}
            attributes = answer(sqs, "get_queue_attributes", request)["Attributes"]
            return {k: v for k, v in attributes.items() if not k.endswith("Timestamp")}
        case "purge":
            return answer(sqs, "purge_queue", {"QueueUrl": url})
        case _:
            receipt = receipts[value] if value < len(receipts) else "none"
            request = {"QueueUrl": url, "ReceiptHandle": receipt}
            if action == "delete":
                return answer(sqs, "delete_message", request)
            seconds = 0 if action == "visible" else 30
            return answer(
                sqs, "change_message_visibility", request | {"VisibilityTimeout": seconds}
            )


@pytest.mark.usefixtures("_moto")
@settings(max_examples=60)
@given(st.lists(queue_calls, min_size=1, max_size=15))
def test_any_sequence_of_queue_calls_gets_the_answers_of_stock_moto(sequence):
    # A message made visible is visible a moment later in stock moto: nothing is received in that moment.
    sequence = [
        step
        for call in sequence
        for step in ([call, ("count", "")] if call[0] == "visible" else [call])
    ]
    assert queue_answers(sequence, repaired=True) == queue_answers(sequence, repaired=False)
