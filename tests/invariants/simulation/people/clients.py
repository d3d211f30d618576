"""Clients: they start executions, and end what waits for somebody outside."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from podium.domain.execution import Kind, Task
from podium.domain.status import TaskStatus
from podium.domain.task_types import HANDED_OVER
from tests.invariants.simulation import kinds
from tests.invariants.simulation.people.ledger import Ledger
from tests.invariants.simulation.people.person import Person, task_id_of
from tests.invariants.simulation.world import World

Json = dict[str, Any]

#: How often a WAIT is completed by a signal, which looks for nothing else.
_SIGNALS = 0.3
#: Executions beside which nobody starts another.
_AT_ONCE = 2
#: Tasks that somebody outside ends.
_FOR_SOMEBODY = frozenset({Kind.OUTSIDE, Kind.PULL, Kind.SYSTEM})


class Clients(Person):
    """One job for each request."""

    def __init__(self, world: World, ledger: Ledger, starts: Sequence[Json]) -> None:
        """``starts``: the requests that are to be made, in this order."""
        super().__init__(world, ledger)
        self.starts = list(starts)

    def start(self, rng: random.Random) -> None:
        """The next start, if one is left."""
        if not self.starts:
            return
        wanted = self.starts.pop(0)
        is_inline = "workflowDef" in wanted
        style = "by request" if is_inline else kinds.drawn(rng, kinds.STARTS)
        name, path, query, body = wanted["name"], "/api/workflow", "", wanted
        match style:
            case "by name":
                path, body = f"/api/workflow/{name}", wanted["input"]
            case "execute" | "execute the latest":
                path = f"/api/workflow/execute/{name}" + ("/1" if style == "execute" else "")
                query = f"waitForSeconds={rng.choice((1, 5, 20))}"
        is_kept = style != "by name" and wanted.get("idempotencyStrategy") != "FAIL_ON_RUNNING"
        key = wanted.get("idempotencyKey", "") if is_kept else ""

        def run() -> None:
            answer = self.repeated(f"start, {style}", "POST", path, body, query)
            if answer.status == 200:
                found = answer.json["workflowId"] if style.startswith("execute") else answer.text
                self.ledger.start(found, name, key)

        self.begin("client", run)

    def have_room(self) -> bool:
        """There is something left to start, and not too much going on already."""
        headers = self.world.executions.headers()
        running = sum(each.parent is None and not each.status.is_terminal for each in headers)
        return bool(self.starts) and running < _AT_ONCE

    def are_awaited(self) -> bool:
        """Something waits for somebody."""
        headers = self.world.executions.headers()
        entries = (entry for header in headers for entry in header.open)
        return any(entry.kind in _FOR_SOMEBODY for entry in entries)

    def outside(self, rng: random.Random) -> None:
        """Complete what waits for somebody, post a message, or signal."""
        for owner, task in list(self.open_tasks()):
            if _waits_for_somebody(task) and (self.good or rng.random() < 0.5):
                self._complete(owner, task, rng)
            if task.kind is Kind.PULL and (self.good or rng.random() < 0.5):
                self._post(owner, rng)
        present = self.present()
        if not self.good and present and rng.random() < 0.1:
            path = f"/api/tasks/{rng.choice(present)}/COMPLETED/signal"
            output = self.output(rng)
            self.begin("signal", lambda: self.request("signal", "POST", path, output))

    def _complete(self, owner: str, task: Task, rng: random.Random) -> None:
        route = "update" if self.good else kinds.drawn(rng, kinds.COMPLETIONS)
        if not self.good and task.type == "WAIT" and rng.random() < _SIGNALS:
            route = "signal, sync"
        name = f"complete, {route}"
        if route != "update":
            ref, task_id = task.wire_ref, task_id_of(owner, task)
            path, body = _COMPLETIONS[route]
            path = path.format(id=owner, ref=ref, task=task_id)
            if route == "state":
                body = {"taskReferenceName": ref, "taskResult": {"status": "COMPLETED"}}
            self.begin("complete", lambda: self.request(name, "POST", path, body))
            return
        result = {
            "workflowInstanceId": owner,
            "taskId": task_id_of(owner, task),
            "status": "COMPLETED",
            "outputData": {"value": 1},
        }
        self.begin("complete", lambda: self.request(name, "POST", "/api/tasks", result))

    def _post(self, owner: str, rng: random.Random) -> None:
        body = {"value": rng.randint(0, 9)}
        path = f"/api/workflow/{owner}/messages"
        self.begin("message", lambda: self.request("message", "POST", path, body))


#: Path and body of each way to complete a task.
_COMPLETIONS: dict[str, tuple[str, Json]] = {
    "by reference": ("/api/tasks/{id}/{ref}/COMPLETED", {"value": 2}),
    "by queue": ("/api/queue/update/{id}/{ref}/COMPLETED", {"value": 3}),
    "by queue and id": ("/api/queue/update/{id}/task/{task}/COMPLETED", {"value": 3}),
    "state": ("/api/workflow/{id}/state", {}),
    "signal, sync": ("/api/tasks/{id}/COMPLETED/signal/sync", {"value": 2}),
}


def _waits_for_somebody(task: Task) -> bool:
    if task.kind is Kind.SYSTEM:
        # Its work is done, and somebody else is to complete it (asyncComplete).
        is_out = task.status is TaskStatus.IN_PROGRESS and bool(task.output)
        return task.type in HANDED_OVER and is_out
    return task.kind is Kind.OUTSIDE and not task.wait_until
