"""Idempotency keys through the API (models.md 2.1): body, headers, every strategy."""

from __future__ import annotations

from typing import Any

from tests.support.client import Client, definition, simple
from tests.support.racing import race

ORDER = definition("order", simple("pay"))


def by_request(client: Client, strategy: str | None = None, **fields: Any) -> Any:
    body = {"name": "order", "input": {}, "idempotencyKey": "o-7", **fields}
    if strategy:
        body["idempotencyStrategy"] = strategy
    return client.stack.request("POST", "/api/workflow", body)


def by_name(client: Client, strategy: str | None = None, key: str = "o-7") -> Any:
    headers = {"X-Idempotency-key": key}
    if strategy:
        headers["x-on-conflict"] = strategy
    return client.stack.request("POST", "/api/workflow/order", {}, headers=headers)


def test_a_used_key_is_refused_by_default_with_the_id_and_the_state(client: Client) -> None:
    client.register(ORDER)
    first = by_request(client).body
    for again in (by_request, by_name):
        for strategy in (None, "FAIL", "FAIL_ON_RUNNING"):
            status, _, body = again(client, strategy)
            assert status == 409
            assert first in body["message"]
            assert "RUNNING" in body["message"]
    client.stack.settle()
    client.finish("pay")
    assert client.poll("pay") is None


def test_return_existing_answers_with_the_first_id_whatever_the_input(client: Client) -> None:
    client.register(ORDER)
    first = by_request(client, "FAIL", input={"n": 1})
    assert (first.status, first.headers["content-type"].split(";")[0]) == (200, "text/plain")
    assert by_name(client, "RETURN_EXISTING").body == first.body
    assert by_request(client, "RETURN_EXISTING", input={"n": 2}).body == first.body
    client.stack.settle()
    shown = client.workflow(first.body)
    assert (shown["idempotencyKey"], shown["input"]) == ("o-7", {"n": 1})
    client.finish("pay")
    assert by_name(client, "RETURN_EXISTING").body == first.body
    assert client.poll("pay") is None


def test_fail_on_running_starts_anew_once_the_first_has_ended(client: Client) -> None:
    client.register(ORDER)
    first = by_request(client).body
    client.stack.settle()
    client.finish("pay")
    second = by_request(client, "FAIL_ON_RUNNING")
    assert second.status == 200
    assert second.body != first
    assert by_request(client, "FAIL_ON_RUNNING").status == 409
    assert by_request(client, "RETURN_EXISTING").body == second.body


def test_another_name_another_key_or_none_is_another_start(client: Client) -> None:
    assert by_request(client).status == 404
    client.register(ORDER, definition("refund", simple("pay_back")))
    ids = {
        by_request(client).body,
        by_request(client, name="refund").body,
        by_request(client, idempotencyKey="o-8").body,
        by_name(client, key="o-9").body,
        *(by_request(client, "FAIL", idempotencyKey=key).body for key in (None, "", "  ", None)),
    }
    assert len(ids) == 8


def test_starts_that_race_start_one_workflow(client: Client) -> None:
    client.register(ORDER)
    answers = race(6, lambda n: by_request(client, "RETURN_EXISTING", input={"by": n}))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    client.stack.settle()
    client.finish("pay")
    assert client.poll("pay") is None


def test_a_malformed_key_or_strategy_is_refused_by_name(client: Client) -> None:
    client.register(ORDER)
    wrong = [
        (by_request(client, "SOMETIMES"), "idempotencyStrategy"),
        (by_request(client, idempotencyKey={"a": 1}), "idempotencyKey"),
        (by_name(client, "SOMETIMES"), "X-on-conflict"),
    ]
    for (status, _, body), named in wrong:
        assert status == 400
        assert named in body["message"]
