"""The benchmark counts right, and the budget for a SIMPLE task in a chain holds (counted, not timed)."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from podium_local.bench.chain import Size, run

SIZE = Size(workflows=2, tasks=3)


def test_a_simple_task_costs_four_writes_and_reads_nothing() -> None:
    result = run("http", SIZE)["per_task"]
    assert result["write_units"] == 4
    assert result["read_units"] == 0
    assert result["calls"] == {
        "DeleteMessageBatch": 1,
        "PutItem": 2,
        "ReceiveMessage": 1,
        "SendMessage": 1,
        "UpdateItem": 2,
    }
    assert result["api_requests"] == 2


def test_batched_polls_stay_within_six_calls_a_task() -> None:
    result = run("http_batched", Size(workflows=10, tasks=3))
    assert result["per_task"]["aws_calls"] <= 6
    assert result["per_task"]["write_units"] <= 4


def test_a_worker_on_sqs_saves_the_claim() -> None:
    result = run("sqs_direct", SIZE)["per_task"]
    assert result["write_units"] == 3
    assert result["api_requests"] == 0


@pytest.mark.parametrize(
    ("way", "limit", "writes", "reads"),
    [
        ("http", "POLL", 6, 3),
        ("http", "GATE", 6, 4.5),
        ("sqs_direct", "GATE", 5, 4),
    ],
)
def test_a_limit_costs_its_slot_taken_and_freed(
    way: str, limit: str, writes: float, reads: float
) -> None:
    """Two writes of L; its reads, and at the gate the task's item."""
    result = run(way, SIZE, limit=limit)["per_task"]
    assert result["write_units"] <= writes
    assert result["read_units"] <= reads


def test_without_inline_advance_a_task_costs_the_same_writes() -> None:
    assert run("http", SIZE, inline_advance=False)["per_task"]["write_units"] == 4


def test_the_command_prints_json() -> None:
    command = [
        sys.executable,
        "-m",
        "podium_local.bench",
        "--workflows=1",
        "--tasks=2",
        "--way=http",
    ]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    document = json.loads(printed.stdout)
    assert document["scenario"] == "chain"
    assert [result["way"] for result in document["results"]] == ["http"]
