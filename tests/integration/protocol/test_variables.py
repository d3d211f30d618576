"""Variables changed from outside: whoever reads or creates at that moment sees one snapshot or the next."""

from __future__ import annotations

import pytest

from podium.errors import LostRaceError
from tests.integration.protocol.definitions import fork, simple, workflow
from tests.support.cluster import Cluster
from tests.support.racing import race

READER = simple("b", inputParameters={"v": "${workflow.variables.v}"})
CHAIN = workflow(simple("a"), READER, variables={"v": 0})


def change(cluster: Cluster, wf: str, value: int, engine: int = 0) -> None:
    cluster.engines[engine].operations.update_variables(wf, {"v": value})


def test_changes_that_race_are_all_made() -> None:
    cluster = Cluster(deciders=4)
    wf = cluster.start(CHAIN)

    def count(number: int) -> None:
        for value in range(5):
            cluster.engines[number].operations.update_variables(wf, {f"v{number}": value})

    race(4, count)
    assert cluster.view(wf).variables == {"v": 0, "v0": 4, "v1": 4, "v2": 4, "v3": 4}


def test_a_decider_with_a_stale_cache_does_not_undo_a_change() -> None:
    cluster = Cluster(deciders=2)
    wf = cluster.start(CHAIN)
    cluster.settle()
    change(cluster, wf, 7)
    cluster.complete("a")
    cluster.settle()
    assert cluster.task(wf, "b").input == {"v": 7}


def test_a_task_whose_creation_died_is_created_after_two_changes() -> None:
    """Its own snapshot has been replaced by then: it gets the present one, never the definition's."""
    cluster = Cluster()
    branches = ([simple("a"), READER], [simple("other")])
    wf = cluster.start(workflow(*fork(*branches, join_on=["b", "other"]), variables={"v": 0}))
    cluster.settle()
    change(cluster, wf, 1)
    cluster.complete("a")
    (ended,) = cluster.take()
    _die_at(cluster, "SendMessage")
    with pytest.raises(Dies):
        cluster.deliver([ended])
    cluster.calls.before_call = lambda name: None
    cluster.restart_processes()
    for value in (2, 3, 4):
        change(cluster, wf, value)
    cluster.settle()
    assert cluster.task(wf, "b").input == {"v": 4}


class Dies(BaseException):
    """The process."""


def _die_at(cluster: Cluster, call: str) -> None:
    def hook(name: str) -> None:
        if name == call:
            raise Dies

    cluster.calls.before_call = hook


def test_a_reader_overtaken_by_two_changes_reads_again() -> None:
    cluster = Cluster(deciders=2)
    wf = cluster.start(CHAIN)
    change(cluster, wf, 1)
    cluster.restart_processes()
    left = [2, 3]

    def hook(name: str) -> None:
        if name == "GetItem" and left:
            values = [left.pop(0) for _ in range(2)]
            with cluster.undisturbed():
                for value in values:
                    change(cluster, wf, value, engine=1)

    cluster.calls.after_call = hook
    standing = cluster.engine.reads.standing(wf, with_variables=True)
    assert standing.variables == {"v": 3}
    left[:] = [4, 5]
    change(cluster, wf, 6)
    assert cluster.view(wf).variables == {"v": 6}


def test_a_reader_that_is_overtaken_for_ever_says_so() -> None:
    cluster = Cluster(deciders=2)
    wf = cluster.start(CHAIN)
    change(cluster, wf, 1)
    cluster.restart_processes()

    def hook(name: str) -> None:
        if name == "GetItem":
            with cluster.undisturbed():
                change(cluster, wf, 2, engine=1)
                change(cluster, wf, 3, engine=1)

    cluster.calls.after_call = hook
    with pytest.raises(LostRaceError, match=wf):
        change(cluster, wf, 9)
