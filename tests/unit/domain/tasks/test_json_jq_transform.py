"""JSON_JQ_TRANSFORM (tasks.md 17)."""

from __future__ import annotations

import pytest

from podium.domain.engines import EngineError, EngineLimitError
from podium.domain.json import Json
from podium.domain.outcome import Outcome
from podium.domain.status import TaskStatus
from podium.domain.tasks import json_jq_transform
from tests.support.engines import TableJq


def test_the_first_value_and_all_values_are_the_output():
    jq = TableJq({".a[]": [1, 2]})
    task_input: dict[str, Json] = {"queryExpression": ".a[]", "a": [1, 2]}
    assert json_jq_transform.run(task_input, jq).output == {"result": 1, "resultList": [1, 2]}
    assert jq.seen == [(".a[]", task_input)]


def test_a_program_that_emits_nothing_has_a_null_result():
    jq = TableJq({"empty": []})
    outcome = json_jq_transform.run({"queryExpression": "empty"}, jq)
    assert outcome == Outcome(output={"result": None, "resultList": []})


@pytest.mark.parametrize("error", [EngineError("syntax error"), EngineLimitError("cut off")])
def test_an_error_fails_the_task_and_is_in_its_output(error):
    outcome = json_jq_transform.run({"queryExpression": "."}, TableJq({".": error}))
    assert outcome == Outcome(TaskStatus.FAILED, {"error": str(error)}, str(error))


@pytest.mark.parametrize("program", [None, "", " ", 7])
def test_without_a_program_it_fails(program):
    outcome = json_jq_transform.run({"queryExpression": program}, TableJq())
    assert outcome.status is TaskStatus.FAILED
    assert outcome.reason == "Missing 'queryExpression' in input parameters"
