"""tasks.md 27, case 10: references stay literal in storage and are resolved in the poll; and the rest
of engine.md 10.3 about secrets and the environment.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.client import Client, definition, simple, task
from tests.support.echo import echo_server
from tests.support.stack import local_stack

VALUE = "s3cret-Value/1"
REFERENCE = "${workflow.secrets.TOKEN}"


@pytest.fixture
def client() -> Iterator[Client]:
    with local_stack() as stack:
        yield Client(stack)


@pytest.fixture(autouse=True)
def stores(client: Client) -> None:
    """A secret, a secret that holds JSON, and two variables."""
    client.call("PUT", "/secrets/TOKEN", VALUE)
    client.call("PUT", "/secrets/DB", '{"user": "ada", "hosts": ["h-one", "h-two"]}')
    variables = {"STAGE": "test", "LIMITS": '{"max": {"items": 5}, "all": [1, 2]}'}
    for name, value in variables.items():
        client.stack.runtime.client("ssm").put_parameter(
            Name=f"/podium/environment/{name}", Value=value, Type="String"
        )


def test_case_10_a_secret_is_literal_in_storage_and_resolved_in_the_poll(client: Client) -> None:
    inputs = {
        "token": REFERENCE,
        "header": f"Bearer {REFERENCE}",
        "user": "${workflow.secrets.DB.user}",
        "hosts": "${workflow.secrets.DB.hosts[*]}",
        "none": "${workflow.secrets.NOBODY}",
        "spliced": "<${workflow.secrets.NOBODY}>",
    }
    wf = client.run(definition("handed", simple("t1", inputParameters=inputs)))
    stored = inputs
    assert client.task(wf, "t1")["inputData"] == stored
    polled = client.finish("t1")
    assert polled["inputData"] == {
        "token": VALUE,
        "header": f"Bearer {VALUE}",
        "user": "ada",
        "hosts": ["h-one", "h-two"],
        "none": None,
        "spliced": "<>",
    }
    assert client.task(wf, "t1")["inputData"] == stored
    assert client.status(wf) == "COMPLETED"


def test_templates_may_name_secrets_and_variables(client: Client) -> None:
    client.register(
        {"name": "t1", "inputTemplate": {"token": REFERENCE, "at": "${workflow.env.STAGE}"}}
    )
    wf = client.run(
        definition("templated", simple("t1"), inputTemplate={"given": "x"}), {"other": 1}
    )
    assert client.finish("t1")["inputData"] == {"token": VALUE, "at": "test"}
    assert client.workflow(wf)["input"] == {"given": "x", "other": 1}


def test_a_variable_is_resolved_when_the_task_is_created_and_stored(client: Client) -> None:
    inputs = {
        "stage": "${workflow.env.STAGE}",
        "text": "at ${workflow.env.STAGE}!",
        "max": "${workflow.env.LIMITS.max.items}",
        "all": "${workflow.env.LIMITS.all[*]}",
        "none": "${workflow.env.NOTHING}",
        "which": "${workflow.env.${workflow.input.name}}",
    }
    wf = client.run(
        definition(
            "variables",
            simple("t1", inputParameters=inputs),
            outputParameters={"stage": "${workflow.env.STAGE}"},
        ),
        {"name": "STAGE"},
    )
    expected = {
        "stage": "test",
        "text": "at test!",
        "max": 5,
        "all": [1, 2],
        "none": None,
        "which": "test",
    }
    assert client.task(wf, "t1")["inputData"] == expected
    assert client.finish("t1")["inputData"] == expected
    assert client.workflow(wf)["output"] == {"stage": "test"}


def test_runtime_metadata_is_looked_up_for_the_worker_and_for_nobody_else(client: Client) -> None:
    client.register({"name": "t1", "runtimeMetadata": ["TOKEN", "STAGE", "NOBODY", "not a name"]})
    wf = client.run(definition("metadata", simple("t1")))
    polled = client.finish("t1", {"echo": f"got {VALUE} at test"})
    assert polled["runtimeMetadata"] == {"TOKEN": VALUE, "STAGE": "test"}
    shown = client.task(wf, "t1")
    assert "runtimeMetadata" not in shown
    assert shown["outputData"] == {"echo": "got *** at test"}


def test_what_a_worker_echoes_is_masked_before_it_is_stored(client: Client) -> None:
    client.register({"name": "t1", "retryCount": 0})
    wf = client.run(
        definition("echoed", simple("t1", inputParameters={"a": REFERENCE}, optional=True))
    )
    polled = client.fail(
        "t1",
        f"cannot log in with {VALUE}",
        outputData={"seen": [VALUE, {f"key {VALUE}": 1}], "big": VALUE * 4000},
        logs=[{"log": f"using {VALUE}"}],
    )
    client.call("POST", f"/tasks/{polled['taskId']}/log", f"once more {VALUE}")
    shown = client.task(wf, "t1")
    assert shown["reasonForIncompletion"] == "cannot log in with ***"
    assert shown["outputData"] == {"seen": ["***", {"key ***": 1}], "big": "***" * 4000}
    logs = client.call("GET", f"/tasks/{polled['taskId']}/log")
    assert [line["log"] for line in logs] == ["using ***", "once more ***"]


def test_a_secret_that_was_replaced_after_the_hand_out_is_masked_all_the_same(
    client: Client,
) -> None:
    wf = client.run(definition("rotated", simple("t1", inputParameters={"a": REFERENCE})))
    polled = client.poll("t1")
    assert polled is not None
    client.call("PUT", "/secrets/TOKEN", "another value")
    client.stack.clock.advance(61_000)
    client.call(
        "POST",
        "/tasks",
        {
            "workflowInstanceId": wf,
            "taskId": polled["taskId"],
            "status": "COMPLETED",
            "outputData": {"old": VALUE, "new": "another value"},
        },
    )
    assert client.task(wf, "t1")["outputData"] == {"old": "***", "new": "***"}


def test_an_update_of_progress_and_one_by_reference_are_masked(client: Client) -> None:
    wf = client.run(definition("progress", simple("t1", inputParameters={"a": REFERENCE})))
    client.finish("t1", {"half": VALUE}, status="IN_PROGRESS")
    assert client.task(wf, "t1")["outputData"] == {"half": "***"}
    assert client.poll("t1")["inputData"] == {"a": VALUE}  # type: ignore[index]
    client.call("POST", f"/tasks/{wf}/t1/COMPLETED", {"rest": f"<{VALUE}>"})
    client.stack.settle()
    assert client.task(wf, "t1")["outputData"] == {"half": "***", "rest": "<***>"}


def _http(ref: str, uri: str, **fields: Any) -> dict[str, Any]:
    request = {
        "uri": uri,
        "method": "POST",
        "headers": {"Authorization": f"Bearer {REFERENCE}"},
        "body": {"password": REFERENCE},
    }
    return task("HTTP", ref, inputParameters={"http_request": request}, **fields)


def test_an_http_task_sends_the_secret_and_stores_neither_it_nor_its_echo(client: Client) -> None:
    with echo_server() as echo:
        wf = client.run(
            definition(
                "called",
                _http("ok", f"{echo.url}/a?key={REFERENCE}"),
                _http("bad", f"{echo.url}/fail?key={REFERENCE}", optional=True),
                _http("dead", f"http://127.0.0.1:1/?key={REFERENCE}", optional=True),
            )
        )
        client.stack.settle()
    assert client.status(wf) == "COMPLETED"
    for seen in echo.seen:
        assert seen["headers"]["Authorization"] == f"Bearer {VALUE}"
        assert seen["body"] == f'{{"password":"{VALUE}"}}'
        assert seen["path"].endswith(f"?key={VALUE}")
    shown = client.task(wf, "ok")
    assert shown["inputData"]["http_request"]["headers"] == {"Authorization": f"Bearer {REFERENCE}"}
    response = shown["outputData"]["response"]
    assert response["body"]["headers"]["Authorization"] == "Bearer ***"
    assert response["body"]["body"] == '{"password":"***"}'
    assert response["body"]["path"] == "/a?key=***"
    assert response["headers"]["X-Echo"] == ["Bearer ***"]
    assert "***" in client.task(wf, "bad")["reasonForIncompletion"]
    assert VALUE not in str(client.workflow(wf))


def test_a_reference_travels_through_computed_tasks_variables_and_children(client: Client) -> None:
    client.register(
        definition("child", simple("inner", inputParameters={"got": "${workflow.input.token}"})),
        definition("other", simple("far", inputParameters={"got": "${workflow.input.token}"})),
    )
    sub = task(
        "SUB_WORKFLOW",
        "kid",
        subWorkflowParam={"name": "child", "version": 1},
        inputParameters={"token": "${workflow.variables.token}"},
    )
    start = task(
        "START_WORKFLOW",
        "launch",
        inputParameters={"startWorkflow": {"name": "other", "input": {"token": REFERENCE}}},
    )
    inline = task(
        "INLINE",
        "inline",
        inputParameters={"t": REFERENCE, "expression": "'Bearer ' + $.t"},
    )
    wf = client.run(
        definition(
            "through",
            inline,
            task("SET_VARIABLE", "set", inputParameters={"token": "${inline.output.result}"}),
            start,
            sub,
        )
    )
    assert client.task(wf, "inline")["outputData"] == {"result": f"Bearer {REFERENCE}"}
    assert client.workflow(wf)["variables"] == {"token": f"Bearer {REFERENCE}"}
    child = client.workflow(client.task(wf, "kid")["subWorkflowId"])
    assert child["input"] == {"token": f"Bearer {REFERENCE}"}
    assert client.finish("inner")["inputData"] == {"got": f"Bearer {VALUE}"}
    assert client.finish("far")["inputData"] == {"got": VALUE}
    assert client.status(wf) == "COMPLETED"


def test_text_from_outside_does_not_get_at_a_secret_that_the_definition_does_not_name(
    client: Client,
) -> None:
    note = "${workflow.secrets.TOKEN}"
    wf = client.run(
        definition("injected", simple("t1", inputParameters={"note": "${workflow.input.note}"})),
        {"note": note},
    )
    assert client.finish("t1")["inputData"] == {"note": note}
    assert client.status(wf) == "COMPLETED"
