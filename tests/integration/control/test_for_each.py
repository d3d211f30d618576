"""FOR_EACH over the whole engine: many items, several deciders, cost per item (docs/task-types.md)."""

from __future__ import annotations

import os
import random
from collections import Counter
from typing import Any

from podium.domain.status import TaskStatus, WorkflowStatus
from podium_local.bench.counting import Counters
from tests.support.client import Client
from tests.support.cluster import Cluster
from tests.support.driver import simple, task
from tests.support.stack import local_stack

BOUND = 10
DOUBLE = simple("double", inputParameters={"n": "${each.output.loopItem}"})
EACH = task(
    "each",
    "FOR_EACH",
    items="${workflow.input.numbers}",
    inputParameters={"concurrency": BOUND},
    loopOver=[DOUBLE],
)
DEFINITION: dict[str, Any] = {
    "name": "doubling",
    "version": 1,
    "tasks": [EACH],
    "outputParameters": {"results": "${each.output.results}"},
}


def run(count: int) -> tuple[Cluster, str, Counter[str]]:
    """All items through one process; the AWS calls it made."""
    cluster, calls = Cluster(inline=True), Counter[str]()
    cluster.calls.before_call = lambda name: calls.update([name])
    wf = cluster.start(DEFINITION, {"numbers": list(range(count))})
    while handed_out := cluster.poll("double", count=BOUND):
        assert len(handed_out) <= BOUND
        for handed in handed_out:
            number: Any = handed.task.input["n"]
            cluster.report(handed.task, wf, output={"n": 2 * number})
    return cluster, wf, calls


def test_ten_thousand_items_cost_as_much_each_as_a_hundred():
    cluster, wf, many = run(10_000)
    header = cluster.store.read_header(wf)
    assert header is not None
    assert header.status is WorkflowStatus.COMPLETED
    output: Any = cluster.store.read_output(wf)
    assert [result["double"]["n"] for result in output["results"]] == list(range(0, 20_000, 2))
    _, _, few = run(100)
    writes = [calls["PutItem"] + calls["UpdateItem"] for calls in (few, many)]
    assert writes[1] - writes[0] == 4 * 9_900
    assert many.total() / 10_000 <= few.total() / 100


def test_units_on_the_table_do_not_grow_with_the_number_of_items():
    def units(count: int) -> float:
        counters = Counters()
        with local_stack(engine=counters.engine(os.environ)) as stack:
            client = Client(stack)
            client.register(DEFINITION)
            client.start("doubling", {"numbers": list(range(count))})
            counters.start()
            for number in range(count):
                client.finish("double", {"n": number})
            usage = counters.usage()
        return (usage.write_units + usage.read_units) / count

    assert units(40) <= 1.2 * units(10)


def test_several_deciders_with_records_in_any_order_lose_no_item():
    cluster = Cluster(deciders=3)
    rng = random.Random(7)
    second = simple("add", inputParameters={"n": "${double.output.n}"})
    definition = {**DEFINITION, "tasks": [{**EACH, "loopOver": [DOUBLE, second]}]}
    wf = cluster.start(definition, {"numbers": list(range(40))})
    for _ in range(200):
        cluster.settle(rng)
        handed_out = cluster.poll("double", count=4) + cluster.poll("add", count=4)
        rng.shuffle(handed_out)
        for handed in handed_out:
            number: Any = handed.task.input["n"]
            change = 2 * number if handed.task.name == "double" else number + 1
            cluster.report(handed.task, wf, output={"n": change})
        if rng.random() < 0.1:
            cluster.restart_processes()
    view = cluster.view(wf)
    assert view.header.status is WorkflowStatus.COMPLETED
    results: Any = view.output["results"]
    assert [result["add"]["n"] for result in results] == [2 * n + 1 for n in range(40)]


def test_a_task_of_an_item_is_reached_by_its_reference_name():
    cluster = Cluster(inline=True)
    human = task("approve", "HUMAN")
    definition = {**DEFINITION, "tasks": [{**EACH, "loopOver": [human]}]}
    wf = cluster.start(definition, {"numbers": [1, 2]})
    done = TaskStatus.COMPLETED
    updated = cluster.engine.updates.update_by_ref(wf, "approve__2", done, {"by": "b"}, "")
    assert updated is not None
    assert updated.wire_ref == "approve__2"
    updated = cluster.engine.updates.update_by_ref(wf, "approve", done, {"by": "a"}, "")
    assert updated is not None
    assert updated.wire_ref == "approve__1"
    assert cluster.status(wf) is WorkflowStatus.COMPLETED


def test_an_item_is_shown_with_its_name_number_and_history():
    with local_stack() as stack:
        client = Client(stack)
        client.register({"name": "double", "retryDelaySeconds": 0})
        again = {**EACH, "loopOver": [{**DOUBLE, "retryCount": 1}]}
        wf = client.run({**DEFINITION, "tasks": [again]}, {"numbers": [5, 6]})
        client.fail("double")
        found = client.workflow(wf)
        assert [task["referenceTaskName"] for task in found["tasks"]] == [
            "each",
            "double__1",
            "double__2",
            "double__1",
        ]
        first = found["tasks"][1]
        assert (first["iteration"], first["loopOverTask"], first["retried"]) == (1, True, True)
        assert first["workflowTask"]["taskReferenceName"] == "double"
        one = client.call("GET", f"/tasks/{first['taskId']}")
        assert (one["taskId"], one["status"]) == (first["taskId"], "FAILED")
