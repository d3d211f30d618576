"""engine.md 10.4: default values for inputs."""

from __future__ import annotations

from podium.domain.json import Json
from podium.domain.templates import apply_task_template, apply_workflow_template

VALUES: dict[str, Json] = {"${a}": 1, "${gone}": None}


def evaluate(template: Json) -> Json:
    if isinstance(template, dict):
        return {key: evaluate(value) for key, value in template.items()}
    return VALUES.get(template, template) if isinstance(template, str) else template


def test_missing_keys_of_a_task_come_from_the_template_and_are_evaluated():
    assert apply_task_template({"x": "${a}"}, {"y": "${a}", "x": 9}, evaluate) == {"x": 1, "y": 1}


def test_a_key_that_came_out_null_takes_the_template_value_as_written():
    assert apply_task_template({"x": "${gone}"}, {"x": "${a}"}, evaluate) == {"x": "${a}"}
    assert apply_task_template({"x": "${gone}"}, {}, evaluate) == {"x": None}


def test_only_top_level_keys_are_filled():
    filled = apply_task_template({"x": {"a": 1}}, {"x": {"a": 2, "b": 3}}, evaluate)
    assert filled == {"x": {"a": 1}}


def test_a_workflow_template_fills_what_the_start_request_left_out():
    assert apply_workflow_template({"a": 1, "b": None}, {"a": 8, "b": 9, "c": 7}) == {
        "a": 1,
        "b": 9,
        "c": 7,
    }


def test_a_workflow_template_fills_an_empty_input_too():
    assert apply_workflow_template({}, {"a": 8}) == {"a": 8}
