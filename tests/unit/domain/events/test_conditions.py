"""Conditions of handlers."""

from __future__ import annotations

import pytest

from podium.domain.engines import EngineError
from podium.domain.events.conditions import condition_problem, is_met
from podium.domain.events.handler import EventHandler
from tests.support.driver import LoopScripts


def a_handler(condition=None, evaluator_type=None):
    return EventHandler(name="h", condition=condition, evaluator_type=evaluator_type)


@pytest.mark.parametrize("condition", [None, "", "  "])
def test_no_condition_is_always_met(condition):
    assert is_met(a_handler(condition), {}, LoopScripts())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        (False, False),
        (1, True),
        (0.5, True),
        (0, False),
        (-1, False),
        ("true", False),
        (None, False),
        ({}, False),
        ([1], False),
    ],
)
@pytest.mark.parametrize("kind", [None, "javascript", "graaljs"])
def test_true_and_numbers_above_0_are_met(value, expected, kind):
    scripts = LoopScripts({"c": value})
    assert is_met(a_handler("c", kind), {}, scripts) is expected


def test_a_script_sees_the_payload_with_inline_json_expanded():
    scripts = LoopScripts({"c": True})
    is_met(a_handler("c"), {"a": '{"b": 1}'}, scripts)
    assert scripts.bindings == [{"$": {"a": {"b": 1}}}]


def test_a_value_param_is_a_key_of_the_payload():
    handler = a_handler("urgent", "value-param")
    assert is_met(handler, {"urgent": True}, LoopScripts())
    assert not is_met(handler, {"urgent": "yes"}, LoopScripts())
    assert not is_met(handler, "text", LoopScripts())


def test_a_script_that_throws_is_an_error():
    with pytest.raises(EngineError):
        is_met(a_handler("throw 1"), {}, LoopScripts())


class BadScripts(LoopScripts):
    def check(self, script):
        return "SyntaxError: unexpected token"


def test_a_bad_script_and_an_unknown_evaluator_are_problems():
    assert condition_problem(a_handler("x", "javascript"), LoopScripts()) is None
    assert condition_problem(a_handler(None, "graaljs"), BadScripts()) is None
    assert condition_problem(a_handler("x y", "value-param"), BadScripts()) is None
    assert "not well formatted: SyntaxError" in str(condition_problem(a_handler("("), BadScripts()))
    assert "evaluatorType: python" in str(
        condition_problem(a_handler("x", "python"), LoopScripts())
    )
