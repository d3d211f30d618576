"""SWITCH (tasks.md 3)."""

from __future__ import annotations

import pytest

from podium.domain.choice import Chosen
from podium.domain.definitions import WorkflowTask
from podium.domain.engines import EngineError
from podium.domain.outcome import Outcome, TerminateWorkflowError
from podium.domain.status import TaskStatus
from podium.domain.tasks import switch
from tests.support.engines import TableScripts


def task(evaluator: str | None, expression: str | None) -> WorkflowTask:
    return WorkflowTask(
        name="s",
        task_reference_name="s1",
        type="SWITCH",
        evaluator_type=evaluator,
        expression=expression,
    )


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("a", "a"),
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (1, "1"),
        (1.0, "1"),
        (1.5, "1.5"),
        ("", ""),
        ({"a": 1}, '{"a":1}'),
        ([1, 2], "[1,2]"),
    ],
)
def test_the_value_becomes_the_text_that_the_case_is_looked_up_by(value, key):
    chosen = switch.choose(task("value-param", "k"), {"k": value}, TableScripts())
    output = {"evaluationResult": [key], "selectedCase": key}
    assert chosen == Chosen(Outcome(output=output), key)


def test_value_param_names_an_input_key_that_may_be_missing():
    chosen = switch.choose(task("value-param", "k"), {"other": 1}, TableScripts())
    assert chosen.case == "null"


@pytest.mark.parametrize("evaluator", ["javascript", "graaljs"])
def test_a_script_sees_the_input(evaluator):
    scripts = TableScripts({"$.a > 1 ? 'big' : 'small'": "big"})
    chosen = switch.choose(task(evaluator, "$.a > 1 ? 'big' : 'small'"), {"a": 2}, scripts)
    assert chosen.case == "big"
    assert scripts.seen == [("$.a > 1 ? 'big' : 'small'", {"$": {"a": 2}})]


def test_a_failing_script_fails_the_task_with_its_message():
    scripts = TableScripts({"x": EngineError("ReferenceError: x is not defined")})
    chosen = switch.choose(task("javascript", "x"), {}, scripts)
    assert chosen.outcome == Outcome(TaskStatus.FAILED, {}, "ReferenceError: x is not defined")


@pytest.mark.parametrize("evaluator", ["python", "", None])
def test_an_unknown_evaluator_fails_the_workflow(evaluator):
    with pytest.raises(TerminateWorkflowError, match="in SWITCH task s1"):
        switch.choose(task(evaluator, "1"), {}, TableScripts({"1": 1}))
