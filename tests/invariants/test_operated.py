"""Invariants 2, 4 and 5 while operators give any command at any moment, on bad days.

2: nothing is created twice but what an operator has run again.
4: every RUNNING workflow has a pending cause of progress.
5: a terminal workflow has no open task, no armed timer, no running child.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.invariants.test_deliveries import cluster_with_workers
from tests.support.chaos import Chaos, check_causes, check_facts
from tests.support.definitions import SMALL, workflow_json
from tests.support.operator import COMMANDS, Operator

INPUT: dict[str, Any] = {"value": 1, "choice": "a", "items": [1, 2]}


def operated(definition: dict[str, Any], seed: int, rounds: int) -> Counter[str]:
    """A day of commands, then a good one; the commands that were obeyed."""
    cluster = cluster_with_workers()
    rng = random.Random(seed)
    wf = cluster.start(definition, INPUT)
    chaos, operator = Chaos(cluster, rng), Operator(cluster, rng)
    for _ in range(rounds):
        chaos.bad_day(wf, rng.randint(0, 3))
        operator.command(wf)
        if rng.random() < 0.3:
            chaos.deliver_all()
            check_causes(cluster, wf)
    chaos.good_day(wf)
    check_facts(cluster, wf, again=True)
    return operator.obeyed


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(workflow_json(SMALL), st.integers(0, 2**32), st.integers(1, 10))
def test_commands_at_any_moment_leave_nothing_stuck_and_nothing_open(
    definition: dict[str, Any], seed: int, rounds: int
) -> None:
    operated(definition, seed, rounds)


def task(task_type: str, ref: str, **fields: Any) -> dict[str, Any]:
    return {"name": ref, "taskReferenceName": ref, "type": task_type, **fields}


#: A loop and a child, side by side, then two tasks more: something for every command.
WIDE: dict[str, Any] = {
    "name": "wide",
    "version": 1,
    "tasks": [
        task(
            "FORK_JOIN",
            "fork",
            forkTasks=[
                [
                    task(
                        "DO_WHILE",
                        "loop",
                        loopCondition="$.loop['iteration'] < 2",
                        loopOver=[task("SIMPLE", "pick")],
                    )
                ],
                [
                    task(
                        "SUB_WORKFLOW",
                        "kid",
                        subWorkflowParam={
                            "name": "inner",
                            "workflowDefinition": {
                                "name": "inner",
                                "version": 1,
                                "tasks": [task("SIMPLE", "pack")],
                            },
                        },
                    )
                ],
            ],
        ),
        task("JOIN", "join", joinOn=["loop", "kid"]),
        task("SIMPLE", "ship"),
        task("HUMAN", "human"),
    ],
}


def test_every_command_is_obeyed_at_some_moment() -> None:
    obeyed: Counter[str] = Counter()
    for seed in range(60):
        obeyed += operated(WIDE, seed, rounds=12)
    assert len(obeyed) == len(COMMANDS), f"never obeyed: {COMMANDS - obeyed.keys()}"
