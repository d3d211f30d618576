"""Upgrade on the whole engine: places, races, crashes, other processes (docs/api.md)."""

from __future__ import annotations

from typing import Any

import pytest

from podium.domain.requests import SkipTaskRequest, UpgradeWorkflowRequest
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import ConflictError, InvalidInputError, NotFoundError
from tests.integration.protocol.definitions import fork, simple, workflow
from tests.support.chaos import check_causes, check_facts
from tests.support.cluster import Cluster, Crash, crash

NEXT = UpgradeWorkflowRequest(name="wf", version=2)


def started(cluster: Cluster, *tasks: Any, **fields: Any) -> str:
    cluster.register(workflow(*tasks, **fields))
    wf = cluster.start("wf")
    cluster.settle()
    return wf


def upgrade(cluster: Cluster, wf: str, *tasks: Any, **fields: Any) -> None:
    cluster.register(workflow(*tasks, **{"version": 2, **fields}))
    cluster.engine.steering.upgrade(wf, NEXT)


def work(cluster: Cluster, wf: str, *task_types: str) -> None:
    for task_type in task_types:
        check_causes(cluster, wf)
        cluster.complete(task_type)
        cluster.settle()
    assert cluster.status(wf) is WorkflowStatus.COMPLETED
    check_facts(cluster, wf)


def refs(cluster: Cluster, wf: str) -> list[str]:
    return [task.ref for task in cluster.view(wf).tasks]


def test_what_is_ahead_is_that_of_the_new_version() -> None:
    cluster = Cluster(deciders=3)
    wf = started(cluster, simple("a"), simple("b"), simple("c"), variables={"x": 1})
    cluster.complete("a")
    cluster.settle()
    upgrade(
        cluster,
        wf,
        simple("a"),
        simple("b", inputParameters={"n": 1}),
        simple("new", inputParameters={"y": "${workflow.variables.y}"}),
        variables={"x": 9, "y": 2},
        outputParameters={"x": "${workflow.variables.x}"},
    )
    view = cluster.view(wf)
    assert (view.header.name_version, view.definition.version) == (2, 2)
    assert view.variables == {"x": 1, "y": 2}, "values stay, new variables come with theirs"
    cluster.complete("b")
    cluster.settle()
    assert cluster.task(wf, "new").input == {"y": 2}
    work(cluster, wf, "new")
    assert refs(cluster, wf) == ["a", "b", "new"]
    assert cluster.view(wf).output == {"x": 1}


def test_a_version_that_ends_earlier_ends_the_execution() -> None:
    cluster = Cluster(deciders=2)
    wf = started(cluster, simple("a"), simple("b"))
    upgrade(cluster, wf, simple("a"))
    work(cluster, wf, "a")


def test_a_fork_under_way_goes_on_and_what_follows_is_new() -> None:
    cluster = Cluster()
    branches = fork([simple("x")], [simple("y")], join_on=["x", "y"])
    wf = started(cluster, *branches, simple("z"))
    cluster.complete("x")
    cluster.settle()
    upgrade(cluster, wf, *branches, simple("before"), simple("z"))
    work(cluster, wf, "y", "before", "z")


def test_without_a_version_it_is_the_highest_and_twice_is_once_more() -> None:
    cluster = Cluster()
    wf = started(cluster, simple("a"), simple("b"))
    cluster.register(workflow(simple("a"), simple("c"), version=7))
    for _ in range(2):
        cluster.engine.steering.upgrade(wf, UpgradeWorkflowRequest(name="wf"))
    assert cluster.view(wf).header.name_version == 7
    work(cluster, wf, "a", "c")


def test_a_paused_execution_is_upgraded_and_stays_paused() -> None:
    cluster = Cluster()
    wf = started(cluster, simple("a"), simple("b"))
    cluster.engine.operations.pause(wf)
    upgrade(cluster, wf, simple("a"), simple("c"))
    assert cluster.status(wf) is WorkflowStatus.PAUSED
    cluster.engine.operations.resume(wf)
    cluster.settle()
    work(cluster, wf, "a", "c")


def test_a_retry_is_that_of_the_new_version() -> None:
    cluster = Cluster()
    wf = started(cluster, simple("a"), simple("b"))
    upgrade(cluster, wf, simple("a", inputParameters={"n": 2}), simple("b"))
    (handed,) = cluster.poll("a")
    cluster.report(handed.task, wf, TaskStatus.FAILED)
    cluster.settle()
    cluster.clock.advance(3_600_000)
    cluster.settle()
    assert cluster.task(wf, "a").input == {"n": 2}
    work(cluster, wf, "a", "b")


def test_what_was_skipped_ahead_has_to_stay_in_its_place() -> None:
    cluster = Cluster()
    wf = started(cluster, simple("a"), simple("b"), simple("c"))
    cluster.engine.steering.skip(wf, "c", SkipTaskRequest())
    with pytest.raises(ConflictError, match="the task c"):
        upgrade(cluster, wf, simple("a"), simple("b"), simple("new"), simple("c"))
    upgrade(cluster, wf, simple("a"), simple("b"), simple("c"), simple("new"))
    work(cluster, wf, "a", "b", "new")
    assert cluster.task(wf, "c").status is TaskStatus.SKIPPED


def test_a_task_that_the_crash_kept_from_its_item_is_made_first() -> None:
    cluster = Cluster(deciders=2)
    wf = started(cluster, simple("a"), simple("b", inputParameters={"n": 1}), simple("c"))
    cluster.complete("a")
    with crash(cluster, "PutItem", nth=2):
        cluster.settle()
    upgrade(cluster, wf, simple("a"), simple("b", inputParameters={"n": 2}), simple("d"))
    cluster.settle()
    work(cluster, wf, "b", "d")


@pytest.mark.parametrize(
    "tasks",
    [
        (simple("new"), simple("a"), simple("b")),
        (simple("b"), simple("a")),
        (simple("a", type="HTTP"), simple("b")),
        (),
    ],
)
def test_what_has_been_reached_has_to_be_in_its_place(tasks: tuple[Any, ...]) -> None:
    cluster = Cluster()
    wf = started(cluster, simple("a"), simple("b"))
    before = cluster.store.read_header(wf)
    with pytest.raises(ConflictError, match="the task a, which it has reached"):
        upgrade(cluster, wf, *tasks)
    assert cluster.store.read_header(wf) == before
    work(cluster, wf, "a", "b")


def test_a_fork_that_has_begun_has_to_be_the_same_with_its_join() -> None:
    cluster = Cluster()
    wf = started(cluster, *fork([simple("x")], [simple("y")], join_on=["x", "y"]))
    more = fork([simple("x")], [simple("y")], [simple("w")], join_on=["x", "y", "w"])
    less = fork([simple("x")], [simple("y")], join_on=["x"])
    for tasks in (more, less):
        with pytest.raises(ConflictError, match="not the same"):
            upgrade(cluster, wf, *tasks)
    work(cluster, wf, "x", "y")


def test_what_cannot_be_is_refused() -> None:
    cluster = Cluster()
    wf = started(cluster, simple("a"))
    cluster.register(workflow(simple("a"), version=2))
    steering = cluster.engine.steering
    with pytest.raises(NotFoundError, match="nobody"):
        steering.upgrade("nobody", NEXT)
    with pytest.raises(NotFoundError, match="version=3"):
        steering.upgrade(wf, UpgradeWorkflowRequest(name="wf", version=3))
    with pytest.raises(InvalidInputError, match="not other"):
        steering.upgrade(wf, UpgradeWorkflowRequest(name="other"))
    with pytest.raises(InvalidInputError, match="task_output"):
        steering.upgrade(wf, UpgradeWorkflowRequest(name="wf", task_output={"b": {}}))
    work(cluster, wf, "a")
    with pytest.raises(ConflictError, match="COMPLETED"):
        steering.upgrade(wf, NEXT)
    cluster.clock.advance(1)


def test_a_crash_at_any_call_is_all_or_nothing() -> None:
    """Asked for again where it did not come to pass, it ends as one that was not disturbed."""
    at, is_through = 0, False
    while not is_through:
        at += 1
        cluster = Cluster(deciders=2)
        wf = started(cluster, simple("a"), simple("b"), simple("c"))
        cluster.complete("a")
        cluster.settle()
        cluster.register(workflow(simple("a"), simple("b"), simple("d"), version=2))
        is_through = _upgraded_with_a_crash(cluster, wf, at)
        cluster.settle()
        header = cluster.store.read_header(wf)
        assert header is not None
        if header.name_version == 1:
            assert not is_through
            cluster.engine.steering.upgrade(wf, NEXT)
        work(cluster, wf, "b", "d")
        assert refs(cluster, wf) == ["a", "b", "d"]
    assert at > 5


def _upgraded_with_a_crash(cluster: Cluster, wf: str, at: int) -> bool:
    """The process dies before its call number ``at``; True when it makes fewer."""
    made = 0

    def hook(name: str) -> None:
        nonlocal made
        made += 1
        if made == at:
            raise Crash(name)

    cluster.calls.before_call = hook
    try:
        cluster.engine.steering.upgrade(wf, NEXT)
    except Crash:
        return False
    finally:
        cluster.calls.before_call = lambda name: None
        cluster.restart_processes()
    return True
