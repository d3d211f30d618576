"""The decider: records grouped by execution, failures reported one by one (protocol.md 4)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from functions.decider.handler import handler
from podium.adapters.items.payloads import Payloads
from podium.adapters.memory.blobs import MemoryBlobs
from podium.adapters.stream import change
from podium.batch import ITEM_MS
from podium.domain.changes import HeaderChange, TaskChange
from podium.domain.json import JsonMap
from podium.errors import TransientError
from tests.support.cluster import Cluster
from tests.support.fake_engine import FakeEngine, TimeLeft, installed, sample

NO_CONTEXT: Any = None
DEFINITION: JsonMap = {
    "name": "order",
    "tasks": [{"name": "charge", "taskReferenceName": "charge_ref"}],
}


def a_record(workflow_id, number, event_name="MODIFY"):
    record = deepcopy(sample("dynamodb-stream.json")["Records"][0])
    record["eventName"] = event_name
    record["dynamodb"]["Keys"]["pk"]["S"] = f"W#{workflow_id}"
    record["dynamodb"]["SequenceNumber"] = number
    return record


def handle(engine, *records, context=NO_CONTEXT):
    with installed(engine):
        return handler({"Records": list(records)}, context)


def test_the_sample_is_one_execution_and_advanced_once():
    payloads = Payloads(MemoryBlobs(), 32_768)
    engine = FakeEngine()
    engine.read_record = lambda record: change(record, payloads)  # type: ignore[method-assign]
    with installed(engine):
        assert handler(sample("dynamodb-stream.json"), NO_CONTEXT) == {"batchItemFailures": []}
    ((service, method, (changes,), _),) = engine.calls
    assert (service, method) == ("advancing", "run")
    assert [type(each) for each in changes] == [HeaderChange, TaskChange, HeaderChange]


def test_records_of_one_execution_are_handled_together_in_their_order():
    engine = FakeEngine()
    records = [a_record("a", "1"), a_record("b", "2"), a_record("a", "3")]
    handle(engine, *records)
    assert [args for _, _, args, _ in engine.calls] == [
        ([records[0], records[2]],),
        ([records[1]],),
    ]


def test_records_that_say_nothing_are_left_out():
    engine = FakeEngine({"read_record.REMOVE": None})
    kept = a_record("a", "2")
    assert handle(engine, a_record("a", "1", "REMOVE"), kept) == {"batchItemFailures": []}
    assert [args for _, _, args, _ in engine.calls] == [([kept],)]


def test_a_failing_execution_is_reported_by_its_first_record_and_holds_up_no_other():
    def run(changes):
        if "W#bad" in str(changes[0]):
            raise TransientError("busy")

    engine = FakeEngine({"advancing.run": run})
    records = [a_record("a", "1"), a_record("bad", "2"), a_record("b", "3"), a_record("bad", "4")]
    assert handle(engine, *records) == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert len(engine.calls) == 3


def test_a_record_of_no_execution_is_not_even_read():
    engine = FakeEngine({"read_record.INSERT": KeyError("st")})
    stray = a_record("a", "1", "INSERT")
    stray["dynamodb"]["Keys"] = {"pk": {"S": "D#order"}, "sk": {"S": "1"}}
    assert handle(engine, stray, a_record("b", "2")) == {"batchItemFailures": []}
    assert len(engine.calls) == 1


def test_what_the_ones_before_have_left_no_time_for_comes_again():
    engine = FakeEngine()
    records = [a_record("a", "1"), a_record("b", "2"), a_record("c", "3"), a_record("b", "4")]
    left = TimeLeft(ITEM_MS, ITEM_MS - 1)
    expected = {"batchItemFailures": [{"itemIdentifier": "3"}]}
    assert handle(engine, *records, context=left) == expected
    assert len(engine.calls) == 2


def test_the_first_execution_is_advanced_however_little_time_there_is():
    engine = FakeEngine()
    assert handle(engine, a_record("a", "1"), context=TimeLeft(0)) == {"batchItemFailures": []}
    assert len(engine.calls) == 1


def test_a_record_that_cannot_be_read_fails_its_execution_alone():
    engine = FakeEngine({"read_record.INSERT": KeyError("st")})
    answer = handle(engine, a_record("bad", "1", "INSERT"), a_record("a", "2"))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert len(engine.calls) == 1


def test_a_record_whose_payload_went_with_its_execution_says_nothing():
    cluster = Cluster(inline=False, threshold=20)
    cluster.register(DEFINITION)
    workflow_id = cluster.start("order")
    cluster.settle()
    cluster.complete("charge", {"receipt": "a text of more than twenty bytes"})
    records = cluster.store.records()
    cluster.settle()
    cluster.engine.removing.remove(workflow_id, archive=False)
    cluster.settle()
    assert handle(cluster.engine, *records) == {"batchItemFailures": []}


def test_the_stream_alone_moves_a_workflow_to_its_end():
    cluster = Cluster(inline=False)
    cluster.register(DEFINITION)
    workflow_id = cluster.start("order")
    delivered = 0
    for _ in range(3):
        records = cluster.store.records(delivered)
        delivered += len(records)
        assert handle(cluster.engine, *records) == {"batchItemFailures": []}
        if cluster.task_queue.size("charge"):
            cluster.complete("charge", {"paid": True})
    view = cluster.view(workflow_id)
    assert (view.header.status, view.output) == ("COMPLETED", {"paid": True})
