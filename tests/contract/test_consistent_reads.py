"""What is said of a read's consistency is what the AWS adapters send, and what those in memory answer by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from podium.adapters import consistency
from podium.adapters.aws.definitions_reader import DynamoDefinitionReader
from podium.adapters.aws.metadata import DynamoDefinitions
from podium.adapters.aws.poll_data import DynamoPollData
from podium.adapters.aws.schedules import DynamoSchedules
from podium.adapters.aws.table import DynamoTable
from podium.adapters.items.attributes import Item
from podium.adapters.items.batches import read_batches
from podium.adapters.items.search_items import TYPES
from podium.adapters.items.table import Put
from podium.adapters.memory.calls import Calls, Quirk
from podium.adapters.memory.table import MemoryTable
from podium.domain.queues import QueueAddress
from podium.errors import TransientError
from tests.support.aws import MotoStack

KEY = ("W#1", "H")
READS = ("GetItem", "Query", "BatchGetItem")


class Watch:
    """The reads that a stack's DynamoDB is asked for."""

    def __init__(self, stack: MotoStack) -> None:
        self.stack = stack
        self.asked: list[Mapping[str, Any]] = []
        events = stack.clients.dynamodb.meta.events
        for call in READS:
            events.register(f"provide-client-params.dynamodb.{call}", self._note)

    def forget(self) -> None:
        events = self.stack.clients.dynamodb.meta.events
        for call in READS:
            events.unregister(f"provide-client-params.dynamodb.{call}", self._note)

    def consistent(self, read: Callable[[], object]) -> list[bool]:
        """Of each request that ``read`` makes."""
        self.asked.clear()
        read()
        tables = (each for request in self.asked for each in _tables(request))
        found = [bool(each.get("ConsistentRead", False)) for each in tables]
        assert found, "nothing was read"
        return found

    def _note(self, params: Mapping[str, Any], **_: object) -> None:
        self.asked.append(params)


def _tables(request: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(request["RequestItems"].values()) if "RequestItems" in request else [request]


@pytest.fixture
def watch(stack: MotoStack) -> Iterator[Watch]:
    made = Watch(stack)
    yield made
    made.forget()


@pytest.mark.parametrize("consistent", [True, False])
def test_reads_of_items_are_as_the_caller_says(watch: Watch, *, consistent: bool) -> None:
    table = DynamoTable(watch.stack.clients.dynamodb, watch.stack.executions_table)
    assert watch.consistent(lambda: table.get(KEY, consistent=consistent)) == [consistent]
    assert watch.consistent(lambda: table.batch([KEY], consistent=consistent)) == [consistent]


def test_reads_of_partitions_and_indexes(watch: Watch) -> None:
    table = DynamoTable(watch.stack.clients.dynamodb, watch.stack.executions_table)
    between = ("0", "z")
    assert watch.consistent(lambda: list(table.query("W#1"))) == [consistency.PARTITIONS]
    assert watch.consistent(lambda: list(table.due("0", 1))) == [False]
    rows = table.index(TYPES, "x", between, reverse=False, page=5)
    assert watch.consistent(lambda: list(rows)) == [False]
    assert watch.consistent(lambda: table.count(TYPES, "x", between)) == [False]


def test_reads_of_the_metadata_table(watch: Watch) -> None:
    client, name = watch.stack.clients.dynamodb, watch.stack.metadata_table
    reader = DynamoDefinitionReader(client, name)
    reads: list[tuple[Callable[[], object], bool]] = [
        (lambda: reader.workflow("w", 1), consistency.DEFINITIONS),
        (lambda: reader.workflow("w", None), consistency.DEFINITIONS),
        (lambda: reader.task("t"), consistency.DEFINITIONS),
        (lambda: reader.tasks(["t"]), consistency.DEFINITIONS),
        (lambda: DynamoPollData(client, name).all(), consistency.POLL_DATA),
        (lambda: DynamoSchedules(client, name).read("s"), consistency.SCHEDULES),
        (lambda: list(DynamoSchedules(client, name).all()), consistency.SCHEDULES),
        (lambda: DynamoSchedules(client, name).executions("s"), consistency.SCHEDULES),
    ]
    for read, expected in reads:
        assert set(watch.consistent(read)) == {expected}


def test_reads_of_the_registry_of_queues(watch: Watch) -> None:
    stack = watch.stack
    registry = stack.registry()
    for read in (lambda: registry.find(QueueAddress("t")), registry.all, registry.gates):
        assert watch.consistent(read) == [consistency.QUEUE_REGISTRY]


def test_what_the_memory_adapters_cannot_answer_late_is_consistent() -> None:
    """Definitions and schedules lie in plain dicts there, poll data is for people alone."""
    assert consistency.DEFINITIONS
    assert consistency.SCHEDULES


def test_definitions_are_listed_consistently(stack: MotoStack) -> None:
    """pynamodb has a session of its own: its parameter is looked at, not its request."""
    definitions = DynamoDefinitions(stack.clients.dynamodb, stack.metadata_table)
    asked: list[bool] = []
    query: Callable[..., Any] = definitions._model.query

    def noting(*keys: Any, consistent_read: bool = False) -> Any:
        asked.append(consistent_read)
        return query(*keys, consistent_read=consistent_read)

    definitions._model.query = noting  # type: ignore[method-assign,assignment]
    definitions.all_workflows()
    definitions.all_tasks()
    definitions.workflow_versions("w")
    assert asked == [consistency.DEFINITIONS] * 3


class Late:
    """A memory table whose eventually consistent reads are as far behind as they can be."""

    def __init__(self) -> None:
        self.seen: list[Quirk] = []
        self.table = MemoryTable(Calls(quirk=self._quirk))

    def _quirk(self, quirk: Quirk, most: int) -> int:
        self.seen.append(quirk)
        return most

    def put(self, **attributes: Any) -> None:
        item: Item = {"pk": KEY[0], "sk": KEY[1], **attributes}
        self.table.put(Put(item))


def test_an_eventually_consistent_read_misses_a_new_item() -> None:
    late = Late()
    late.put(v=1)
    assert late.table.get(KEY, consistent=False) is None
    assert late.seen == [Quirk.NOT_THERE_YET]


def test_the_memory_table_leaves_keys_of_a_batch_unread() -> None:
    late = Late()
    with pytest.raises(TransientError, match="no item was read"):
        late.table.batch([KEY])
    assert late.seen == [Quirk.UNPROCESSED]


def test_one_finds_an_older_state_and_never_a_changed_copy() -> None:
    late = Late()
    late.put(v=1)
    late.table._replica._writes.clear()
    late.put(v=2)
    found = late.table.get(KEY, consistent=False)
    assert found is not None
    assert found["v"] == 1
    found["v"] = 7
    assert late.table.get(KEY, consistent=False) != found


def test_consistent_reads_are_never_late() -> None:
    late = Late()
    late.put(v=1)
    late.put(v=2)
    assert (late.table.get(KEY) or {})["v"] == 2
    assert [item["v"] for item in late.table.query(KEY[0])] == [2]
    assert not late.seen


def test_an_index_shows_its_table_as_it_was() -> None:
    late = Late()
    late.put(iy="running", so="1")
    late.table._replica._writes.clear()
    late.put(iy="ended", so="1")

    def found(partition: str) -> list[Item]:
        return list(late.table.index(TYPES, partition, ("", "9"), reverse=False, page=10))

    assert [item["iy"] for item in found("running")] == ["running"]
    assert found("ended") == []


def test_batches_are_read_again_where_keys_are_left_out() -> None:
    asked: list[list[int]] = []

    def read(now: list[int]) -> tuple[list[int], list[int]]:
        asked.append(now)
        return now[:-1] or now, now[-1:] if len(now) > 1 else []

    assert sorted(read_batches([1, 2, 3, 2], read)) == [1, 2, 3]
    assert asked == [[1, 2, 3], [3]]


def test_a_batch_of_which_nothing_is_read_is_for_the_caller_to_try_again() -> None:
    with pytest.raises(TransientError, match="no item was read"):
        list(read_batches([1], lambda now: ([], now)))


def test_keys_that_name_nothing_are_read_keys() -> None:
    assert list(read_batches([1, 2], lambda now: ([], now[:1]) if len(now) > 1 else ([], []))) == []
