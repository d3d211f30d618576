"""Restart (engine.md 15.3; tasks.md 27, case 7)."""

from __future__ import annotations

import pytest

from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import ConflictError, NotFoundError
from tests.support.driver import START, Driver, simple, task, workflow


def _failed(**fields):
    driver = Driver(workflow(simple("a"), simple("b"), **fields), {"n": 1}).start()
    driver.complete("a", {"of": "a"})
    driver.fail("b")
    return driver


def test_a_restart_runs_every_task_again_under_new_numbers():
    driver = _failed()
    driver.now += 60_000
    driver.restart()
    assert driver.refs == ["a"]
    assert driver.task("a").seq == 3
    assert driver.header.gone == ((1, 2),)
    assert driver.header.generation == 1
    driver.complete("a")
    driver.complete("b")
    assert (driver.status, driver.refs) == (WorkflowStatus.COMPLETED, ["a", "b"])


def test_a_restart_clears_what_the_last_run_left():
    driver = _failed()
    driver.now += 60_000
    driver.restart()
    header = driver.header
    assert (header.reason, header.failed_seq, header.ended_at) == ("", 0, 0)
    assert (header.created_at, header.last_retried_at) == (START + 60_000, 0)
    assert header.output_version == 0
    assert not header.closed


def test_a_restart_keeps_the_variables():
    note = task("note", "SET_VARIABLE", inputParameters={"seen": "${workflow.input.n}"})
    driver = Driver(workflow(note, simple("a"), variables={"seen": 0}), {"n": 7}).start()
    driver.fail("a")
    before = driver.header.variables_version
    driver.restart()
    assert driver.state.variables == {"seen": 7}
    assert driver.header.variables_version == before + 1


def test_a_restart_with_the_latest_definition_runs_that_one():
    driver = _failed(variables={"v": 1})
    driver.restart(workflow(simple("c"), variables={"v": 2}))
    assert driver.refs == ["c"]
    assert driver.state.variables == {"v": 1}
    driver.complete("c")
    assert driver.status is WorkflowStatus.COMPLETED


def test_two_restarts_leave_one_range_of_void_numbers():
    driver = _failed()
    driver.restart()
    driver.terminate()
    driver.restart()
    assert driver.header.gone == ((1, 3),)
    assert [each.seq for each in driver.tasks] == [4]


def test_results_of_the_last_run_are_not_seen_by_expressions():
    echo = simple("b", inputParameters={"before": "${b.output.of}", "a": "${a.output.of}"})
    driver = Driver(workflow(simple("a"), echo)).start()
    driver.complete("a", {"of": 1})
    driver.complete("b", {"of": 2})
    driver.restart()
    driver.complete("a", {"of": 3})
    assert driver.task("b").input == {"before": None, "a": 3}


def test_a_restarted_loop_begins_with_its_first_iteration():
    loop = task(
        "loop", "DO_WHILE", loopCondition="$.loop['iteration'] < 2", loopOver=[simple("step")]
    )
    driver = Driver(workflow(loop)).start()
    driver.complete("step__1")
    driver.fail("step__2")
    driver.restart()
    assert driver.open_refs == ["loop", "step__1"]
    driver.complete("step__1")
    driver.complete("step__2")
    assert driver.status is WorkflowStatus.COMPLETED


def test_only_what_has_ended_can_be_restarted():
    driver = Driver(workflow(simple("a"))).start()
    with pytest.raises(ConflictError, match=r"wf is RUNNING.*unable to restart"):
        driver.restart()
    driver.pause()
    with pytest.raises(ConflictError, match="PAUSED"):
        driver.restart()


def test_a_definition_can_forbid_to_restart_what_is_completed():
    driver = Driver(workflow(simple("a"), restartable=False)).start()
    driver.fail("a")
    driver.restart()
    driver.complete("a")
    with pytest.raises(NotFoundError, match="wf is non-restartable, and COMPLETED"):
        driver.restart()


def test_an_empty_definition_completes_again():
    driver = Driver(workflow()).start()
    driver.restart()
    assert driver.status is WorkflowStatus.COMPLETED
    assert driver.header.generation == 1


def test_a_restart_after_a_termination_has_its_clocks_anew():
    waiting = task("w", "WAIT", inputParameters={"duration": "10 seconds"})
    driver = Driver(workflow(waiting)).start()
    driver.terminate()
    driver.now += 60_000
    driver.restart()
    assert driver.task("w").status is TaskStatus.IN_PROGRESS
    assert driver.header.timer == driver.task("w").wait_until == driver.now + 10_000
