"""DECISION (tasks.md 4)."""

from __future__ import annotations

import pytest

from podium.domain.choice import Chosen
from podium.domain.definitions import WorkflowTask
from podium.domain.engines import EngineError
from podium.domain.outcome import Outcome, TerminateWorkflowError
from podium.domain.tasks import decision
from tests.support.engines import TableScripts


def task(expression: str | None = None, parameter: str | None = None) -> WorkflowTask:
    return WorkflowTask(
        name="d",
        task_reference_name="d1",
        type="DECISION",
        case_expression=expression,
        case_value_param=parameter,
    )


@pytest.mark.parametrize(("value", "key"), [("a", "a"), (None, "null"), (True, "true"), (2.0, "2")])
def test_the_input_key_gives_the_case(value, key):
    chosen = decision.choose(task(parameter="k"), {"k": value}, TableScripts())
    assert chosen == Chosen(Outcome(output={"caseOutput": [key]}), key)


def test_an_expression_goes_before_the_input_key():
    scripts = TableScripts({"$.a": "from script"})
    chosen = decision.choose(task("$.a", "k"), {"k": "from key"}, scripts)
    assert chosen.case == "from script"
    assert scripts.seen == [("$.a", {"$": {"k": "from key"}})]


def test_a_blank_expression_does_not_count():
    assert decision.choose(task("  ", "k"), {"k": "x"}, TableScripts()).case == "x"


def test_a_failing_script_fails_the_workflow():
    scripts = TableScripts({"x": EngineError("ReferenceError: x")})
    with pytest.raises(TerminateWorkflowError, match="ReferenceError: x"):
        decision.choose(task("x"), {}, scripts)
