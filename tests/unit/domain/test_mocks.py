"""What a test has for the tasks of a mocked execution."""

from __future__ import annotations

import pytest

from podium.domain.execution import Kind, Task
from podium.domain.mocks import Mocks, end_by, is_operator
from podium.domain.requests import TaskMock, WorkflowTestRequest
from podium.domain.status import TaskStatus


def a_task(ref="t", *iteration, output=None):
    return Task(ref, 1, "0", ref, ref, Kind.WORKER, iteration=iteration, output=output or {})


def mocks(given, below=None):
    body = {"taskRefToMockOutput": given, "subWorkflowTestRequest": below or {}}
    return Mocks.of(WorkflowTestRequest.from_json(body))


def test_each_attempt_takes_the_next_one_until_none_is_left():
    left = mocks({"t": [{"output": {"n": 1}}, {"status": "FAILED"}]})
    assert left.take(a_task()).output == {"n": 1}
    assert left.take(a_task()).status is TaskStatus.FAILED
    assert not left.has_for(a_task())
    assert not left.has_for(a_task("other"))


def test_a_round_of_a_loop_takes_its_own_first_and_then_those_of_any_round():
    left = mocks({"t": [{"output": {"n": 1}}], "t__2": [{"output": {"n": 2}}]})
    assert left.take(a_task("t", 2)).output == {"n": 2}
    assert left.take(a_task("t", 2)).output == {"n": 1}


def test_children_have_their_own():
    below = mocks({}, {"sub": {"taskRefToMockOutput": {"t": [{}]}}})
    assert below.below(a_task("sub")).has_for(a_task())
    assert not below.below(a_task("another")).has_for(a_task())


def test_an_output_is_put_over_what_the_task_has():
    end = end_by(TaskMock(output={"a": 1}), a_task(output={"a": 0, "b": 0}), 100)
    assert (end.status, end.at, end.output) == (TaskStatus.COMPLETED, 100, {"a": 1, "b": 0})
    assert (end.scheduled_at, end.started_at) == (0, 0)


def test_times_lie_before_the_end():
    end = end_by(TaskMock(execution_time=30, queue_wait_time=20), a_task(), 100)
    assert (end.scheduled_at, end.started_at, end.at) == (50, 70, 100)


@pytest.mark.parametrize("kind", Kind)
def test_what_a_decision_or_a_child_ends_runs_for_real(kind):
    assert is_operator(kind) == (kind in {Kind.DUE, Kind.FLOW, Kind.CHILD})
