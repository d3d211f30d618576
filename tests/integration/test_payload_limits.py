"""Hard limits of payloads through the API: refused with a reason, and nothing gets stuck."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.client import Client, definition, simple, task
from tests.support.echo import echo_server
from tests.support.stack import local_stack

LARGE = "x" * 3000
SETTINGS = {
    "PODIUM_TASK_PAYLOAD_LIMIT_BYTES": "2000",
    "PODIUM_WORKFLOW_PAYLOAD_LIMIT_BYTES": "4000",
    "PODIUM_VARIABLES_LIMIT_BYTES": "1000",
}


@pytest.fixture
def client() -> Iterator[Client]:
    with local_stack(settings=SETTINGS) as stack:
        yield Client(stack)


def test_an_output_over_the_limit_fails_the_task_and_the_workflow(client: Client) -> None:
    fork = task("FORK_JOIN", "fork", forkTasks=[[simple("b1")], [simple("b2")]])
    wf = client.run(definition("forked", fork, task("JOIN", "join", joinOn=["b1", "b2"])))
    client.finish("b1", {"a": LARGE})
    found = client.workflow(wf)
    assert found["status"] == "FAILED"
    shown = client.task(wf, "b1")
    assert shown["status"] == "FAILED_WITH_TERMINAL_ERROR"
    assert shown["outputData"] == {}
    assert shown["reasonForIncompletion"] == (
        "The payload size: 3008 bytes of the output of task b1 is greater than "
        "the permissible limit: 2000 bytes"
    )
    assert client.tasks(wf)[2:] == [("b2", "CANCELED"), ("join", "CANCELED")]


def test_progress_over_the_limit_ends_the_task_too(client: Client) -> None:
    wf = client.run(definition("progress", simple("t1", optional=True), simple("t2")))
    client.finish("t1", {"a": LARGE}, status="IN_PROGRESS")
    assert client.tasks(wf)[0] == ("t1", "COMPLETED_WITH_ERRORS")
    client.call("POST", f"/tasks/{wf}/t2/IN_PROGRESS", {"a": "x" * 1500})
    client.call("POST", f"/tasks/{wf}/t2/COMPLETED", {"b": "x" * 1500})
    client.stack.settle()
    assert client.status(wf) == "FAILED"
    assert "output of task t2" in client.task(wf, "t2")["reasonForIncompletion"]


def test_a_workflow_with_an_input_over_the_limit_does_not_start(client: Client) -> None:
    client.register(definition("w", simple("t1")))
    answer = client.stack.request("POST", "/api/workflow/w", {"a": LARGE * 2})
    assert answer.status == 413
    assert answer.body["message"] == (
        "The payload size: 6008 bytes of the input of workflow w is greater than "
        "the permissible limit: 4000 bytes"
    )


def test_nor_does_a_child_whose_task_then_fails(client: Client) -> None:
    client.register(definition("child", simple("t1"), inputTemplate={"more": LARGE}))
    kid = task(
        "SUB_WORKFLOW",
        "kid",
        subWorkflowParam={"name": "child", "version": 1},
        inputParameters={"a": "x" * 1500},
    )
    wf = client.run(definition("parent", kid))
    assert client.status(wf) == "FAILED"
    assert "input of workflow child" in client.task(wf, "kid")["reasonForIncompletion"]


def test_an_answer_over_the_limit_fails_an_http_task(client: Client) -> None:
    with echo_server() as echo:
        request = {"uri": echo.url, "method": "POST", "body": "x" * 1800}
        call = task("HTTP", "call", inputParameters={"http_request": request})
        wf = client.run(definition("called", call))
        client.stack.settle()
    shown = client.task(wf, "call")
    assert shown["status"] == "FAILED_WITH_TERMINAL_ERROR"
    assert "output of task call" in shown["reasonForIncompletion"]
    assert client.status(wf) == "FAILED"


def test_a_loop_may_grow_until_somebody_takes_all_of_it(client: Client) -> None:
    """Each iteration is kept on its own: a loop does not die of its length (docs/parity.md)."""
    loop = task(
        "DO_WHILE", "loop", loopCondition="$.loop['iteration'] < 4", loopOver=[simple("step")]
    )
    after = simple("after", inputParameters={"all": "${loop.output}"}, optional=True)
    wf = client.run(definition("grows", loop, after, outputParameters={"n": "${loop.iteration}"}))
    for _ in range(4):
        client.finish("step", {"a": "x" * 1500})
    assert client.task(wf, "loop")["status"] == "COMPLETED"
    assert "input of task after" in client.task(wf, "after")["reasonForIncompletion"]
    assert client.status(wf) == "COMPLETED"


def test_a_workflow_that_takes_all_of_a_loop_fails_with_the_reason(client: Client) -> None:
    loop = task(
        "DO_WHILE", "loop", loopCondition="$.loop['iteration'] < 4", loopOver=[simple("step")]
    )
    wf = client.run(definition("grown", loop, outputParameters={"all": "${loop.output}"}))
    for _ in range(4):
        client.finish("step", {"a": "x" * 1500})
    found = client.workflow(wf)
    assert (found["status"], found["output"]) == ("FAILED", {})
    assert "output of workflow grown is greater" in found["reasonForIncompletion"]
