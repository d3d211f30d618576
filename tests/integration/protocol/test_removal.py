"""Remove, archive and write back on the whole engine (engine.md 15.8, protocol.md 6)."""

from __future__ import annotations

from typing import Any

import pytest

from podium.adapters.items.attributes import untyped
from podium.adapters.items.keys import is_header
from podium.domain.ids import TaskKey
from podium.domain.requests import RerunWorkflowRequest
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import ConflictError, InvalidInputError, NotFoundError
from tests.integration.protocol.definitions import CHAIN, simple, sub_workflow, workflow
from tests.support.chaos import check_facts, found_as
from tests.support.cluster import Cluster, Crash, crash

ONCE = [{"name": name, "retryCount": 0} for name in ("t1", "t2", "inner")]


def failed(cluster: Cluster) -> str:
    cluster.register(*ONCE)
    wf = cluster.start(CHAIN, {"n": 1})
    cluster.settle()
    cluster.complete("t1", {"big": "x" * 50_000})
    cluster.settle()
    (handed,) = cluster.poll("t2")
    cluster.report(handed.task, wf, TaskStatus.FAILED)
    cluster.settle()
    assert cluster.status(wf) is WorkflowStatus.FAILED
    return wf


def remove(cluster: Cluster, wf: str, *, archive: bool = True) -> None:
    cluster.engine.removing.remove(wf, archive=archive)
    cluster.settle()


def is_unknown(cluster: Cluster, wf: str) -> bool:
    try:
        cluster.view(wf)
    except NotFoundError:
        return True
    return False


def test_an_archived_execution_is_read_as_it_was() -> None:
    cluster = Cluster(deciders=2)
    wf = failed(cluster)
    before = cluster.view(wf)
    standing = cluster.engine.reads.standing(wf, with_output=True, with_variables=True)
    task_id = TaskKey(wf, "t1", 1).task_id
    task = cluster.engine.reads.task(task_id)[1]
    remove(cluster, wf)
    assert cluster.store.read_header(wf) is None
    assert cluster.view(wf) == before
    assert cluster.engine.reads.view(wf, include_tasks=False).header == before.header
    assert cluster.engine.reads.standing(wf, with_output=True, with_variables=True) == standing
    assert cluster.engine.reads.task(task_id)[1] == task
    assert cluster.engine.reads.tasks(wf, 0, 1).total == 2


def test_without_an_archive_nothing_is_left() -> None:
    cluster = Cluster()
    wf = failed(cluster)
    remove(cluster, wf, archive=False)
    assert is_unknown(cluster, wf)
    assert cluster.store.payloads.blobs.paths() == []  # type: ignore[attr-defined]
    with pytest.raises(NotFoundError, match=wf):
        remove(cluster, wf, archive=False)
    with pytest.raises(NotFoundError, match=wf):
        cluster.engine.repeats.retry(wf)
    with pytest.raises(NotFoundError):
        cluster.engine.reads.task(TaskKey(wf, "t1", 1).task_id)


def test_what_runs_is_not_archived_but_can_be_removed() -> None:
    cluster = Cluster()
    wf = cluster.start(CHAIN)
    cluster.settle()
    (handed,) = cluster.poll("t1")
    with pytest.raises(InvalidInputError, match=f"{wf} is RUNNING"):
        remove(cluster, wf)
    assert cluster.status(wf) is WorkflowStatus.RUNNING
    remove(cluster, wf, archive=False)
    assert is_unknown(cluster, wf)
    cluster.report(handed.task, wf)
    cluster.settle()
    assert is_unknown(cluster, wf)
    assert cluster.poll("t2") == []


def test_terminate_and_remove() -> None:
    cluster = Cluster()
    wf = cluster.start(CHAIN)
    cluster.settle()
    cluster.engine.removing.terminate_and_remove(wf, "away", archive=True)
    cluster.settle()
    archived = cluster.view(wf)
    assert (archived.header.status, archived.header.reason) == (WorkflowStatus.TERMINATED, "away")
    assert [task.status for task in archived.tasks] == [TaskStatus.CANCELED]
    with pytest.raises(NotFoundError, match=wf):
        cluster.engine.removing.terminate_and_remove(wf, "again", archive=True)


def test_a_completed_one_is_not_terminated_and_not_removed() -> None:
    cluster = Cluster()
    wf = cluster.start(workflow(simple("t1")))
    cluster.settle()
    cluster.complete("t1")
    cluster.settle()
    with pytest.raises(ConflictError, match=wf):
        cluster.engine.removing.terminate_and_remove(wf, "", archive=True)
    assert cluster.status(wf) is WorkflowStatus.COMPLETED


@pytest.mark.parametrize("operation", ["retry", "restart", "rerun", "rerun from a task"])
def test_an_archived_execution_runs_again(operation: str) -> None:
    cluster = Cluster(deciders=2)
    wf = failed(cluster)
    remove(cluster, wf)
    repeats = cluster.engine.repeats
    match operation:
        case "retry":
            repeats.retry(wf)
        case "restart":
            repeats.restart(wf, use_latest_definitions=False)
        case "rerun":
            repeats.rerun(wf, RerunWorkflowRequest())
        case _:
            task_id = TaskKey(wf, "t2", 2).task_id
            repeats.rerun(wf, RerunWorkflowRequest(re_run_from_task_id=task_id))
    cluster.settle()
    for task_type in ["t1", "t2"] if operation in {"restart", "rerun"} else ["t2"]:
        cluster.complete(task_type)
        cluster.settle()
    assert cluster.status(wf) is WorkflowStatus.COMPLETED
    check_facts(cluster, wf)
    remove(cluster, wf)
    assert cluster.status(wf) is WorkflowStatus.COMPLETED


def test_an_archived_copy_can_be_removed() -> None:
    cluster = Cluster()
    wf = failed(cluster)
    remove(cluster, wf)
    with pytest.raises(NotFoundError, match=wf):
        remove(cluster, wf)
    remove(cluster, wf, archive=False)
    assert is_unknown(cluster, wf)


def test_a_removed_child_ends_its_parents_task() -> None:
    cluster = Cluster()
    cluster.register(*ONCE, workflow(simple("inner"), name="child"))
    wf = cluster.start(workflow(sub_workflow("kid", "child"), name="parent"))
    cluster.settle()
    kid = cluster.task(wf, "kid").child_id
    remove(cluster, kid, archive=False)
    assert cluster.status(wf) is WorkflowStatus.TERMINATED
    assert cluster.task(wf, "kid").status is TaskStatus.CANCELED
    remove(cluster, wf)
    assert cluster.status(wf) is WorkflowStatus.TERMINATED


def test_a_parent_is_removed_without_its_child() -> None:
    cluster = Cluster()
    cluster.register(*ONCE, workflow(simple("inner"), name="child"))
    wf = cluster.start(workflow(sub_workflow("kid", "child"), name="parent"))
    cluster.settle()
    kid = cluster.task(wf, "kid").child_id
    (handed,) = cluster.poll("inner")
    cluster.report(handed.task, kid, TaskStatus.FAILED)
    cluster.settle()
    remove(cluster, wf, archive=False)
    assert cluster.status(kid) is WorkflowStatus.FAILED
    cluster.engine.repeats.retry(kid)
    cluster.settle()
    cluster.complete("inner")
    cluster.settle()
    assert cluster.status(kid) is WorkflowStatus.COMPLETED
    assert is_unknown(cluster, wf)


@pytest.mark.parametrize("archive", [True, False])
def test_a_crash_at_any_call_is_made_good_by_a_repeat(archive: bool) -> None:
    def run(crash_at: int | None, *, after: bool) -> tuple[int, Cluster, str]:
        cluster = Cluster()
        wf = failed(cluster)
        made = 0

        def hook(_: str) -> None:
            nonlocal made
            made += 1
            if made == crash_at:
                raise Crash

        name = "after_call" if after else "before_call"
        setattr(cluster.calls, name, hook)
        for _ in range(2):
            try:
                cluster.engine.removing.remove(wf, archive=archive)
                cluster.settle()
                break
            except NotFoundError:
                cluster.settle()
                break
            except Crash:
                cluster.restart_processes()
        cluster.calls.before_call = cluster.calls.after_call = lambda name: None
        cluster.settle()
        return made, cluster, wf

    calls, _, _ = run(None, after=False)
    assert calls > 5
    for number in range(1, calls + 1):
        for after in (False, True):
            _, cluster, wf = run(number, after=after)
            assert cluster.store.read_header(wf) is None
            if archive:
                assert cluster.status(wf) is WorkflowStatus.FAILED
            else:
                assert is_unknown(cluster, wf)
            assert cluster.store.read_keys(wf) == []


def test_an_execution_that_is_back_from_its_copy_is_still_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A removal without a copy drops the copy of the removal before it, but too late."""
    cluster = Cluster()
    wf = failed(cluster)
    remove(cluster, wf)
    drop = type(cluster.store).drop_archive

    def drop_late(store: Any, workflow_id: str) -> bool:
        monkeypatch.undo()
        cluster.engine.repeats.retry(wf)
        cluster.settle()
        return drop(store, workflow_id)

    monkeypatch.setattr(type(cluster.store), "drop_archive", drop_late)
    remove(cluster, wf, archive=False)
    assert cluster.status(wf) is WorkflowStatus.RUNNING
    assert found_as(cluster, wf) is WorkflowStatus.RUNNING


def test_a_child_that_was_removed_with_its_large_output_has_ended_for_its_parent() -> None:
    """Simulation, seed 81522: without a copy, and before the record of its end was handled."""
    cluster = Cluster()
    inner = workflow(simple("inner"), name="child", outputParameters={"big": "${inner.output.big}"})
    cluster.register(*ONCE, inner, workflow(sub_workflow("sub", "child"), name="parent"))
    wf = cluster.start("parent")
    cluster.settle()
    child = cluster.task(wf, "sub").child_id
    cluster.complete("inner", {"big": "x" * 50_000})
    with crash(cluster, "TransactWriteItems", after=True):
        cluster.settle()
    assert cluster.status(wf) is WorkflowStatus.RUNNING
    copied = cluster.store.read_header(child)
    assert copied is not None
    assert cluster.store.archive(copied)
    cluster.engine.removing.remove(child, archive=False)
    # Of what the crash has interrupted the record of the end is left; it comes before that of the removal.
    cluster._pending = [
        each for each in cluster._pending if is_header(untyped(each["dynamodb"]["Keys"]))
    ]
    cluster.settle()
    assert cluster.status(wf) is WorkflowStatus.COMPLETED


def test_a_late_record_of_what_was_removed_with_its_large_input_is_handled() -> None:
    """It is the one by which searches find the execution; that of the removal takes it back."""
    cluster = Cluster()
    cluster.register(*ONCE)
    wf = cluster.start(CHAIN, {"big": "x" * 50_000})
    cluster.settle()
    cluster.engine.operations.pause(wf)
    paused = cluster.take()
    cluster.engine.operations.terminate(wf, "")
    cluster.settle()
    copied = cluster.store.read_header(wf)
    assert copied is not None
    assert cluster.store.archive(copied)
    cluster.engine.removing.remove(wf, archive=False)
    cluster.restart_processes()
    cluster.deliver(paused)
    cluster.settle()
    assert is_unknown(cluster, wf)
    assert found_as(cluster, wf) is None
