"""Workers that ask over HTTP."""

from __future__ import annotations

import random
from typing import Any

from podium.domain.ids import parse_task_id
from podium.domain.queues import Lane, QueueAddress
from tests.invariants.simulation import kinds
from tests.invariants.simulation.people.ledger import REPORT, Ledger
from tests.invariants.simulation.people.person import Person
from tests.invariants.simulation.world import Answer, World

Json = dict[str, Any]

#: How often a worker looks where it can see that something waits.
_WELL_AIMED = 0.9


class Workers(Person):
    """Poll, work, answer; one job for each poll."""

    def __init__(self, world: World, ledger: Ledger) -> None:
        super().__init__(world, ledger)
        #: Answers that come later, perhaps much later.
        self.late: list[Json] = []
        #: Queues that gave nothing, and when (epoch ms).
        self._empty: dict[QueueAddress, int] = {}

    # --- where there is work ---------------------------------------------------------------------

    def addresses(self) -> list[QueueAddress]:
        """Queues of tasks, in one order."""
        queues = self.world.task_queue.queues
        found = [each for each in queues if each.lane is not Lane.GATE]
        return sorted(found, key=lambda each: (each.task_type, each.domain, each.band))

    def waiting(self) -> list[QueueAddress]:
        """Those that have something to give now; not those that gave nothing in this very moment.

        What a limit holds back is seen by everybody and given to nobody.
        """
        now = self.world.clock.now()
        due = {
            each: self.world.task_queue.queues[each].next_visible_at()
            for each in self.addresses()
            if self._empty.get(each) != now
        }
        return [each for each, moment in due.items() if moment is not None and moment <= now]

    def aimed(self, rng: random.Random) -> QueueAddress | None:
        """A queue to look into."""
        waiting = self.waiting()
        if waiting and rng.random() < _WELL_AIMED:
            return rng.choice(waiting)
        every = self.addresses()
        return rng.choice(every) if every else None

    # --- deeds -----------------------------------------------------------------------------------

    def poll(self, rng: random.Random) -> None:
        """Ask for tasks of one type and work on them."""
        address = self.aimed(rng)
        if address is not None:
            self.poll_at(address, kinds.drawn(rng, kinds.POLLS), rng)

    def poll_at(self, address: QueueAddress, style: str, rng: random.Random) -> None:
        """The same, of a queue."""
        path = f"/api/tasks/poll/batch/{address.task_type}"
        query = "count=4&timeout=0"
        match style:
            case "one":
                path, query = f"/api/tasks/poll/{address.task_type}", ""
            case "long poll":
                query = "count=2&timeout=1000"
        query += f"&workerid=w{rng.randint(1, 3)}"
        if address.domain:
            query += f"&domain={address.domain}"

        def run() -> None:
            answer = self.request(f"poll, {style}", "GET", path, query=query)
            found = answer.json if answer.status == 200 else []
            if answer.status < 300 and not found:
                self._empty[address] = self.world.clock.now()
            for task in found if isinstance(found, list) else [found]:
                self._work(task, rng)

        self.begin(f"worker of {address.task_type}", run)

    def answer_late(self, rng: random.Random) -> None:
        """One of the answers that come later."""
        if self.late:
            result = self.late.pop(rng.randrange(len(self.late)))
            self.begin("late worker", lambda: self._report(result, "update", rng))

    # --- one task --------------------------------------------------------------------------------

    def _work(self, task: Json, rng: random.Random) -> None:
        self.world.counts["worker: polled"] += 1
        habit = "answers" if self.good else kinds.drawn(rng, kinds.HABITS)
        self.world.counts[f"worker: {habit}"] += 1
        result = self._result(task, rng)
        route = "update" if self.good else kinds.drawn(rng, kinds.ROUTES)
        match habit:
            case "answers":
                self._report(result, route, rng)
            case "answers late":
                self.late.append(result)
            case "answers twice":
                self._report(result, route, rng)
                self._report(result, route, rng)
            case "changes its mind":
                self._report(result, route, rng)
                self._report(self._result(task, rng), "update", rng)
            case "extends its lease":
                self._report(
                    {**result, "status": "IN_PROGRESS", "extendLease": True}, "update", rng
                )
                self.late.append(result)
            case "logs":
                path = f"/api/tasks/{task['taskId']}/log"
                self.request("log", "POST", path, "a line")
                self._report(result, route, rng)
            case _:
                pass

    def _result(self, task: Json, rng: random.Random) -> Json:
        status = "COMPLETED" if self.good else kinds.drawn(rng, kinds.ANSWERS)
        report, output = self.reported(task["taskId"], status, rng)
        result: Json = {
            "workflowInstanceId": task["workflowInstanceId"],
            "taskId": task["taskId"],
            "referenceTaskName": task["referenceTaskName"],
            "status": report.status,
            "outputData": output,
        }
        if status == "IN_PROGRESS":
            result["callbackAfterSeconds"] = rng.choice([0, 1, 5, 1_000])
        return result

    def _report(self, result: Json, route: str, rng: random.Random) -> None:
        name = f"report, {route}"
        body = {key: value for key, value in result.items() if key != "referenceTaskName"}
        match route:
            case "update":
                self._accepted(result, self.repeated(name, "POST", "/api/tasks", body))
            case "update-v2":
                answer = self.repeated(name, "POST", "/api/tasks/update-v2", body)
                self._accepted(result, answer)
                if answer.status == 200 and answer.json:
                    self.world.counts["worker: took the next task"] += 1
                    self._work(answer.json, rng)
            case _:
                # It may reach another attempt of the task than the one that it was made for.
                path = f"/api/tasks/{result['workflowInstanceId']}/{result['referenceTaskName']}"
                path += f"/{result['status']}" + ("/sync" if route.endswith("sync") else "")
                self.repeated(name, "POST", path, self.output(rng))

    def _accepted(self, result: Json, answer: Answer) -> None:
        """A good answer to the end of a task says that the task has ended."""
        if answer.status >= 300 or result["status"] == "IN_PROGRESS" or "extendLease" in result:
            return
        self.ledger.accept(self.ledger.reports[result["outputData"][REPORT]])
        key = parse_task_id(result["taskId"])
        assert key is not None
        with self.world.undisturbed():
            task = self.world.store.read_task(key)
        has_run_again = self.ledger.repeated or (task is not None and task.inc)
        if task is not None and not task.status.is_terminal and not has_run_again:
            self.ledger.broken.append(f"{result['taskId']} was accepted, and is {task.status}")
