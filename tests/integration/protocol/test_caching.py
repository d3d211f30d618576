"""cacheConfig: a hit is committed, a miss runs, and a crash between changes neither."""

from __future__ import annotations

from typing import Any

import pytest

from podium.domain.ids import TaskKey
from podium.domain.json import Json
from podium.domain.requests import RerunWorkflowRequest
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.ports.outside import HttpResponse
from tests.integration.protocol.definitions import fork, simple, workflow
from tests.support.cluster import Cluster, Crash

CACHE: Json = {"key": "${o}", "ttlInSecond": 60}
INPUTS: Json = {"o": "${workflow.input.o}"}
COSTLY = simple("costly", cacheConfig=CACHE, inputParameters=INPUTS)
DEFINITION = workflow(COSTLY, simple("last", inputParameters={"n": "${costly.output.n}"}))


def run(cluster: Cluster, order: Json = 7) -> str:
    wf = cluster.start(DEFINITION, {"o": order})
    cluster.settle()
    return wf


def warm(cluster: Cluster, order: Json = 7, output: Json = 1) -> str:
    """A run whose output is kept."""
    wf = run(cluster, order)
    cluster.complete("costly", {"n": output})
    cluster.settle()
    return wf


def test_a_second_run_takes_the_output_of_the_first() -> None:
    cluster = Cluster()
    warm(cluster)
    wf = run(cluster)
    assert cluster.poll("costly") == []
    hit = cluster.task(wf, "costly")
    assert (hit.status, hit.output, hit.worker_id) == (TaskStatus.COMPLETED, {"n": 1}, "cache")
    assert cluster.task(wf, "last").input == {"n": 1}


def test_another_key_runs_and_so_does_the_same_key_later() -> None:
    cluster = Cluster()
    warm(cluster)
    run(cluster, 8)
    assert len(cluster.poll("costly")) == 1
    cluster.clock.advance(60_001)
    run(cluster)
    assert len(cluster.poll("costly")) == 1


def test_what_did_not_end_well_is_not_kept() -> None:
    cluster = Cluster()
    wf = run(cluster)
    (handed,) = cluster.poll("costly")
    cluster.report(handed.task, wf, TaskStatus.FAILED_WITH_TERMINAL_ERROR, {"n": 0})
    cluster.settle()
    run(cluster)
    assert len(cluster.poll("costly")) == 1


def test_what_was_opened_before_the_result_runs_and_the_newer_result_is_kept() -> None:
    cluster = Cluster()
    first, second = run(cluster), run(cluster)
    cluster.clock.advance(10)
    cluster.complete("costly", {"n": 1})
    cluster.settle()
    cluster.clock.advance(10)
    cluster.complete("costly", {"n": 2})
    cluster.settle()
    found = {cluster.task(wf, "costly").output["n"] for wf in (first, second)}
    assert found == {1, 2}
    assert cluster.task(run(cluster), "costly").output == {"n": 2}


def test_a_decision_that_died_after_its_commit_creates_what_it_opened_though_a_result_came() -> (
    None
):
    """The miss was committed: the task is created, and completes like any other."""
    cluster = Cluster()
    first = run(cluster)
    wf = cluster.start(DEFINITION, {"o": 7})

    def die(name: str) -> None:
        raise Crash(name)

    cluster.calls.before_call = die
    with pytest.raises(Crash):
        cluster.settle()
    cluster.calls.before_call = lambda name: None
    cluster.restart_processes()
    with cluster.undisturbed():
        (handed,) = cluster.poll("costly")
        cluster.report(handed.task, first, output={"n": 1})
    cluster.settle()
    assert cluster.task(wf, "costly").status is TaskStatus.SCHEDULED
    cluster.complete("costly", {"n": 2})
    cluster.settle()
    assert cluster.task(wf, "last").input == {"n": 2}


def test_a_task_without_a_cache_makes_no_call_for_it() -> None:
    def calls(*tasks: Json) -> list[str]:
        cluster = Cluster()
        made: list[str] = []
        cluster.calls.before_call = made.append
        cluster.start(workflow(*tasks))
        cluster.settle()
        cluster.complete("t1")
        cluster.settle()
        return made

    plain = calls(simple("t1"))
    config: Json = {"key": "k", "ttlInSecond": 60}
    cached = calls(simple("t1", cacheConfig=config))
    off: Json = {"key": "k", "ttlInSecond": 0}
    assert calls(simple("t1", cacheConfig=off)) == plain
    assert len(cached) == len(plain) + 2
    assert (cached.count("GetItem"), cached.count("PutItem")) == (
        plain.count("GetItem") + 1,
        plain.count("PutItem") + 1,
    )


def test_an_http_task_is_called_once_per_key() -> None:
    cluster = Cluster()
    cluster.http.answers["http://shop/7"] = HttpResponse(200, "OK", {}, {"stock": 3})
    get: dict[str, Any] = {
        "name": "get",
        "taskReferenceName": "get",
        "type": "HTTP",
        "inputParameters": {"uri": "http://shop/7", "method": "GET"},
        "cacheConfig": {"key": "${uri}-${method}", "ttlInSecond": 60},
    }
    ids = []
    for _ in range(3):
        ids.append(cluster.start(workflow(get)))
        cluster.settle()
    assert len(cluster.http.seen) == 1
    outputs = [cluster.task(wf, "get").output for wf in ids]
    assert outputs[0] == outputs[1] == outputs[2]
    assert cluster.status(ids[2]) is WorkflowStatus.COMPLETED


def test_iterations_and_branches_share_what_is_kept() -> None:
    cluster = Cluster()
    loop: dict[str, Json] = {
        "name": "loop",
        "taskReferenceName": "loop",
        "type": "DO_WHILE",
        "loopCondition": "$.loop['iteration'] < 4",
        "loopOver": [COSTLY],
    }
    wf = cluster.start(workflow(loop), {"o": 7})
    cluster.settle()
    cluster.complete("costly", {"n": 1})
    cluster.settle()
    assert cluster.status(wf) is WorkflowStatus.COMPLETED
    assert [each.wire_ref for each in cluster.view(wf).tasks if each.worker_id == "cache"] == [
        "costly__2",
        "costly__3",
        "costly__4",
    ]
    again = {**COSTLY, "taskReferenceName": "again"}
    branches = fork([COSTLY], [again], join_on=["costly", "again"])
    wf = cluster.start(workflow(*branches), {"o": 7})
    cluster.settle()
    assert cluster.status(wf) is WorkflowStatus.COMPLETED


def test_a_rerun_from_a_task_runs_it_whatever_is_kept() -> None:
    cluster = Cluster()
    wf = warm(cluster)
    cluster.engine.operations.terminate(wf, "stop")
    cluster.settle()
    cluster.clock.advance(10)
    task_id = TaskKey(wf, "costly", 1).task_id
    cluster.engine.repeats.rerun(wf, RerunWorkflowRequest(re_run_from_task_id=task_id))
    cluster.settle()
    cluster.complete("costly", {"n": 9})
    cluster.settle()
    assert cluster.task(wf, "last").input == {"n": 9}
    assert cluster.task(run(cluster), "costly").output == {"n": 9}


def test_a_retry_by_hand_runs_the_task_whatever_is_kept() -> None:
    cluster = Cluster()
    wf = run(cluster)
    cluster.engine.operations.terminate(wf, "stop")
    cluster.settle()
    warm(cluster)
    cluster.engine.repeats.retry(wf)
    cluster.settle()
    assert cluster.task(wf, "costly").status is TaskStatus.SCHEDULED


def test_what_a_hit_would_have_ended_is_fenced_in_a_workflow_that_has_ended() -> None:
    cluster = Cluster()
    one, other = (simple(name, cacheConfig=CACHE) for name in ("one", "other"))
    wf = cluster.start(workflow(*fork([one], [other], join_on=["one", "other"])))
    cluster.settle()
    header = cluster.view(wf).header
    assert (header.status, header.closed) == (WorkflowStatus.FAILED, True)
    put = {task.seq for task in cluster.view(wf).tasks}
    assert {entry.seq for entry in header.open} <= put
