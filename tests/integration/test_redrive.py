"""After a redrive workflows go on: dead letters of every kind, made by the real handlers failing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from podium_local.pump.invoking import Handler, import_handler
from podium_local.topology import Function
from tests.support.client import Client, Json, definition, simple, task
from tests.support.stack import LocalStack, local_stack

#: Seconds after which ten receives of any queue are over.
_LONG = 10 * 800
#: A task that is not tried again.
ONCE = simple("t", taskDefinition={"name": "t", "retryCount": 0})


@dataclass
class Broken:
    """Functions that fail whatever they are given, until they are mended."""

    names: set[str] = field(default_factory=set)

    def find(self, function: Function) -> Handler:
        handler = import_handler(function)

        def invoked(event: dict[str, Any], context: Any) -> Any:
            # Ticks go on, but for those of the sweep that would mend things by itself.
            is_broken = "Records" in event or function.name == "repair"
            if function.name in self.names and is_broken:
                raise RuntimeError(f"{function.name} is broken")
            return handler(event, context)

        return invoked


@pytest.fixture
def broken() -> Broken:
    return Broken()


@pytest.fixture
def client(broken: Broken) -> Iterator[Client]:
    with local_stack(find=broken.find) as stack:
        yield Client(stack)


def letters(client: Client) -> dict[str, int]:
    found = client.call("GET", "/admin/dead-letters")
    return {each["queue"]: each["size"] for each in found if each["size"]}


def redrive(client: Client, queue: str, **query: Any) -> Json:
    answer: Json = client.call("POST", f"/admin/dead-letters/{queue}/redrive", **query)
    client.stack.settle()
    return answer


def send(stack: LocalStack, queue: str, body: Any) -> None:
    url = stack.runtime.resources.queue_urls[queue]
    stack.runtime.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(body))


def after_a_result(client: Client) -> str:
    """The worker reads the queue itself, and has reported."""
    wf = client.run(definition("d", simple("t")))
    (item,) = client.workflow(wf)["tasks"]
    result = {
        "workflowInstanceId": wf,
        "taskId": item["taskId"],
        "status": "COMPLETED",
        "inc": 0,
        "epoch": 0,
    }
    send(client.stack, "results", result)
    return wf


def after_a_timer(client: Client) -> str:
    return client.run(definition("d", task("WAIT", "w", inputParameters={"duration": "30s"})))


def after_an_event(client: Client) -> str:
    handler = {
        "name": "h",
        "event": "sqs:q",
        "active": True,
        "actions": [
            {
                "action": "complete_task",
                "complete_task": {"workflowId": "${workflowId}", "taskRefName": "w"},
            }
        ],
    }
    client.call("POST", "/event", handler)
    wf = client.run(definition("d", task("WAIT", "w")))
    sqs = client.stack.runtime.client("sqs")
    url = sqs.get_queue_url(QueueName="podium-sink-q")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"workflowId": wf}))
    return wf


def after_a_system_task(client: Client) -> str:
    return client.run(definition("d", task("EVENT", "e", sink="conductor")))


def after_a_gate(client: Client) -> str:
    client.register({"name": "g", "concurrentExecLimit": 1, "limitDelivery": "GATE"})
    return client.run(definition("d", simple("g")))


CASES: dict[str, tuple[str, Callable[[Client], str]]] = {
    "results": ("results", after_a_result),
    "timers": ("timers", after_a_timer),
    "event": ("events", after_an_event),
    "system-tasks": ("system_tasks", after_a_system_task),
    "gates": ("gate", after_a_gate),
}


@pytest.mark.parametrize("name", CASES)
def test_a_workflow_goes_on_when_its_message_is_given_back(
    name: str, client: Client, broken: Broken
) -> None:
    function, begin = CASES[name]
    queue = f"{name}-dead-letters"
    # Without the sweep, which would mend it before anybody gives the message back.
    broken.names.update({function, "repair"})
    wf = begin(client)
    client.stack.advance(_LONG)
    assert client.status(wf) == "RUNNING"
    assert letters(client)[queue] >= 1

    broken.names.clear()
    done = redrive(client, queue)
    assert (len(done["moved"]), done["kept"], done["left"]) == (1, 0, 0)
    if name == "gates":
        client.finish("g")
    assert client.status(wf) == "COMPLETED"
    assert queue not in letters(client)


def test_a_task_that_nobody_dealt_with_ends_with_a_reason(client: Client) -> None:
    """Ten receives in its own queue do not count against the queue that repair reads."""
    wf = client.run(definition("d", ONCE))
    _receive_until_dead(client, "t")
    client.stack.advance(1)
    assert client.tasks(wf) == [("t", "FAILED")]
    assert "received too often" in client.task(wf, "t")["reasonForIncompletion"]
    assert letters(client) == {}


def test_a_task_message_goes_back_to_the_queue_of_its_type(client: Client, broken: Broken) -> None:
    broken.names.add("repair")
    wf = client.run(definition("d", ONCE))
    _receive_until_dead(client, "t")
    client.stack.settle()
    # Received by repair a moment ago, in vain: hidden for its visibility.
    client.stack.advance(400)
    assert letters(client) == {"tasks-dead-letters": 1}
    client.stack.clock.advance(360_000)
    answer = client.call("POST", "/admin/dead-letters/tasks-dead-letters/redrive")
    assert answer["moved"] == {"task-t": 1}
    broken.names.clear()
    client.finish("t")
    assert client.status(wf) == "COMPLETED"


def test_what_repair_could_not_repair_goes_back_to_it(client: Client, broken: Broken) -> None:
    broken.names.add("repair")
    wf = client.run(definition("d", ONCE))
    _receive_until_dead(client, "t")
    client.stack.advance(2 * _LONG)
    assert letters(client) == {"repair-dead-letters": 1}
    assert client.status(wf) == "RUNNING"
    broken.names.clear()
    assert redrive(client, "repair-dead-letters")["moved"] == {"tasks-dead-letters": 1}
    assert client.tasks(wf) == [("t", "FAILED")]


def _receive_until_dead(client: Client, task_type: str) -> None:
    sqs = client.stack.runtime.client("sqs")
    url = sqs.get_queue_url(QueueName=f"podium-task-{task_type}")["QueueUrl"]
    for _ in range(11):
        sqs.receive_message(QueueUrl=url, VisibilityTimeout=0, MaxNumberOfMessages=10)


def test_an_unknown_queue_and_a_bad_limit_are_refused(client: Client) -> None:
    answer = client.stack.request("POST", "/api/admin/dead-letters/nobody/redrive")
    assert answer.status == 404
    assert "nobody" in answer.body["message"]
    path = "/api/admin/dead-letters/timers-dead-letters/redrive"
    answer = client.stack.request("POST", path, query={"limit": 0})
    assert answer.status == 400
    assert "limit" in answer.body["message"]
