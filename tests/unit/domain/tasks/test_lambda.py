"""LAMBDA (tasks.md 16)."""

from __future__ import annotations

import pytest

from podium.adapters.engines.quickjs import QuickJsScripts
from podium.domain.engines import EngineError
from podium.domain.outcome import Outcome
from podium.domain.status import TaskStatus
from podium.domain.tasks import lambda_
from tests.support.engines import TableScripts


@pytest.fixture(scope="module")
def scripts() -> QuickJsScripts:
    return QuickJsScripts()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return $.a * 2;", 14),
        ("if ($.a > 5) { return {big: true} } return null", {"big": True}),
        ("return $.a // the last word", 7),
        ("$.a", None),
    ],
)
def test_what_the_function_returns_is_the_result(scripts, body, expected):
    outcome = lambda_.run({"scriptExpression": body, "a": 7}, scripts)
    assert outcome == Outcome(output={"result": expected})


def test_a_failing_script_can_be_retried():
    scripts = TableScripts({"(function () { x\n})()": EngineError("ReferenceError: x")})
    assert lambda_.run({"scriptExpression": "x"}, scripts) == Outcome(
        TaskStatus.FAILED, {"error": "ReferenceError: x"}, "ReferenceError: x"
    )


@pytest.mark.parametrize("body", [None, "", "  ", 7])
def test_without_a_script_it_fails(body):
    outcome = lambda_.run({"scriptExpression": body}, TableScripts())
    assert outcome.status is TaskStatus.FAILED
    assert "Empty 'scriptExpression'" in outcome.reason
