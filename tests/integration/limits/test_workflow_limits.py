"""Limits on executions (engine.md 11.3): QUEUE holds them back, REJECT refuses their start."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.client import Client, definition, simple, task


def limited(limit: int, key: str | None = "k", policy: str = "QUEUE", **fields: Any) -> Any:
    config: dict[str, Any] = {"concurrentExecLimit": limit, "policy": policy}
    if key is not None:
        config["rateLimitKey"] = key
    return definition("single", simple("t1"), rateLimitConfig=config, **fields)


def start(client: Client, **input_: Any) -> str:
    return client.start("single", input_)


def waits(client: Client, wf: str) -> bool:
    found = client.workflow(wf)
    assert bool(found["tasks"]) != found["rateLimited"]
    return bool(found["rateLimited"])


def test_over_the_limit_executions_wait_without_tasks_until_a_slot_is_free(client: Client) -> None:
    client.register(limited(2))
    ids = [start(client) for _ in range(5)]
    assert [waits(client, wf) for wf in ids] == [False, False, True, True, True]
    assert client.status(ids[4]) == "RUNNING"
    assert client.workflow(ids[4])["rateLimitKey"] == "k"
    while any(client.status(wf) == "RUNNING" for wf in ids):
        running = [wf for wf in ids if client.status(wf) == "RUNNING"]
        assert sum(not waits(client, wf) for wf in running) == min(2, len(running))
        client.finish("t1")
    assert {client.status(wf) for wf in ids} == {"COMPLETED"}


def test_without_inline_advance_it_is_the_same(stream_only: Client) -> None:
    client = stream_only
    client.register(limited(1))
    ids = [start(client) for _ in range(3)]
    for _ in ids:
        client.finish("t1")
    assert {client.status(wf) for wf in ids} == {"COMPLETED"}


def test_over_the_limit_a_start_is_refused_where_the_policy_says_so(client: Client) -> None:
    client.register(limited(1, policy="REJECT"))
    first = start(client)
    refused = client.stack.request("POST", "/api/workflow/single", {})
    assert refused.status == 429
    assert "rateLimitKey k" in refused.body["message"]
    client.finish("t1")
    assert client.status(first) == "COMPLETED"
    assert not waits(client, start(client))


def test_the_key_is_evaluated_for_each_start(client: Client) -> None:
    client.register(limited(1, "${workflow.input.customer}-${workflow.correlationId}"))
    assert not waits(client, start(client, customer="a"))
    assert waits(client, start(client, customer="a"))
    assert not waits(client, start(client, customer="b"))


def test_a_number_is_a_key_too(client: Client) -> None:
    client.register(limited(1, "${workflow.input.customer}"))
    assert not waits(client, start(client, customer=7))
    assert waits(client, start(client, customer="7"))


def test_definitions_with_the_same_key_share_the_limit(client: Client) -> None:
    client.register(limited(1))
    start(client)
    other = {**limited(1), "name": "other"}
    assert waits(client, client.run(other))


def test_without_a_key_the_executions_of_a_name_share_the_limit(client: Client) -> None:
    client.register(limited(1, None))
    start(client)
    assert waits(client, start(client))
    assert not waits(client, client.run({**limited(1, None), "name": "other"}))


@pytest.mark.parametrize(
    "key",
    ["${workflow.input.missing}", "${workflow.input.map}", "${t1.output.x}", "${workflow.input"],
)
def test_a_key_that_cannot_be_evaluated_fails_the_start_with_its_reason(
    client: Client, key: str
) -> None:
    client.register(limited(1, key))
    answer = client.stack.request("POST", "/api/workflow/single", {"map": {"a": 1}})
    if key == "${workflow.input":
        # An unbalanced brace is no expression but text, as everywhere (engine.md 10.1).
        assert answer.status == 200
        return
    assert answer.status == 400
    assert key in answer.body["message"]
    assert "rateLimitKey" in answer.body["message"]


def test_a_key_that_is_far_too_long_fails_the_start(client: Client) -> None:
    client.register(limited(1, "${workflow.input.text}"))
    answer = client.stack.request("POST", "/api/workflow/single", {"text": "x" * 300})
    assert answer.status == 400
    assert "255 characters" in answer.body["message"]


def test_a_limit_of_zero_is_none(client: Client) -> None:
    client.register(limited(0))
    assert not any(waits(client, start(client)) for _ in range(3))


class TestAChild:
    """A SUB_WORKFLOW whose workflow is limited."""

    @pytest.fixture
    def parent(self) -> Any:
        child = task("SUB_WORKFLOW", "sub", subWorkflowParam={"name": "single", "version": 1})
        return definition("parent", child)

    def test_waits_and_its_parent_with_it(self, client: Client, parent: Any) -> None:
        client.register(limited(1), parent)
        ids = [client.start("parent") for _ in range(2)]
        assert [client.status(wf) for wf in ids] == ["RUNNING", "RUNNING"]
        client.finish("t1")
        assert sorted(client.status(wf) for wf in ids) == ["COMPLETED", "RUNNING"]
        client.finish("t1")
        assert {client.status(wf) for wf in ids} == {"COMPLETED"}

    def test_that_is_refused_fails_its_task_with_the_reason(
        self, client: Client, parent: Any
    ) -> None:
        client.register(limited(1, policy="REJECT"), parent)
        ids = [client.start("parent") for _ in range(2)]
        assert [client.status(wf) for wf in ids] == ["RUNNING", "FAILED"]
        assert "rateLimitKey k" in client.task(ids[1], "sub")["reasonForIncompletion"]

    def test_whose_key_cannot_be_evaluated_fails_its_task_with_the_reason(
        self, client: Client, parent: Any
    ) -> None:
        client.register(limited(1, "${workflow.input.none}"), parent)
        wf = client.start("parent")
        assert client.status(wf) == "FAILED"
        assert "evaluates to no text" in client.task(wf, "sub")["reasonForIncompletion"]


class TestOneThatWaits:
    """What can be done with it."""

    @pytest.fixture
    def second(self, client: Client) -> str:
        client.register(limited(1, timeoutSeconds=100, timeoutPolicy="TIME_OUT_WF"))
        start(client)
        second = start(client)
        assert waits(client, second)
        return second

    def test_it_can_be_terminated(self, client: Client, second: str) -> None:
        client.call("DELETE", f"/workflow/{second}")
        client.stack.settle()
        assert client.status(second) == "TERMINATED"
        third = start(client)
        client.finish("t1")
        assert not waits(client, third)

    def test_while_it_is_paused_it_is_passed_over(self, client: Client, second: str) -> None:
        client.call("PUT", f"/workflow/{second}/pause")
        third = start(client)
        client.finish("t1")
        assert not waits(client, third)
        client.call("PUT", f"/workflow/{second}/resume")
        client.stack.settle()
        assert waits(client, second)
        client.finish("t1")
        client.finish("t1")
        assert client.status(second) == "COMPLETED"

    def test_its_timeout_counts_from_its_start(self, client: Client, second: str) -> None:
        client.stack.advance(101)
        assert client.status(second) == "TIMED_OUT"

    def test_its_variables_can_be_changed(self, client: Client, second: str) -> None:
        client.call("POST", f"/workflow/{second}/variables", {"a": 1})
        client.stack.settle()
        assert waits(client, second)
        client.finish("t1")
        client.finish("t1")
        assert client.workflow(second)["variables"] == {"a": 1}


def test_an_execution_that_runs_again_takes_a_slot_whatever_the_limit(client: Client) -> None:
    """An operator's retry is not held back, but others then wait for it."""
    client.register({"name": "t1", "retryCount": 0}, limited(1))
    failed = start(client)
    client.fail("t1")
    second = start(client)
    assert not waits(client, second)
    client.call("POST", f"/workflow/{failed}/retry")
    client.stack.settle()
    third = start(client)
    client.finish("t1")
    assert waits(client, third)
    client.finish("t1")
    assert not waits(client, third)
    client.finish("t1")
    assert {client.status(wf) for wf in (failed, second, third)} == {"COMPLETED"}


def test_a_start_with_a_used_idempotency_key_holds_no_slot(client: Client) -> None:
    client.register(limited(2))
    body = {
        "name": "single",
        "version": 1,
        "input": {},
        "idempotencyKey": "once",
        "idempotencyStrategy": "RETURN_EXISTING",
    }
    ids = {client.call("POST", "/workflow", body) for _ in range(3)}
    client.stack.settle()
    assert len(ids) == 1
    assert not waits(client, start(client))
