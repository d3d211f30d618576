"""The soak, small: it holds on a bad day, and turns red when a task is lost or comes out wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from podium_local.bench.soak import Plan, soak
from podium_local.bench.soak.census import Census, resident_bytes
from podium_local.bench.soak.checking import differences
from podium_local.bench.soak.definition import TASKS_EACH, expected_values
from podium_local.bench.soak.judging import MOST_RECORDS, Mark, judged

CENSUS = Census(
    resident=100_000_000,
    items=500,
    stream_records=5000,
    messages=10,
    receipts=100,
    iterators=10,
    objects=0,
)
NOTHING: dict[str, list[str]] = {"ended": [], "executed": [], "state": []}


@pytest.fixture(scope="module")
def held() -> dict[str, Any]:
    """Two hundred tasks."""
    said: list[str] = []
    document = soak(Plan(workflows=10, seed=3, tell=said.append))
    assert said[-1].startswith("100 %: 10 of 10 workflows ended")
    return document


def test_every_workflow_ends_as_expected_whatever_happens(held: dict[str, Any]) -> None:
    assert [each["condition"] for each in held["conditions"] if not each["holds"]] == []
    assert held["holds"] is True
    assert (held["tasks"], held["ended"]) == (200, 10)
    assert held["executions"] >= 200


def test_the_day_was_bad(held: dict[str, Any]) -> None:
    assert set(held["injected"]) >= {"delivered twice", "held back", "killed", "task failed"}
    assert held["requests_repeated"] > 0


def test_memory_is_told_as_ratios(held: dict[str, Any]) -> None:
    assert [each["percent"] for each in held["memory"]] == [25, 50, 75, 100]
    assert held["memory"][0]["resident_ratio"] == 1.0
    assert all(0.5 < each["resident_ratio"] < 2 for each in held["memory"])


def test_a_lost_task_is_found_and_the_command_fails() -> None:
    command = [sys.executable, "-m", "podium_local.bench", "--scenario=soak"]
    command += ["--workflows=2", "--lose=1"]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert printed.returncode == 1
    document = json.loads(printed.stdout)
    assert document["holds"] is False
    failed = {each["condition"]: each for each in document["conditions"] if not each["holds"]}
    assert set(failed) == {"every workflow ends", "every task is executed at least once"}
    assert failed["every workflow ends"]["failures"] == 1
    assert "50 %: 1 of 2 workflows ended" in printed.stderr


def _execution(values: dict[str, int], operators: list[str], output: dict[str, int]) -> Any:
    tasks = [
        {"referenceTaskName": ref, "status": "COMPLETED", "outputData": {"value": value}}
        for ref, value in values.items()
    ]
    tasks += [{"referenceTaskName": ref, "status": "COMPLETED"} for ref in operators]
    return {"workflowId": "w", "status": "COMPLETED", "output": output, "tasks": tasks}


def _right() -> tuple[Any, Any]:
    values, leg = expected_values(1)
    operators = ["fork", "join", "choose", "loop", "leg", "keep", "wait"]
    output = {"value": values["last"], "kept": leg["s2"]}
    return _execution(values, operators, output), _execution(leg, [], {"value": leg["s2"]})


def test_the_expected_state_is_that_of_twenty_tasks() -> None:
    values, leg = expected_values(1)
    assert len(values) + len(leg) == TASKS_EACH
    assert list(differences(1, *_right())) == []


def test_whatever_differs_is_named() -> None:
    found, leg = _right()
    leg["status"] = "FAILED"
    found["output"] = {}
    found["tasks"] = found["tasks"][1:]
    found["tasks"][0]["outputData"] = {"value": -1}
    found["tasks"][1]["status"] = "CANCELED"
    found["tasks"].insert(0, {"referenceTaskName": "a3", "status": "IN_PROGRESS"})
    said = "\n".join(differences(1, found, leg))
    for words in (
        "is FAILED",
        "has output {}",
        "has no task t0",
        "a1 has output",
        "a2 is CANCELED",
        "an attempt of a3 is IN_PROGRESS",
    ):
        assert words in said


@pytest.mark.parametrize(
    ("changed", "condition"),
    [
        ({"resident": 130_000_000}, "resident memory is bounded"),
        ({"stream_records": MOST_RECORDS + 1}, "stream history is trimmed"),
        ({"messages": 20_000}, "delivered messages are gone"),
    ],
)
def test_memory_that_grows_is_found(changed: dict[str, int], condition: str) -> None:
    marks = [Mark(25, CENSUS), Mark(50, CENSUS), Mark(75, replace(CENSUS, **changed))]
    conditions, _ = judged(20_000, NOTHING, marks)
    assert [each["condition"] for each in conditions if not each["holds"]] == [condition]


def test_the_resident_memory_of_this_process_is_known() -> None:
    assert resident_bytes() > 10_000_000
