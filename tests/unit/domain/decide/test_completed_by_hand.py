"""An operator completes a task while others run inside it (engine.md 5.1, 9)."""

from __future__ import annotations

from typing import Any

import pytest

from podium.domain.status import TaskStatus, WorkflowStatus
from tests.support.driver import Driver, simple, task, workflow

BODY = [simple("a"), simple("b")]
HOLDERS: dict[str, dict[str, Any]] = {
    "DO_WHILE": {"loopCondition": "$.holder['iteration'] < 2", "loopOver": BODY},
    "FOR_EACH": {"inputParameters": {"items": [1, 2]}, "loopOver": BODY},
    "TRY_CATCH": {"tryTasks": BODY, "catchTasks": [simple("mend")]},
}


def held(kind: str, ref: str) -> str:
    return ref if kind == "TRY_CATCH" else f"{ref}__1"


@pytest.fixture(params=HOLDERS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_what_is_open_in_it_runs_on_and_the_workflow_waits_for_it(kind: str) -> None:
    """To the end of the round it is in; another one is not begun."""
    driver = Driver(workflow(task("holder", kind, **HOLDERS[kind]), simple("z"))).start()
    driver.end("holder", TaskStatus.COMPLETED)
    assert set(driver.open_refs) == {held(kind, "a"), "z"}
    driver.complete("z")
    driver.complete(held(kind, "a"))
    assert (driver.status, driver.open_refs) == (WorkflowStatus.RUNNING, [held(kind, "b")])
    driver.complete(held(kind, "b"))
    assert driver.status is WorkflowStatus.COMPLETED


def test_a_failure_in_it_is_the_workflows(kind: str) -> None:
    driver = Driver(workflow(task("holder", kind, **HOLDERS[kind]), simple("z"))).start()
    driver.end("holder", TaskStatus.COMPLETED)
    driver.fail(held(kind, "a"))
    assert driver.status is WorkflowStatus.FAILED


def test_a_join_on_it_is_done(kind: str) -> None:
    fork = task(
        "fork",
        "FORK_JOIN",
        forkTasks=[[task("holder", kind, **HOLDERS[kind])], [simple("y")]],
    )
    join = task("join", "JOIN", joinOn=["holder", "y"])
    driver = Driver(workflow(fork, join, simple("z"))).start()
    driver.end("holder", TaskStatus.COMPLETED)
    assert driver.task("join").status is TaskStatus.IN_PROGRESS
    driver.complete("y")
    assert driver.task("join").status is TaskStatus.COMPLETED
    assert set(driver.open_refs) == {held(kind, "a"), "z"}
