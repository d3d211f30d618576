"""People with schedules: they make them, hold them, change them, and stop the scheduler itself."""

from __future__ import annotations

import random
from functools import partial
from typing import Any

from tests.invariants.simulation import kinds
from tests.invariants.simulation.people.ledger import PERIODS
from tests.invariants.simulation.people.person import Person

Json = dict[str, Any]

_CRONS = tuple(PERIODS)


#: A schedule that nobody changes once it is made: with catch-up it never misses a moment.
KEPT = "t"


class Schedulers(Person):
    """One job for each request; there is nothing to do for who has no workflow to schedule."""

    #: What schedules start; empty: this seed has none.
    workflow = ""

    def schedule(self, rng: random.Random) -> None:
        """Make a schedule or change one."""
        known = sorted(self.ledger.schedules)
        name = rng.choice(known) if known and rng.random() < 0.8 else rng.choice(("s", KEPT))
        deed = kinds.drawn(rng, kinds.SCHEDULING) if name in known else "save"
        if name == KEPT and name in known and deed not in kinds.OF_THE_SCHEDULER:
            return
        match deed:
            case "save":
                self.begin("schedule", lambda: self._save(name, rng))
            case "stop all" | "go on" | "requeue":
                word = {"stop all": "pause", "go on": "resume"}.get(deed, deed)
                path = f"/api/scheduler/admin/{word}"
                self._change(f"schedule, {deed}", "GET", path, [])
            case "delete":
                self._change(
                    "schedule, delete", "DELETE", f"/api/scheduler/schedules/{name}", [name]
                )
            case _:
                path = f"/api/scheduler/schedules/{name}/{deed}"
                self._change(f"schedule, {deed}", "PUT", path, [name])

    def _save(self, name: str, rng: random.Random) -> None:
        body: Json = {
            "name": name,
            "cronExpression": rng.choice(_CRONS),
            "startWorkflowRequest": {"name": self.workflow, "version": 1, "input": {}},
            "runCatchupScheduleInstances": rng.random() < 0.6,
        }
        begun = self.world.clock.now()
        call = ("schedule, save", "POST", "/api/scheduler/schedules", body)
        answer = self.request(*call)
        was_answered = answer.status < 500
        if not was_answered:
            answer = self.repeated(*call)
        if answer.status == 200:
            self.ledger.scheduled(name, body, begun, self.world.clock.now())
        if answer.status != 200 or not was_answered:
            # An attempt that nobody waits for any more may still save it, later.
            self.ledger.rescheduled([name])

    def _change(self, counted: str, method: str, path: str, names: list[str]) -> None:
        def run() -> None:
            self.ledger.rescheduled(names)
            self.request(counted, method, path)

        self.begin("schedule", run)

    def let_go_on(self) -> None:
        """The scheduler is not stopped any more."""
        path = "/api/scheduler/admin/resume"
        self.begin("schedule", lambda: self.repeated("schedule, go on", "GET", path))

    def hold_all(self) -> None:
        """Nothing more is to be started."""
        self.ledger.held_at = self.world.clock.now()
        for name in ("s", KEPT):
            path = f"/api/scheduler/schedules/{name}/pause"
            self.begin("schedule", partial(self.repeated, "schedule, hold", "PUT", path))
