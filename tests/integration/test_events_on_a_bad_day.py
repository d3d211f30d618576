"""Events while deliveries are doubled, held back and reordered, and functions die between two calls."""

from __future__ import annotations

import json
from typing import Any

import pytest

from podium_local.pump import Faults
from tests.support.client import Client, definition, simple, task
from tests.support.stack import local_stack


def _handler(name: str, event: str, *actions: Any) -> Any:
    return {"name": name, "event": event, "active": True, "actions": list(actions)}


@pytest.mark.parametrize("seed", range(4))
def test_every_message_acts_exactly_once(seed: int) -> None:
    # Not so bad that a message is received ten times in vain, and given up, in one of a hundred runs.
    faults = Faults(seed=seed, duplicate=0.4, hold_back=0.1, drop=0.15, reorder=True)
    start = {"action": "start_workflow", "start_workflow": {"name": "work", "input": {"n": "${n}"}}}
    wake = {
        "action": "complete_task",
        "complete_task": {
            "workflowId": "${asker}",
            "taskRefName": "asked",
            "output": {"n": "${n}"},
        },
    }
    ask = {"asker": "${workflow.workflowId}", "n": "${workflow.input.n}"}
    asker = definition(
        "asker",
        task("EVENT", "ask", sink="conductor", inputParameters=ask),
        task("WAIT", "asked"),
        task("WAIT", "never"),
    )
    with local_stack(faults=faults) as stack:
        client = Client(stack)
        client.register(definition("work", simple("step")), asker)
        client.call("POST", "/event", _handler("queue", "sqs:orders", start))
        client.call("POST", "/event", _handler("own", "conductor:asker:ask", wake))
        sqs = stack.runtime.client("sqs")
        url = sqs.get_queue_url(QueueName="podium-sink-orders")["QueueUrl"]
        for number in range(6):
            sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"n": number}))
        askers = [client.start("asker", {"n": number}) for number in range(3)]
        stack.advance(3500)

        found = []
        while (polled := client.poll("step")) is not None:
            found.append(polled["inputData"].get("n", polled["workflowInstanceId"]))
        assert len(found) == len(set(found)) == 6
        for number, wf in enumerate(askers):
            assert client.tasks(wf) == [
                ("ask", "COMPLETED"),
                ("asked", "COMPLETED"),
                ("never", "IN_PROGRESS"),
            ]
            assert client.task(wf, "asked")["outputData"]["n"] == number
