"""The simulation knows who ended a JOIN: a decision, somebody through the API, or a jump.

What the rules permit is no breach of invariant 6; a JOIN that a decision ends before its branches is,
also where it is failed or skipped.
"""

from __future__ import annotations

import pytest

from podium.domain import flows
from podium.domain.draft import Draft
from podium.domain.execution import Kind, OpenEntry, Task
from podium.domain.graph import Node
from podium.domain.joins import Joined
from podium.domain.json import Json, JsonMap
from podium.domain.outcome import Outcome
from podium.domain.state import State
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.invariants.simulation.broken import BrokenInvariantError
from tests.invariants.simulation.script import Script
from tests.invariants.simulation.weather import CALM
from tests.invariants.simulation.world import World

ENDS = "a_join_ends_after_its_branches"
WAITS = "a_join_waits_for_somebody"


def task(kind: str, ref: str, **fields: Json) -> JsonMap:
    return {"name": ref, "taskReferenceName": ref, "type": kind, **fields}


#: Two branches, both of them open, before the last task.
FORK: Json = [
    task("FORK_JOIN", "fork", forkTasks=[[task("HUMAN", "left")], [task("SIMPLE", "right")]]),
    task("JOIN", "join", joinOn=["left", "right"]),
    task("SIMPLE", "last"),
]


class Forked:
    """An execution with a fork, that of ``FORK`` if no other is given."""

    def __init__(self, tasks: Json = FORK) -> None:
        self.world = World(Script(1), CALM)
        self.root = ""
        body: JsonMap = {"name": "w", "workflowDef": {"name": "w", "version": 1, "tasks": tasks}}
        self.root = self.post("/api/workflow", body)

    def post(self, path: str, body: JsonMap) -> str:
        """The answer to a request, when everything that follows from it has been done."""
        said: list[str] = []

        def ask() -> None:
            answer = self.world.request("POST", path.format(id=self.root), body)
            assert answer.status in {200, 204}, answer.text
            said.append(answer.text)

        self.world.client("somebody", ask)
        for _ in range(5):
            while self.world.step():
                pass
            # Records of the stream take a moment.
            self.world.clock.advance(1_000)
        return said[0]

    def complete(self, ref: str) -> None:
        self.end(ref, TaskStatus.COMPLETED)

    def end(self, ref: str, status: TaskStatus) -> None:
        self.post(f"/api/tasks/{{id}}/{ref}/{status}", {})

    def status(self, ref: str) -> TaskStatus:
        tasks = self.world.view(self.root).tasks
        return max((each for each in tasks if each.ref == ref), key=lambda each: each.seq).status


def test_somebody_may_end_it_before_its_branches() -> None:
    forked = Forked()
    forked.complete("join")
    assert forked.status("left") is TaskStatus.IN_PROGRESS
    assert forked.status("last") is TaskStatus.SCHEDULED


@pytest.mark.parametrize("ref", ["fork", "last"])
def test_a_jump_ends_it_and_may_open_its_branches_anew(ref: str) -> None:
    forked = Forked()
    forked.post(f"/api/workflow/{{id}}/jump/{ref}", {})
    is_anew = ref == "fork"
    assert forked.status("join") is (TaskStatus.IN_PROGRESS if is_anew else TaskStatus.SKIPPED)


def test_branches_of_an_earlier_run_of_the_tries_are_not_those_it_waits_for() -> None:
    """Simulation, seed 32688: in a retry of the tries ``joined`` was still to come, the old one cancelled."""
    branches: Json = [[task("HUMAN", "before"), task("HUMAN", "joined")], [task("HUMAN", "other")]]
    flow: Json = [
        task("FORK_JOIN", "fork", forkTasks=branches),
        task("JOIN", "join", joinOn=["joined", "other"]),
    ]
    caught: Json = [task("HUMAN", "caught")]
    forked = Forked([task("TRY_CATCH", "try", tryTasks=flow, catchTasks=caught)])
    forked.complete("before")
    forked.end("other", TaskStatus.CANCELED)
    assert forked.status("joined") is TaskStatus.CANCELED
    forked.post("/api/workflow/{id}/retry", {})
    forked.complete("other")
    assert forked.status("join") is TaskStatus.IN_PROGRESS
    forked.complete("before")
    forked.complete("joined")
    assert forked.status("try") is TaskStatus.COMPLETED


@pytest.mark.parametrize("status", [TaskStatus.COMPLETED, TaskStatus.FAILED])
def test_a_decision_that_ends_it_too_early_is_found_out(
    monkeypatch: pytest.MonkeyPatch, status: TaskStatus
) -> None:
    """A failed one stays in the header, as one ended through the API does."""

    def early(state: State, _entry: OpenEntry, _node: Node) -> Joined | None:
        is_left_open = any(state.graph.ref(entry) == "left" for entry in state.header.open)
        return None if is_left_open else Joined(Outcome(status))

    monkeypatch.setattr(flows, "evaluate_join", early)
    forked = Forked()
    with pytest.raises(BrokenInvariantError, match=f"{ENDS}: join ended before"):
        forked.complete("left")
    is_failed = status is TaskStatus.FAILED
    header = forked.world.store.read_header(forked.root)
    assert header is not None
    assert header.status is (WorkflowStatus.FAILED if is_failed else WorkflowStatus.RUNNING)


@pytest.mark.parametrize("ref", ["fork", "last"])
def test_a_jump_that_leaves_a_branch_open_is_found_out(
    monkeypatch: pytest.MonkeyPatch, ref: str
) -> None:
    """It loses the task altogether, so others find it, too."""
    end_task = Draft.end_task

    def forgetful(draft: Draft, ended: Task) -> None:
        if ended.kind is not Kind.WORKER:
            end_task(draft, ended)

    monkeypatch.setattr(Draft, "end_task", forgetful)
    forked = Forked()
    with pytest.raises(BrokenInvariantError):
        forked.post(f"/api/workflow/{{id}}/jump/{ref}", {})
    assert ENDS in {each.check for each in forked.world.watch.broken}


def test_one_that_goes_on_waiting_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Something else is open: an execution in which nothing is fails by itself."""
    monkeypatch.setattr(flows, "evaluate_join", lambda _state, _entry, _node: None)
    branches: Json = [[task("HUMAN", "joined")], [task("HUMAN", "beside")]]
    forked = Forked(
        [task("FORK_JOIN", "fork", forkTasks=branches), task("JOIN", "join", joinOn=["joined"])]
    )
    with pytest.raises(BrokenInvariantError, match=f"{WAITS}: join waits for nothing"):
        forked.complete("joined")
