from __future__ import annotations

from typing import Any

import pytest

from podium.domain.definitions import TaskDef
from tests.support.validation import task, validation_context, violations

BRANCH = [task("NOOP", "n")]
JOIN = task("JOIN", "j", joinOn=[])


def required(field: str, task_type: str) -> str:
    return f"{field} field is required for taskType: {task_type} taskName: t1"


@pytest.mark.parametrize(
    ("task_type", "fields", "messages"),
    [
        (
            "SWITCH",
            {},
            [
                required("evaluatorType", "SWITCH"),
                "decisionCases should have atleast one task for taskType: SWITCH taskName: t1",
            ],
        ),
        (
            "SWITCH",
            {"evaluatorType": "javascript", "decisionCases": {"a": []}},
            [required("expression", "SWITCH")],
        ),
        (
            "SWITCH",
            {"evaluatorType": "javascript", "expression": "f(", "decisionCases": {"a": []}},
            [
                (
                    "Expression is not well formatted: SyntaxError: expecting ')', "
                    "taskType: SWITCH taskName t1"
                )
            ],
        ),
        (
            "SWITCH",
            {"evaluatorType": "value-param", "expression": "f(", "decisionCases": {"a": []}},
            [],
        ),
        (
            "DECISION",
            {},
            [
                required("caseValueParam or caseExpression", "DECISION"),
                "decisionCases should have atleast one task for taskType: DECISION taskName: t1",
            ],
        ),
        ("DECISION", {"caseValueParam": "v", "decisionCases": {"a": []}}, []),
        (
            "DECISION",
            {"caseExpression": "f(", "decisionCases": {"a": []}},
            [
                (
                    "Expression is not well formatted: SyntaxError: expecting ')', "
                    "taskType: DECISION taskName t1"
                )
            ],
        ),
        (
            "DO_WHILE",
            {},
            [required("loopCondition", "DO_WHILE"), required("loopOver", "DO_WHILE")],
        ),
        ("DO_WHILE", {"loopCondition": "", "loopOver": BRANCH}, []),
        ("DYNAMIC", {}, [required("dynamicTaskNameParam", "DYNAMIC")]),
        ("DYNAMIC", {"dynamicTaskNameParam": "name"}, []),
        ("SUB_WORKFLOW", {}, [required("subWorkflowParam", "SUB_WORKFLOW")]),
        ("SUB_WORKFLOW", {"subWorkflowParam": {}}, []),
        ("HTTP", {}, [required("inputParameters.http_request or inputParameters.uri", "HTTP")]),
        (
            "FOR_EACH",
            {},
            [
                (
                    "items field or inputParameters.items is required for "
                    "taskType: FOR_EACH taskName: t1"
                ),
                "loopOver field is required for taskType: FOR_EACH taskName: t1",
            ],
        ),
        ("FOR_EACH", {"items": "${workflow.input.x}", "loopOver": BRANCH}, []),
        (
            "FOR_EACH",
            {
                "loopOver": BRANCH,
                "inputParameters": {"items": [1], "concurrency": "${workflow.input.x}"},
            },
            [],
        ),
        (
            "FOR_EACH",
            {"items": "no list", "loopOver": BRANCH, "inputParameters": {"concurrency": 0}},
            [
                "items is not a list: no list, taskType: FOR_EACH taskName: t1",
                (
                    "concurrency: 0 is not a whole number from 1 to 500, "
                    "taskType: FOR_EACH taskName: t1"
                ),
            ],
        ),
        (
            "TRY_CATCH",
            {},
            [
                "tryTasks field is required, taskType: TRY_CATCH taskName: t1",
                ("catchTasks or finallyTasks field is required, taskType: TRY_CATCH taskName: t1"),
            ],
        ),
        ("TRY_CATCH", {"tryTasks": BRANCH, "finallyTasks": [task("NOOP", "n2")]}, []),
        (
            "TRY_CATCH",
            {"tryTasks": BRANCH, "catchTasks": [task("NOOP", "n2")], "catchOn": ["SKIPPED"]},
            [
                (
                    "catchOn: SKIPPED is none of FAILED, FAILED_WITH_TERMINAL_ERROR, TIMED_OUT, "
                    "CANCELED, taskType: TRY_CATCH taskName: t1"
                )
            ],
        ),
        (
            "FOR_EACH",
            {
                "loopOver": BRANCH,
                "inputParameters": {"items": [1], "onItemFailure": "PANIC"},
            },
            [("onItemFailure: PANIC is none of STOP, CONTINUE, taskType: FOR_EACH taskName: t1")],
        ),
        (
            "HTTP_POLL",
            {},
            [required("inputParameters.http_request or inputParameters.uri", "HTTP_POLL")],
        ),
        ("HTTP_POLL", {"inputParameters": {"http_request": "${workflow.input.request}"}}, []),
        ("HTTP_POLL", {"inputParameters": {"uri": "u", "terminationCondition": "true"}}, []),
        (
            "HTTP_POLL",
            {"inputParameters": {"uri": "u", "pollingInterval": 0}},
            [
                (
                    "pollingInterval: 0 is not a whole number above 0, "
                    "taskType: HTTP_POLL taskName: t1"
                ),
                "terminationCondition is missing, taskType: HTTP_POLL taskName: t1",
            ],
        ),
        (
            "HTTP_POLL",
            {"inputParameters": {"http_request": {"uri": "u", "terminationCondition": "f("}}},
            [
                (
                    "terminationCondition is not well formatted: SyntaxError: expecting ')', "
                    "taskType: HTTP_POLL taskName: t1"
                )
            ],
        ),
        ("HTTP", {"inputParameters": {"http_request": {}}}, []),
        ("HTTP", {"inputParameters": {"uri": "u"}}, []),
        ("HTTP", {"inputParameters": {"method": "GET"}}, []),
        (
            "HTTP",
            {"taskDefinition": {"inputTemplate": {"uri": "u"}}},
            [required("inputParameters.http_request or inputParameters.uri", "HTTP")],
        ),
        ("HTTP", {"taskDefinition": {"inputTemplate": {"http_request": {}}}}, []),
        (
            "JSON_JQ_TRANSFORM",
            {},
            [required("inputParameters.queryExpression", "JSON_JQ_TRANSFORM")],
        ),
        ("JSON_JQ_TRANSFORM", {"inputParameters": {"queryExpression": "."}}, []),
        ("SIMPLE", {}, []),
        ("ANYTHING_ELSE", {}, []),
        ("HUMAN", {}, []),
    ],
)
def test_what_a_type_demands(task_type: str, fields: dict[str, Any], messages: list[str]):
    found = violations([task(task_type, **fields)])

    assert found == [(".tasks[0]", message) for message in messages]


def test_a_fork_needs_branches():
    assert violations([task("FORK_JOIN"), JOIN]) == [
        (
            ".tasks[0]",
            "forkTasks should have atleast one task for taskType: FORK_JOIN taskName: t1",
        )
    ]


@pytest.mark.parametrize(
    ("fields", "messages"),
    [
        (
            {},
            [
                required("dynamicForkTasksParam", "FORK_JOIN_DYNAMIC"),
                required("dynamicForkTasksInputParamName", "FORK_JOIN_DYNAMIC"),
            ],
        ),
        (
            {"dynamicForkTasksParam": "a"},
            [required("dynamicForkTasksInputParamName", "FORK_JOIN_DYNAMIC")],
        ),
        ({"dynamicForkTasksParam": "a", "dynamicForkTasksInputParamName": "b"}, []),
        ({"dynamicForkJoinTasksParam": "a"}, []),
        (
            {"dynamicForkJoinTasksParam": "a", "dynamicForkTasksParam": "b"},
            [
                (
                    "dynamicForkJoinTasksParam or combination of dynamicForkTasksInputParamName and "
                    "dynamicForkTasksParam cam be used for taskType: FORK_JOIN_DYNAMIC taskName: t1"
                )
            ],
        ),
        (
            {
                "dynamicForkJoinTasksParam": "a",
                "dynamicForkTasksParam": "b",
                "inputParameters": {"forkTaskInputs": []},
            },
            [],
        ),
    ],
)
def test_a_dynamic_fork_takes_one_form(fields: dict[str, Any], messages: list[str]):
    found = violations([task("FORK_JOIN_DYNAMIC", **fields), JOIN])

    assert found == [(".tasks[0]", message) for message in messages]


@pytest.mark.parametrize("status", [None, "${workflow.input.status}", "RUNNING", 1, ["FAILED"]])
def test_terminate_needs_a_literal_status(status: Any):
    found = violations([task("TERMINATE", inputParameters={"terminationStatus": status})])

    assert found == [
        (
            ".tasks[0]",
            (
                "terminate task must have an terminationStatus parameter and must be set to "
                "COMPLETED or FAILED, taskName: t1"
            ),
        )
    ]


@pytest.mark.parametrize("status", ["COMPLETED", "FAILED", "TERMINATED"])
def test_terminate_is_not_optional(status: str):
    ending = task("TERMINATE", inputParameters={"terminationStatus": status})

    assert violations([ending]) == []
    assert violations([ending | {"optional": True}]) == [
        (".tasks[0]", "terminate task cannot be optional, taskName: t1")
    ]


@pytest.mark.parametrize("key", ["http_request", "queryExpression"])
def test_a_registered_template_may_hold_what_a_task_needs(key: str):
    registered = validation_context(TaskDef(name="t1", input_template={key: 1}))
    task_type = "HTTP" if key == "http_request" else "JSON_JQ_TRANSFORM"

    assert violations([task(task_type)], registered) == []
    assert violations([task(task_type, taskDefinition={"name": "t1"})], registered) != []


@pytest.mark.parametrize(
    "inputs",
    [
        {},
        {"duration": "", "until": None},
        {"duration": "  "},
        {"duration": "5 s"},
        {"duration": "1 day 2hrs 3 MINUTES 4 seconds"},
        {"duration": "2d3h"},
        {"duration": "${workflow.input.pause}"},
        {"until": "2030-02-28"},
        {"until": "2030-02-28 23:59"},
        {"until": "2030-02-28 23:59 PST"},
        {"until": "${workflow.input.until}"},
        {"duration": " ", "until": "2030-01-01"},
    ],
)
def test_times_a_wait_understands(inputs: dict[str, Any]):
    assert violations([task("WAIT", inputParameters=inputs)]) == []


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (
            {"duration": "5 s", "until": "2030-01-01"},
            "Both 'duration' and 'until' specified. Please provide only one input",
        ),
        ({"duration": "5"}, "Either date or duration is passed as null "),
        ({"duration": 5}, "Either date or duration is passed as null "),
        ({"duration": "PT5S"}, "Either date or duration is passed as null "),
        ({"duration": "5 s 1 day"}, "Either date or duration is passed as null "),
        ({"until": "tomorrow"}, "Unable to parse date "),
        ({"until": "2030-02-30"}, "Unable to parse date "),
        ({"until": "2030-01-01T10:00"}, "Unable to parse date "),
    ],
)
def test_times_a_wait_does_not_understand(inputs: dict[str, Any], message: str):
    assert violations([task("WAIT", inputParameters=inputs)]) == [(".tasks[0]", message)]


@pytest.mark.parametrize(
    ("inner", "refused"),
    [
        (task("TERMINATE", "x", inputParameters={"terminationStatus": "${a.b}"}), False),
        (task("SWITCH", "x"), False),
        (task("HTTP", "x"), False),
        (task("DYNAMIC", "x"), True),
        (task("SUB_WORKFLOW", "x"), True),
        (task("DO_WHILE", "x"), True),
    ],
)
def test_inside_a_loop_only_what_cannot_run_at_all_is_refused(inner: dict[str, Any], refused: bool):
    found = violations([task("DO_WHILE", loopCondition="", loopOver=[inner])])

    assert bool(found) is refused
    assert {path for path, _ in found} <= {".tasks[0].loopOver[0]"}
