"""What clients get wrong, through the whole product: a 4xx that names it, and nothing half written.

What can be read off the route table is in test_bad_calls.py.

And what definitions get wrong at run time: the workflow ends with a reason, and is never left
RUNNING with nothing to wait for.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.support.stack import local_stack

ORDER = {
    "name": "order",
    "version": 1,
    "tasks": [{"name": "charge", "taskReferenceName": "charge_ref"}],
}
SIZE_LIMIT = 6 * 1024 * 1024


@pytest.fixture(scope="module")
def stack():
    with local_stack() as running:
        running.request("POST", "/api/metadata/workflow", ORDER)
        running.request("POST", "/api/metadata/taskdefs", [{"name": "charge"}])
        yield running


def everything_stored(stack) -> list[Any]:
    """All items of both tables and all objects of the bucket."""
    found: list[Any] = []
    for table in ("PODIUM_EXECUTIONS_TABLE", "PODIUM_METADATA_TABLE"):
        pages = stack.runtime.client("dynamodb").get_paginator("scan")
        for page in pages.paginate(TableName=os.environ[table]):
            found += sorted(page["Items"], key=str)
    bucket = os.environ["PODIUM_PAYLOAD_BUCKET"]
    listing = stack.runtime.client("s3").list_objects_v2(Bucket=bucket)
    return found + sorted(item["Key"] for item in listing.get("Contents", ()))


def a_workflow(*tasks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"name": "bad", "version": 1, "tasks": list(tasks), **fields}


def a_task(task_type="SIMPLE", ref="t", **fields: Any) -> dict[str, Any]:
    return {"name": ref, "taskReferenceName": ref, "type": task_type, **fields}


#: A method, a path, a body and a query; the status, and what the error has to name.
Case = tuple[str, str, Any, str, int, str]

DEFINITION_CASES: list[Case] = [
    ("POST", "/api/metadata/workflow", definition, "", 400, named)
    for definition, named in [
        ({}, "name"),
        ({"name": "bad"}, "tasks"),
        (a_workflow(), "tasks"),
        (a_workflow(a_task(), name=""), "name"),
        (a_workflow(a_task(), schemaVersion=1), "schemaVersion"),
        (a_workflow(a_task(), timeoutPolicy="MAYBE"), "timeoutPolicy"),
        (a_workflow(a_task(), version="one"), "version"),
        (a_workflow(a_task(), tasks={}), "tasks"),
        (a_workflow(a_task(), tasks=[None]), "tasks"),
        (a_workflow(a_task(), tasks=["t"]), "tasks"),
        (a_workflow({"name": "t"}), "taskReferenceName"),
        (a_workflow({"taskReferenceName": "t"}), "name"),
        (a_workflow(a_task(), a_task()), "t"),
        (a_workflow(a_task(inputParameters={"x": "${nobody.output.y}"})), "nobody"),
        (a_workflow(a_task(inputParameters={"x": "${t.output[}"})), "t.output["),
        (a_workflow(a_task(inputParameters=[])), "inputParameters"),
        (a_workflow(a_task("SWITCH")), "evaluatorType"),
        (
            a_workflow(
                a_task(
                    "SWITCH",
                    evaluatorType="javascript",
                    expression="if (",
                    decisionCases={"a": [a_task(ref="u")]},
                )
            ),
            "Expression",
        ),
        (a_workflow(a_task("DO_WHILE")), "loopCondition"),
        (a_workflow(a_task("FORK_JOIN")), "forkTasks"),
        (a_workflow(a_task("FORK_JOIN", forkTasks=[[a_task(ref="u")]])), "join"),
        (a_workflow(a_task("DYNAMIC")), "dynamicTaskNameParam"),
        (a_workflow(a_task("SUB_WORKFLOW")), "subWorkflowParam"),
        (a_workflow(a_task("HTTP")), "http_request"),
        (a_workflow(a_task("JSON_JQ_TRANSFORM")), "queryExpression"),
        (a_workflow(a_task("TERMINATE")), "terminationStatus"),
        (a_workflow(a_task("WAIT", inputParameters={"duration": "soon"})), "tasks[0]"),
        (a_workflow(a_task("EVENT")), "sink"),
        (a_workflow(a_task("EVENT", sink="nats:x")), "nats:x"),
        (a_workflow(a_task("KAFKA_PUBLISH")), "kafka_request"),
    ]
]

TASK_DEFINITION_CASES: list[Case] = [
    ("POST", "/api/metadata/taskdefs", [definition], "", 400, named)
    for definition, named in [
        ({}, "name"),
        ({"name": "t", "timeoutSeconds": 60}, "responseTimeoutSeconds"),
    ]
]

REQUEST_CASES: list[Case] = [
    ("GET", "/api/metadata/workflow/order", None, "version=7", 404, "7"),
    ("DELETE", "/api/metadata/workflow/order/9", {}, "", 404, "order"),
    ("POST", "/api/metadata/workflow", ORDER, "", 409, "order.1"),
    ("PUT", "/api/metadata/taskdefs", {"name": "nobody"}, "", 404, "nobody"),
    ("POST", "/api/workflow", {"name": "nobody", "input": {}}, "", 404, "nobody"),
    ("POST", "/api/workflow", {"name": "order", "version": 7}, "", 404, "order"),
    ("POST", "/api/workflow", {"input": {}}, "", 400, "name"),
    ("POST", "/api/workflow", {"name": " "}, "", 400, "name"),
    ("POST", "/api/workflow", {"name": "order", "input": None}, "", 400, "input"),
    ("POST", "/api/workflow", {"name": "x", "workflowDef": a_workflow()}, "", 400, "tasks"),
    ("POST", "/api/workflow/order", {}, "version=7", 404, "order"),
    ("GET", "/api/tasks/nobody.1.x", None, "", 404, "nobody.1.x"),
    ("GET", "/api/tasks/poll/batch/charge", None, "timeout=5001", 400, "5 seconds"),
    ("POST", "/api/tasks", {"status": "COMPLETED"}, "", 400, "workflowInstanceId"),
    (
        "POST",
        "/api/tasks/update-v2",
        {"workflowInstanceId": "w", "taskId": "w.1.x", "status": "COMPLETED"},
        "",
        404,
        "w.1.x",
    ),
    ("POST", "/api/token", {"keyId": "a", "keySecret": "b"}, "", 404, "/api/token"),
    ("GET", "/api/nothing/at/all", None, "", 404, "/api/nothing/at/all"),
    ("PATCH", "/api/workflow", {}, "", 405, "PATCH"),
    ("PUT", "/api/workflow/bulk/pause", [], "", 400, "Validation failed"),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "query", "status", "named"),
    [*DEFINITION_CASES, *TASK_DEFINITION_CASES, *REQUEST_CASES],
    ids=lambda value: str(value)[:40],
)
def test_a_mistake_is_told_by_name_and_writes_nothing(
    stack, method, path, body, query, status, named
):
    before = everything_stored(stack)
    parameters = dict(part.split("=") for part in query.split("&") if part)
    answer = stack.request(method, path, body, parameters)
    assert answer.status == answer.body["status"] == status, answer.body
    assert answer.body["retryable"] is False
    assert named.casefold() in str(answer.body).casefold()
    stack.settle()
    assert everything_stored(stack) == before


def test_a_body_over_the_limit_is_413_and_names_the_way_around(stack):
    before = everything_stored(stack)
    answer = stack.request("POST", "/api/workflow/order", {"x": "x" * SIZE_LIMIT})
    assert answer.status == 413
    assert "external" in str(answer.body).casefold()
    assert everything_stored(stack) == before


# --- at run time --------------------------------------------------------------------------------

SUB_UNKNOWN = a_task("SUB_WORKFLOW", subWorkflowParam={"name": "nobody", "version": 3})

#: A task, and what the reason has to say.
RUN_TIME_CASES = [
    (
        a_task(
            "INLINE", inputParameters={"evaluatorType": "javascript", "expression": "throw 'käse'"}
        ),
        "käse",
    ),
    (
        a_task(
            "INLINE",
            inputParameters={"evaluatorType": "javascript", "expression": "while (true) {}"},
        ),
        "ran too long",
    ),
    (
        a_task("JSON_JQ_TRANSFORM", inputParameters={"x": 1, "queryExpression": ".x | keys"}),
        "keys",
    ),
    (
        a_task("JSON_JQ_TRANSFORM", inputParameters={"queryExpression": "last(range(1e12))"}),
        "cut off",
    ),
    (
        a_task(
            "HTTP",
            inputParameters={"http_request": {"uri": "http://127.0.0.1:9/", "method": "GET"}},
        ),
        "HTTP",
    ),
    (
        a_task("HTTP", inputParameters={"http_request": {"uri": "no address", "method": "GET"}}),
        "no address",
    ),
    (
        a_task("HTTP", inputParameters={"http_request": {"uri": "file:///etc/passwd"}}),
        "method",
    ),
    (
        a_task(
            "DYNAMIC",
            dynamicTaskNameParam="name",
            inputParameters={"name": "${workflow.input.nothing}"},
        ),
        "Parameter= name",
    ),
    (
        a_task(
            "SWITCH",
            evaluatorType="javascript",
            expression="(() => { throw 'nope' })()",
            decisionCases={"a": [a_task(ref="u")]},
        ),
        "nope",
    ),
    (
        a_task("DO_WHILE", loopCondition="$.t.nothing.at.all", loopOver=[a_task("NOOP", ref="u")]),
        "Unable to evaluate condition",
    ),
    (SUB_UNKNOWN, "nobody"),
]


@pytest.mark.parametrize(("task", "named"), RUN_TIME_CASES, ids=lambda value: str(value)[-60:])
def test_a_task_that_cannot_be_run_ends_its_workflow_with_the_reason(stack, task, named):
    definition = a_workflow(task)
    started = stack.request(
        "POST", "/api/workflow", {"name": "bad", "workflowDef": definition, "input": {}}
    )
    assert started.status == 200, started.body
    stack.settle()
    stack.advance(60)
    found = stack.request("GET", f"/api/workflow/{started.body}").body
    assert found["status"] == "FAILED", found
    assert found["reasonForIncompletion"]
    assert named in found["reasonForIncompletion"]
    assert all(task["status"] not in {"SCHEDULED", "IN_PROGRESS"} for task in found["tasks"])


FORK_INPUTS = [{}, {"tasks": "x", "inputs": {}}, {"tasks": [{"name": "u"}], "inputs": 7}]


@pytest.mark.parametrize("inputs", FORK_INPUTS, ids=str)
def test_a_dynamic_fork_of_nonsense_ends_its_workflow_with_a_reason(stack, inputs):
    fork = a_task(
        "FORK_JOIN_DYNAMIC",
        dynamicForkTasksParam="tasks",
        dynamicForkTasksInputParamName="inputs",
        inputParameters=inputs,
    )
    definition = a_workflow(fork, a_task("JOIN", ref="j"))
    body = {"name": "bad", "workflowDef": definition, "input": {}}
    started = stack.request("POST", "/api/workflow", body)
    stack.settle()
    found = stack.request("GET", f"/api/workflow/{started.body}").body
    assert found["status"] == "FAILED", found
    assert found["reasonForIncompletion"]
