"""Programs at their time limit, dozens of them: no call of a function lasts, and the workflow ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from podium.domain.engines import EngineLimitError
from podium.domain.json import Json, JsonMap
from podium.domain.status import TaskStatus, WorkflowStatus
from podium_local.clock import VirtualClock
from tests.support.cluster import ENGINES, Cluster

#: What QuickJS needs to cut off a script that goes on for ever, in milliseconds.
LIMIT = 4_000
#: Far below the timeouts of the functions, which are 29 s and more (infra.topology).
LONGEST_CALL = 26_000


@dataclass
class Endless:
    """Every script runs until it is cut off."""

    clock: VirtualClock | None = None

    def evaluate(self, script: str, bindings: Mapping[str, Json]) -> Json:
        assert self.clock is not None
        self.clock.advance(LIMIT)
        raise EngineLimitError("cut off: the program ran too long")

    def check(self, script: str) -> str | None:
        return None


def inline(ref: str) -> JsonMap:
    return {
        "name": ref,
        "taskReferenceName": ref,
        "type": "INLINE",
        "optional": True,
        "inputParameters": {"evaluatorType": "javascript", "expression": "while (true) {}"},
    }


SCRIPTS = 20
CHAIN: JsonMap = {"name": "chain", "tasks": [inline(f"s{n}") for n in range(SCRIPTS)]}
FORKED: JsonMap = {
    "name": "forked",
    "tasks": [
        {
            "name": "fork",
            "taskReferenceName": "fork",
            "type": "FORK_JOIN",
            "forkTasks": [[inline(f"s{n}")] for n in range(SCRIPTS)],
        },
        {
            "name": "join",
            "taskReferenceName": "join",
            "type": "JOIN",
            "joinOn": [f"s{n}" for n in range(SCRIPTS)],
        },
    ],
}


@pytest.mark.parametrize("definition", [CHAIN, FORKED], ids=["chain", "forked"])
@pytest.mark.parametrize("inline_advance", [False, True])
def test_dozens_of_endless_scripts_fit_into_calls_and_the_workflow_ends(definition, inline_advance):
    scripts = Endless()
    cluster = Cluster(inline=inline_advance, programs=replace(ENGINES, script=scripts))
    scripts.clock = cluster.clock
    calls = []

    def timed(before: int) -> None:
        calls.append(cluster.clock.now() - before)

    begun = cluster.clock.now()
    wf = cluster.start(definition)
    timed(begun)
    while cluster.status(wf) is WorkflowStatus.RUNNING:
        records = cluster.take()
        assert records, "nothing would go on"
        for record in records:
            begun = cluster.clock.now()
            cluster.deliver([record])
            timed(begun)
    assert max(calls) <= LONGEST_CALL
    assert cluster.status(wf) is WorkflowStatus.COMPLETED
    for number in range(SCRIPTS):
        task = cluster.task(wf, f"s{number}")
        assert task.status is TaskStatus.COMPLETED_WITH_ERRORS
        assert "cut off" in task.reason
