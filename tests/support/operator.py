"""An operator who gives any command to any workflow of a tree at any moment, drawn from a seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

from podium.domain.ids import TaskKey
from podium.domain.requests import RerunWorkflowRequest, SkipTaskRequest
from podium.errors import ClientError
from tests.support.chaos import owned
from tests.support.cluster import Cluster

COMMANDS = frozenset(
    {
        "pause",
        "resume",
        "terminate",
        "restart",
        "retry",
        "retry with resume",
        "rerun",
        "rerun from a task",
        "jump",
        "skip",
        "reset callbacks",
        "update variables",
    }
)


class Operator:
    """Counts the commands that were obeyed; a refused one must be a client's error."""

    def __init__(self, cluster: Cluster, rng: random.Random) -> None:
        self.cluster = cluster
        self.rng = rng
        self.obeyed: Counter[str] = Counter()

    def command(self, root: str) -> None:
        """One command to the root or to a workflow below it."""
        workflow_id = self.rng.choice(list(owned(self.cluster, root)))
        name, give = self.rng.choice(list(self._commands(workflow_id).items()))
        try:
            give()
        except ClientError:
            return
        self.obeyed[name] += 1

    def _commands(self, workflow_id: str) -> dict[str, Callable[[], None]]:
        engine = self.cluster.engines[self.rng.randrange(len(self.cluster.engines))]
        operations, repeats, steering = engine.operations, engine.repeats, engine.steering
        ref, task_id = self._any_task(workflow_id)
        rerun = RerunWorkflowRequest(re_run_from_task_id=task_id)
        return {
            "pause": lambda: operations.pause(workflow_id),
            "resume": lambda: operations.resume(workflow_id),
            "terminate": lambda: operations.terminate(workflow_id, "by hand"),
            "restart": lambda: repeats.restart(workflow_id, use_latest_definitions=False),
            "retry": lambda: repeats.retry(workflow_id),
            "retry with resume": lambda: repeats.retry(workflow_id, resume_sub_workflows=True),
            "rerun": lambda: repeats.rerun(workflow_id, RerunWorkflowRequest()),
            "rerun from a task": lambda: repeats.rerun(workflow_id, rerun),
            "jump": lambda: steering.jump(workflow_id, ref, None),
            "skip": lambda: steering.skip(workflow_id, ref, SkipTaskRequest()),
            "reset callbacks": lambda: steering.reset_callbacks(workflow_id),
            "update variables": lambda: operations.update_variables(workflow_id, {"counter": 9}),
        }

    def _any_task(self, workflow_id: str) -> tuple[str, str]:
        """Reference and id of a task of the workflow, or a reference of its definition."""
        view = self.cluster.view(workflow_id)
        refs = [task.task_reference_name for task in view.definition.tasks]
        if not view.tasks:
            return self.rng.choice(refs), ""
        task = self.rng.choice(view.tasks)
        key = TaskKey(workflow_id, task.ref, task.seq)
        return self.rng.choice([*refs, task.ref]), key.task_id
