"""maskedFields of a definition: `***` in all that is shown, the value for expressions and workers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.client import Client, definition, simple, task
from tests.support.stack import local_stack

CARD = {"number": "4111", "holder": "ada"}


@pytest.fixture
def client() -> Iterator[Client]:
    with local_stack() as stack:
        yield Client(stack)


def masked_definition(**fields: object) -> dict[str, object]:
    return definition(
        "masked",
        simple("t1", inputParameters={"card": "${workflow.input.order.card}", "plain": 1}),
        task("SET_VARIABLE", "set", inputParameters={"pin": "${t1.output.list[0].pin}"}),
        simple("t2", inputParameters={"was": "${t1.output}", "pin": "${workflow.variables.pin}"}),
        outputParameters={"pin": "${workflow.variables.pin}", "card": "${t1.input.card}"},
        maskedFields=["card", "pin"],
        **fields,
    )


def test_workers_see_the_values_and_everybody_else_sees_stars(client: Client) -> None:
    wf = client.run(masked_definition(), {"order": {"card": CARD, "id": 7}})
    assert client.workflow(wf)["input"] == {"order": {"card": "***", "id": 7}}
    polled = client.finish("t1", {"list": [{"pin": 1234, "other": 5}], "card": None})
    assert polled["inputData"] == {"card": CARD, "plain": 1}
    assert client.task(wf, "t1")["inputData"] == {"card": "***", "plain": 1}
    output = {"list": [{"pin": "***", "other": 5}], "card": "***"}
    assert client.task(wf, "t1")["outputData"] == output
    one = client.call("GET", f"/tasks/{polled['taskId']}")
    assert (one["inputData"], one["outputData"]) == ({"card": "***", "plain": 1}, output)
    polled = client.finish("t2")
    assert polled["inputData"]["pin"] == 1234
    assert polled["inputData"]["was"]["list"] == [{"pin": 1234, "other": 5}]
    found = client.workflow(wf)
    assert found["status"] == "COMPLETED"
    assert found["output"] == {"pin": "***", "card": "***"}
    assert found["variables"] == {"pin": "***"}
    pages = client.call("GET", f"/workflow/{wf}/tasks", count=10)["results"]
    assert next(each["outputData"] for each in pages) == output
    status = client.call(
        "GET", f"/workflow/{wf}/status", includeOutput="true", includeVariables="true"
    )
    assert (status["output"], status["variables"]) == (found["output"], found["variables"])
    without_tasks = client.call("GET", f"/workflow/{wf}", includeTasks="false")
    assert without_tasks["output"] == found["output"]


def test_a_failure_workflow_sees_stars_and_is_found_by_the_value_itself(client: Client) -> None:
    client.register(
        definition("undo", simple("undo", inputParameters={"all": "${workflow.input}"}))
    )
    client.register({"name": "t1", "retryCount": 0})
    value = masked_definition(failureWorkflow="$workflow.input.pin")
    wf = client.run(value, {"order": {"card": CARD}, "pin": "undo"})
    client.fail("t1", outputData={"pin": 9})
    assert client.status(wf) == "FAILED"
    undo = client.poll("undo")
    assert undo is not None
    given = undo["inputData"]["all"]
    assert (given["order"], given["pin"]) == ({"card": "***"}, "***")
    failed = given["failedWorkflow"]["tasks"][0]
    assert (failed["inputData"]["card"], failed["outputData"]) == ("***", {"pin": "***"})


def test_a_child_is_masked_by_its_own_definition(client: Client) -> None:
    client.register(definition("child", simple("inner", inputParameters={"card": 1})))
    kid = task(
        "SUB_WORKFLOW",
        "kid",
        subWorkflowParam={"name": "child", "version": 1},
        inputParameters={"card": "${workflow.input.card}"},
    )
    wf = client.run(definition("parent", kid, maskedFields=["card"]), {"card": CARD})
    shown = client.task(wf, "kid")
    assert shown["inputData"]["workflowInput"] == {"card": "***"}
    assert client.workflow(shown["subWorkflowId"])["input"] == {"card": CARD}
