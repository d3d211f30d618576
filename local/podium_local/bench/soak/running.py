"""Runs the soak: starts, lets go wrong, checks each execution when it has ended, lets it expire, counts."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3

from podium import bootstrap
from podium.adapters.aws.clients import Clients
from podium.settings import Settings
from podium_local.bench.soak import census
from podium_local.bench.soak.checking import differences, leg_of
from podium_local.bench.soak.crew import Crew
from podium_local.bench.soak.definition import (
    NAME,
    TASKS_EACH,
    expected_values,
    start_input,
    task_definitions,
    workflow_definitions,
)
from podium_local.bench.soak.judging import Mark, judged
from podium_local.clock import VirtualClock
from podium_local.front import HttpRequest
from podium_local.pump import Faults
from podium_local.runtime import LocalRuntime, Options

if TYPE_CHECKING:
    from podium_local.clock import LocalClock

#: Executions that are open at once.
_OPEN = 40
#: Milliseconds of virtual time in which something has to move; redelivery takes six minutes at most.
_PATIENCE = 2 * 3_600_000
#: Requests are killed, too: so often they are repeated.
_ATTEMPTS = 50
#: Marks at these parts of the way.
_MARKS = (25, 50, 75, 100)
#: Percent between two lines that tell how far it is.
_STEP = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run."""

    workflows: int = 1000
    seed: int = 0
    #: Tasks that are lost on purpose, to see that the soak finds it.
    lose: int = 0
    #: Told how far it is.
    tell: Callable[[str], None] = lambda _: None

    @property
    def tasks(self) -> int:
        """Tasks for workers."""
        return self.workflows * TASKS_EACH


@dataclass
class _Found:
    """What is known so far."""

    started: int = 0
    ended: int = 0
    executions: int = 0
    repeated: int = 0
    #: By condition, what speaks against it.
    against: dict[str, list[str]] = field(
        default_factory=lambda: {"ended": [], "executed": [], "state": []}
    )


def soak(plan: Plan) -> dict[str, Any]:
    """Run ``plan``; the document with its figures, ``holds`` being False if a condition does not."""
    faults = Faults(
        plan.seed, duplicate=0.05, hold_back=0.05, drop=0.02, reorder=True, drops_requests=True
    )
    clients: list[Clients] = []

    def engine(clock: LocalClock) -> None:
        """A new process: cold caches. Its clients are those of the one before, which costs less."""
        if not clients:
            clients.append(Clients())
        settings = Settings.from_environment(os.environ)
        built = bootstrap.build(settings, clients=clients[0], clock=clock, sleep=clock.sleep)
        bootstrap.install(built)

    options = Options(
        clock=VirtualClock(),
        faults=faults,
        backoff=lambda _: 0,
        # What goes wrong goes wrong on purpose: nobody reads of it.
        settings={"PODIUM_LOG_LEVEL": "CRITICAL"},
        engine=engine,
    )
    begin = time.perf_counter()
    with LocalRuntime(options) as runtime:
        run = _Run(plan, runtime, faults)
        run.to_the_end()
        seconds = time.perf_counter() - begin
        return run.document(seconds)


class _Run:
    def __init__(self, plan: Plan, runtime: LocalRuntime, faults: Faults) -> None:
        self._plan = plan
        self._faults = faults
        self._runtime = runtime
        self._clock: Any = runtime.clock
        self._found = _Found()
        #: Number of each open execution, by its id.
        self._open: dict[str, int] = {}
        self._requests_repeated = 0
        self._table = runtime.resources.tables["executions"]
        self._dynamodb = runtime.client("dynamodb")
        client = boto3.session.Session().client("sqs")
        self._crew = Crew(self._request, client, self._clock.now, plan.seed + 1)
        self._crew.to_lose = plan.lose
        if plan.lose:
            # The sweep would find the lost task and hand it out again.
            runtime.pump.disable("repair")
        self._marks: list[Mark] = []
        self._told = 0

    def to_the_end(self) -> None:
        self._register()
        moved = self._clock.now()
        while self._open or self._found.started < self._plan.workflows:
            self._start_some()
            worked = self._crew.step()
            is_idle = self._runtime.pump.step().is_idle
            ended = self._check_ended() if is_idle and not worked else 0
            if worked or ended:
                moved = self._clock.now()
            elif is_idle and not self._pass_time(moved + _PATIENCE):
                break
            self._mark()
        for workflow_id in self._open:
            self._found.against["ended"].append(f"{workflow_id} has not ended")
            self._note_runs(workflow_id, self._open[workflow_id])
        self._runtime.pump.run_until_idle()

    # --- Clients -----------------------------------------------------------------------------------

    def _register(self) -> None:
        self._request("POST", "/metadata/taskdefs", task_definitions())
        self._request("PUT", "/metadata/workflow", workflow_definitions())

    def _start_some(self) -> None:
        while self._found.started < self._plan.workflows and len(self._open) < _OPEN:
            number = self._found.started
            body = {
                "name": NAME,
                "input": start_input(number),
                # A start whose answer was lost is repeated.
                "idempotencyKey": f"soak-{number}",
                "idempotencyStrategy": "RETURN_EXISTING",
            }
            self._open[str(self._request("POST", "/workflow", body))] = number
            self._found.started += 1

    def _check_ended(self) -> int:
        ended = 0
        for workflow_id, number in list(self._open.items()):
            status = self._request("GET", f"/workflow/{workflow_id}/status")["status"]
            if status in {"RUNNING", "PAUSED"}:
                continue
            ended += 1
            del self._open[workflow_id]
            self._check(workflow_id, number)
        self._found.ended += ended
        return ended

    def _check(self, workflow_id: str, number: int) -> None:
        found = self._request("GET", f"/workflow/{workflow_id}")
        leg_id = leg_of(found)
        leg = self._request("GET", f"/workflow/{leg_id}") if leg_id else {"status": "missing"}
        self._found.against["state"] += differences(number, found, leg)
        self._note_runs(workflow_id, number, leg_id)
        for each in (workflow_id, leg_id):
            self._expire(each)

    def _expire(self, workflow_id: str) -> None:
        """DynamoDB's time to live, which moto has not: what is kept is no matter of the runtime's memory."""
        key = {"S": f"W#{workflow_id}"}
        items = self._dynamodb.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": key},
            ProjectionExpression="sk",
        )["Items"]
        deletes = [{"DeleteRequest": {"Key": {"pk": key, "sk": each["sk"]}}} for each in items]
        for first in range(0, len(deletes), 25):
            batch = {self._table: deletes[first : first + 25]}
            self._dynamodb.batch_write_item(RequestItems=batch)

    def _note_runs(self, workflow_id: str, number: int, leg_id: str = "") -> None:
        values, leg_values = expected_values(number)
        for owner, refs in ((workflow_id, values), (leg_id, leg_values)):
            for ref in refs:
                runs = self._crew.runs[owner, ref]
                self._found.executions += runs
                self._found.repeated += runs > 1
                if not runs:
                    self._found.against["executed"].append(
                        f"{owner or 'the leg of ' + workflow_id}: {ref} was never executed"
                    )
            self._crew.forget(owner, frozenset(refs))

    def _request(self, method: str, path: str, body: Any = None, query: str = "") -> Any:
        """A client that repeats what got no answer; the body of the answer."""
        content = b"" if body is None else json.dumps(body).encode()
        request = HttpRequest(
            method=method,
            target=f"/api{path}",
            query=query,
            headers=(("Content-Type", "application/json"),) if content else (),
            body=content,
        )
        for _ in range(_ATTEMPTS):
            response = self._runtime.handle(request)
            text = response.body.decode()
            if response.status < 400:
                return json.loads(text) if text.startswith(("{", "[")) else text
            if response.status < 500:
                break
            self._requests_repeated += 1
        message = f"{method} {path}: {response.status} {text}"
        raise RuntimeError(message)

    # --- Time and memory ---------------------------------------------------------------------------

    def _pass_time(self, until: int) -> bool:
        """Go on to the next moment at which there is something to do; False if patience is over."""
        now = self._clock.now()
        due = self._runtime.pump.next_due()
        if now >= until:
            return False
        # A worker's own queue is not the pump's: its messages are looked for each half minute.
        soon = now + 30_000
        self._clock.advance(max(1, min(soon if due is None else due, soon) - now))
        return True

    def _mark(self) -> None:
        done = 100 * self._found.ended // self._plan.workflows
        while len(self._marks) < len(_MARKS) and done >= _MARKS[len(self._marks)]:
            self._marks.append(Mark(_MARKS[len(self._marks)], census.take()))
        if done // _STEP > self._told:
            self._told = done // _STEP
            self._plan.tell(
                f"{done:3} %: {self._found.ended} of {self._plan.workflows} workflows ended, "
                f"{census.resident_bytes() // 1_000_000} MB resident, "
                f"{self._faults.done['killed']} invocations killed"
            )

    def document(self, seconds: float) -> dict[str, Any]:
        conditions, memory = judged(self._plan.tasks, self._found.against, self._marks)
        mishaps: Counter[str] = self._faults.done + self._crew.mishaps
        return {
            "scenario": "soak",
            "seed": self._plan.seed,
            "workflows": self._plan.workflows,
            "tasks": self._plan.tasks,
            "ended": self._found.ended,
            "executions": self._found.executions,
            "tasks_executed_again": self._found.repeated,
            "injected": dict(sorted(mishaps.items())),
            "requests_repeated": self._requests_repeated,
            "tasks_per_second": round(self._found.executions / seconds, 1),
            "seconds": round(seconds, 1),
            "memory": memory,
            "conditions": conditions,
            "holds": all(condition["holds"] for condition in conditions),
        }
