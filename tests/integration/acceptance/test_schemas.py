"""Schemas through the API: registration, start, tasks, output (engine.md 18)."""

from __future__ import annotations

from typing import Any

from tests.support.client import Client, definition, simple


def schema(**data: Any) -> dict[str, Any]:
    return {"name": "order", "version": 1, "type": "JSON", "data": {"type": "object", **data}}


ID = schema(required=["id"], properties={"id": {"type": "integer"}})


def test_bad_input_is_not_started_and_names_the_path(client: Client) -> None:
    client.register(definition("order", simple("pay"), inputSchema=ID))
    for path, body in [
        ("/api/workflow/order", {"id": "seven"}),
        ("/api/workflow", {"name": "order", "input": {"id": "seven"}}),
    ]:
        status, _, answer = client.stack.request("POST", path, body)
        assert status == 400
        assert '$.id: must meet type "integer"' in answer["message"]
        assert "seven" not in answer["message"]
    client.stack.settle()
    assert client.poll("pay") is None
    wf = client.start("order", {"id": 7})
    client.finish("pay")
    assert client.status(wf) == "COMPLETED"


def test_tasks_and_workflows_fail_by_their_schemas(client: Client) -> None:
    client.register({"name": "pay", "enforceSchema": True, "inputSchema": ID, "outputSchema": ID})
    pay = simple("pay", inputParameters={"id": "${workflow.input.id}"})
    wf = client.run(definition("order", pay), {"id": None})
    assert client.task(wf, "pay")["status"] == "FAILED_WITH_TERMINAL_ERROR"
    assert "input of task pay" in client.workflow(wf)["reasonForIncompletion"]
    wf = client.run(definition("order", pay), {"id": 7})
    client.finish("pay", {"id": "eight"})
    assert client.task(wf, "pay")["status"] == "FAILED_WITH_TERMINAL_ERROR"
    assert client.task(wf, "pay")["outputData"] == {"id": "eight"}
    assert "output of task pay" in client.task(wf, "pay")["reasonForIncompletion"]
    wf = client.run(definition("order", pay, outputSchema=schema(required=["sum"])), {"id": 7})
    client.finish("pay", {"id": 8})
    shown = client.workflow(wf)
    assert (shown["status"], shown["output"]) == ("FAILED", {"id": 8})
    assert "'sum' is a required property" in shown["reasonForIncompletion"]


def test_a_broken_schema_is_refused_at_registration(client: Client) -> None:
    broken = schema(properties={"id": {"$ref": "https://example.org/id.json"}})
    order = definition("order", simple("pay"), inputSchema=broken)
    status, _, answer = client.stack.request("POST", "/api/metadata/workflow", order)
    assert status == 400
    (violation,) = answer["validationErrors"]
    assert violation["path"].endswith(".inputSchema")
    assert "https://example.org/id.json" in violation["message"]
    pay = {"name": "pay", "enforceSchema": True, "outputSchema": broken}
    status, _, answer = client.stack.request("POST", "/api/metadata/taskdefs", [pay])
    assert status == 400
    client.register({**order, "enforceSchema": False}, {**pay, "enforceSchema": False})
    client.start("order", {"id": "anything"})
