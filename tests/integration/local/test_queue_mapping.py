"""The queue mapping does what Lambda documents: batches, partial failures, visibility, dead letters."""

from __future__ import annotations

from typing import Any

from infra.shapes import QueueTrigger
from podium_local.pump import Faults
from tests.support.moto import client
from tests.support.pumping import installed, topology

WORK = QueueTrigger("work")


class Recorder:
    """Notes the bodies it gets; reports those in ``bad``, or raises if ``raises``."""

    def __init__(self, *bad: str, raises: bool = False) -> None:
        self.batches: list[list[str]] = []
        self.events: list[dict[str, Any]] = []
        self.bad = set(bad)
        self.raises = raises

    def __call__(self, event, context):
        self.events.append(event)
        bodies = [record["body"] for record in event["Records"]]
        self.batches.append(bodies)
        failed = [record["messageId"] for record in event["Records"] if record["body"] in self.bad]
        if failed and self.raises:
            raise RuntimeError("no")
        return {"batchItemFailures": [{"itemIdentifier": failure} for failure in failed]}


def left(it) -> int:
    answer = client("sqs").get_queue_attributes(
        QueueUrl=it.resources.queue_urls["work"],
        AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    )
    return sum(int(value) for value in answer["Attributes"].values())


def test_messages_come_in_batches_and_are_deleted_when_done():
    recorder = Recorder()
    with installed(topology(work=(WORK,)), {"work": recorder}) as it:
        for number in range(12):
            it.send(str(number))
        it.pump.run_until_idle()
        assert left(it) == 0
    assert [len(batch) for batch in recorder.batches] == [10, 2]


def test_a_batch_may_be_larger_than_one_receive():
    recorder = Recorder()
    with installed(topology(work=(QueueTrigger("work", batch_size=25),)), {"work": recorder}) as it:
        for number in range(30):
            it.send(str(number))
        it.pump.run_until_idle()
    assert [len(batch) for batch in recorder.batches] == [25, 5]


def test_messages_have_the_shape_lambda_gives_them():
    recorder = Recorder()
    with installed(topology(work=(WORK,)), {"work": recorder}) as it:
        client("sqs").send_message(
            QueueUrl=it.resources.queue_urls["work"],
            MessageBody="body",
            MessageAttributes={"kind": {"DataType": "String", "StringValue": "test"}},
        )
        it.pump.run_until_idle()
        now, arn = it.clock.now(), it.resources.queue_arns["work"]
    ((record,),) = [event["Records"] for event in recorder.events]
    assert record["body"] == "body"
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"] == arn
    assert record["awsRegion"] == "us-east-1"
    assert record["md5OfBody"] == "841a2d689ad86bd1611447453c22c6fc"
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["attributes"]["SentTimestamp"] == str(now)
    assert record["messageAttributes"] == {
        "kind": {
            "dataType": "String",
            "stringValue": "test",
            "stringListValues": [],
            "binaryListValues": [],
        }
    }


def test_only_what_was_reported_comes_again_after_the_visibility_timeout():
    recorder = Recorder("bad")
    with installed(topology(work=(WORK,)), {"work": recorder}) as it:
        it.send("good")
        it.send("bad")
        it.pump.run_until_idle()
        assert left(it) == 1
        it.clock.advance(59_999)
        it.pump.run_until_idle()
        assert recorder.batches == [["good", "bad"]]
        it.clock.advance(1)
        recorder.bad.clear()
        it.pump.run_until_idle()
        assert left(it) == 0
    assert recorder.batches == [["good", "bad"], ["bad"]]
    (again,) = recorder.events[1]["Records"]
    assert again["attributes"]["ApproximateReceiveCount"] == "2"


def test_an_error_brings_the_whole_batch_again():
    recorder = Recorder("bad", raises=True)
    with installed(topology(work=(WORK,)), {"work": recorder}) as it:
        it.send("good")
        it.send("bad")
        (only,) = it.pump.run_until_idle()
        assert only.failures[0].failed == 2
        it.clock.advance(60_000)
        it.pump.run_until_idle()
    assert recorder.batches == [["good", "bad"], ["good", "bad"]]


def test_an_unknown_message_id_in_the_report_fails_the_whole_batch():
    report = {"batchItemFailures": [{"itemIdentifier": "nobody"}]}
    with installed(topology(work=(WORK,)), {"work": lambda event, context: report}) as it:
        it.send("good")
        it.pump.run_until_idle()
        assert left(it) == 1


def test_a_message_that_came_too_often_goes_to_the_dead_letters():
    recorder = Recorder("bad")
    with installed(topology(work=(WORK,)), {"work": recorder}) as it:
        it.send("bad")
        for _ in range(4):
            it.pump.run_until_idle()
            it.clock.advance(60_000)
        assert left(it) == 0
        assert it.drain("dead") == ["bad"]
    assert recorder.batches == [["bad"]] * 3


def test_a_delayed_message_comes_when_it_is_due():
    recorder = Recorder()
    with installed(topology(work=(WORK,)), {"work": recorder}) as it:
        client("sqs").send_message(
            QueueUrl=it.resources.queue_urls["work"], MessageBody="later", DelaySeconds=7
        )
        it.pump.run_until_idle()
        assert recorder.batches == []
        assert it.pump.next_due() == it.clock.now() + 7_000
        it.clock.advance(7_000)
        it.pump.run_until_idle()
    assert recorder.batches == [["later"]]


def test_messages_can_be_made_to_come_twice():
    recorder = Recorder()
    with installed(topology(work=(WORK,)), {"work": recorder}, Faults(duplicate=1.0)) as it:
        it.send("once")
        it.pump.run_until_idle()
    assert recorder.batches == [["once"], ["once"]]
