"""SET_VARIABLE (tasks.md 18, engine.md 17)."""

from __future__ import annotations

from podium.domain.outcome import Outcome
from podium.domain.status import TaskStatus
from podium.domain.tasks import set_variable

LIMIT = 256 * 1024


def test_each_input_becomes_a_variable_and_the_output_is_empty():
    outcome, variables = set_variable.run({"a": 1, "b": None}, {"c": 3}, LIMIT)
    assert outcome == Outcome(TaskStatus.COMPLETED, {}, "")
    assert variables == {"c": 3, "a": 1, "b": None}


def test_a_nested_value_is_replaced_as_a_whole():
    before = {"a": {"x": 1, "y": 2}}
    _, variables = set_variable.run({"a": {"x": 5}}, before, LIMIT)
    assert variables == {"a": {"x": 5}}
    assert before == {"a": {"x": 1, "y": 2}}


def test_256_kilobytes_of_json_are_the_limit():
    frame = len('{"a":""}')
    outcome, variables = set_variable.run({"a": "x" * (256 * 1024 - frame)}, {}, LIMIT)
    assert outcome.status is TaskStatus.COMPLETED
    assert variables is not None
    outcome, variables = set_variable.run({"a": "x" * (256 * 1024 - frame + 1)}, {}, LIMIT)
    assert outcome.status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert "size: 262145 bytes is greater than the permissible limit: 262144" in outcome.reason
    assert variables is None


def test_bytes_are_counted_not_characters_and_what_was_there_before_counts():
    outcome, variables = set_variable.run({"a": "é" * 70_000}, {"b": "é" * 70_000}, LIMIT)
    assert outcome.status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert variables is None
