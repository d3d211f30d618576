"""Invariants of decide, over generated definitions and whatever workers may do (docs/architecture.md, Invariants).

1. Deciding twice on the same state gives the same decision, whatever the memory holds; the content of
   a created task is a function of the committed header (checked by the driver at every decision).
4. A RUNNING execution has something open that somebody outside decide can end.
5. A terminal execution has no open task once it is closed, and no timer.
6. A JOIN ends in the decision in which its last branch ended.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podium.domain.execution import Kind, Task
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.support.definitions import SMALL, Sizes, workflow_defs
from tests.support.driver import Driver

#: Ends a task of each kind may come to.
GOOD = TaskStatus.COMPLETED
BAD = (
    TaskStatus.FAILED,
    TaskStatus.FAILED_WITH_TERMINAL_ERROR,
    TaskStatus.TIMED_OUT,
    TaskStatus.CANCELED,
)
MANY = Sizes(tasks=20, list_length=4, depth=4, branches=3, iterations=3)
#: A TERMINATE in one branch ends the others wherever they are.
UNTIL_THE_END = replace(MANY, types=MANY.types - {"TERMINATE"})
#: More steps than any generated workflow needs when its workers succeed.
STEPS = 400


class Player:
    """Ends open tasks as hypothesis says, until the execution ends."""

    def __init__(self, data: st.DataObject, driver: Driver, failures: int) -> None:
        self.data = data
        self.driver = driver
        self.failures = failures

    def play(self) -> None:
        self.driver.start()
        for _ in range(STEPS):
            if self.driver.status is not WorkflowStatus.RUNNING:
                break
            self._step()
        assert self.driver.status.is_terminal, self.driver.open_refs

    def _step(self) -> None:
        open_tasks = [
            task
            for task in self.driver.open
            if task.kind is not Kind.FLOW and not task.status.is_terminal
        ]
        if any(task.kind is Kind.PULL for task in open_tasks) and self.data.draw(
            st.booleans(), label="message"
        ):
            self.driver.post({"value": 1})
            return
        count = self.data.draw(st.integers(1, min(3, len(open_tasks))), label="at once")
        chosen = self.data.draw(st.permutations(open_tasks), label="which")[:count]
        self.driver.now += 1000
        self.driver.advance(*(self._end(task) for task in chosen))
        assert_joins_have_ended(self.driver)

    def _end(self, task: Task) -> Task:
        status = GOOD
        if self.failures and self.data.draw(st.integers(0, 4), label="fails") == 4:
            self.failures -= 1
            status = self.data.draw(st.sampled_from(BAD), label="how")
        output = {"value": self.data.draw(st.sampled_from([1, "a", None]), label="output")}
        return self.driver.ended(task.wire_ref, status, output, "as drawn")


def assert_joins_have_ended(driver: Driver) -> None:
    """Invariant 6: of each open JOIN some joined task is open, or not there yet."""
    if driver.status is not WorkflowStatus.RUNNING:
        return
    latest = {task.wire_ref: task for task in driver.tasks}
    for join in driver.open:
        if join.type == "JOIN":
            refs: Any = join.input["joinOn"]
            joined = [latest.get(ref) for ref in refs]
            is_waiting = any(task is None or not task.status.is_terminal for task in joined)
            assert is_waiting, f"{join.wire_ref} waits for nothing"


@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=150)
@given(data=st.data(), definition=workflow_defs(SMALL))
def test_small_workflows_end_whatever_their_workers_do(data, definition):
    driver = Driver(definition, {"value": 3, "choice": "b", "items": [1, 2]})
    Player(data, driver, failures=3).play()
    assert all(task.status.is_terminal for task in driver.tasks)


@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=60)
@given(data=st.data(), definition=workflow_defs(MANY))
def test_large_workflows_end_whatever_their_workers_do(data, definition):
    driver = Driver(definition, {"value": 3, "choice": "a", "items": [1, 2, 3]})
    Player(data, driver, failures=2).play()
    assert all(task.status.is_terminal for task in driver.tasks)


@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=60)
@given(data=st.data(), definition=workflow_defs(UNTIL_THE_END), budget=st.integers(1, 5))
def test_decisions_cut_anywhere_lead_to_the_same_execution(data, definition, budget):
    cut = Driver(definition, {"value": 3, "choice": "a", "items": [1, 2, 3]}, max_ended=budget)
    whole = Driver(definition, {"value": 3, "choice": "a", "items": [1, 2, 3]})
    for driver in (cut, whole):
        driver.start()
        for _ in range(STEPS):
            if driver.status is not WorkflowStatus.RUNNING:
                break
            ready = [
                task
                for task in driver.open
                if task.kind is not Kind.FLOW and not task.status.is_terminal
            ]
            first = min(ready, key=lambda task: (task.ref, task.iteration))
            driver.complete(first.wire_ref, {"value": 1})
    assert cut.status == whole.status
    # Not by ref: what parallel dynamic forks call their branches depends on which came first.
    assert _ended(cut) == _ended(whole)


def _ended(driver: Driver) -> Counter[tuple[str, tuple[int, ...], TaskStatus]]:
    return Counter((task.type, task.iteration, task.status) for task in driver.tasks)
