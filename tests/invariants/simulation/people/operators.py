"""Operators: any command to any execution at any moment."""

from __future__ import annotations

import random
from typing import Any

from podium.domain.status import WorkflowStatus
from tests.invariants.simulation.people import kinds
from tests.invariants.simulation.people.person import Person, task_id_of

Json = Any

#: How often an operator looks what an execution is doing before giving a command.
_FITS = 0.8


class Operators(Person):
    """One job for each command."""

    def operate(self, rng: random.Random) -> None:
        """A command to an execution that there is."""
        present = self.present()
        if not present:
            return
        workflow_id = rng.choice(present)
        view = self.world.view(workflow_id)
        refs = [task.task_reference_name for task in view.definition.tasks]
        ref, task_id = rng.choice(refs), ""
        if view.tasks:
            task = rng.choice(view.tasks)
            ref = rng.choice([ref, task.ref])
            task_id = task_id_of(workflow_id, task)
        fitting = _fitting(view.header.status)
        name = kinds.drawn(rng, fitting if rng.random() < _FITS else kinds.COMMANDS)
        method, target, query, body = _CALLS[name]
        if name == "rerun from a task":
            body = {"reRunFromTaskId": task_id}
        path = target if target.startswith("/api") else f"/api/workflow/{{id}}{target}"
        path = path.format(id=workflow_id, ref=ref)
        self.begin(name, lambda: self.request(name, method, path, body, query))

    def resume_all(self) -> None:
        """Let everything go on."""
        for workflow_id in self.present():
            header = self.world.header(workflow_id)
            if header is not None and header.status is WorkflowStatus.PAUSED:
                self._resume(workflow_id)

    def _resume(self, workflow_id: str) -> None:
        path = f"/api/workflow/{workflow_id}/resume"
        self.begin("resume", lambda: self.request("resume", "PUT", path))


def _fitting(status: WorkflowStatus) -> kinds.Weighted:
    if status is WorkflowStatus.RUNNING:
        return kinds.WHILE_RUNNING
    return kinds.WHILE_PAUSED if status is WorkflowStatus.PAUSED else kinds.AFTER_THE_END


#: Method, rest of the path, query and body of each command; braces stand for what it is aimed at.
_CALLS: dict[str, tuple[str, str, str, Json]] = {
    "pause": ("PUT", "/pause", "", None),
    "resume": ("PUT", "/resume", "", None),
    "terminate": ("DELETE", "", "reason=by+hand", None),
    "restart": ("POST", "/restart", "", None),
    "retry": ("POST", "/retry", "", None),
    "retry with resume": ("POST", "/retry", "resumeSubworkflowTasks=true", None),
    "rerun": ("POST", "/rerun", "", {}),
    "rerun from a task": ("POST", "/rerun", "", {}),
    "jump": ("POST", "/jump/{ref}", "", {}),
    "skip": ("PUT", "/skiptask/{ref}", "", {"taskOutput": {"value": 5}}),
    "reset callbacks": ("POST", "/resetcallbacks", "", None),
    "update variables": ("POST", "/variables", "", {"counter": 9}),
    "decide": ("PUT", "/api/workflow/decide/{id}", "", None),
}
