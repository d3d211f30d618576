"""A decider that stops in the middle of closing and goes on after an operator has revived the tree.

protocol.md 11, cases 11, 11c, 14, 17, 28 and 31: at each call of what follows the leaf's failure,
the decider stands still; everything else is delivered, an operator revives one level, all of that
is carried out; then the decider goes on with what it had read. Nothing of the new run is harmed.
"""

from __future__ import annotations

import pytest

from podium.domain.status import TaskStatus, WorkflowStatus
from tests.invariants.test_crash_in_operations import failed_tree, finish, operate
from tests.support.chaos import check_causes, check_facts
from tests.support.cluster import Cluster
from tests.support.trees import LEVELS, OPERATIONS


def run(operation: str, level: int, stop_at: int) -> tuple[bool, Cluster, str]:
    """Whether the decider stood still, and the operation was carried out meanwhile."""
    cluster, ids = failed_tree("jump", deciders=2)
    made = 0
    operated = False
    records: list[dict[str, object]] = []

    def hook(name: str) -> None:
        nonlocal made, operated
        made += 1
        if made != stop_at:
            return
        cluster.calls.before_call = lambda name: None
        cluster.deliver(list(records), decider=1)
        cluster.settle()
        if cluster.status(ids[level]).is_terminal:
            operate(cluster, operation, ids[level], level)
            cluster.settle()
            operated = True

    (handed,) = cluster.poll("leaf_work")
    cluster.report(handed.task, ids[-1], TaskStatus.FAILED)
    cluster.calls.before_call = hook
    while records := records or cluster.take():
        record = records.pop(0)
        cluster.deliver([record])
    cluster.calls.before_call = lambda name: None
    cluster.settle()
    if operated:
        check_causes(cluster, ids[0])
    return made >= stop_at and operated, cluster, ids[0]


@pytest.mark.parametrize("level", range(len(LEVELS)), ids=LEVELS)
@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each != "rerun"])
def test_a_late_closer_harms_no_later_run(operation: str, level: int) -> None:
    stopped = 0
    for number in range(1, 200):
        operated, cluster, root = run(operation, level, number)
        if not operated and stopped:
            break
        if not operated:
            continue
        stopped += 1
        finish(cluster, root)
        assert cluster.status(root) is WorkflowStatus.COMPLETED, f"stopped at call {number}"
        check_facts(cluster, root)
    assert stopped > 3
