"""Invariants 2, 4 and 5 of the whole engine, over generated definitions and bad days.

2: a duplicated, reordered or delayed record, message, timer or report never creates a task twice.
4: every RUNNING workflow has a pending cause of progress.
5: a terminal workflow has no open task, no armed timer, no running child.
"""

from __future__ import annotations

import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podium.ports.outside import HttpResponse
from tests.support.chaos import Chaos, check_causes, check_facts
from tests.support.cluster import Cluster
from tests.support.definitions import (
    CUSTOM_TYPE,
    HTTP_URI,
    LIMITED,
    SMALL,
    WORKERS,
    workflow_json,
)


def cluster_with_workers() -> Cluster:
    """Three deciders; the tasks of the generated definitions retry at once and have short leases."""
    cluster = Cluster(deciders=3)
    for name in (*WORKERS, CUSTOM_TYPE):
        cluster.register(
            {"name": name, "retryCount": 1, "retryDelaySeconds": 0, **LIMITED.get(name, {})}
        )
    cluster.http.answers[HTTP_URI] = HttpResponse(200, "OK", {}, {"value": 3})
    return cluster


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(workflow_json(SMALL), st.integers(0, 2**32), st.integers(0, 12))
def test_a_bad_day_creates_nothing_twice_and_ends(
    definition: dict[str, Any], seed: int, rounds: int
) -> None:
    cluster = cluster_with_workers()
    wf = cluster.start(definition, {"value": 1, "choice": "a", "items": [1, 2]})
    chaos = Chaos(cluster, random.Random(seed))
    chaos.bad_day(wf, rounds)
    check_facts_so_far(cluster, wf)
    chaos.good_day(wf)
    check_facts(cluster, wf)
    chaos.limits.check_slots_come_back()


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(workflow_json(SMALL), st.integers(0, 2**32), st.integers(0, 8))
def test_a_running_workflow_always_has_a_cause_of_progress(
    definition: dict[str, Any], seed: int, rounds: int
) -> None:
    cluster = cluster_with_workers()
    wf = cluster.start(definition, {"value": 1, "choice": "b", "items": []})
    chaos = Chaos(cluster, random.Random(seed))
    cluster.settle()
    check_causes(cluster, wf)
    for _ in range(rounds):
        chaos.bad_day(wf, 1)
        chaos.deliver_all()
        check_causes(cluster, wf)


def check_facts_so_far(cluster: Cluster, workflow_id: str) -> None:
    """What holds at any moment, closing under way or not."""
    attempts = [(task.wire_ref, task.attempt) for task in cluster.view(workflow_id).tasks]
    assert len(attempts) == len(set(attempts))
