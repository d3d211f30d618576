"""INLINE (tasks.md 15)."""

from __future__ import annotations

import pytest

from podium.domain.engines import EngineError, EngineLimitError
from podium.domain.json import Json
from podium.domain.outcome import Outcome
from podium.domain.status import TaskStatus
from podium.domain.tasks import inline
from tests.support.engines import TableScripts


@pytest.mark.parametrize("evaluator", ["javascript", "graaljs", None])
def test_the_value_of_the_script_is_the_result(evaluator):
    scripts = TableScripts({"$.a + 1": 8})
    task_input: dict[str, Json] = {"evaluatorType": evaluator, "expression": "$.a + 1", "a": 7}
    assert inline.run(task_input, scripts) == Outcome(output={"result": 8})
    assert scripts.seen == [("$.a + 1", {"$": task_input})]


def test_the_evaluator_is_javascript_when_none_is_given():
    assert inline.run({"expression": "1"}, TableScripts({"1": 1})).output == {"result": 1}


def test_a_null_result_is_kept():
    assert inline.run({"expression": "x"}, TableScripts({"x": None})).output == {"result": None}


def test_value_param_is_the_input_under_that_key():
    task_input: dict[str, Json] = {"evaluatorType": "value-param", "expression": "k", "k": [1]}
    assert inline.run(task_input, TableScripts()).output == {"result": [1]}


def test_a_failing_script_is_terminal():
    scripts = TableScripts({"x": EngineError("Error: no stock")})
    assert inline.run({"expression": "x"}, scripts) == Outcome(
        TaskStatus.FAILED_WITH_TERMINAL_ERROR, {"error": "Error: no stock"}, "Error: no stock"
    )


def test_a_script_that_is_cut_off_may_be_tried_again():
    scripts = TableScripts({"x": EngineLimitError("cut off after 4 s")})
    assert inline.run({"expression": "x"}, scripts) == Outcome(
        TaskStatus.FAILED, {"error": "cut off after 4 s"}, "cut off after 4 s"
    )


@pytest.mark.parametrize(
    ("task_input", "message"),
    [
        ({"evaluatorType": "python", "expression": "1"}, "Unknown evaluator 'python'"),
        ({"evaluatorType": " ", "expression": "1"}, "Empty 'evaluatorType'"),
        ({"evaluatorType": 7, "expression": "1"}, "Empty 'evaluatorType'"),
        ({}, "Empty 'expression'"),
        ({"expression": "  "}, "Empty 'expression'"),
        ({"expression": None}, "Empty 'expression'"),
        ({"expression": {"a": 1}}, "Empty 'expression'"),
    ],
)
def test_without_evaluator_or_expression_it_fails_for_good(task_input, message):
    outcome = inline.run(task_input, TableScripts({"1": 1}))
    assert outcome.status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert message in outcome.reason
    assert outcome.output == {"error": outcome.reason}
