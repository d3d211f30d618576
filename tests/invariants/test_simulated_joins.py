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

CHECK = "a_join_ends_after_its_branches"


def task(kind: str, ref: str, **fields: Json) -> JsonMap:
    return {"name": ref, "taskReferenceName": ref, "type": kind, **fields}


class Forked:
    """An execution with two branches, both of them open, before its last task."""

    def __init__(self) -> None:
        self.world = World(Script(1), CALM)
        branches: Json = [[task("HUMAN", "left")], [task("SIMPLE", "right")]]
        tasks: Json = [
            task("FORK_JOIN", "fork", forkTasks=branches),
            task("JOIN", "join", joinOn=["left", "right"]),
            task("SIMPLE", "last"),
        ]
        self.root = ""
        body: JsonMap = {"name": "w", "workflowDef": {"name": "w", "version": 1, "tasks": tasks}}
        self.root = self.post("/api/workflow", body)

    def post(self, path: str, body: JsonMap) -> str:
        """The answer to a request, when everything that follows from it has been done."""
        said: list[str] = []

        def ask() -> None:
            answer = self.world.request("POST", path.format(id=self.root), body)
            assert answer.status == 200, answer.text
            said.append(answer.text)

        self.world.client("somebody", ask)
        for _ in range(5):
            while self.world.step():
                pass
            # Records of the stream take a moment.
            self.world.clock.advance(1_000)
        return said[0]

    def complete(self, ref: str) -> None:
        self.post(f"/api/tasks/{{id}}/{ref}/COMPLETED", {})

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
    with pytest.raises(BrokenInvariantError, match=f"{CHECK}: join ended before"):
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
    assert CHECK in {each.check for each in forked.world.watch.broken}
