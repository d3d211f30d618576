"""What all people have in common."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from podium.domain.execution import Task
from podium.domain.ids import TaskKey
from tests.invariants.simulation.people.ledger import REPORT, Ledger, Report
from tests.invariants.simulation.world import Answer, World

Json = dict[str, Any]

#: How often a request is repeated whose answer says nothing, as the SDKs do.
TRIES = 4


class Person:
    """Somebody outside; what they do is done in jobs, each with a source of choices of its own."""

    def __init__(self, world: World, ledger: Ledger) -> None:
        self.world = world
        self.ledger = ledger
        #: In calm weather everybody does what is right, and nothing else.
        self.good = False

    def begin(self, name: str, run: Callable[[], object]) -> None:
        """A job that has not run yet."""
        self.world.client(name, run)

    def request(
        self, name: str, method: str, path: str, body: object = None, query: str = ""
    ) -> Answer:
        """Within a job: one request, counted by what came of it."""
        answer = self.world.request(method, path, body, query)
        outcome = "obeyed" if answer.status < 300 else f"{answer.status}"
        self.world.counts[f"{name}: {outcome}"] += 1
        return answer

    def repeated(
        self, name: str, method: str, path: str, body: object = None, query: str = ""
    ) -> Answer:
        """The same, tried again while it fails."""
        for _ in range(TRIES - 1):
            answer = self.request(name, method, path, body, query)
            if answer.status < 500:
                return answer
        return self.request(name, method, path, body, query)

    # --- what somebody can see -------------------------------------------------------------------

    def present(self) -> list[str]:
        """Executions that have not been removed."""
        return self.world.executions.present()

    def open_tasks(self) -> Iterator[tuple[str, Task]]:
        """Of every execution that runs, with its id."""
        for header in list(self.world.executions.headers()):
            if header.open:
                for task in self.world.view(header.workflow_id).tasks:
                    if not task.status.is_terminal:
                        yield header.workflow_id, task

    def output(self, rng: random.Random) -> Json:
        """What a task may end with."""
        return {"value": rng.randint(0, 9), "choice": rng.choice("ab")}

    def reported(self, task_id: str, status: str, rng: random.Random) -> tuple[Report, Json]:
        """A result that is about to be sent, and its output, which tells it from all others."""
        report = self.ledger.report(task_id, status)
        return report, {**self.output(rng), REPORT: report.number}


def task_id_of(workflow_id: str, task: Task) -> str:
    """Its id on the wire."""
    return TaskKey(workflow_id, task.ref, task.seq).task_id
