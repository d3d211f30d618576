"""The stream mapping does what Lambda documents: filters, order, retries, bisection, giving up."""

from __future__ import annotations

import base64
import itertools
from typing import Any

import pytest

from infra.shapes import FilterPattern, StreamTrigger
from podium_local.backlog import MotoBacklog
from podium_local.pump import Faults
from tests.support.moto import client
from tests.support.pumping import installed, topology

ACCEPTED: FilterPattern = {
    "eventName": ("INSERT", "MODIFY"),
    "dynamodb": {"NewImage": {"x": {"S": ("1",)}}},
}


def trigger(**changes: Any) -> StreamTrigger:
    return StreamTrigger("items", ACCEPTED, on_failure="failures", **changes)


class Recorder:
    """Notes the batches it gets; fails on the items in ``poison``, by raising or by reporting."""

    def __init__(self, *poison: str, reports: bool = False) -> None:
        self.batches: list[list[str]] = []
        self.events: list[dict[str, Any]] = []
        self.poison = set(poison)
        self.reports = reports

    def __call__(self, event, context):
        names = [record["dynamodb"]["Keys"]["pk"]["S"] for record in event["Records"]]
        self.events.append(event)
        self.batches.append(names)
        bad = [
            record["dynamodb"]["SequenceNumber"]
            for record, name in zip(event["Records"], names, strict=True)
            if name in self.poison
        ]
        if bad and not self.reports:
            raise RuntimeError(f"cannot digest {names}")
        return {"batchItemFailures": [{"itemIdentifier": sequence} for sequence in bad]}

    @property
    def seen(self) -> list[str]:
        return [name for batch in self.batches for name in batch]


def test_only_records_that_match_the_filter_are_delivered():
    recorder = Recorder()
    with installed(topology(decide=(trigger(),)), {"decide": recorder}) as it:
        it.put("with", x="1")
        it.put("without")
        it.put("other", x="2")
        client("dynamodb").delete_item(
            TableName=it.resources.tables["items"],
            Key={"pk": {"S": "with"}, "sk": {"S": "s"}},
        )
        it.pump.run_until_idle()
    assert recorder.seen == ["with"]


def test_records_have_the_shape_lambda_gives_them():
    recorder = Recorder()
    with installed(topology(decide=(trigger(),)), {"decide": recorder}) as it:
        client("dynamodb").put_item(
            TableName=it.resources.tables["items"],
            Item={
                "pk": {"S": "a"},
                "sk": {"S": "s"},
                "x": {"S": "1"},
                "b": {"B": b"\x00\x01"},
                "m": {"M": {"l": {"L": [{"B": b"z"}, {"N": "1"}]}, "n": {"NULL": True}}},
            },
        )
        it.pump.run_until_idle()
        now, arn = it.clock.now(), it.resources.streams["items"]
    ((record,),) = [event["Records"] for event in recorder.events]
    assert record["eventSource"] == "aws:dynamodb"
    assert record["eventSourceARN"] == arn
    change = record["dynamodb"]
    assert change["ApproximateCreationDateTime"] == now / 1000
    assert change["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert change["Keys"] == {"pk": {"S": "a"}, "sk": {"S": "s"}}
    assert change["NewImage"]["b"] == {"B": base64.b64encode(b"\x00\x01").decode()}
    assert change["NewImage"]["m"] == {
        "M": {"l": {"L": [{"B": "eg=="}, {"N": "1"}]}, "n": {"NULL": True}}
    }
    assert "OldImage" not in change


def test_records_of_one_item_come_in_order_and_never_past_a_batch_that_failed():
    versions: list[str] = []
    fails = [True]

    def handler(event, context):
        if fails:
            fails.clear()
            raise RuntimeError("once")
        versions.extend(record["dynamodb"]["NewImage"]["v"]["S"] for record in event["Records"])

    with installed(topology(decide=(trigger(bisect=False),)), {"decide": handler}) as it:
        it.put("a", x="1", v="1")
        it.pump.run_until_idle()
        it.put("a", x="1", v="2")
        it.pump.run_until_idle()
        assert versions == []
        it.clock.advance(100)
        it.pump.run_until_idle()
    assert versions == ["1", "2"]


def test_a_batch_holds_no_more_than_the_batch_size():
    recorder = Recorder()
    one_lane = trigger(parallelization=1, batch_size=3)
    with installed(topology(decide=(one_lane,)), {"decide": recorder}) as it:
        for number in range(7):
            it.put(str(number), x="1")
        it.pump.run_until_idle()
    assert [len(batch) for batch in recorder.batches] == [3, 3, 1]
    assert recorder.seen == [str(number) for number in range(7)]


def test_lanes_are_delivered_apart():
    recorder = Recorder()
    with installed(topology(decide=(trigger(parallelization=10),)), {"decide": recorder}) as it:
        for number in range(20):
            it.put(str(number), x="1")
        it.pump.step()
    assert len(recorder.batches) > 1
    assert sorted(recorder.seen, key=int) == [str(number) for number in range(20)]


def test_a_batching_window_collects_records():
    recorder = Recorder()
    with installed(
        topology(decide=(trigger(parallelization=1, window=5),)), {"decide": recorder}
    ) as it:
        it.put("a", x="1")
        it.pump.run_until_idle()
        it.clock.advance(4_000)
        it.put("b", x="1")
        it.pump.run_until_idle()
        assert recorder.batches == []
        assert it.pump.next_due() == it.clock.now() + 1_000
        it.clock.advance(1_000)
        it.pump.run_until_idle()
    assert recorder.batches == [["a", "b"]]


def immediately(attempt: int) -> int:
    return 0


@pytest.mark.parametrize("reports", [False, True])
def test_bisection_isolates_a_poison_record(reports):
    recorder = Recorder("5", reports=reports)
    poisoned = trigger(parallelization=1, retries=2)
    with installed(topology(decide=(poisoned,)), {"decide": recorder}, backoff=immediately) as it:
        for number in range(8):
            it.put(str(number), x="1")
        it.pump.run_until_idle()
        (failure,) = it.drain("failures")
    alone = [batch for batch in recorder.batches if batch == ["5"]]
    assert len(alone) == 3  # once, and two retries
    assert failure["DDBStreamBatchInfo"]["batchSize"] == 1
    good = [
        name
        for batch in recorder.batches
        for name in (batch[: batch.index("5")] if reports and "5" in batch else batch)
        if reports or "5" not in batch
    ]
    assert set(good) - {"5"} == set("0123467")


def test_a_report_cuts_the_batch_at_the_first_failed_record():
    recorder = Recorder("b", reports=True)
    with installed(
        topology(decide=(trigger(parallelization=1, bisect=False, retries=1),)),
        {"decide": recorder},
        backoff=immediately,
    ) as it:
        for name in "abc":
            it.put(name, x="1")
        it.pump.run_until_idle()
    assert recorder.batches == [["a", "b", "c"], ["b", "c"], ["b", "c"]]


@pytest.mark.parametrize(
    "answer",
    [
        {"batchItemFailures": [{"itemIdentifier": ""}]},
        {"batchItemFailures": [{"itemIdentifier": "unknown"}]},
        {"batchItemFailures": [{"id": "1"}]},
        {"batchItemFailures": "all"},
        "fine",
    ],
)
def test_a_malformed_report_fails_the_whole_batch(answer):
    with installed(
        topology(decide=(trigger(retries=0),)), {"decide": lambda event, context: answer}
    ) as it:
        it.put("a", x="1")
        it.pump.run_until_idle()
        assert len(it.drain("failures")) == 1


def test_retries_wait_longer_each_time_and_end_in_the_on_failure_queue():
    attempts: list[int] = []

    def handler(event, context):
        attempts.append(it.clock.now())
        raise RuntimeError("never")

    with installed(topology(decide=(trigger(retries=3),)), {"decide": handler}) as it:
        it.put("a", x="1")
        it.pump.run_until_idle()
        while len(attempts) < 4:
            due = it.pump.next_due()
            assert due is not None
            it.clock.advance(due - it.clock.now())
            it.pump.run_until_idle()
        (failure,) = it.drain("failures")
        arn = it.resources.streams["items"]
    assert [later - earlier for earlier, later in itertools.pairwise(attempts)] == [
        100,
        200,
        400,
    ]
    assert failure["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert failure["requestContext"]["approximateInvokeCount"] == 4
    assert failure["requestContext"]["functionArn"].endswith(":function:podium-decide")
    batch = failure["DDBStreamBatchInfo"]
    assert batch["streamArn"] == arn
    assert batch["startSequenceNumber"] == batch["endSequenceNumber"]
    assert "Records" not in failure


def test_the_on_failure_message_leads_to_the_record():
    with installed(topology(decide=(trigger(retries=0),)), {"decide": Recorder("a")}) as it:
        it.put("a", x="1", v="poison")
        it.pump.run_until_idle()
        (failure,) = it.drain("failures")
        place = failure["DDBStreamBatchInfo"]
        streams = client("dynamodbstreams")
        iterator = streams.get_shard_iterator(
            StreamArn=place["streamArn"],
            ShardId=place["shardId"],
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=place["startSequenceNumber"],
        )["ShardIterator"]
        (record,) = streams.get_records(ShardIterator=iterator)["Records"]
    assert record["dynamodb"]["NewImage"]["v"] == {"S": "poison"}


def test_a_record_that_waited_too_long_is_given_up_unseen():
    recorder = Recorder()
    with installed(topology(decide=(trigger(max_record_age=60),)), {"decide": recorder}) as it:
        it.put("old", x="1")
        it.clock.advance(60_001)
        it.put("new", x="1")
        it.pump.run_until_idle()
        (failure,) = it.drain("failures")
    assert recorder.seen == ["new"]
    assert failure["requestContext"]["condition"] == "RecordAgeExceeded"


def test_a_failing_item_does_not_hold_up_the_items_of_other_lanes():
    recorder = Recorder("1")
    with installed(topology(decide=(trigger(),)), {"decide": recorder}) as it:
        for number in range(6):
            it.put(str(number), x="1")
            it.pump.run_until_idle()
    assert {"0", "2", "3", "4", "5"} <= set(recorder.seen)


def test_faults_are_the_same_for_the_same_seed_and_lose_nothing():
    def run(seed: int) -> list[list[str]]:
        recorder = Recorder()
        faults = Faults(seed=seed, duplicate=0.4, hold_back=0.4, reorder=True)
        with installed(topology(decide=(trigger(),)), {"decide": recorder}, faults) as it:
            for number in range(12):
                it.put(str(number), x="1")
            it.pump.run_until_idle()
        assert set(recorder.seen) == {str(number) for number in range(12)}
        return recorder.batches

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_an_invocation_can_be_dropped_between_two_calls_and_its_batch_comes_again():
    calls: list[str] = []

    def handler(event, context):
        for name in ("first", "second"):
            it.send(name)
            calls.append(name)

    faults = Faults(seed=3, drop=0.8, longest_life=2)
    with installed(
        topology(decide=(trigger(retries=100),)), {"decide": handler}, faults, immediately
    ) as it:
        it.put("a", x="1")
        rounds = it.pump.run_until_idle()
        sent = it.drain("work")
    dropped = [failure for each in rounds for failure in each.failures]
    assert dropped
    assert "InvocationDroppedError" in dropped[0].error
    assert calls[-2:] == ["first", "second"]
    # A call may have been made although its caller never learnt of it.
    assert len(sent) >= len(calls)


def test_two_functions_read_the_same_stream_each_by_its_own_filter():
    first, second = Recorder(), Recorder("bad")
    named: FilterPattern = {"dynamodb": {"NewImage": {"y": {"S": ("1",)}}}}
    other = StreamTrigger("items", named, on_failure="failures", retries=1)
    described = topology(decide=(trigger(),), listen=(other,))
    with installed(described, {"decide": first, "listen": second}, backoff=lambda _: 0) as it:
        it.put("a", x="1")
        it.put("bad", x="1", y="1")
        it.put("c", y="1")
        it.pump.run_until_idle()
        it.put("d", x="1", y="1")
        it.pump.run_until_idle()
        assert sorted(first.seen) == ["a", "bad", "d"]
        assert sorted(set(second.seen)) == ["bad", "c", "d"]
        assert len(it.drain("failures")) == 1


class Trims(MotoBacklog):
    """Notes what was given up instead of giving it up."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def trim(self, table: str, before: int) -> None:
        self.seen.append(before)


def test_a_stream_is_trimmed_only_behind_its_slowest_reader():
    failing, minute, trims = Recorder("a"), 60_000, Trims()
    with installed(
        topology(decide=(trigger(),), listen=(trigger(retries=100),)),
        {"decide": Recorder(), "listen": failing},
        backoff=lambda _: minute,
        backlog=trims,
    ) as it:
        it.put("a", x="1")
        it.pump.run_until_idle()
        held = max(trims.seen)
        for number in range(5):
            it.put(f"n{number}", x="1")
            it.pump.run_until_idle()
        assert max(trims.seen) == held
        failing.poison.clear()
        it.clock.advance(minute)
        it.pump.run_until_idle()
        assert max(trims.seen) > held


def test_a_reader_whose_filter_lets_nothing_through_keeps_no_record_from_being_forgotten():
    nothing: FilterPattern = {"dynamodb": {"NewImage": {"ls": {"S": ("1",)}}}}
    silent = StreamTrigger("items", nothing, on_failure="failures")
    described = topology(decide=(trigger(),), listen=(silent,))
    trims = Trims()
    with installed(described, {"decide": Recorder(), "listen": Recorder()}, backlog=trims) as it:
        for number in range(3):
            it.put(f"n{number}", x="1")
            it.pump.run_until_idle()
    assert len(set(trims.seen)) >= 3


def test_a_stream_that_nothing_was_written_to_has_nothing_due():
    recorder = Recorder()
    with installed(topology(decide=(trigger(),)), {"decide": recorder}) as it:
        it.pump.run_until_idle()
        assert it.pump.next_due() is None
        it.put("first", x="1")
        assert it.pump.next_due() is not None
        it.pump.run_until_idle()
    assert recorder.seen == ["first"]


DAY_MS = 86_400_000


def test_what_was_not_read_within_a_day_is_lost_without_a_word():
    recorder = Recorder()
    with installed(topology(decide=(trigger(),)), {"decide": recorder}) as it:
        it.put("first", x="1")
        it.pump.run_until_idle()
        it.pump.disable("decide")
        it.put("lost", x="1")
        it.clock.advance(DAY_MS + 1)
        assert it.pump.step().is_idle
        assert it.pump.next_due() is None
        it.put("kept", x="1")
        it.pump.enable("decide")
        it.pump.run_until_idle()
        assert it.drain("failures") == []
    assert recorder.seen == ["first", "kept"]


def test_what_another_function_has_read_meanwhile_is_lost_all_the_same():
    late, busy = Recorder(), Recorder()
    described = topology(decide=(trigger(),), listen=(trigger(),))
    with installed(described, {"decide": late, "listen": busy}) as it:
        it.pump.disable("decide")
        it.put("lost", x="1")
        it.pump.run_until_idle()
        it.clock.advance(DAY_MS + 1)
        it.put("kept", x="1")
        it.pump.enable("decide")
        it.pump.run_until_idle()
    assert (late.seen, busy.seen) == (["kept"], ["lost", "kept"])


def test_what_waited_half_a_day_goes_to_the_on_failure_queue_instead():
    recorder = Recorder()
    with installed(topology(decide=(trigger(),)), {"decide": recorder}) as it:
        it.pump.disable("decide")
        it.put("old", x="1")
        it.clock.advance(DAY_MS // 2 + 1)
        it.pump.enable("decide")
        it.pump.run_until_idle()
        (failure,) = it.drain("failures")
    assert recorder.seen == []
    assert failure["requestContext"]["condition"] == "RecordAgeExceeded"
