"""Operators: any command to any execution at any moment."""

from __future__ import annotations

import random
from functools import partial
from typing import Any

from podium.domain.execution import Kind
from podium.domain.status import WorkflowStatus
from podium.domain.task_types import CONTAINER_TYPES
from tests.invariants.simulation import kinds
from tests.invariants.simulation.people.ledger import Promise
from tests.invariants.simulation.people.person import Person, task_id_of
from tests.invariants.simulation.world import LOST, Answer

Json = Any

#: How often an operator looks what an execution is doing before giving a command.
_FITS = 0.8


class Operators(Person):
    """One job for each command."""

    def operate(self, rng: random.Random) -> None:
        """A command to an execution that there is, or was."""
        present = self.present()
        if not present:
            return
        self._operate(rng.choice(present), present, rng)

    def operate_below(self, rng: random.Random) -> None:
        """Have a child run again that has ended before its parent did, or end one that runs."""
        ended, running = self.ended_below(), self.running_below()
        if ended:
            self._operate(rng.choice(ended), [], rng, kinds.BELOW)
        elif running:
            chosen = rng.choice(running)
            call = ("DELETE", f"/api/workflow/{chosen}", "reason=by+hand", None)
            self.begin("terminate", lambda: self._command("terminate", call, [chosen]))

    def _operate(
        self,
        workflow_id: str,
        present: list[str],
        rng: random.Random,
        commands: kinds.Weighted | None = None,
    ) -> None:
        """One of ``commands``; None: any, most of the time one that fits what the execution does."""
        view = self.world.view(workflow_id)
        refs = [task.task_reference_name for task in view.definition.tasks]
        ref, task_id, task_type = rng.choice(refs), "", "pick"
        if view.tasks:
            task = rng.choice(view.tasks)
            ref, task_type = rng.choice([ref, task.ref]), task.type
            task_id = task_id_of(workflow_id, task)
        if commands is None:
            fits = rng.random() < _FITS
            commands = _fitting(view.header.status) if fits else kinds.COMMANDS
        name = kinds.drawn(rng, commands)
        method, target, query, body = _CALLS[name]
        path = target if target.startswith("/api") else f"/api/workflow/{{id}}{target}"
        path = path.format(id=workflow_id, ref=ref, type=task_type)
        ids = [workflow_id]
        match name:
            case "rerun from a task":
                body = {"reRunFromTaskId": task_id}
            case "upgrade":
                body = {"name": view.header.name}
            case "update state" if view.tasks and task.type in CONTAINER_TYPES:
                # What runs inside would go on without it.
                return
            case "update state":
                result = {"status": "COMPLETED", "outputData": self.output(rng)}
                body = {"variables": {"counter": 8}, "taskReferenceName": ref, "taskResult": result}
            case _ if name.startswith("bulk"):
                body = ids = rng.sample(present, min(2, len(present)))

        self.begin(name, lambda: self._command(name, (method, path, query, body), ids))

    def redrive(self, rng: random.Random) -> None:
        """Give the dead letters of one queue back."""
        found = self.world.has_dead_letters()
        if found:
            self.redrive_from(rng.choice(found))

    def redrive_from(self, name: str) -> None:
        """Give the dead letters of that queue back."""
        path = f"/api/admin/dead-letters/{name}/redrive"

        def run() -> None:
            answer = self.request("redrive", "POST", path)
            moved = answer.json["moved"].values() if answer.status == 200 else ()
            self.world.counts["message: redriven"] += sum(moved)

        self.begin("redrive", run)

    def ended_below(self) -> list[str]:
        """Children that have ended, of parents that have not, or badly: those wait for what runs again."""
        headers = {each.workflow_id: each for each in self.world.executions.headers()}
        parents = {
            each.workflow_id: headers.get(each.parent.workflow_id)
            for each in headers.values()
            if each.parent is not None and each.status.is_terminal
        }
        return [
            workflow_id
            for workflow_id, parent in parents.items()
            if parent is not None and parent.status is not WorkflowStatus.COMPLETED
        ]

    def running_below(self) -> list[str]:
        """Children that run."""
        headers = self.world.executions.headers()
        return [
            each.workflow_id
            for each in headers
            if each.parent is not None and each.status is WorkflowStatus.RUNNING
        ]

    def launching(self) -> list[str]:
        """Those that run and have decided on a child that is not there yet."""
        return [
            each.workflow_id
            for each in self.world.executions.headers()
            if each.status is WorkflowStatus.RUNNING
            and any(
                entry.kind is Kind.CHILD
                and entry.seq not in self.world.watch.commits.of(each.workflow_id).attempts
                for entry in each.open
            )
        ]

    def resume_all(self) -> None:
        """Let everything go on."""
        for header in list(self.world.executions.headers()):
            if header.status is WorkflowStatus.PAUSED:
                path = f"/api/workflow/{header.workflow_id}/resume"
                run = partial(self._command, "resume", ("PUT", path, "", None), [])
                self.begin("resume", run)

    def _command(self, name: str, call: tuple[str, str, str, Json], ids: list[str]) -> None:
        method, path, query, body = call
        begun = self.ledger.tick()
        if name in kinds.REPEATING:
            self.ledger.repeats()
        if name in kinds.REMOVING:
            self.ledger.perhaps_removed |= set(ids)
        tries = [Promise(each, begun) for each in ids if name in kinds.REMOVING]
        self.ledger.removing += [(each, _is_archived(name)) for each in tries]
        answer = self.request(name, method, path, body, query)
        if name in kinds.REPEATING:
            # Nobody waits for a request that goes on after its client has gone.
            self.ledger.repeats(is_over=answer is not LOST)
        if answer.status < 500 and answer.status:
            for each in tries:
                each.answered = self.ledger.tick()
        if answer.status < 300:
            self._promised(name, [each for each in ids if _obeyed(answer, each)], begun)

    def _generation(self, workflow_id: str) -> int:
        header = self.world.watch.commits.of(workflow_id).header
        return 0 if header is None else header.generation

    def _promised(self, name: str, ids: list[str], begun: int) -> None:
        promises = [Promise(each, begun, self._generation(each)) for each in ids]
        if name in kinds.TERMINATING:
            self.ledger.terminated += promises
        if name in kinds.REMOVING:
            self.ledger.removed += [(each, _is_archived(name)) for each in promises]


def _is_archived(removal: str) -> bool:
    """It leaves a copy."""
    return removal != "remove without a copy"


def _obeyed(answer: Answer, workflow_id: str) -> bool:
    """Of a bulk command the answer says for whom."""
    found = answer.json if answer.text.startswith("{") else None
    if not isinstance(found, dict) or "bulkErrorResults" not in found:
        return True
    return workflow_id not in found["bulkErrorResults"]


def _fitting(status: WorkflowStatus) -> kinds.Weighted:
    if status is WorkflowStatus.RUNNING:
        return kinds.WHILE_RUNNING
    if status is WorkflowStatus.PAUSED:
        return kinds.WHILE_PAUSED
    return kinds.AFTER_THE_END if status.is_successful else kinds.AFTER_A_BAD_END


#: Method, rest of the path, query and body of each command; braces stand for what it is aimed at.
_CALLS: dict[str, tuple[str, str, str, Json]] = {
    "pause": ("PUT", "/pause", "", None),
    "resume": ("PUT", "/resume", "", None),
    "terminate": ("DELETE", "", "reason=by+hand", None),
    "terminate with remove": ("DELETE", "/terminate-remove", "", None),
    "remove": ("DELETE", "/remove", "", None),
    "remove without a copy": ("DELETE", "/remove", "archiveWorkflow=false", None),
    "restart": ("POST", "/restart", "", None),
    "restart with the latest": ("POST", "/restart", "useLatestDefinitions=true", None),
    "retry": ("POST", "/retry", "", None),
    "retry with resume": ("POST", "/retry", "resumeSubworkflowTasks=true", None),
    "rerun": ("POST", "/rerun", "", {}),
    "rerun from a task": ("POST", "/rerun", "", {}),
    "jump": ("POST", "/jump/{ref}", "", {}),
    "skip": ("PUT", "/skiptask/{ref}", "", {"taskOutput": {"value": 5}}),
    "reset callbacks": ("POST", "/resetcallbacks", "", None),
    "update variables": ("POST", "/variables", "", {"counter": 9}),
    "update state": ("POST", "/state", "", {}),
    "upgrade": ("POST", "/upgrade", "", {}),
    "decide": ("PUT", "/api/workflow/decide/{id}", "", None),
    "requeue": ("POST", "/api/tasks/queue/requeue/{type}", "", None),
    "sweep": ("POST", "/api/admin/sweep/requeue/{id}", "", None),
    "repair": ("POST", "/api/admin/consistency/verifyAndRepair/{id}", "", None),
    "bulk pause": ("PUT", "/api/workflow/bulk/pause", "", None),
    "bulk resume": ("PUT", "/api/workflow/bulk/resume", "", None),
    "bulk terminate": ("POST", "/api/workflow/bulk/terminate", "", None),
    "bulk restart": ("POST", "/api/workflow/bulk/restart", "", None),
    "bulk retry": ("POST", "/api/workflow/bulk/retry", "", None),
    "bulk terminate with remove": ("DELETE", "/api/workflow/bulk/terminate-remove", "", None),
    "bulk remove": ("DELETE", "/api/workflow/bulk/remove", "", None),
}
