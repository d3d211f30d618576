"""engine.md 12: the domain of a task, of several the first one that somebody polls."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.client import Client, definition, simple


def start(client: Client, domains: dict[str, str]) -> str:
    body = {"name": "one", "input": {}, "taskToDomain": domains}
    wf = str(client.call("POST", "/workflow", body))
    client.stack.settle()
    return wf


def poll(client: Client, domain: str) -> Any:
    return client.call("GET", "/tasks/poll/t1", workerid="w", domain=domain)


@pytest.mark.parametrize(
    ("served", "seconds", "chosen"),
    [(["blue"], 0, "blue"), (["green"], 0, "green"), ([], 0, "red"), (["blue"], 60, "red")],
    ids=["the first", "the second", "nobody polls", "nobody polls any more"],
)
def test_of_several_domains_the_first_that_is_polled_gets_the_task(
    client: Client, served: list[str], seconds: int, chosen: str
) -> None:
    client.register(definition("one", simple("t1")))
    for domain in served:
        assert not poll(client, domain)
    client.stack.advance(seconds)
    wf = start(client, {"t1": "blue, green, red"})
    assert client.task(wf, "t1")["domain"] == chosen
    assert poll(client, chosen)["workflowInstanceId"] == wf


def test_a_list_that_ends_in_no_domain_falls_back_on_the_common_queue(client: Client) -> None:
    client.register(definition("one", simple("t1")))
    wf = start(client, {"*": "blue, NO_DOMAIN"})
    assert "domain" not in client.task(wf, "t1")
    client.finish("t1")
    assert client.status(wf) == "COMPLETED"
