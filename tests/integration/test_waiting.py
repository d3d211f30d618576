"""What a synchronous call reads while it waits, counted by the meter: no busy polling of the table."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from podium_local.bench.counting import Counters
from tests.support.client import Client, definition, simple, task
from tests.support.stack import local_stack


@pytest.fixture
def counters() -> Counters:
    return Counters()


@pytest.fixture
def client(counters: Counters) -> Iterator[Client]:
    with local_stack(engine=counters.engine(os.environ)) as stack:
        yield Client(stack)


def test_ten_seconds_of_waiting_cost_ten_reads_of_half_a_unit(
    client: Client, counters: Counters
) -> None:
    client.register(definition("work", simple("t")))
    client.call("POST", "/workflow/work", {}, version=1)
    client.stack.settle()
    counters.start()
    client.workflow(client.call("POST", "/workflow/work", {}, version=1))
    client.stack.settle()
    plain = counters.usage()
    counters.start()
    run = client.call("POST", "/workflow/execute/work/1", {})
    waited = counters.usage()
    assert run["signalTimeout"] is True
    assert len(client.stack.pauses) == 10
    # A consistent read when the wait begins and one when it ends; nine looks in between.
    assert waited.calls["GetItem"] - plain.calls.get("GetItem", 0) <= 11
    assert waited.read_units - plain.read_units <= 2 + 10 * 0.5
    assert waited.write_units == plain.write_units


def test_the_longest_wait_reads_little_more(client: Client, counters: Counters) -> None:
    client.register(definition("work", simple("t")))
    counters.start()
    client.call("POST", "/workflow/execute/work/1", {}, waitForSeconds=25, waitUntilTaskRef="u")
    assert len(client.stack.pauses) <= 13
    assert counters.usage().read_units <= 16


def test_a_wide_tree_is_not_read_faster_than_ten_times_a_second(
    client: Client, counters: Counters
) -> None:
    wide = [[task("SUB_WORKFLOW", f"s{n}", subWorkflowParam={"name": "work"})] for n in range(12)]
    client.register(
        definition("work", simple("t")),
        definition(
            "wide",
            task("FORK_JOIN", "fork", forkTasks=wide),
            task("JOIN", "join", joinOn=[f"s{n}" for n in range(12)]),
        ),
    )
    standing = client.call("POST", "/workflow/execute/wide/1", {})
    assert standing["signalTimeout"] is True
    assert len(standing["tasks"]) == 14
    assert all(pause >= 1300 for pause in client.stack.pauses[:-1])
    assert len(client.stack.pauses) <= 8


def test_what_happens_during_the_wait_is_noticed_soon(client: Client, counters: Counters) -> None:
    client.register(definition("work", simple("t")))
    begin = client.stack.clock.now()

    def finish() -> None:
        if client.stack.clock.now() - begin >= 2000:
            client.stack.meanwhile = lambda: None
            client.finish("t")

    client.stack.meanwhile = finish
    run = client.call("POST", "/workflow/execute/work/1", {}, waitForSeconds=20)
    assert run["status"] == "COMPLETED"
    # The next look comes after at most half of the time waited so far.
    assert client.stack.clock.now() - begin <= 3500
