"""The patch repairs what moto gets wrong; test_moto_answers.py shows that it changes nothing else."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.dynamodb.models import dynamodb_backends

from podium_local.clock import SystemClock, VirtualClock
from podium_local.moto_patch import patched
from podium_local.moto_patch.calls import LOCK, serialized_app
from tests.support.moto import ACCOUNT, REGION, client, fresh, make_table

KEYS = {"pk": {"S": "p"}, "sk": {"S": "s"}}


@pytest.fixture
def clock():
    return VirtualClock()


@pytest.fixture
def aws(clock):
    with fresh(clock):
        yield client


class Stream:
    """A reader that opened its iterator before anything was written."""

    def __init__(self, streams: Any) -> None:
        self._streams = streams
        arn = streams.list_streams(TableName="table")["Streams"][0]["StreamArn"]
        shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
        self._iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]

    def read(self) -> list[dict[str, Any]]:
        answer = self._streams.get_records(ShardIterator=self._iterator)
        self._iterator = answer["NextShardIterator"]
        return list(answer["Records"])


# --- What stock moto gets wrong --------------------------------------------------------------------


def test_a_failed_transaction_leaves_no_record_and_no_item_and_the_stream_goes_on(aws):
    dynamodb = aws("dynamodb")
    make_table(dynamodb)
    stream = Stream(aws("dynamodbstreams"))
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        dynamodb.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": "table", "Item": KEYS}},
                {
                    "ConditionCheck": {
                        "TableName": "table",
                        "Key": {"pk": {"S": "other"}, "sk": {"S": "s"}},
                        "ConditionExpression": "attribute_exists(pk)",
                    }
                },
            ]
        )
    assert stream.read() == []
    assert "Item" not in dynamodb.get_item(TableName="table", Key=KEYS)

    dynamodb.put_item(TableName="table", Item=KEYS)
    assert [record["eventName"] for record in stream.read()] == ["INSERT"]


def test_a_transaction_restores_an_item_it_had_changed_before_it_failed(aws):
    dynamodb = aws("dynamodb")
    make_table(dynamodb)
    dynamodb.put_item(TableName="table", Item=KEYS | {"v": {"N": "1"}})
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        dynamodb.transact_write_items(
            TransactItems=[
                {
                    "Update": {
                        "TableName": "table",
                        "Key": KEYS,
                        "UpdateExpression": "SET v = :v",
                        "ExpressionAttributeValues": {":v": {"N": "2"}},
                    }
                },
                {
                    "ConditionCheck": {
                        "TableName": "table",
                        "Key": {"pk": {"S": "other"}, "sk": {"S": "s"}},
                        "ConditionExpression": "attribute_exists(pk)",
                    }
                },
            ]
        )
    assert dynamodb.get_item(TableName="table", Key=KEYS)["Item"]["v"] == {"N": "1"}


def test_an_update_that_makes_an_item_is_one_insert_with_the_whole_item(aws):
    dynamodb = aws("dynamodb")
    make_table(dynamodb)
    stream = Stream(aws("dynamodbstreams"))
    dynamodb.update_item(
        TableName="table",
        Key=KEYS,
        UpdateExpression="SET v = :v",
        ExpressionAttributeValues={":v": {"N": "1"}},
    )
    (record,) = stream.read()
    assert record["eventName"] == "INSERT"
    assert record["dynamodb"]["NewImage"] == KEYS | {"v": {"N": "1"}}
    assert stream.read() == []


def test_an_update_that_is_refused_makes_no_item(aws):
    dynamodb = aws("dynamodb")
    make_table(dynamodb)
    stream = Stream(aws("dynamodbstreams"))
    with pytest.raises(ClientError):
        dynamodb.update_item(
            TableName="table",
            Key=KEYS,
            UpdateExpression="SET v = missing + :v",
            ExpressionAttributeValues={":v": {"N": "1"}},
        )
    assert "Item" not in dynamodb.get_item(TableName="table", Key=KEYS)
    assert stream.read() == []


def test_a_write_that_changes_nothing_is_not_streamed(aws):
    dynamodb = aws("dynamodb")
    make_table(dynamodb)
    stream = Stream(aws("dynamodbstreams"))
    for _ in range(2):
        dynamodb.put_item(TableName="table", Item=KEYS | {"v": {"N": "1"}})
    assert [record["eventName"] for record in stream.read()] == ["INSERT"]


def test_an_index_has_each_item_where_it_is_now(aws):
    dynamodb = aws("dynamodb")
    make_table(dynamodb)

    def indexed(due: str) -> list[str]:
        found = dynamodb.query(
            TableName="table",
            IndexName="due",
            KeyConditionExpression="due = :due",
            ExpressionAttributeValues={":due": {"S": due}},
        )
        return [item["pk"]["S"] for item in found["Items"]]

    for name in "abc":
        item = {"pk": {"S": name}, "sk": {"S": "s"}, "due": {"S": "1"}, "tm": {"S": name}}
        dynamodb.put_item(TableName="table", Item=item)
    assert (indexed("1"), indexed("2")) == (["a", "b", "c"], [])
    dynamodb.update_item(
        TableName="table",
        Key={"pk": {"S": "a"}, "sk": {"S": "s"}},
        UpdateExpression="SET due = :due",
        ExpressionAttributeValues={":due": {"S": "2"}},
    )
    dynamodb.delete_item(TableName="table", Key={"pk": {"S": "b"}, "sk": {"S": "s"}})
    dynamodb.update_item(
        TableName="table",
        Key={"pk": {"S": "d"}, "sk": {"S": "s"}},
        UpdateExpression="SET due = :due, tm = :tm",
        ExpressionAttributeValues={":due": {"S": "1"}, ":tm": {"S": "d"}},
    )
    assert (indexed("1"), indexed("2")) == (["c", "d"], ["a"])
    moved = {"pk": {"S": "a"}, "sk": {"S": "s"}, "due": {"S": "1"}, "tm": {"S": "a"}}
    dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": "table", "Item": moved}}])
    dynamodb.put_item(TableName="table", Item={"pk": {"S": "c"}, "sk": {"S": "s"}})
    assert (indexed("1"), indexed("2")) == (["a", "d"], [])


def test_no_conditional_write_is_lost_among_threads(aws):
    dynamodb = aws("dynamodb")
    make_table(dynamodb)
    dynamodb.put_item(TableName="table", Item=KEYS | {"v": {"N": "0"}})
    applied = []

    def count() -> None:
        for _ in range(15):
            value = dynamodb.get_item(TableName="table", Key=KEYS)["Item"]["v"]
            try:
                dynamodb.update_item(
                    TableName="table",
                    Key=KEYS,
                    UpdateExpression="SET v = v + :one",
                    ConditionExpression="v = :v",
                    ExpressionAttributeValues={":one": {"N": "1"}, ":v": value},
                )
            except dynamodb.exceptions.ConditionalCheckFailedException:
                continue
            applied.append(1)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert dynamodb.get_item(TableName="table", Key=KEYS)["Item"]["v"] == {"N": str(len(applied))}


def test_others_are_served_while_somebody_waits_for_a_message():
    with fresh(SystemClock()):
        sqs = client("sqs")
        url = sqs.create_queue(QueueName="q")["QueueUrl"]
        received = []
        poller = threading.Thread(
            target=lambda: received.extend(
                sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages", [])
            )
        )
        poller.start()
        # Whoever holds the lock for the whole wait makes this send come too late to be received.
        sqs.send_message(QueueUrl=url, MessageBody="now")
        poller.join(timeout=10)
        assert [message["Body"] for message in received] == ["now"]


# --- Time is ours ----------------------------------------------------------------------------------


def test_delays_and_visibility_follow_the_clock(aws, clock):
    sqs = aws("sqs")
    url = sqs.create_queue(QueueName="q", Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="late", DelaySeconds=10)

    def bodies() -> list[str]:
        return [
            message["Body"] for message in sqs.receive_message(QueueUrl=url).get("Messages", [])
        ]

    assert bodies() == []
    clock.advance(9_999)
    assert bodies() == []
    clock.advance(1)
    assert bodies() == ["late"]
    clock.advance(59_999)
    assert bodies() == []
    clock.advance(1)
    assert bodies() == ["late"]


def test_a_message_may_be_hidden_for_twelve_hours_from_its_first_receive(aws, clock):
    sqs = aws("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="old")
    clock.advance(40_000_000)

    def hide(seconds: int) -> None:
        (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
        sqs.change_message_visibility(
            QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=seconds
        )

    hide(43_000)
    clock.advance(43_000_000)
    with pytest.raises(ClientError, match="beyond the limit"):
        hide(300)


def test_a_long_poll_returns_at_once_where_time_stands_still(aws):
    sqs = aws("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)


def test_an_expired_message_is_gone_and_stands_in_nobodys_way(aws, clock):
    sqs = aws("sqs")
    url = sqs.create_queue(QueueName="q", Attributes={"MessageRetentionPeriod": "60"})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="old")
    clock.advance(60_000)
    sqs.send_message(QueueUrl=url, MessageBody="new")
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert [message["Body"] for message in received] == ["new"]


def test_stream_records_carry_the_time_of_the_clock(aws, clock):
    dynamodb = aws("dynamodb")
    make_table(dynamodb)
    stream = Stream(aws("dynamodbstreams"))
    clock.advance(5_000)
    dynamodb.put_item(TableName="table", Item=KEYS)
    created = stream.read()[0]["dynamodb"]["ApproximateCreationDateTime"]
    assert int(created.timestamp() * 1000) == clock.now()


# --- Memory stays bounded --------------------------------------------------------------------------


def test_trimmed_records_are_gone_and_the_sequence_goes_on(aws):
    from podium_local.moto_patch.streams import trim

    dynamodb = aws("dynamodb")
    make_table(dynamodb)
    streams = aws("dynamodbstreams")
    stream = Stream(streams)
    for number in range(30):
        dynamodb.put_item(TableName="table", Item=KEYS | {"v": {"N": str(number)}})
    records = stream.read()
    last = int(records[-1]["dynamodb"]["SequenceNumber"])
    trim("table", REGION, ACCOUNT, before=last + 1, keep=10)
    shard = dynamodb_backends[ACCOUNT][REGION].tables["table"].stream_shard
    assert shard is not None
    assert len(shard.items) == 10

    dynamodb.put_item(TableName="table", Item=KEYS | {"v": {"N": "31"}})
    (record,) = stream.read()
    assert int(record["dynamodb"]["SequenceNumber"]) == last + 1
    iterator = streams.get_shard_iterator(
        StreamArn=streams.list_streams(TableName="table")["Streams"][0]["StreamArn"],
        ShardId=shard.id,
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber=records[0]["dynamodb"]["SequenceNumber"],
    )["ShardIterator"]
    with pytest.raises(ClientError, match="TrimmedDataAccess"):
        streams.get_records(ShardIterator=iterator)


def test_items_and_messages_are_not_kept_for_the_dashboard(aws):
    from moto.dynamodb.models.dynamo_type import Item
    from moto.sqs.models import Message

    before = len(Item.instances_tracked), len(Message.instances_tracked)  # type: ignore[attr-defined]
    dynamodb, sqs = aws("dynamodb"), aws("sqs")
    make_table(dynamodb)
    dynamodb.put_item(TableName="table", Item=KEYS)
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="m")
    assert (len(Item.instances_tracked), len(Message.instances_tracked)) == before  # type: ignore[attr-defined]


# --- The guard -------------------------------------------------------------------------------------


def test_another_version_is_left_alone_with_a_warning():
    from moto.dynamodb.models.table import Table

    stock = Table.query
    patch = patched(SystemClock(), version="6.0.0")
    with pytest.warns(RuntimeWarning, match="moto 6.0.0 is not known"):
        done = patch.__enter__()
    assert not done
    assert Table.query is stock
    patch.__exit__(None, None, None)


def test_everything_is_put_back():
    from moto.core.botocore_stubber import BotocoreStubber
    from moto.dynamodb.models.table import Table
    from moto.sqs.models import Queue

    before = [dict(vars(owner)) for owner in (Table, Queue, BotocoreStubber)]
    with patched(SystemClock()):
        assert vars(Queue)["messages"] is not before[1]["messages"]
    assert [dict(vars(owner)) for owner in (Table, Queue, BotocoreStubber)] == before


def test_the_server_app_reads_the_body_before_it_takes_the_lock():
    held: list[bool] = []

    class Body:
        def read(self, size: int = -1) -> bytes:
            held.append(LOCK._is_owned())  # type: ignore[attr-defined]
            return b"body"[:size]

    def app(environ, start_response):
        held.append(LOCK._is_owned())  # type: ignore[attr-defined]
        yield environ["wsgi.input"].read()

    environ = {"CONTENT_LENGTH": "4", "wsgi.input": Body()}
    assert list(serialized_app(app)(environ, lambda *args: None)) == [b"body"]
    assert held == [False, True]
