"""EVENT tasks and event handlers through the API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.client import Client, definition, simple, task
from tests.support.stack import local_stack


def handler(name: str, event: str, *actions: Any, **fields: Any) -> Any:
    return {"name": name, "event": event, "active": True, "actions": list(actions), **fields}


def starts(name: str, **fields: Any) -> Any:
    return {"action": "start_workflow", "start_workflow": {"name": name, **fields}}


def completes(**fields: Any) -> Any:
    return {"action": "complete_task", "complete_task": fields}


def send(client: Client, queue: str, body: Any) -> None:
    sqs = client.stack.runtime.client("sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=body if isinstance(body, str) else json.dumps(body))
    client.stack.settle()


def waiting(client: Client, queue: str) -> int:
    sqs = client.stack.runtime.client("sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(value) for value in found.values())


def test_case_28_an_event_is_produced_and_starts_a_workflow(client: Client) -> None:
    tell = task("EVENT", "tell", sink="conductor", inputParameters={"order": "${workflow.input.o}"})
    client.register(definition("producer", tell), definition("consumer", simple("work")))
    start = starts("consumer", input={"order": "${order}"}, correlationId="order-${order}")
    client.call("POST", "/event", handler("h", "conductor:producer:tell", start))
    wf = client.start("producer", {"o": 7})
    sent = {
        "order": 7,
        "sink": "conductor",
        "asyncComplete": False,
        "workflowInstanceId": wf,
        "workflowType": "producer",
        "workflowVersion": 1,
        "correlationId": None,
        "taskToDomain": {},
        "event_produced": "conductor:producer:tell",
    }
    done = client.task(wf, "tell")
    assert (client.status(wf), done["status"], done["outputData"]) == ("COMPLETED",) * 2 + (sent,)
    polled = client.poll("work")
    assert polled is not None
    started = client.workflow(polled["workflowInstanceId"])
    assert started["input"] == {
        "order": 7,
        "conductor.event.messageId": done["taskId"],
        "conductor.event.name": "conductor:producer:tell",
    }
    assert started["event"] == "conductor:producer:tell"
    assert started["correlationId"] == "order-7"


def test_case_28_async_complete_waits_for_the_api_and_publishes_once(client: Client) -> None:
    tell = task("EVENT", "tell", sink="conductor:asked", asyncComplete=True)
    client.register(definition("asker", tell), definition("answer", simple("work")))
    client.call("POST", "/event", handler("h", "conductor:asker:asked", starts("answer")))
    wf = client.start("asker")
    client.stack.advance(3600)
    assert client.task(wf, "tell")["status"] == "IN_PROGRESS"
    assert client.poll("work") is not None
    assert client.poll("work") is None
    client.call("POST", f"/tasks/{wf}/tell/COMPLETED", {"said": "yes"})
    client.stack.settle()
    assert client.status(wf) == "COMPLETED"
    output = client.task(wf, "tell")["outputData"]
    assert (output["said"], output["event_produced"]) == ("yes", "conductor:asker:asked")


def test_case_28_a_message_of_a_queue_completes_a_task_unless_the_handler_is_off(
    client: Client,
) -> None:
    client.register(definition("order", task("WAIT", "paid"), simple("ship")))
    complete = completes(
        workflowId="${order.workflowId}", taskRefName="paid", output={"amount": "${order.amount}"}
    )
    paid = handler("paid", "sqs:payments", complete, condition="$.order.amount > 10")
    client.call("POST", "/event", paid)
    wf = client.start("order")
    send(client, "podium-sink-payments", {"order": {"workflowId": wf, "amount": 5}})
    assert client.tasks(wf) == [("paid", "IN_PROGRESS")]

    client.call("PUT", "/event", {**paid, "active": False})
    send(client, "podium-sink-payments", {"order": {"workflowId": wf, "amount": 50}})
    client.stack.advance(60)
    assert client.tasks(wf) == [("paid", "IN_PROGRESS")]
    assert waiting(client, "podium-sink-payments") == 1

    client.call("PUT", "/event", paid)
    client.stack.settle()
    assert client.tasks(wf) == [("paid", "COMPLETED"), ("ship", "SCHEDULED")]
    output = client.task(wf, "paid")["outputData"]
    assert output["amount"] == 50
    assert output["conductor.event.name"] == "sqs:payments"
    assert waiting(client, "podium-sink-payments") == 0


@pytest.mark.parametrize("sink", ["sqs:nowhere", "sns:nowhere", "eventbridge:nowhere", "dummy:x"])
def test_case_28_a_bad_queue_fails_the_task(client: Client, sink: str) -> None:
    tell = task("EVENT", "tell", sink="${workflow.input.sink}", retryCount=0)
    client.register(definition("producer", tell))
    wf = client.start("producer", {"sink": sink})
    assert client.status(wf) == "FAILED"
    reason = client.task(wf, "tell")["reasonForIncompletion"]
    assert "does not exist" in reason or "Invalid / Unsupported sink specified: dummy:x" in reason


# --- one run of each is enough ---------------------------------------------------------------------


@pytest.fixture
def one() -> Any:
    with local_stack() as stack:
        yield Client(stack)


def refused(client: Client, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    answer = client.stack.request(method, f"/api{path}", body)
    return answer.status, answer.body


def test_handlers_are_kept_as_they_are_and_found_by_name_and_event(one: Client) -> None:
    first = handler("é/1", "conductor:a:b", starts("w"), condition="$.x > 1", note={"k": None})
    second = handler("two", "conductor:a:b", starts("w"), active=False)
    assert one.call("POST", "/event", first) == ""
    one.call("POST", "/event", second)
    found = {each["name"]: each for each in one.call("GET", "/event")}
    assert set(found) == {"é/1", "two"}
    assert found["é/1"]["note"] == {"k": None}
    assert found["é/1"]["condition"] == "$.x > 1"
    names = [each["name"] for each in one.call("GET", "/event/conductor:a:b")]
    assert names == ["é/1"]
    every = one.call("GET", "/event/conductor%3Aa%3Ab", activeOnly="false")
    assert {each["name"] for each in every} == {"two", "é/1"}
    one.call("PUT", "/event", {**second, "event": "conductor:c:d"})
    assert one.call("GET", "/event/conductor:c:d", activeOnly="false")[0]["name"] == "two"
    assert len(one.call("GET", "/event/conductor:a:b", activeOnly="false")) == 1
    assert one.call("DELETE", "/event/two") == ""
    assert one.call("GET", "/event/conductor:c:d", activeOnly="false") == []


def test_mistakes_of_clients_are_told_by_name(one: Client) -> None:
    good = handler("h", "conductor:a:b", starts("w"))
    one.call("POST", "/event", good)
    status, body = refused(one, "POST", "/event", good)
    assert (status, body["message"]) == (409, "EventHandler with name: h already exists!")
    status, body = refused(one, "PUT", "/event", {**good, "name": "other"})
    assert (status, body["message"]) == (404, "EventHandler with name: other not found!")
    status, body = refused(one, "DELETE", "/event/other")
    assert (status, body["message"]) == (404, "EventHandler with name: other not found!")
    changes: list[tuple[Any, str]] = [
        ({"event": "nats:x"}, "addEventHandler.arg0.event"),
        ({"condition": "$.x >"}, "addEventHandler.arg0.condition"),
        ({"evaluatorType": "python", "condition": "x"}, "addEventHandler.arg0.condition"),
        ({"actions": []}, "addEventHandler.arg0.actions"),
        ({"actions": [{"action": "fail_task"}]}, "addEventHandler.arg0.actions[0]"),
    ]
    for change, path in changes:
        status, body = refused(one, "POST", "/event", {**good, "name": "new", **change})
        assert (status, [each["path"] for each in body["validationErrors"]]) == (400, [path])
    status, body = refused(one, "POST", "/event", {**good, "actions": [{"action": "x"}]})
    assert status == 400
    assert "actions[0].action" in body["message"]
    bus = {**good, "name": "new", "event": "eventbridge:nowhere"}
    status, body = refused(one, "POST", "/event", bus)
    assert (status, "podium-nowhere does not exist" in body["message"]) == (400, True)
    assert [each["name"] for each in one.call("GET", "/event")] == ["h"]


def test_a_bad_sink_is_refused_when_it_is_registered(one: Client) -> None:
    bad = definition("w", task("EVENT", "tell", sink="nats:x"))
    status, body = refused(one, "POST", "/metadata/workflow", bad)
    assert status == 400
    assert "Invalid / Unsupported sink specified: nats:x" in json.dumps(body)


def test_every_action_does_what_it_says(one: Client) -> None:
    one.register(definition("target", task("WAIT", "w1"), task("WAIT", "w2"), variables={}))
    vary = {
        "action": "update_workflow_variables",
        "update_workflow_variables": {
            "workflowId": "${wf}",
            "variables": {"seen": ["${n}"]},
            "appendArray": True,
        },
    }
    fail = {
        "action": "fail_task",
        "fail_task": {
            "workflowId": "${wf}",
            "taskRefName": "w1",
            "reasonForIncompletion": "no ${n}",
        },
    }
    end = {
        "action": "terminate_workflow",
        "terminate_workflow": {"workflowId": "${wf}", "terminationReason": "because of ${n}"},
    }
    one.call("POST", "/event", handler("vary", "sqs:vary", vary))
    one.call("POST", "/event", handler("fail", "sqs:fail", fail))
    one.call("POST", "/event", handler("end", "sqs:end", end))
    wf = one.start("target")
    for number in (1, 2):
        send(one, "podium-sink-vary", {"wf": wf, "n": number})
    assert one.workflow(wf)["variables"] == {"seen": [1, 2]}
    send(one, "podium-sink-fail", {"wf": wf, "n": 3})
    assert (one.status(wf), one.task(wf, "w1")["reasonForIncompletion"]) == ("FAILED", "no 3")
    second = one.start("target")
    send(one, "podium-sink-end", {"wf": second, "n": 4})
    found = one.workflow(second)
    assert (found["status"], found["reasonForIncompletion"]) == ("TERMINATED", "because of 4")
