"""Restart, retry, retry with resume, rerun and rerun from a task, at each level of a tree of three
workflows, plain and inside forks, dynamic forks and loops: 5 x 3 x 4 tests.

All end COMPLETED, and nothing that was completed is run again unless the operation says so: the
worker counts.
"""

from __future__ import annotations

from collections import Counter

import pytest

from podium.domain.execution import Task
from podium.domain.ids import TaskKey
from podium.domain.requests import RerunWorkflowRequest
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.services.polling import HandedOut
from tests.support.chaos import check_causes, check_facts
from tests.support.cluster import Cluster
from tests.support.trees import CASES, LEVELS, OPEN, Case, Key, definitions, failing_path, key_of


class Worker:
    """Does everything, but fails ``work`` once, and leaves ``open`` alone until then."""

    def __init__(self, cluster: Cluster, case: Case) -> None:
        self.cluster = cluster
        self.case = case
        self.completed: Counter[Key] = Counter()
        self.has_failed = False

    def work(self, root: str) -> None:
        """Until nothing is left to do; ``work`` fails when everything else is done or waits."""
        for _ in range(60):
            handed = [each for task_type in self._types() for each in self._poll(task_type)]
            failing = [each for each in handed if self._fails(each.task)]
            others = [each for each in handed if each not in failing]
            for each in others:
                self._complete(each)
            if not others:
                if not failing:
                    return
                self._fail(failing[0])
                return
            for each in failing:
                # Its turn comes last.
                self.cluster.report(each.task, each.message.workflow_id, TaskStatus.IN_PROGRESS)
            self.cluster.settle()
        raise AssertionError(f"{root} does not come to rest")

    def _types(self) -> list[str]:
        names = sorted(address.task_type for address in self.cluster.task_queue.queues)
        return [name for name in names if self.has_failed or not name.endswith(OPEN)]

    def _poll(self, task_type: str) -> list[HandedOut]:
        return self.cluster.poll(task_type, count=10)

    def _fails(self, task: Task) -> bool:
        if self.has_failed or task.type != "leaf_work":
            return False
        return task.input["path"] == failing_path(self.case.shape)

    def _complete(self, handed: HandedOut) -> None:
        task = handed.task
        self.completed[key_of(task.type, str(task.input["path"]))] += 1
        self.cluster.report(task, handed.message.workflow_id)

    def _fail(self, handed: HandedOut) -> None:
        self.has_failed = True
        self.cluster.report(handed.task, handed.message.workflow_id, TaskStatus.FAILED)
        self.cluster.settle()


def chain(cluster: Cluster, root: str) -> list[str]:
    """The workflows on the way to the one that failed."""
    ids = [root]
    for _ in LEVELS[1:]:
        kids = [task for task in cluster.view(ids[-1]).tasks if task.ref == "kid"]
        ids.append(kids[-1].child_id)
    return ids


def operate(cluster: Cluster, case: Case, workflow_id: str) -> None:
    repeats = cluster.engine.repeats
    match case.operation:
        case "restart":
            repeats.restart(workflow_id, use_latest_definitions=False)
        case "retry":
            repeats.retry(workflow_id)
        case "retry with resume":
            repeats.retry(workflow_id, resume_sub_workflows=True)
        case "rerun":
            repeats.rerun(workflow_id, RerunWorkflowRequest())
        case _:
            ref = "leaf_work" if case.level == 2 else "kid"
            task = [each for each in cluster.view(workflow_id).tasks if each.ref == ref][-1]
            key = TaskKey(workflow_id, task.ref, task.seq)
            repeats.rerun(workflow_id, RerunWorkflowRequest(re_run_from_task_id=key.task_id))
    cluster.settle()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_level_completes_and_completed_work_is_not_run_again(case: Case) -> None:
    cluster = Cluster(deciders=2)
    cluster.register(*definitions(case.shape))
    root = cluster.start("root", {"path": ""})
    cluster.settle()
    worker = Worker(cluster, case)
    worker.work(root)
    ids = chain(cluster, root)
    assert [cluster.status(each) for each in ids] == [WorkflowStatus.FAILED] * 3
    before = Counter(worker.completed)

    operate(cluster, case, ids[case.level])
    assert [cluster.status(each) for each in ids[: case.level + 1]] == [WorkflowStatus.RUNNING] * (
        case.level + 1
    )
    check_causes(cluster, root)
    worker.work(root)

    assert [cluster.status(each) for each in chain(cluster, root)] == [WorkflowStatus.COMPLETED] * 3
    assert worker.completed == case.expected(before, worker.completed)
    check_facts(cluster, root)


def test_the_matrix_is_whole() -> None:
    assert len({str(case) for case in CASES}) == 60
