"""DO_WHILE (tasks.md 9)."""

from __future__ import annotations

import pytest

from podium.domain.definitions import WorkflowTask
from podium.domain.engines import EngineError, EngineLimitError
from podium.domain.json import Json
from podium.domain.outcome import Outcome
from podium.domain.status import TaskStatus
from podium.domain.tasks import do_while
from tests.support.engines import TableScripts


@pytest.mark.parametrize(
    ("value", "goes_on"),
    [
        (True, True),
        (False, False),
        (1, True),
        (0, False),
        (-1, False),
        (0.5, True),
        ("true", False),
        ("1", False),
        (None, False),
        ([1], False),
        ({"a": 1}, False),
    ],
)
def test_true_and_numbers_above_zero_go_on(value, goes_on):
    assert do_while.condition("c", {}, TableScripts({"c": value})) is goes_on


def test_the_condition_sees_input_and_outputs_under_one_name():
    scripts = TableScripts({"$.loop.iteration < $.max": True})
    document: dict[str, Json] = {"max": 3, "loop": {"iteration": 1}, "child": {"x": 2}}
    assert do_while.condition("$.loop.iteration < $.max", document, scripts) is True
    assert scripts.seen == [("$.loop.iteration < $.max", {"$": document})]


@pytest.mark.parametrize("condition", [None, "", "  "])
def test_no_condition_ends_the_loop(condition):
    assert do_while.condition(condition, {}, TableScripts()) is False


@pytest.mark.parametrize("error", [EngineError("TypeError: x"), EngineLimitError("cut off")])
def test_a_condition_that_fails_ends_the_loop_for_good(error):
    outcome = do_while.condition("$.a.b", {}, TableScripts({"$.a.b": error}))
    assert outcome == Outcome(
        TaskStatus.FAILED_WITH_TERMINAL_ERROR,
        {},
        f"Unable to evaluate condition $.a.b, exception {error}",
    )


VALUES: dict[str, Json] = {"${list}": [1, 2], "${null}": None, "${one}": {"a": 1}, "${none}": []}


def evaluate(template: Json) -> Json:
    return VALUES.get(template, template) if isinstance(template, str) else template


def loop(items: str | None = None, **parameters: Json) -> WorkflowTask:
    return WorkflowTask(
        name="l",
        task_reference_name="l1",
        type="DO_WHILE",
        items=items,
        input_parameters=parameters,
    )


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        (loop("${list}"), [1, 2]),
        (loop("${none}"), []),
        (loop("${null}"), []),
        (loop("${one}"), [{"a": 1}]),
        (loop("text"), ["text"]),
        (loop(_items="${list}"), [1, 2]),
        (loop(_items=[3, 4]), [3, 4]),
        (loop(_items=None), []),
        (loop(_items=7), [7]),
        (loop("${list}", _items=[9]), [1, 2]),
        (loop(""), None),
        (loop(), None),
        (loop(items=None), None),
    ],
)
def test_the_list_is_evaluated_when_it_is_asked_for(task, expected):
    assert do_while.items(task, evaluate) == expected


def test_a_parameter_called_items_is_no_list():
    task = WorkflowTask(
        name="l", task_reference_name="l1", type="DO_WHILE", input_parameters={"items": [1]}
    )
    assert do_while.items(task, evaluate) is None


@pytest.mark.parametrize(
    ("value", "kept"),
    [(3, 3), ("3", 3), (3.0, 3), (0, 0), (-1, 0), (True, 0), ("x", 0), (None, 0), (2.5, 0)],
)
def test_keep_last_n_is_a_whole_number_above_zero_or_nothing(value, kept):
    assert do_while.keep_last_n({"keepLastN": value}) == kept


def test_all_iterations_are_kept_unless_told_otherwise():
    assert do_while.keep_last_n({}) == 0
