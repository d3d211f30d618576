"""Payloads above the threshold lie in the bucket, and come back wherever somebody reads them."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.support.client import Client, definition, simple, task
from tests.support.stack import local_stack

#: 80 KB; the threshold is 32 KB.
BIG = "ä" * 40_000


@pytest.fixture(params=[True, False], ids=["inline", "stream-only"])
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    with local_stack(inline_advance=request.param) as stack:
        yield Client(stack)


def stored(client: Client) -> list[int]:
    """The sizes of the objects in the bucket."""
    bucket = os.environ["PODIUM_PAYLOAD_BUCKET"]
    listing = client.stack.runtime.client("s3").list_objects_v2(Bucket=bucket)
    return [item["Size"] for item in listing.get("Contents", ())]


def test_big_inputs_and_outputs_pass_through_expressions_polls_and_views(client: Client) -> None:
    length = task(
        "INLINE",
        "length",
        inputParameters={"text": "${t1.output.text}", "expression": "$.text.length"},
    )
    wf = client.run(
        definition(
            "big",
            simple("t1", inputParameters={"given": "${workflow.input.text}"}),
            length,
            simple("t2", inputParameters={"made": "${t1.output.text}"}),
            outputParameters={"text": "${t2.output.text}", "n": "${length.output.result}"},
        ),
        {"text": BIG},
    )
    assert client.finish("t1", {"text": BIG + "1"})["inputData"] == {"given": BIG}
    assert client.finish("t2", {"text": BIG + "2"})["inputData"] == {"made": BIG + "1"}
    found = client.workflow(wf)
    assert found["status"] == "COMPLETED"
    assert found["input"] == {"text": BIG}
    assert found["output"] == {"text": BIG + "2", "n": len(BIG) + 1}
    assert client.task(wf, "t1")["outputData"] == {"text": BIG + "1"}
    assert any(size > len(BIG) for size in stored(client))


def test_small_payloads_do_not_go_to_the_bucket(client: Client) -> None:
    wf = client.run(definition("small", simple("t1")), {"text": "x" * 1000})
    client.finish("t1", {"text": "y" * 1000})
    assert client.status(wf) == "COMPLETED"
    assert stored(client) == []


def test_a_big_output_of_a_child_reaches_its_parent(client: Client) -> None:
    client.register(
        definition("child", simple("inner"), outputParameters={"text": "${inner.output.text}"})
    )
    kid = task(
        "SUB_WORKFLOW",
        "kid",
        subWorkflowParam={"name": "child", "version": 1},
        inputParameters={"text": "${workflow.input.text}"},
    )
    wf = client.run(
        definition("parent", kid, outputParameters={"text": "${kid.output.text}"}), {"text": BIG}
    )
    child = client.workflow(client.task(wf, "kid")["subWorkflowId"])
    assert child["input"] == {"text": BIG}
    client.finish("inner", {"text": BIG + "!"})
    found = client.workflow(wf)
    assert (found["status"], found["output"]) == ("COMPLETED", {"text": BIG + "!"})


def test_big_outputs_are_joined_and_looped_over(client: Client) -> None:
    forked = [
        task("FORK_JOIN", "fork", forkTasks=[[simple("b1")], [simple("b2")]]),
        task("JOIN", "join", joinOn=["b1", "b2"]),
    ]
    condition = "$.loop['iteration'] < 2"
    loop = task("DO_WHILE", "loop", loopCondition=condition, loopOver=[simple("step")])
    wf = client.run(definition("joined", *forked, loop))
    client.finish("b1", {"text": BIG + "1"})
    client.finish("b2", {"text": BIG + "2"})
    joined = client.task(wf, "join")["outputData"]
    assert joined == {"b1": {"text": BIG + "1"}, "b2": {"text": BIG + "2"}}
    client.finish("step", {"text": BIG})
    client.finish("step", {"text": BIG + "3"})
    assert client.status(wf) == "COMPLETED"
    assert client.task(wf, "loop")["outputData"]["2"] == {"step": {"text": BIG + "3"}}
