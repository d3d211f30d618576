"""Each kind of fault strikes once, in a workflow that uses everything; the workflow ends as without it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from podium.domain.json import JsonMap
from podium.domain.status import WorkflowStatus
from podium.ports.outside import HttpResponse
from tests.invariants.simulation import invariants
from tests.invariants.simulation.faults import CALL_FAULTS, Fault, Side
from tests.invariants.simulation.script import Script
from tests.invariants.simulation.weather import CALM, Strikes, Weather
from tests.invariants.simulation.world import World
from tests.support.definitions import HTTP_URI

WORKER = "packer"
ASKED = {"place": "${workflow.env.PLACE}", "token": "${workflow.secrets.TOKEN}"}


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """What handlers log of the faults they are dealt is expected."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


class Once(Weather):
    """One fault, at one of its opportunities."""

    def __init__(self, fault: Fault, nth: int = 1) -> None:
        super().__init__({}, 0)
        self._fault = fault
        self._left = nth

    def chance(self, fault: Fault) -> float:
        return 1 if fault is self._fault and self._strikes_now() else 0

    def at(self, call: str, side: Side) -> Strikes:
        for each in CALL_FAULTS:
            is_it = each.fault is self._fault and each.side is side and each.strikes(call)
            if is_it and self._strikes_now():
                return ((1.0, each),)
        return ()

    def _strikes_now(self) -> bool:
        self._left -= 1
        return self._left == 0


def definition() -> JsonMap:
    """A worker's task beside a timer and a system task, variables, a child and a JOIN."""

    def task(kind: str, ref: str, **fields: object) -> JsonMap:
        return {"name": ref, "taskReferenceName": ref, "type": kind, **fields}  # type: ignore[dict-item]

    work = {
        **task("SIMPLE", "pack", inputParameters=ASKED),
        "name": WORKER,
    }
    http = task("HTTP", "ask", inputParameters={"http_request": {"uri": HTTP_URI, "method": "GET"}})
    wait = task("WAIT", "wait", inputParameters={"duration": "20 seconds"})
    noted = task("SET_VARIABLE", "noted", inputParameters={"said": "${pack.output.said}"})
    inner: JsonMap = {"name": "inner", "version": 1, "tasks": [task("NOOP", "nothing"), work]}
    child = task(
        "SUB_WORKFLOW", "child", subWorkflowParam={"name": "i", "workflowDefinition": inner}
    )
    branches = [[work], [http], [wait], [child]]
    refs = ["pack", "ask", "wait", "child"]
    return {
        "name": "everything",
        "version": 1,
        "tasks": [
            task("FORK_JOIN", "fork", forkTasks=branches),
            task("JOIN", "join", joinOn=refs),
            noted,
        ],
        "outputParameters": {"said": "${workflow.variables.said}"},
    }


class Town:
    """A world with one workflow in it, and workers who do what they are told."""

    def __init__(self, weather: Weather) -> None:
        self.world = World(Script(1), CALM, threshold=20)
        self.world.register({"name": WORKER, "retryCount": 3, "retryDelaySeconds": 0})
        self.world.secrets.put("TOKEN", "hush-hush")
        self.world.http.answers[HTTP_URI] = HttpResponse(200, "OK", {}, {"value": 3})
        self.world.weather = weather
        self.world.client("client", self._start)
        self.root = ""

    def run(self) -> None:
        """To the end, which comes within minutes; in between everybody is away for a while."""
        for turn in range(80):
            self.settle()
            # The request that starts it may be the process that stands still.
            if self.root and self.world.status(self.root).is_terminal:
                break
            self.world.client("worker", self._work)
            self.settle()
            self.world.client("reader", self._search)
            self.world.client("operator", self._redrive)
            self.settle()
            self.world.clock.advance(700_000 if turn == 0 else 10_000)
        self.world.clock.advance(120_000)
        self.settle()

    def settle(self) -> None:
        """Until nothing can go on at this moment."""
        for _ in range(5_000):
            if not self.world.step():
                return
            self.world.between_turns()
        raise AssertionError("never settles")

    def _start(self) -> None:
        body = {"name": "everything", "workflowDef": definition(), "input": {"value": 1}}
        # With a key a repeat of the start is one.
        body |= {"idempotencyKey": "k", "idempotencyStrategy": "RETURN_EXISTING"}
        while not self.root:
            answer = self.world.request("POST", "/api/workflow", body)
            if answer.status == 200:
                self.root = answer.text

    def _search(self) -> None:
        self.world.request("GET", "/api/workflow/search", query="size=5")

    def _redrive(self) -> None:
        for name in self.world.has_dead_letters():
            self.world.request("POST", f"/api/admin/dead-letters/{name}/redrive")

    def _work(self) -> None:
        answer = self.world.request("GET", f"/api/tasks/poll/batch/{WORKER}", query="timeout=0")
        for task in answer.json if answer.status == 200 else ():
            result = {
                "workflowInstanceId": task["workflowInstanceId"],
                "taskId": task["taskId"],
                "status": "COMPLETED",
                "outputData": {"said": "done and packed well"},
            }
            while self.world.request("POST", "/api/tasks", result).status >= 500:
                pass


@pytest.mark.parametrize("fault", [each for each in Fault if each is not Fault.TIME_LIMIT])
def test_a_workflow_survives(fault: Fault) -> None:
    survived(Town(Once(fault)), fault)


@pytest.mark.parametrize("calls", range(1, 60, 7))
def test_an_invocation_that_takes_too_long_is_killed_and_comes_again(calls: int) -> None:
    town = Town(CALM)
    made = 0
    while made < calls:
        assert town.world.step()
        made += any(job.engine is not None for job in town.world.jobs.all)
    town.world.clock.advance(130_000)
    survived(town, Fault.TIME_LIMIT)


@pytest.mark.parametrize("nth", range(2, 6))
def test_a_transaction_in_conflict_is_made_again(nth: int) -> None:
    """Also the one that writes a child's header: nothing says then that the child is there."""
    fault = Fault.TRANSACTION_IN_CONFLICT
    survived(Town(Once(fault, nth)), fault)


def survived(town: Town, fault: Fault) -> None:
    """It ends as without the fault, which did strike."""
    town.run()
    assert town.world.counts[fault.value] == 1
    view = town.world.view(town.root)
    assert view.header.status is WorkflowStatus.COMPLETED
    assert view.output == {"said": "done and packed well"}
    invariants.at_rest(town.world, [town.root])
