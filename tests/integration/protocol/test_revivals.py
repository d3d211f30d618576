"""Revivals travel through trees of workflows (protocol.md 7; 11, cases 17 and 25; tasks.md 27, 22 to 25)."""

from __future__ import annotations

from typing import Any

import pytest

from podium.domain.execution import Header
from podium.domain.ids import TaskKey, child_workflow_id
from podium.domain.json import Json
from podium.domain.requests import RerunWorkflowRequest
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.integration.protocol.definitions import fork, simple, sub_workflow, workflow
from tests.support.chaos import check_causes, check_facts
from tests.support.cluster import Cluster, crash

ONCE: list[dict[str, Json]] = [
    {"name": name, "retryCount": 0} for name in ("work", "side", "first", "last")
]


def start(cluster: Cluster, *definitions: dict[str, Json]) -> str:
    """Register everything, start the last one."""
    cluster.register(*ONCE, *definitions)
    wf = cluster.start(str(definitions[-1]["name"]))
    cluster.settle()
    return wf


def tree(cluster: Cluster) -> tuple[str, str, str]:
    """root, mid and leaf, each with a task before and after the next level."""
    root = start(
        cluster,
        workflow(simple("first"), simple("work"), simple("last"), name="leaf"),
        workflow(simple("first"), sub_workflow("leaf", "leaf"), simple("last"), name="mid"),
        workflow(simple("first"), sub_workflow("mid", "mid"), simple("last"), name="root"),
    )
    for _ in range(3):
        cluster.complete("first")
        cluster.settle()
    mid = cluster.task(root, "mid").child_id
    return root, mid, cluster.task(mid, "leaf").child_id


def over_at_once(cluster: Cluster) -> str:
    """A workflow whose only task is a child that ends in its first decision."""
    return start(
        cluster,
        workflow(simple("nothing") | {"type": "NOOP"}, name="leaf"),
        workflow(sub_workflow("kid", "leaf"), name="root"),
    )


def fail(cluster: Cluster, task_type: str) -> None:
    (handed,) = cluster.poll(task_type)
    cluster.report(handed.task, handed.message.workflow_id, TaskStatus.FAILED)
    cluster.settle()


def retry(cluster: Cluster, wf: str, *, resume: bool = False) -> None:
    cluster.engine.repeats.retry(wf, resume_sub_workflows=resume)
    cluster.settle()


def restart(cluster: Cluster, wf: str) -> None:
    cluster.engine.repeats.restart(wf, use_latest_definitions=False)
    cluster.settle()


def statuses(cluster: Cluster, *ids: str) -> list[WorkflowStatus]:
    return [cluster.status(each) for each in ids]


def header(cluster: Cluster, wf: str) -> Header:
    found = cluster.store.read_header(wf)
    assert found is not None
    return found


def finish(cluster: Cluster, wf: str, *task_types: str) -> None:
    for task_type in task_types:
        cluster.complete(task_type)
        cluster.settle()
    assert cluster.status(wf) is WorkflowStatus.COMPLETED
    check_facts(cluster, wf)


RUNNING, FAILED, COMPLETED = (
    WorkflowStatus.RUNNING,
    WorkflowStatus.FAILED,
    WorkflowStatus.COMPLETED,
)


def test_a_retry_of_the_leaf_revives_every_level_above() -> None:
    cluster = Cluster()
    ids = tree(cluster)
    fail(cluster, "work")
    assert statuses(cluster, *ids) == [FAILED] * 3
    retry(cluster, ids[2])
    assert statuses(cluster, *ids) == [RUNNING] * 3
    assert [header(cluster, each).generation for each in ids] == [1, 1, 1]
    check_causes(cluster, ids[0])
    assert cluster.task(ids[0], "mid").child_id == ids[1]
    finish(cluster, ids[0], "work", "last", "last", "last")
    assert [task.attempt for task in cluster.view(ids[0]).tasks] == [0, 0, 0]


def test_25_over_and_over_again() -> None:
    cluster = Cluster(deciders=2)
    ids = tree(cluster)
    for _ in range(3):
        fail(cluster, "work")
        assert statuses(cluster, *ids) == [FAILED] * 3
        retry(cluster, ids[2])
        assert statuses(cluster, *ids) == [RUNNING] * 3
    finish(cluster, ids[0], "work", "last", "last", "last")


@pytest.mark.parametrize("level", [0, 1])
def test_a_retry_above_starts_a_new_child(level: int) -> None:
    cluster = Cluster()
    ids = tree(cluster)
    fail(cluster, "work")
    retry(cluster, ids[level])
    ref = ("mid", "leaf")[level]
    holder = cluster.task(ids[level], ref)
    assert (holder.attempt, holder.child_id) != (0, ids[level + 1])
    for _ in range(2 - level):
        cluster.complete("first")
        cluster.settle()
    finish(cluster, ids[0], "work", "last", "last", "last")


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_retry_that_resumes_keeps_every_child_and_what_it_has_done(level: int) -> None:
    cluster = Cluster()
    ids = tree(cluster)
    fail(cluster, "work")
    retry(cluster, ids[level], resume=True)
    assert statuses(cluster, *ids) == [RUNNING] * 3
    assert cluster.task(ids[0], "mid").child_id == ids[1]
    assert cluster.task(ids[1], "leaf").child_id == ids[2]
    check_causes(cluster, ids[0])
    finish(cluster, ids[0], "work", "last", "last", "last")


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_restart_at_any_level(level: int) -> None:
    cluster = Cluster()
    ids = tree(cluster)
    fail(cluster, "work")
    restart(cluster, ids[level])
    assert statuses(cluster, *ids[: level + 1]) == [RUNNING] * (level + 1)
    for _ in range(3 - level):
        cluster.complete("first")
        cluster.settle()
    finish(cluster, ids[0], "work", "last", "last", "last")


def test_an_orphan_of_a_restart_does_not_touch_its_former_parent() -> None:
    cluster = Cluster()
    ids = tree(cluster)
    fail(cluster, "work")
    restart(cluster, ids[0])
    retry(cluster, ids[1], resume=True)
    assert statuses(cluster, *ids) == [RUNNING] * 3
    assert [task.ref for task in cluster.view(ids[0]).tasks] == ["first"]
    cluster.complete("work")
    cluster.settle()
    assert [task.ref for task in cluster.view(ids[0]).tasks] == ["first"]


def siblings(cluster: Cluster) -> tuple[str, str, str]:
    """A root with two children in a fork, of which the first fails; the other is cancelled."""
    branches = [sub_workflow("a", "one")], [sub_workflow("b", "two")], [simple("side")]
    root = start(
        cluster,
        workflow(simple("work"), name="one"),
        workflow(simple("first"), simple("last"), name="two"),
        workflow(*fork(*branches, join_on=["a", "b", "side"]), name="root"),
    )
    cluster.complete("first")
    cluster.settle()
    a, b = (cluster.task(root, ref).child_id for ref in ("a", "b"))
    fail(cluster, "work")
    assert statuses(cluster, root, a, b) == [FAILED, FAILED, WorkflowStatus.TERMINATED]
    return root, a, b


def test_cancelled_siblings_go_on_where_they_were() -> None:
    cluster = Cluster()
    root, a, b = siblings(cluster)
    side = cluster.task(root, "side")
    retry(cluster, a)
    assert statuses(cluster, root, a, b) == [RUNNING] * 3
    again = cluster.task(root, "side")
    assert (again.seq, again.attempt, again.status) == (side.seq, 1, TaskStatus.SCHEDULED)
    assert cluster.task(root, "b").child_id == b
    assert cluster.poll("first") == []
    check_causes(cluster, root)
    finish(cluster, root, "work", "side", "last")


def test_siblings_over_repeated_cycles() -> None:
    cluster = Cluster(deciders=3)
    root, a, b = siblings(cluster)
    for cycle in range(3):
        retry(cluster, (a, b)[cycle % 2], resume=True)
        assert statuses(cluster, root, a, b) == [RUNNING] * 3
        check_causes(cluster, root)
        fail(cluster, ("work", "last")[cycle % 2])
        assert cluster.status(root) is FAILED
        check_facts(cluster, root)
    retry(cluster, root, resume=True)
    finish(cluster, root, "work", "side", "last")


def test_a_sibling_that_had_completed_unseen_counts_as_completed() -> None:
    cluster = Cluster()
    branches = [sub_workflow("a", "one")], [sub_workflow("b", "two")]
    root = start(
        cluster,
        workflow(simple("work"), name="one"),
        workflow(simple("side"), name="two"),
        workflow(*fork(*branches, join_on=["a", "b"]), name="root"),
    )
    a, b = (cluster.task(root, ref).child_id for ref in ("a", "b"))
    cluster.complete("side")
    with crash(cluster, "TransactWriteItems", after=True):
        cluster.settle()
    unseen = cluster.take()
    assert cluster.status(b) is COMPLETED
    (work,) = cluster.poll("work")
    cluster.report(work.task, a, TaskStatus.FAILED)
    cluster.deliver(cluster.take())
    assert cluster.task(root, "b").status is TaskStatus.CANCELED
    cluster.deliver(unseen)
    cluster.settle()
    retry(cluster, a)
    assert cluster.task(root, "b").status is TaskStatus.COMPLETED
    check_causes(cluster, root)
    finish(cluster, root, "work")
    assert cluster.status(b) is COMPLETED


def test_an_optional_holder_leaves_its_parent_alone() -> None:
    cluster = Cluster()
    holder = sub_workflow("kid", "leaf") | {"optional": True}
    root = start(
        cluster,
        workflow(simple("work"), name="leaf"),
        workflow(holder, simple("side"), name="root"),
    )
    kid = cluster.task(root, "kid").child_id
    fail(cluster, "work")
    finish(cluster, root, "side")
    before = header(cluster, root)
    retry(cluster, kid)
    assert cluster.status(kid) is RUNNING
    cluster.complete("work")
    cluster.settle()
    assert header(cluster, root) == before
    assert cluster.task(root, "kid").status is TaskStatus.COMPLETED_WITH_ERRORS


def test_a_holder_that_was_retried_leaves_its_parent_alone() -> None:
    cluster = Cluster()
    cluster.register({"name": "kid", "retryCount": 1, "retryDelaySeconds": 0})
    root = start(
        cluster,
        workflow(simple("work"), name="leaf"),
        workflow(sub_workflow("kid", "leaf"), name="root"),
    )
    first = cluster.task(root, "kid").child_id
    fail(cluster, "work")
    assert cluster.task(root, "kid").attempt == 1
    before = header(cluster, root)
    retry(cluster, first)
    assert header(cluster, root) == before


def test_a_completed_tree_is_revived_by_a_restart_of_its_leaf() -> None:
    cluster = Cluster()
    ids = tree(cluster)
    finish(cluster, ids[0], "work", "last", "last", "last")
    restart(cluster, ids[2])
    assert statuses(cluster, *ids) == [RUNNING] * 3
    assert cluster.task(ids[0], "last").status is TaskStatus.COMPLETED
    check_causes(cluster, ids[0])
    finish(cluster, ids[0], "first", "work", "last")
    assert [task.ref for task in cluster.view(ids[0]).tasks] == ["first", "mid", "last"]


def test_a_holder_that_has_gone_on_is_waited_for_again_while_its_parent_runs() -> None:
    cluster = Cluster()
    root = start(
        cluster,
        workflow(simple("work"), name="leaf"),
        workflow(sub_workflow("kid", "leaf"), simple("side"), name="root"),
    )
    kid = cluster.task(root, "kid").child_id
    cluster.complete("work")
    cluster.settle()
    restart(cluster, kid)
    assert cluster.task(root, "kid").status is TaskStatus.IN_PROGRESS
    cluster.complete("side")
    cluster.settle()
    assert cluster.status(root) is RUNNING
    finish(cluster, root, "work")
    assert [task.ref for task in cluster.view(root).tasks] == ["kid", "side"]


def test_24_a_child_cancelled_by_its_parents_timeout_revives_it() -> None:
    cluster = Cluster()
    root = start(
        cluster,
        workflow(simple("work"), name="leaf"),
        workflow(
            sub_workflow("kid", "leaf"),
            name="root",
            timeoutSeconds=30,
            timeoutPolicy="TIME_OUT_WF",
        ),
    )
    kid = cluster.task(root, "kid").child_id
    cluster.advance(61)
    assert statuses(cluster, root, kid) == [WorkflowStatus.TIMED_OUT, WorkflowStatus.TERMINATED]
    retry(cluster, kid)
    assert statuses(cluster, root, kid) == [RUNNING] * 2
    finish(cluster, root, "work")


def test_a_parent_terminated_after_its_childs_retry_stays_terminated() -> None:
    """The news of the child's new run comes after the parent was terminated with it."""
    cluster = Cluster()
    ids = tree(cluster)
    fail(cluster, "work")
    cluster.engine.repeats.retry(ids[2], resume_sub_workflows=False)
    revived = cluster.take()
    cluster.engine.operations.terminate(ids[1], "enough")
    later = cluster.take()
    cluster.deliver(later)
    cluster.settle()
    cluster.deliver(revived)
    cluster.settle()
    assert statuses(cluster, *ids[1:]) == [WorkflowStatus.TERMINATED] * 2
    check_facts(cluster, ids[1])


def test_a_late_raise_does_not_open_the_task_of_a_closed_parent() -> None:
    cluster = Cluster()
    ids = tree(cluster)
    fail(cluster, "work")
    cluster.engine.repeats.retry(ids[2], resume_sub_workflows=False)
    records = cluster.take()
    key = TaskKey(ids[1], "leaf", 2)
    original = cluster.store.raise_child

    def terminated_first(*args: object) -> object:
        cluster.store.raise_child = original  # type: ignore[method-assign]
        cluster.engine.operations.terminate(ids[1], "enough")
        cluster.settle()
        return original(*args)  # type: ignore[arg-type]

    cluster.store.raise_child = terminated_first  # type: ignore[assignment, method-assign]
    cluster.deliver(records)
    cluster.settle()
    task = cluster.store.read_task(key)
    assert task is not None
    assert task.status is TaskStatus.CANCELED
    check_facts(cluster, ids[1])


def test_a_permissive_holder_is_waited_for_again() -> None:
    cluster = Cluster()
    holder = sub_workflow("kid", "leaf") | {"permissive": True}
    root = start(
        cluster,
        workflow(simple("work"), name="leaf"),
        workflow(holder, simple("side"), name="root"),
    )
    kid = cluster.task(root, "kid").child_id
    fail(cluster, "work")
    cluster.complete("side")
    cluster.settle()
    assert cluster.status(root) is FAILED
    retry(cluster, kid)
    assert cluster.status(root) is RUNNING
    assert header(cluster, root).failed_permissive == ()
    finish(cluster, root, "work")


def test_a_child_never_launched_is_launched_by_the_resume() -> None:
    cluster = Cluster()
    branches = [simple("work")], [sub_workflow("kid", "leaf") | {"startDelay": 600}]
    root = start(
        cluster,
        workflow(simple("side"), name="leaf"),
        workflow(*fork(*branches, join_on=["work", "kid"]), name="root"),
    )
    fail(cluster, "work")
    stub = child_workflow_id(TaskKey(root, "kid", 3), 0)
    assert header(cluster, stub).definition == ""
    retry(cluster, root, resume=True)
    assert cluster.task(root, "kid").status is TaskStatus.IN_PROGRESS
    finish(cluster, root, "work", "side")


def test_a_child_that_ends_before_the_item_of_its_run_is_put_is_not_forgotten() -> None:
    """Simulation, seed 3018826: the item there is that of the run before."""
    cluster = Cluster()
    root = over_at_once(cluster)
    assert cluster.status(root) is COMPLETED
    key = TaskKey(root, "kid", cluster.task(root, "kid").seq)
    cluster.engine.repeats.rerun(root, RerunWorkflowRequest(re_run_from_task_id=key.task_id))
    with crash(cluster, "PutItem", nth=2):
        cluster.settle()
    assert cluster.status(child_workflow_id(key, 1)) is COMPLETED
    item = cluster.store.read_task(key)
    assert item is not None
    assert item.inc == 0
    # The child's record comes before what the crash has interrupted does.
    ended = cluster.take()
    cluster.deliver(ended)
    cluster.settle()
    assert cluster.status(root) is COMPLETED


def test_a_revival_does_not_bring_back_a_parent_that_is_being_removed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Simulation, seed 3019495: its child ran again just before."""
    cluster = Cluster()
    root = start(
        cluster,
        workflow(simple("work"), name="leaf"),
        workflow(sub_workflow("kid", "leaf"), name="root"),
    )
    kid = cluster.task(root, "kid").child_id
    cluster.complete("work")
    cluster.settle()
    cluster.engine.repeats.restart(kid, use_latest_definitions=False)
    read = type(cluster.store).read_header

    def read_and_remove(store: Any, workflow_id: str, **options: Any) -> Header | None:
        found = read(store, workflow_id, **options)
        if workflow_id == root:
            monkeypatch.undo()
            cluster.engine.removing.remove(root, archive=True)
        return found

    monkeypatch.setattr(type(cluster.store), "read_header", read_and_remove)
    cluster.settle()
    assert cluster.store.read_header(root) is None


def test_a_failure_that_was_met_stays_one_while_its_child_runs_again() -> None:
    """Simulation, seed 3042755: the TRY_CATCH was ended as IN_PROGRESS, like the task that it had failed of."""
    cluster = Cluster()
    guarded: dict[str, Json] = {
        "name": "guarded",
        "taskReferenceName": "guarded",
        "type": "TRY_CATCH",
        "tryTasks": [sub_workflow("kid", "leaf")],
        "finallyTasks": [simple("last")],
    }
    root = start(cluster, workflow(simple("work"), name="leaf"), workflow(guarded, name="root"))
    kid = cluster.task(root, "kid").child_id
    fail(cluster, "work")
    cluster.engine.repeats.restart(kid, use_latest_definitions=False)
    cluster.settle()
    assert cluster.task(root, "kid").status is TaskStatus.IN_PROGRESS
    cluster.complete("last")
    cluster.settle()
    assert cluster.task(root, "guarded").status is TaskStatus.FAILED
    assert cluster.status(root) is FAILED


def test_a_child_whose_run_is_over_is_not_brought_back_for_its_parent() -> None:
    """Simulation, seed 23981: it ran again, ended and was removed before its parent heard of it."""
    cluster = Cluster()
    root = over_at_once(cluster)
    kid = cluster.task(root, "kid").child_id
    cluster.engine.repeats.restart(kid, use_latest_definitions=False)
    cluster.engine.removing.remove(kid, archive=True)
    cluster.settle()
    assert cluster.store.read_header(kid) is None
    assert cluster.task(root, "kid").child_generation == 1
    assert cluster.status(root) is COMPLETED
