"""tasks.md 27, case 29: rates and concurrency of tasks."""

from __future__ import annotations

from tests.support.client import Client, definition, simple


def test_case_29_a_rate_limited_task_is_polled_again_after_the_window(client: Client) -> None:
    client.register(
        {"name": "t1", "rateLimitPerFrequency": 1, "rateLimitFrequencyInSeconds": 10},
        definition("rated", simple("t1")),
    )
    first, second = client.start("rated"), client.start("rated")
    client.finish("t1")
    assert client.poll("t1") is None
    client.stack.advance(9)
    assert client.poll("t1") is None
    client.stack.advance(1)
    client.finish("t1")
    assert {client.status(first), client.status(second)} == {"COMPLETED"}


def test_case_29_with_a_concurrency_of_one_the_second_comes_when_the_first_is_done(
    client: Client,
) -> None:
    client.register({"name": "t1", "concurrentExecLimit": 1}, definition("single", simple("t1")))
    first, second = client.start("single"), client.start("single")
    polled = client.poll("t1")
    assert polled is not None
    assert client.poll("t1") is None
    result = {"workflowInstanceId": first, "taskId": polled["taskId"], "status": "COMPLETED"}
    if polled["workflowInstanceId"] != first:
        result["workflowInstanceId"], second = second, first
    client.call("POST", "/tasks", result)
    client.stack.settle()
    client.finish("t1")
    assert client.status(second) == "COMPLETED"
