from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from podium.domain.task_types import UNSUPPORTED
from podium.domain.validation import MAX_NESTING
from tests.support.validation import task, violations

NO_JOIN = "Fork task definition is not followed by a join task.  Check the blueprint"


def loop(ref: str, *tasks: object) -> dict[str, Any]:
    return task("DO_WHILE", ref, loopCondition="", loopOver=list(tasks))


def attempt(ref: str, tries: list[Any], *catch: Any) -> dict[str, Any]:
    return task("TRY_CATCH", ref, tryTasks=tries, catchTasks=[*catch] or [task("NOOP", "c")])


def fork(ref: str, *branches: list[object]) -> dict[str, Any]:
    return task("FORK_JOIN", ref, forkTasks=list(branches))


def join(ref: str, *on: str) -> dict[str, Any]:
    return task("JOIN", ref, joinOn=list(on))


def switch(ref: str, **cases: list[object]) -> dict[str, Any]:
    return task(
        "SWITCH", ref, evaluatorType="value-param", expression="v", decisionCases=dict(cases)
    )


def inline(ref: str, *tasks: object, name: str = "child") -> dict[str, Any]:
    definition = {"name": name, "version": 1, "tasks": list(tasks)}
    return task("SUB_WORKFLOW", ref, subWorkflowParam={"workflowDefinition": definition})


#: Where a task can stand, with the path from the definition to it.
PLACES: list[tuple[Callable[..., object], str]] = [
    (lambda *tasks: tasks, ".tasks[0]"),
    (lambda *tasks: [loop("l", *tasks)], ".tasks[0].loopOver[0]"),
    (lambda *tasks: [attempt("t", list(tasks))], ".tasks[0].tryTasks[0]"),
    (lambda *tasks: [attempt("t", [task("NOOP", "a")], *tasks)], ".tasks[0].catchTasks[0]"),
    (
        lambda *tasks: [switch("s", a=list(tasks))],
        ".tasks[0].decisionCases[a].<map value>[0]",
    ),
    (
        lambda *tasks: [inline("i", *tasks)],
        ".tasks[0].subWorkflowParam.workflowDefinition.tasks[0]",
    ),
]
everywhere = pytest.mark.parametrize(("place", "path"), PLACES, ids=[path for _, path in PLACES])


@everywhere
@pytest.mark.parametrize("task_type", ["AGENT", "JDBC", "LLM_CHAT_COMPLETE"])
def test_a_type_that_comes_later_is_refused(place: Any, path: str, task_type: str):
    found = violations(place(task(task_type, "later", sink="conductor")))

    assert found == [
        (
            path,
            (
                f"taskType: {task_type} is known but not supported yet, and no worker could poll it, "
                "taskName: later"
            ),
        )
    ]


def test_every_type_that_comes_later_is_refused():
    found = violations([task(name, name) for name in sorted(UNSUPPORTED)])

    refused = {path for path, message in found if "not supported yet" in message}
    assert refused == {f".tasks[{index}]" for index, _ in enumerate(UNSUPPORTED)}


@everywhere
@pytest.mark.parametrize(
    "fields", [{"evaluatorType": "python"}, {"inputParameters": {"evaluatorType": "python"}}]
)
def test_the_python_evaluator_is_refused(place: Any, path: str, fields: dict[str, Any]):
    found = violations(place(task("INLINE", "script", **fields)))

    assert found == [
        (
            path,
            (
                "evaluatorType: python is not supported, use javascript or graaljs, "
                "taskType: INLINE taskName: script"
            ),
        )
    ]


def test_a_worker_may_have_an_input_named_like_the_evaluator():
    assert violations([task("SIMPLE", inputParameters={"evaluatorType": "python"})]) == []


@everywhere
def test_a_fork_needs_its_join_next_to_it(place: Any, path: str):
    lonely = fork("f", [task("NOOP", "b")])

    assert violations(place(lonely)) == [(path, NO_JOIN)]
    assert violations(place(lonely, task("NOOP", "between"), join("j", "b"))) == [(path, NO_JOIN)]
    assert violations(place(lonely, join("j", "b"))) == []


def test_a_dynamic_fork_needs_its_join_next_to_it():
    lonely = task("FORK_JOIN_DYNAMIC", "f", inputParameters={"forkTaskInputs": []})

    assert violations([lonely]) == [
        (
            ".tasks[0]",
            (
                "Dynamic join definition is not followed by a join task.  "
                "Check the workflow definition."
            ),
        )
    ]


def test_what_belongs_to_the_items_of_a_for_each_cannot_be_joined_from_outside():
    each = task("FOR_EACH", "each", items="${workflow.input.x}", loopOver=[task("NOOP", "in")])
    assert violations([fork("f", [each]), join("j", "in")]) == [
        (".tasks[1]", "joinOn: in belongs to the items of a FOR_EACH, taskName: j")
    ]
    inside = [fork("f", [task("NOOP", "in")]), join("j", "in")]
    assert violations([each | {"loopOver": inside}]) == []


def test_a_name_with_the_mark_of_items_is_refused():
    assert violations([task("NOOP", "a\x1f1")]) == [
        (
            ".tasks[0]",
            "name and taskReferenceName must not contain U+001F, taskName: a\x1f1",
        )
    ]


@everywhere
def test_a_join_of_an_unknown_reference_is_refused(place: Any, path: str):
    assert violations(place(join("j", "nowhere"))) == [
        (path, "joinOn: nowhere is not defined in workflow definition, taskName: j")
    ]


def test_the_join_of_a_dynamic_fork_is_told_what_to_wait_for():
    dynamic = task("FORK_JOIN_DYNAMIC", "f", inputParameters={"forkTaskInputs": []})

    assert violations([dynamic, join("j", "made_at_run_time")]) == []


@pytest.mark.parametrize(
    ("tasks", "path", "reference"),
    [
        ([join("j", "j")], ".tasks[0]", "j"),
        ([join("j", "after"), task("NOOP", "after")], ".tasks[0]", "after"),
        ([loop("l", join("j", "l"))], ".tasks[0].loopOver[0]", "l"),
        ([attempt("t", [join("j", "t")])], ".tasks[0].tryTasks[0]", "t"),
        (
            [attempt("t", [join("j", "mend")], task("NOOP", "mend"))],
            ".tasks[0].tryTasks[0]",
            "mend",
        ),
        ([loop("l", join("j", "after")), task("NOOP", "after")], ".tasks[0].loopOver[0]", "after"),
        (
            [switch("s", a=[task("NOOP", "other")], b=[join("j", "other")])],
            ".tasks[0].decisionCases[b].<map value>[0]",
            "other",
        ),
        (
            [join("j", "inner"), fork("f", [task("NOOP", "inner")]), join("k", "inner")],
            ".tasks[0]",
            "inner",
        ),
    ],
)
def test_a_join_that_would_wait_for_ever_is_refused(tasks: list[Any], path: str, reference: str):
    assert violations(tasks) == [
        (path, f"joinOn: {reference} cannot end before this task, taskName: j")
    ]


@pytest.mark.parametrize(
    "tasks",
    [
        [fork("f", [task("NOOP", "b")], [loop("l", task("NOOP", "in"))]), join("j", "b", "l")],
        [fork("f", [task("NOOP", "b")]), join("j", "f")],
        [fork("f", [task("NOOP", "b"), join("k", "other")], [task("NOOP", "other")]), join("j")],
        [fork("f", [join("k", "after")], [task("NOOP", "b")]), join("j"), task("NOOP", "after")],
        [switch("s", a=[task("NOOP", "x")]), join("j", "x")],
        [switch("s", a=[task("NOOP", "x"), join("j", "x", "s")])],
        [loop("l", fork("f", [task("NOOP", "b")]), join("j", "b"))],
        [loop("l", fork("f", [join("k", "l")]), join("j"))],
        [attempt("t", [task("NOOP", "a")], join("j", "a"))],
        [attempt("t", [task("NOOP", "a")]), join("j", "a", "t")],
    ],
)
def test_joins_that_may_end(tasks: list[Any]):
    assert violations(tasks) == []


def test_an_exclusive_join_needs_one_reference_that_exists():
    cases = switch("s", a=[task("NOOP", "x")])

    assert violations([cases, task("EXCLUSIVE_JOIN", "e", joinOn=["x", "gone"])]) == []
    assert (
        violations(
            [cases, task("EXCLUSIVE_JOIN", "e", joinOn=["gone"], defaultExclusiveJoinTask=["s"])]
        )
        == []
    )
    for names in ([], ["gone"], ["gone", "lost"]):
        message = f"joinOn: [{', '.join(names)}] names no task of the definition, taskName: e"
        assert violations([cases, task("EXCLUSIVE_JOIN", "e", joinOn=names)]) == [
            (".tasks[1]", message)
        ]


def test_nesting_has_a_limit():
    def nested(levels: int) -> object:
        innermost: object = task("NOOP", "innermost")
        for level in range(levels - 1):
            innermost = loop(f"l{level}", innermost)
        return innermost

    assert violations([nested(MAX_NESTING)]) == []
    assert violations([nested(MAX_NESTING + 1)]) == [
        ("", f"workflow definition is nested more than {MAX_NESTING} levels deep")
    ]


def test_inline_definitions_count_as_nesting():
    innermost: object = task("NOOP", "innermost")
    for level in range(MAX_NESTING):
        innermost = inline("i", innermost, name=f"child{level}")

    messages = [message for _, message in violations([innermost])]

    assert messages == [f"workflow definition is nested more than {MAX_NESTING} levels deep"]


def test_an_inline_definition_may_have_the_name_of_one_around_it():
    """It is written out, so it has an end; the peer's own end-to-end definitions do so."""
    assert violations([inline("i", task("NOOP"), inline("k", task("NOOP"), name="wf"))]) == []


def test_reference_names_of_an_inline_definition_are_its_own():
    path = ".tasks[0].subWorkflowParam.workflowDefinition"

    assert violations([inline("i", task("NOOP", "i"))]) == []
    assert violations([inline("i", task("NOOP", "x"), task("NOOP", "x"))]) == [
        (
            path,
            (
                "taskReferenceName: x should be unique across tasks "
                "for a given workflowDefinition: child"
            ),
        )
    ]
    assert violations([inline("i", {"name": "x"})]) == [
        (
            f"{path}.tasks[0].taskReferenceName",
            "WorkflowTask taskReferenceName name cannot be empty or null",
        )
    ]


def test_a_definition_given_by_an_expression_is_not_looked_into():
    params = {"workflowDefinition": "${workflow.input.definition}"}

    assert violations([task("SUB_WORKFLOW", subWorkflowParam=params)]) == []
