"""What expressions see of an execution (engine.md 10.3, 12; protocol.md 3, Create)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from podium.domain.content import content
from podium.domain.execution import Kind, StartRecord
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.support.driver import Driver, engines, simple, task, workflow
from tests.support.engines import TablePaths


def _with_paths(paths):
    return replace(engines(), path=TablePaths(paths))


def test_a_path_over_everything_sees_the_workflow_and_the_latest_of_each_task():
    seen: list[Any] = []
    loop = task(
        "loop",
        "DO_WHILE",
        loopCondition="$.loop['iteration'] < 2",
        loopOver=[simple("a", inputParameters={"all": "${$..x}"})],
    )
    driver = Driver(
        workflow(simple("first"), loop),
        engines=_with_paths({"$..x": seen.append}),
    ).start()
    driver.complete("first", {"v": 1})
    driver.complete("a__1", {"v": 2})
    roots = seen[-1]
    assert sorted(roots) == ["a", "first", "loop", "workflow"]
    assert roots["a"]["output"] == {"v": 2}
    assert roots["loop"]["output"] == {"iteration": 2}
    assert roots["loop"]["status"] == "IN_PROGRESS"


def test_an_open_task_is_not_seen_and_a_name_that_is_none_is_null():
    inputs = {"open": "${b.output.x}", "none": "${ghost.output.x}", "env": "${workflow.env.HOME}"}
    fork = task("f", "FORK_JOIN", forkTasks=[[simple("a", inputParameters=inputs)], [simple("b")]])
    driver = Driver(workflow(fork, task("j", "JOIN", joinOn=["a", "b"]))).start()
    assert driver.task("a").input == {"open": None, "none": None, "env": None}


def test_a_failed_attempt_that_is_retried_is_seen_as_failed():
    fork = task(
        "f",
        "FORK_JOIN",
        forkTasks=[
            [simple("a", optional=True, retryCount=1)],
            [simple("b"), simple("c", inputParameters={"was": "${a.status}"})],
        ],
    )
    driver = Driver(workflow(fork, task("j", "JOIN", joinOn=["a", "c"]))).start()
    driver.fail("a")
    driver.complete("b")
    assert driver.task("c").input == {"was": "FAILED"}


def test_only_worker_tasks_have_a_domain():
    record = StartRecord(task_to_domain={"*": "blue"})
    fork = task("f", "FORK_JOIN", forkTasks=[[simple("a")], [task("h", "HTTP")]])
    driver = Driver(workflow(fork, task("j", "JOIN", joinOn=[])), record=record).start()
    assert (driver.task("a").domain, driver.task("h").domain) == ("blue", "")


def test_a_dynamic_task_that_names_a_system_type_fails_instead_of_waiting_for_a_worker():
    dynamic = task("d", "DYNAMIC", dynamicTaskNameParam="name", inputParameters={"name": "HTTP"})
    driver = Driver(workflow(dynamic)).start()
    assert driver.status is WorkflowStatus.FAILED
    assert "system task type HTTP" in driver.header.reason


def test_what_cannot_be_made_in_a_workflow_that_has_ended_is_made_bare():
    wait = task("w", "WAIT")
    dynamic = task("d", "DYNAMIC", dynamicTaskNameParam="name", inputParameters={"name": "x"})
    fork = task("f", "FORK_JOIN", forkTasks=[[dynamic], [wait], [simple("bad")]])
    driver = Driver(workflow(fork, task("j", "JOIN", joinOn=[]))).start()
    driver.fail("bad")
    entry = next(entry for entry in driver.header.open if entry.kind is Kind.WORKER)
    broken = workflow(
        task("f", "FORK_JOIN", forkTasks=[[dynamic | {"inputParameters": {}}]]), task("j", "JOIN")
    )
    other = Driver(broken).start()
    state = replace(driver.state, graph=other.state.graph)
    context = driver.context()
    made = content(state, entry, context)
    assert made.status is TaskStatus.SCHEDULED  # type: ignore[union-attr]
    assert made.reason.startswith("Cannot map a dynamic task")  # type: ignore[union-attr]
