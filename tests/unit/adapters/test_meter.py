"""Units computed by hand, against what the meter counts."""

from __future__ import annotations

import pytest

from podium.adapters.aws.blobs import S3Blobs
from podium.adapters.aws.executions import DynamoExecutions
from podium.adapters.aws.meter import Meter, Usage
from podium.adapters.aws.sizes import image_size, read_units, sqs_requests, write_units
from podium.adapters.items.search_store import ItemSearch
from podium.domain.caching import CachedResult
from podium.domain.idempotency import KeyClaim
from podium.domain.ids import TaskKey
from podium.domain.search import WorkflowRow
from podium.domain.status import WorkflowStatus
from podium.ports.search import Indexed
from tests.support.aws import moto_stack
from tests.support.executions import NOW, completed, decision, end, header, task


@pytest.fixture(scope="module")
def stack():
    with moto_stack() as made:
        yield made


@pytest.fixture
def metered(stack):
    meter = Meter()
    clients = stack.clients
    blobs = S3Blobs(clients.s3, stack.payload_bucket)
    # A client of its own for each test: a meter cannot be detached.
    client = clients.session.create_client("dynamodb")
    meter.attach(client, clients.s3)
    return DynamoExecutions(client, stack.executions_table, blobs), meter


def _used(meter, run):
    before = meter.snapshot()
    run()
    return meter.snapshot() - before


def test_an_image_is_as_large_as_its_names_and_values():
    assert image_size({"pk": {"S": "é"}, "n": {"N": "1234"}}) == 2 + 2 + 1 + 3


def test_units_are_rounded_up():
    assert [write_units(size) for size in (0, 1024, 1025)] == [1, 1, 2]
    assert [read_units(size, consistent=True) for size in (0, 4096, 4097)] == [1, 1, 2]
    assert read_units(4097, consistent=False) == 1
    assert [sqs_requests(size) for size in (0, 65_536, 65_537)] == [1, 1, 2]


def test_each_write_of_a_simple_task_is_one_unit(metered):
    store, meter = metered
    store.create(decision(header("simple")))
    key = TaskKey("simple", "charge", 1)
    steps = [
        lambda: store.put_task("simple", task()),
        lambda: store.claim(key, 0, 0, "worker", NOW),
        lambda: store.end(key, end(output={"ok": True}), inc=0, epoch=1),
        lambda: store.commit(decision(header("simple", version=2))),
    ]
    assert [_used(meter, step).write_units for step in steps] == [1, 1, 1, 1]
    assert meter.snapshot().read_units == 0


def test_an_update_is_paid_by_the_whole_item(metered):
    store, meter = metered
    store.put_task("large", task(input={"text": "x" * 3000}))
    used = _used(meter, lambda: store.claim(TaskKey("large", "charge", 1), 0, 0, "w", NOW))
    assert used.write_units == 4


def test_a_refused_write_is_paid_too(metered):
    store, meter = metered
    store.put_task("refused", task(input={"text": "x" * 3000}))
    used = _used(meter, lambda: store.put_task("refused", task()))
    assert used.write_units == 4


def test_a_transaction_is_paid_twice(metered):
    store, meter = metered
    run = decision(header("twice"), ended=(completed(1), completed(2)))
    assert _used(meter, lambda: store.create(run)).write_units == 6


def test_an_idempotency_key_makes_a_start_a_transaction_and_passing_it_on_is_checked(metered):
    store, meter = metered
    ended = decision(header("keyed", status=WorkflowStatus.FAILED))
    first = _used(meter, lambda: store.create(ended, KeyClaim("orders", "k")))
    assert first.write_units == 4
    claim = KeyClaim("orders", "k", instead_of="keyed")
    second = _used(meter, lambda: store.create(decision(header("next")), claim))
    assert second.write_units == 6
    assert (first.calls, second.calls) == ({"TransactWriteItems": 1},) * 2


def test_an_output_that_is_kept_costs_a_write_and_its_look_half_a_read(metered):
    store, meter = metered
    kept = _used(meter, lambda: store.keep_result("k", CachedResult({"n": 1}, NOW), 60))
    again = _used(meter, lambda: store.keep_result("k", CachedResult({"n": 1}, NOW), 60))
    look = _used(meter, lambda: store.cached_result("k"))
    assert (kept.write_units, again.write_units, look.read_units) == (1, 1, 0.5)


def test_the_due_index_is_paid_when_its_entry_changes(metered):
    store, meter = metered

    def commit(version, timer, far):
        head = header("due", version=version, timer=timer, timer_is_far=far)
        run = store.create if version == 1 else store.commit
        return _used(meter, lambda: run(decision(head))).write_units

    units = [commit(1, 5, far=True), commit(2, 5, far=True), commit(3, 9, far=True)]
    assert [*units, commit(4, 9, far=False)] == [2, 1, 3, 2]


def test_a_search_row_costs_its_item_and_each_index_that_changes(metered):
    """What ADR 13 says of a start, an end, and of those with a parent and a correlation id."""
    store, meter = metered
    search = ItemSearch(store._table)

    def put(version, status, **fields):
        row = WorkflowRow("searched", "orders", 1, status, NOW, **fields)
        return _used(meter, lambda: search.put(Indexed(row, version))).write_units

    related = {"correlation_id": "c", "parent_workflow_id": "p"}
    assert put(1, WorkflowStatus.RUNNING) == 4
    assert put(2, WorkflowStatus.COMPLETED, end_time=NOW) == 4
    assert put(3, WorkflowStatus.RUNNING, **related) == 8
    assert put(4, WorkflowStatus.FAILED, end_time=NOW, **related) == 5


def test_reads_are_half_price_when_they_may_be_stale(metered):
    store, meter = metered
    assert _used(meter, lambda: store.read_header("none")).read_units == 1
    assert _used(meter, lambda: store.read_header("none", consistent=False)).read_units == 0.5


def test_dollars_are_list_prices():
    usage = Usage({}, 4, 0.5, 3, 1, 1)
    assert usage.dollars * 1_000_000 == pytest.approx(2.5 + 0.0625 + 1.2 + 5 + 0.4)
