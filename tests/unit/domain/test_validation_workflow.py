from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from podium.domain.definitions import WorkflowDef
from podium.domain.validation import validate_workflow
from podium.errors import Violation
from tests.support.validation import task, validation_context, violations

EXAMPLES = Path(__file__).resolve().parents[3] / "events" / "definitions"


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_examples_are_valid(example: Path):
    definition = WorkflowDef.from_json(json.loads(example.read_text()))
    strict = validation_context(owner_email_mandatory=True, name_validation=True)

    assert validate_workflow(definition, strict) == ()


def test_all_violations_are_collected_with_their_paths():
    definition = WorkflowDef.from_json(
        {"tasks": [{"name": "a", "taskReferenceName": "a"}, {}], "schemaVersion": 1}
    )

    found = validate_workflow(definition, validation_context(), "registerWorkflowDef.arg0")

    assert found == (
        Violation("registerWorkflowDef.arg0.name", "WorkflowDef name cannot be null or empty"),
        Violation(
            "registerWorkflowDef.arg0.schemaVersion",
            "workflowDef schemaVersion: 2 is only supported",
            "1",
        ),
        Violation(
            "registerWorkflowDef.arg0.tasks[1].name", "WorkflowTask name cannot be empty or null"
        ),
        Violation(
            "registerWorkflowDef.arg0.tasks[1].taskReferenceName",
            "WorkflowTask taskReferenceName name cannot be empty or null",
        ),
    )


def test_a_definition_needs_tasks():
    assert violations([]) == [(".tasks", "WorkflowTask list cannot be empty")]


@pytest.mark.parametrize("email", [None, ""])
def test_an_owner_is_demanded_when_the_switch_is_on(email: str | None):
    strict = validation_context(owner_email_mandatory=True)

    assert violations([task("NOOP")], strict, ownerEmail=email) == [
        (".ownerEmail", "ownerEmail cannot be empty")
    ]
    assert violations([task("NOOP")], ownerEmail=email) == []


@pytest.mark.parametrize("name", ["order:1", "a/b", "naïve", "ok\n$"])
def test_a_name_has_a_pattern_when_the_switch_is_on(name: str):
    definition = WorkflowDef.from_json({"name": name, "tasks": [task("NOOP")]})

    found = validate_workflow(definition, validation_context(name_validation=True), "p")

    assert found == (
        Violation(
            "p.name",
            f"Invalid name '{name}'. Allowed characters are alphanumeric, underscores, spaces, "
            "hyphens, and special characters like <, >, {, }, #",
            name,
        ),
    )
    assert validate_workflow(definition, validation_context()) == ()


def test_a_usual_name_matches_the_pattern():
    definition = WorkflowDef.from_json({"name": "a_B-9 <{#}>", "tasks": [task("NOOP")]})

    assert validate_workflow(definition, validation_context(name_validation=True)) == ()


def test_reference_names_are_unique_over_all_nested_lists():
    tasks = [
        task("DO_WHILE", "loop", loopCondition="", loopOver=[task("NOOP", "same")]),
        task("FORK_JOIN", "fork", forkTasks=[[task("NOOP", "same")], [task("NOOP", "x")]]),
        task("JOIN", "join", joinOn=[]),
        task("DECISION", "d", caseValueParam="v", decisionCases={"a": [task("NOOP", "x")]}),
    ]

    assert violations(tasks) == [
        (
            "",
            (
                f"taskReferenceName: {ref} should be unique across tasks "
                "for a given workflowDefinition: wf"
            ),
        )
        for ref in ("same", "x")
    ]


def test_a_name_given_three_times_is_one_violation():
    tasks = [task("NOOP", "same")] * 3

    assert len(violations(tasks)) == 1


def test_a_type_is_not_empty():
    assert violations([task("")]) == [(".tasks[0].type", "WorkTask type cannot be null or empty")]


def test_a_negative_delay_is_a_violation():
    definition = WorkflowDef.from_json({"name": "wf", "tasks": [task("SIMPLE", startDelay=-1)]})

    assert validate_workflow(definition, validation_context(), "p") == (
        Violation("p.tasks[0].startDelay", "must be greater than or equal to 0", "-1"),
    )


def test_paths_of_nested_tasks_name_every_level():
    nameless = {"taskReferenceName": "x"}
    message = "WorkflowTask name cannot be empty or null"
    switch = {"evaluatorType": "value-param", "expression": "v"}

    assert violations(
        [
            task("SWITCH", "s", **switch, decisionCases={"a": [nameless]}),
            task(
                "SWITCH",
                "t",
                **switch,
                decisionCases={"a": []},
                defaultCase=[{"taskReferenceName": "y"}],
            ),
            task("FORK_JOIN", "f", forkTasks=[[task("NOOP", "n"), {"taskReferenceName": "z"}]]),
            task("JOIN", "j", joinOn=["n"]),
            task("DO_WHILE", "d", loopCondition="", loopOver=[{"taskReferenceName": "w"}]),
        ]
    ) == [
        (".tasks[0].decisionCases[a].<map value>[0].name", message),
        (".tasks[1].defaultCase[0].name", message),
        (".tasks[2].forkTasks[0].<list element>[1].name", message),
        (".tasks[4].loopOver[0].name", message),
    ]


def undefined(root: str, key: str, text: str) -> str:
    return (
        f"taskReferenceName: {root} for given task: t1 input value: {key} of input parameter: "
        f"{text} is not defined in workflow definition."
    )


@pytest.mark.parametrize(
    "value",
    [
        "${workflow.input.a}",
        "${workflow.anything[0].b}",
        "${t1.output.a}",
        "${later.output}",
        "${nested.output}",
        "${CPEWF_TASK_ID}",
        "${NETFLIX_ENV}",
        "$${unknown.output}",
        "${unknown.output",
        "unknown.output}",
        "plain",
        7,
        None,
        ["${later.output}", ["${workflow.input.x} and ${t1.input.y}"]],
        {"a": {"b": "${nested.output.c}"}},
        "${workflow.input.${later.output.key}}",
    ],
)
def test_expressions_that_pass(value: Any):
    tasks = [
        task("SIMPLE", inputParameters={"key": value}),
        task("DO_WHILE", "loop", loopCondition="", loopOver=[task("NOOP", "nested")]),
        task("NOOP", "later"),
    ]

    assert violations(tasks) == []


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("${x.output.a}", undefined("x", "key", "${x.output.a}")),
        ("a ${x.b} c", undefined("x", "key", "a ${x.b} c")),
        ("${HOME}", undefined("HOME", "key", "${HOME}")),
        ("$.${x}", undefined("x", "key", "$.${x}")),
        (["ok", {"inner": ["${x.y}"]}], undefined("x", "inner", "${x.y}")),
        ("${t1.output.list[}", "key: key input parameter value: t1.output.list[ is not valid"),
        ("${}", "key: key input parameter value:  is not valid"),
        ("${ }", "key: key input parameter value:   is not valid"),
        ("${workflow.input.${x.key}}", undefined("x", "key", "${workflow.input.${x.key}}")),
    ],
)
def test_expressions_that_do_not_pass(value: Any, message: str):
    assert violations([task("SIMPLE", inputParameters={"key": value})]) == [("", message)]


def test_every_bad_expression_of_a_text_is_reported():
    found = violations([task("SIMPLE", inputParameters={"key": "${x.a} ${y.b}"})])

    assert [message.split()[1] for _, message in found] == ["x", "y"]


def test_expressions_of_nested_tasks_and_outputs_are_not_looked_at():
    nested = task("SIMPLE", "n", inputParameters={"a": "${unknown.output}"})
    tasks = [task("DO_WHILE", "loop", loopCondition="", loopOver=[nested])]

    assert violations(tasks, outputParameters={"a": "${unknown.output}"}) == []
