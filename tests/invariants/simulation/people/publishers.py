"""Whoever puts messages of events into queues that handlers listen to."""

from __future__ import annotations

import json
import random
from typing import Any

from podium.domain.execution import Kind
from tests.invariants.simulation import kinds
from tests.invariants.simulation.carriers import NEWS
from tests.invariants.simulation.people.person import Person

Json = dict[str, Any]


class Publishers(Person):
    """One message at a time; some are sent twice, as at-least-once senders do."""

    #: Kinds of actions that somebody listens for; empty: this seed has none.
    listened: tuple[str, ...] = ()

    def publish(self, rng: random.Random) -> None:
        """A message that names an execution and a task of it."""
        present = self.present()
        if not present or not self.listened:
            return
        waiting = [
            (owner, task.wire_ref) for owner, task in self.open_tasks() if task.kind is Kind.OUTSIDE
        ]
        workflow_id, ref = rng.choice(waiting) if waiting else (rng.choice(present), "t0")
        action = rng.choice(self.listened)
        copies = 2 if kinds.drawn(rng, kinds.PUBLISHING) == "twice" else 1
        self.world.counts[f"published for: {action}"] += copies
        body: Json = {"wanted": action, "workflowId": workflow_id, "ref": ref}
        queue = self.world.queues[NEWS]

        def run() -> None:
            for _ in range(copies):
                queue.send(json.dumps(body))
                self.ledger.published[action] += 1

        self.begin("publisher", run)
