"""tasks.md 27, cases 13 to 17 and 26: choices, forks, dynamic forks, TERMINATE."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.client import Client, definition, simple, task


def fork(*branches: list[dict[str, Any]], join_on: list[str]) -> list[dict[str, Any]]:
    return [
        task("FORK_JOIN", "fork", forkTasks=list(branches)),
        task("JOIN", "join", joinOn=join_on),
    ]


@pytest.mark.parametrize(
    ("evaluator", "expression"), [("value-param", "kind"), ("javascript", "$.kind")]
)
def test_case_13_a_switch_takes_its_case_and_goes_on(
    client: Client, evaluator: str, expression: str
) -> None:
    switch = task(
        "SWITCH",
        "which",
        evaluatorType=evaluator,
        expression=expression,
        inputParameters={"kind": "${workflow.input.kind}"},
        decisionCases={
            "a": [simple("in_a")],
            "b": fork([simple("b1")], [simple("b2")], join_on=["b1", "b2"]),
        },
        defaultCase=[simple("other")],
    )
    client.register(definition("choice", switch, simple("last")))
    a = client.start("choice", {"kind": "a"})
    assert client.tasks(a) == [("which", "COMPLETED"), ("in_a", "SCHEDULED")]
    assert client.task(a, "which")["outputData"]["selectedCase"] == "a"
    client.finish("in_a")
    client.finish("last")
    assert client.status(a) == "COMPLETED"
    other = client.start("choice", {"kind": "z"})
    client.finish("other")
    client.finish("last")
    assert client.status(other) == "COMPLETED"
    b = client.start("choice", {"kind": "b"})
    client.finish("b1")
    client.finish("b2")
    client.finish("last")
    assert client.status(b) == "COMPLETED"


def test_case_13_without_a_matching_case_the_flow_continues(client: Client) -> None:
    switch = task(
        "SWITCH",
        "which",
        evaluatorType="value-param",
        expression="kind",
        inputParameters={"kind": None},
        decisionCases={"a": [simple("in_a")]},
    )
    wf = client.run(definition("no_case", switch, simple("last")))
    client.finish("last")
    assert client.tasks(wf) == [("which", "COMPLETED"), ("last", "COMPLETED")]


def test_case_14_branches_go_on_by_themselves_and_the_join_waits_for_both(client: Client) -> None:
    forked = fork([simple("b1"), simple("b1_next")], [simple("b2")], join_on=["b1_next", "b2"])
    wf = client.run(definition("forked", *forked, simple("s_task3")))
    assert [ref for ref, _ in client.tasks(wf)] == ["fork", "b1", "b2", "join"]
    client.finish("b1", {"n": 1})
    assert ("b1_next", "SCHEDULED") in client.tasks(wf)
    client.finish("b1_next", {"n": 2})
    assert ("join", "IN_PROGRESS") in client.tasks(wf)
    client.finish("b2", {"n": 3})
    assert client.task(wf, "join")["outputData"] == {"b1_next": {"n": 2}, "b2": {"n": 3}}
    client.finish("s_task3")
    assert client.status(wf) == "COMPLETED"


def test_case_15_a_failed_branch_cancels_the_others_and_the_join(client: Client) -> None:
    client.register({"name": "b1", "retryCount": 0})
    wf = client.run(
        definition("broken", *fork([simple("b1")], [simple("b2")], join_on=["b1", "b2"]))
    )
    client.fail("b1")
    assert client.status(wf) == "FAILED"
    assert dict(client.tasks(wf)) == {
        "fork": "COMPLETED",
        "b1": "FAILED",
        "b2": "CANCELED",
        "join": "CANCELED",
    }
    assert client.poll("b2") is None


def test_case_15_a_permissive_branch_lets_the_other_end_and_then_fails_the_join(
    client: Client,
) -> None:
    client.register({"name": "b1", "retryCount": 0})
    forked = fork([simple("b1", permissive=True)], [simple("b2")], join_on=["b1", "b2"])
    wf = client.run(definition("permissive", *forked))
    client.fail("b1", "broken")
    assert client.status(wf) == "RUNNING"
    client.finish("b2")
    assert client.status(wf) == "FAILED"
    assert dict(client.tasks(wf))["join"] == "FAILED"


def dynamic(name: str = "fan") -> list[dict[str, Any]]:
    return [
        task(
            "FORK_JOIN_DYNAMIC",
            name,
            dynamicForkTasksParam="tasks",
            dynamicForkTasksInputParamName="inputs",
            inputParameters={
                "tasks": "${workflow.input.tasks}",
                "inputs": "${workflow.input.inputs}",
            },
        ),
        task("JOIN", f"{name}_join"),
    ]


def test_case_17_a_dynamic_fork_runs_what_the_input_says(client: Client) -> None:
    client.register(
        definition("child", simple("inner")), definition("dynamic", *dynamic(), simple("last"))
    )
    child = task("SUB_WORKFLOW", "kid", subWorkflowParam={"name": "child"})
    wf = client.start(
        "dynamic",
        {"tasks": [simple("x"), child], "inputs": {"x": {"n": 1}, "kid": {"m": 2}}},
    )
    assert [ref for ref, _ in client.tasks(wf)] == ["fan", "x", "kid", "fan_join"]
    assert client.finish("x", {"done": 1})["inputData"]["n"] == 1
    client.finish("inner", {"in": True})
    joined = client.task(wf, "fan_join")
    assert joined["status"] == "COMPLETED"
    assert joined["outputData"]["x"] == {"done": 1}
    assert joined["outputData"]["kid"]["in"] is True
    client.finish("last")
    assert client.status(wf) == "COMPLETED"


def test_case_17_a_failing_branch_fails_it_and_an_optional_one_does_not(client: Client) -> None:
    client.register({"name": "x", "retryCount": 0}, definition("dynamic", *dynamic()))
    inputs: dict[str, Any] = {"inputs": {"x": {}, "y": {}}}
    failing = client.start("dynamic", {"tasks": [simple("x"), simple("y")], **inputs})
    client.fail("x")
    assert client.status(failing) == "FAILED"
    assert dict(client.tasks(failing))["y"] == "CANCELED"
    optional = [simple("x", optional=True), simple("y")]
    wf = client.start("dynamic", {"tasks": optional, **inputs})
    client.fail("x")
    client.finish("y")
    assert client.status(wf) == "COMPLETED"
    assert dict(client.tasks(wf))["fan_join"] == "COMPLETED_WITH_ERRORS"


@pytest.mark.parametrize(
    "bad",
    [
        {"tasks": None, "inputs": {}},
        {"tasks": "x", "inputs": {}},
        {"tasks": [{"name": "x"}], "inputs": {}},
        {"tasks": [], "inputs": 7},
    ],
)
def test_case_17_invalid_input_fails_the_workflow(client: Client, bad: dict[str, Any]) -> None:
    client.register(definition("dynamic", simple("first"), *dynamic()))
    wf = client.start("dynamic", bad)
    client.finish("first")
    found = client.workflow(wf)
    assert found["status"] == "FAILED"
    assert found["reasonForIncompletion"]
    assert [each["referenceTaskName"] for each in found["tasks"]][:1] == ["first"]


def test_case_17_no_branches_is_an_empty_join(client: Client) -> None:
    client.register(definition("dynamic", *dynamic(), simple("last")))
    wf = client.start("dynamic", {"tasks": [], "inputs": {}})
    assert client.task(wf, "fan_join")["outputData"] == {}
    client.finish("last")
    assert client.status(wf) == "COMPLETED"


@pytest.mark.parametrize("status", ["COMPLETED", "FAILED", "TERMINATED"])
def test_case_26_terminate_ends_the_workflow_with_its_status_and_output(
    client: Client, status: str
) -> None:
    client.register(definition("child", simple("inner")))
    end = task(
        "TERMINATE",
        "end",
        inputParameters={
            "terminationStatus": status,
            "terminationReason": "enough",
            "workflowOutput": {"why": "${t1.output.why}"},
        },
    )
    kid = task("SUB_WORKFLOW", "kid", subWorkflowParam={"name": "child", "version": 1})
    forked = fork([simple("t1"), end], [kid], join_on=["end", "kid"])
    wf = client.run(definition("ended", *forked))
    client.finish("t1", {"why": "so"})
    found = client.workflow(wf)
    assert (found["status"], found["output"]) == (status, {"why": "so"})
    assert found["reasonForIncompletion"] == "enough"
    statuses = dict(client.tasks(wf))
    assert (statuses["end"], statuses["kid"], statuses["join"]) == (
        "COMPLETED",
        "CANCELED",
        "CANCELED",
    )
    assert client.status(client.task(wf, "kid")["subWorkflowId"]) == "TERMINATED"
