"""DYNAMIC (tasks.md 2)."""

from __future__ import annotations

import pytest

from podium.domain.definitions import WorkflowTask
from podium.domain.outcome import TerminateWorkflowError
from podium.domain.tasks import dynamic

TASK = WorkflowTask(name="d", task_reference_name="d1", type="DYNAMIC", dynamic_task_name_param="k")


@pytest.mark.parametrize(("value", "name"), [("pick", "pick"), (7, "7")])
def test_the_input_names_the_task_to_run(value, name):
    assert dynamic.task_name(TASK, {"k": value}) == name


@pytest.mark.parametrize("task_input", [{}, {"k": None}, {"k": ""}, {"k": "  "}])
def test_without_a_name_the_workflow_fails(task_input):
    with pytest.raises(
        TerminateWorkflowError, match="Cannot map a dynamic task based on the parameter and input"
    ):
        dynamic.task_name(TASK, task_input)


def test_a_large_input_is_not_repeated_in_the_reason():
    with pytest.raises(TerminateWorkflowError) as caught:
        dynamic.task_name(TASK, {"large": "x" * 100_000})
    assert len(str(caught.value)) < 500
