"""cacheConfig through the API."""

from __future__ import annotations

from tests.support.client import Client, definition, simple


def test_the_output_of_an_earlier_run_is_used_for_a_while(client: Client) -> None:
    price = simple(
        "price",
        inputParameters={"item": "${workflow.input.item}", "currency": "EUR"},
        cacheConfig={"key": "${item}-${currency}", "ttlInSecond": 60},
    )
    client.register(definition("offer", price, simple("send")))
    client.start("offer", {"item": "tea"})
    client.finish("price", {"amount": 3})
    client.finish("send")
    wf = client.start("offer", {"item": "tea"})
    hit = client.task(wf, "price")
    assert (hit["status"], hit["outputData"], hit["workerId"]) == (
        "COMPLETED",
        {"amount": 3},
        "cache",
    )
    client.finish("send")
    assert client.status(wf) == "COMPLETED"
    client.stack.advance(61)
    client.start("offer", {"item": "tea"})
    assert client.poll("price") is not None
    wf = client.start("offer", {})
    shown = client.task(wf, "price")
    assert shown["status"] == "FAILED_WITH_TERMINAL_ERROR"
    assert "${item} is null" in shown["reasonForIncompletion"]
