"""Poison: what cannot be processed holds up nothing else, is marked with the reason, and can be resumed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from podium import bootstrap
from podium_local.pump.invoking import Handler, import_handler
from podium_local.topology import Function
from tests.support.client import Client, definition, simple
from tests.support.stack import local_stack

FLOW = definition("flow", simple("first"), simple("second"))
#: Seconds: repair's third try of a message, each hidden for six minutes.
REPAIRED = 3 * 360
#: More workflows than lanes of the shard: some share the culprit's.
OTHERS = 12


@dataclass
class Poison:
    """Items that nobody can read, as a bug would leave them; and what was sent about them."""

    client: Client
    failures: list[dict[str, Any]] = field(default_factory=list)
    #: Ids of workflows on which the function itself dies.
    deadly: set[str] = field(default_factory=set)

    def find(self, function: Function) -> Handler:
        handler = import_handler(function)

        def invoked(event: dict[str, Any], context: Any) -> Any:
            for record in event.get("Records", []):
                if function.name == "repair" and "DDBStreamBatchInfo" in record["body"]:
                    self.failures.append(json.loads(record["body"]))
            text = json.dumps(event)
            if function.name == "decider" and any(each in text for each in self.deadly):
                raise RuntimeError("the process died")
            return handler(event, context)

        return invoked

    def item(self, workflow_id: str, ref: str) -> dict[str, Any]:
        items = self._dynamodb.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues={
                ":pk": {"S": f"W#{workflow_id}"},
                ":sk": {"S": f"T#{ref}#"},
            },
        )["Items"]
        found: dict[str, Any] = items[-1]
        return found

    def spoil(self, workflow_id: str, ref: str) -> str:
        """The task ends in a way that nobody knows; the status that it had."""
        item = self.item(workflow_id, ref)
        self.put({**item, "st": {"S": "NEITHER"}, "x": {"S": "1"}})
        return str(item["st"]["S"])

    def put(self, item: dict[str, Any]) -> None:
        self._dynamodb.put_item(TableName=self._table, Item=item)

    @property
    def _dynamodb(self) -> Any:
        return self.client.stack.runtime.client("dynamodb")

    @property
    def _table(self) -> str:
        return self.client.stack.runtime.resources.tables["executions"]


@pytest.fixture
def poison() -> Iterator[Poison]:
    made: list[Poison] = []

    def find(function: Function) -> Handler:
        return made[0].find(function)

    with local_stack(find=find) as stack:
        made.append(Poison(Client(stack)))
        made[0].client.register(FLOW)
        yield made[0]


def test_others_go_on_and_the_culprit_alone_is_marked_and_resumed(poison: Poison) -> None:
    client = poison.client
    culprit = client.start("flow")
    polled = client.poll("first")
    assert polled is not None
    others = [client.start("flow") for _ in range(OTHERS)]
    poison.spoil(culprit, "first")
    client.stack.settle()
    for _ in others:
        client.finish("first")
    for other in others:
        assert client.tasks(other) == [("first", "COMPLETED"), ("second", "SCHEDULED")]

    client.stack.advance(REPAIRED)
    # Bisected until the culprit was alone.
    assert {each["DDBStreamBatchInfo"]["batchSize"] for each in poison.failures} == {1}
    held = client.call("GET", f"/workflow/{culprit}", includeTasks="false")
    assert held["status"] == "PAUSED"
    assert "NEITHER" in held["reasonForIncompletion"]
    assert all(client.status(other) == "RUNNING" for other in others)
    dead = client.call("GET", "/admin/dead-letters")
    assert {each["queue"]: each["size"] for each in dead if each["size"]} == {}

    # Somebody mends the item, and resumes.
    poison.put({**poison.item(culprit, "first"), "st": {"S": "IN_PROGRESS"}})
    client.stack.settle()
    client.call("PUT", f"/workflow/{culprit}/resume")
    client.stack.settle()
    found = client.workflow(culprit)
    assert (found["status"], found.get("reasonForIncompletion")) == ("RUNNING", None)
    result = {"workflowInstanceId": culprit, "taskId": polled["taskId"], "status": "COMPLETED"}
    client.call("POST", "/tasks", result)
    for _ in (culprit, *others):
        client.finish("second")
    assert {client.status(each) for each in (culprit, *others)} == {"COMPLETED"}


def test_the_message_of_a_failed_batch_is_that_of_lambda(poison: Poison) -> None:
    """docs.aws.amazon.com: Retaining discarded batches, of a DynamoDB stream."""
    client = poison.client
    wf = client.start("flow")
    poison.deadly.add(wf)
    poison.put({**poison.item(wf, "first"), "x": {"S": "1"}})
    client.stack.settle()
    message = poison.failures[0]
    assert set(message) == {
        "requestContext",
        "responseContext",
        "version",
        "timestamp",
        "DDBStreamBatchInfo",
    }
    assert message["requestContext"] | {"requestId": ""} == {
        "requestId": "",
        "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:podium-decider",
        "condition": "RetryAttemptsExhausted",
        "approximateInvokeCount": 11,
    }
    assert message["responseContext"] == {
        "statusCode": 200,
        "executedVersion": "$LATEST",
        "functionError": "Unhandled",
    }
    batch = message["DDBStreamBatchInfo"]
    assert batch["batchSize"] == 1
    assert batch["startSequenceNumber"] == batch["endSequenceNumber"]
    assert batch["streamArn"].startswith("arn:aws:dynamodb:us-east-1:123456789012:table/")


def test_what_the_decider_alone_cannot_do_is_repaired_without_anybody(poison: Poison) -> None:
    """Its process dies on the record of the end; the scan finds the end in the table."""
    client = poison.client
    wf = client.start("flow")
    task_id = client.task(wf, "first")["taskId"]
    # The end is committed, and nobody has heard of it: as if the request had died behind it.
    poison.put({**poison.item(wf, "first"), "st": {"S": "COMPLETED"}, "x": {"S": "1"}})
    poison.deadly.add(wf)
    client.stack.settle()
    assert client.call("GET", f"/tasks/{task_id}")["status"] == "COMPLETED"
    assert client.tasks(wf) == [("first", "COMPLETED"), ("second", "SCHEDULED")]


def test_an_ended_workflow_cannot_be_paused_and_its_record_waits_for_a_person(
    poison: Poison,
) -> None:
    client = poison.client
    wf = client.start("flow")
    client.call("DELETE", f"/workflow/{wf}")
    client.stack.settle()
    engine = bootstrap.engine()

    def fails(workflow_id: str) -> None:
        raise ValueError(workflow_id)

    scan, engine.advancing.scan = engine.advancing.scan, fails  # type: ignore[method-assign]
    poison.deadly.add(wf)
    item = poison.item(wf, "first")
    poison.put({**item, "x": {"S": "1"}})
    client.stack.advance(12 * 360)
    dead = {each["queue"]: each["size"] for each in client.call("GET", "/admin/dead-letters")}
    assert dead["repair-dead-letters"] == 1
    engine.advancing.scan = scan  # type: ignore[method-assign]
    answer = client.call("POST", "/admin/dead-letters/repair-dead-letters/redrive")
    assert answer["moved"] == {"decider-failures": 1}
    client.stack.advance(1)
    dead = {each["queue"]: each["size"] for each in client.call("GET", "/admin/dead-letters")}
    assert set(dead.values()) == {0}
    assert client.status(wf) == "TERMINATED"


def test_a_payload_that_is_gone_pauses_its_workflow_and_is_named(poison: Poison) -> None:
    """S3 answers consistently: an object that it does not have has expired, or somebody deleted it."""
    client = poison.client
    then = simple("second", inputParameters={"said": "${first.output.said}"})
    client.register(definition("large", simple("first"), then))
    wf, other = client.start("large"), client.start("flow")
    gone = {"outp": {"S": f"{wf}/gone.json"}, "st": {"S": "COMPLETED"}, "x": {"S": "1"}}
    there = poison.item(wf, "first")
    poison.put({**there, **gone})
    client.stack.settle()
    client.stack.advance(REPAIRED)
    header = bootstrap.engine().ports.executions.read_header(wf)
    assert header is not None
    assert header.status.value == "PAUSED"
    assert f"no payload at {wf}/gone.json" in header.reason
    assert client.status(other) == "RUNNING"
    # Somebody says what the task gave, and resumes.
    poison.put({**there, "st": {"S": "COMPLETED"}, "out": {"S": '{"said": "hello"}'}})
    client.call("PUT", f"/workflow/{wf}/resume")
    client.stack.settle()
    assert client.tasks(wf) == [("first", "COMPLETED"), ("second", "SCHEDULED")]
