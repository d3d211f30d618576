"""Variables of an execution, changed through the API."""

from __future__ import annotations

from tests.support.client import Client, definition, simple


def test_tasks_created_after_a_change_see_it(client: Client) -> None:
    reader = simple("second", inputParameters={"v": "${workflow.variables.v}"})
    wf = client.run(definition("changing", simple("first"), reader, variables={"v": 1, "w": 2}))
    shown = client.call("POST", f"/workflow/{wf}/variables", {"v": {"deep": None}})
    assert shown["variables"] == {"v": {"deep": None}, "w": 2}
    client.stack.settle()
    client.finish("first")
    assert client.finish("second")["inputData"] == {"v": {"deep": None}}
    assert client.workflow(wf)["variables"] == {"v": {"deep": None}, "w": 2}
    refused = client.stack.request("POST", f"/api/workflow/{wf}/variables", {"v": 2})
    assert (refused.status, f"{wf} is COMPLETED" in refused.body["message"]) == (409, True)
