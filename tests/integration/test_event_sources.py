"""What event sources do to a whole installation on a bad day: late, lost, refused, delivered again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from podium_worker import Queues, Result, Task, TaskFunction, Worker
from tests.support.client import Client, definition, simple
from tests.support.stack import local_stack

HOUR = 3_600
FLOW = definition("flow", simple("first"), simple("second"))
#: No timer of such a task comes in its way.
ENDLESS = {"name": "first", "responseTimeoutSeconds": 3 * 86_400, "timeoutSeconds": 0}


@pytest.fixture
def client() -> Iterator[Client]:
    with local_stack() as stack:
        made = Client(stack)
        made.register(FLOW)
        yield made


@pytest.fixture
def streamed() -> Iterator[Client]:
    """The stream alone advances workflows."""
    with local_stack(inline_advance=False) as stack:
        made = Client(stack)
        made.register(FLOW)
        yield made


class Direct:
    """Workers that read the queue of a type themselves; ``outcomes`` says what each run gives."""

    def __init__(self, client: Client, task_type: str) -> None:
        self._client = client
        self.runs: list[Task] = []
        self.outcomes: list[Any] = []
        self.queues = RefusingQueues.of(client)
        self._function = TaskFunction(task_type, self._run)
        self._worker = Worker(
            self.queues,
            [self._function],
            worker_id="direct",
            wait=0,
            now=client.stack.clock.now,
        )

    def run_once(self) -> int:
        return self._worker.run_once(self._function)

    def receive(self) -> tuple[Task, str]:
        """A worker takes a message, and is slow; the task and the receipt."""
        url = self.queues.url(self._function.task_type)
        assert url is not None
        (message,) = self.queues.receive(url, 1, 0, 60)
        return Task.from_json(message["Body"]), message["ReceiptHandle"]

    def report(self, task: Task, result: Result) -> None:
        self.queues.send_result(result.to_json(task, "slow"))
        self._client.stack.settle()

    def _run(self, task: Task) -> Any:
        self.runs.append(task)
        outcome = self.outcomes.pop(0) if self.outcomes else {"run": len(self.runs)}
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


class RefusingQueues(Queues):
    """``refused``: so many results the results queue does not take."""

    refused = 0

    @classmethod
    def of(cls, client: Client) -> RefusingQueues:
        resources = client.stack.runtime.resources
        sqs = boto3.session.Session().client("sqs")
        return cls(sqs, "podium-", resources.queue_urls["results"])

    def send_result(self, body: str) -> None:
        if self.refused:
            self.refused -= 1
            error = {"Error": {"Code": "ServiceUnavailable", "Message": "come back later"}}
            raise ClientError(error, "SendMessage")  # type: ignore[arg-type]
        super().send_result(body)


def dead(client: Client) -> dict[str, int]:
    found = client.call("GET", "/admin/dead-letters")
    return {each["queue"]: each["size"] for each in found if each["size"]}


# --- The stream ------------------------------------------------------------------------------------


def test_a_decider_that_was_away_goes_on_where_it_stopped(streamed: Client) -> None:
    streamed.stack.runtime.pump.disable("decider")
    ids = [streamed.start("flow") for _ in range(3)]
    streamed.stack.advance(600)
    assert [streamed.tasks(each) for each in ids] == [[]] * 3
    streamed.stack.runtime.pump.enable("decider")
    streamed.stack.settle()
    for _ in ids:
        streamed.finish("first")
        streamed.finish("second")
    assert {streamed.status(each) for each in ids} == {"COMPLETED"}


def test_a_timer_makes_what_a_decider_that_is_away_has_not(streamed: Client) -> None:
    """And it does not look for it each second, which would be a write each."""
    streamed.register({"name": "first", "responseTimeoutSeconds": 90})
    changes: list[Any] = []
    streamed.stack.runtime.pump.observe(changes.append)
    streamed.stack.runtime.pump.disable("decider")
    wf = streamed.start("flow")
    streamed.stack.advance(600)
    assert streamed.tasks(wf) == [("first", "SCHEDULED")]
    assert len(changes) < 20
    assert streamed.poll("first") is not None


def test_records_of_half_a_day_are_repaired_from_the_on_failure_queue(streamed: Client) -> None:
    """Given up by their age, unseen: ``repair`` reads whose they were and looks at all of it."""
    streamed.register(ENDLESS)
    streamed.stack.runtime.pump.disable("decider")
    ids = [streamed.start("flow") for _ in range(12)]
    streamed.stack.clock.advance(13 * HOUR * 1000)
    streamed.stack.runtime.pump.enable("decider")
    streamed.stack.settle()
    assert {tuple(streamed.tasks(each)) for each in ids} == {(("first", "SCHEDULED"),)}
    assert dead(streamed) == {}


def test_a_stream_that_nobody_read_for_a_day_is_lost_and_the_sweep_repairs(
    streamed: Client,
) -> None:
    streamed.register(ENDLESS)
    ids = [streamed.start("flow") for _ in range(3)]
    tasks = [streamed.poll("first") for _ in ids]
    streamed.stack.runtime.pump.disable("decider")
    for polled in tasks:
        assert polled is not None
        result = {
            "workflowInstanceId": polled["workflowInstanceId"],
            "taskId": polled["taskId"],
            "status": "COMPLETED",
        }
        streamed.call("POST", "/tasks", result)
    streamed.stack.clock.advance(25 * HOUR * 1000)
    streamed.stack.runtime.pump.disable("repair")
    streamed.stack.runtime.pump.enable("decider")
    streamed.stack.settle()
    assert {tuple(streamed.tasks(each)) for each in ids} == {(("first", "COMPLETED"),)}
    streamed.stack.runtime.pump.enable("repair")
    streamed.stack.advance(1801)
    for _ in ids:
        streamed.finish("second")
    assert {streamed.status(each) for each in ids} == {"COMPLETED"}


# --- Results ---------------------------------------------------------------------------------------


def test_a_worker_that_cannot_report_keeps_its_message_and_does_the_task_again(
    client: Client,
) -> None:
    wf = client.start("flow")
    direct = Direct(client, "first")
    direct.queues.refused = 2
    for _ in range(2):
        with pytest.raises(ClientError):
            direct.run_once()
        assert direct.run_once() == 0, "hidden, not deleted"
        client.stack.advance(61)
        assert client.tasks(wf) == [("first", "SCHEDULED")]
    assert direct.run_once() == 1
    client.stack.settle()
    assert len(direct.runs) == 3
    assert client.tasks(wf) == [("first", "COMPLETED"), ("second", "SCHEDULED")]
    assert client.task(wf, "first")["outputData"] == {"run": 3}
    client.finish("second")
    assert client.status(wf) == "COMPLETED"


def test_results_wait_while_nobody_reads_them(client: Client) -> None:
    wf = client.start("flow")
    client.stack.runtime.pump.disable("results")
    direct = Direct(client, "first")
    assert direct.run_once() == 1
    client.stack.advance(6 * HOUR)
    assert client.tasks(wf) == [("first", "SCHEDULED")]
    assert direct.run_once() == 0, "its message is gone, its result is not"
    client.stack.runtime.pump.enable("results")
    client.stack.settle()
    assert client.tasks(wf) == [("first", "COMPLETED"), ("second", "SCHEDULED")]
    assert len(direct.runs) == 1


def test_a_bad_result_alone_dies_and_the_others_of_its_batch_count_once(client: Client) -> None:
    ids = [client.start("flow") for _ in range(3)]
    direct = Direct(client, "first")
    client.stack.runtime.pump.disable("results")
    url = client.stack.runtime.resources.queue_urls["results"]
    assert direct.run_once() == 1
    client.stack.runtime.client("sqs").send_message(QueueUrl=url, MessageBody="{")
    assert [direct.run_once(), direct.run_once()] == [1, 1]
    client.stack.runtime.pump.enable("results")
    client.stack.settle()
    for each in ids:
        assert client.tasks(each) == [("first", "COMPLETED"), ("second", "SCHEDULED")]
    client.stack.advance(20 * 360)
    assert dead(client) == {"results-dead-letters": 1}


# --- Messages past their visibility ----------------------------------------------------------------


def test_a_message_past_its_visibility_is_delivered_again_and_counts_once(client: Client) -> None:
    wf = client.start("flow")
    direct = Direct(client, "first")
    slow, _ = direct.receive()
    client.stack.advance(61)
    assert direct.run_once() == 1
    client.stack.settle()
    assert client.tasks(wf) == [("first", "COMPLETED"), ("second", "SCHEDULED")]
    direct.report(slow, Result.completed({"run": "slow"}))
    assert client.tasks(wf) == [("first", "COMPLETED"), ("second", "SCHEDULED")]
    assert client.task(wf, "first")["outputData"] == {"run": 1}


def test_a_late_result_does_not_end_the_attempt_that_followed(client: Client) -> None:
    client.register({"name": "first", "retryCount": 3, "retryDelaySeconds": 0})
    wf = client.start("flow")
    direct = Direct(client, "first")
    slow, _ = direct.receive()
    client.stack.advance(61)
    direct.outcomes = [ValueError("bad")]
    assert direct.run_once() == 1
    client.stack.settle()
    assert client.tasks(wf) == [("first", "FAILED"), ("first", "SCHEDULED")]
    direct.report(slow, Result.completed({"run": "slow"}))
    assert client.tasks(wf) == [("first", "FAILED"), ("first", "SCHEDULED")]
    assert direct.run_once() == 1
    client.stack.settle()
    assert client.task(wf, "first")["outputData"] == {"run": 2}


def test_the_epoch_fences_a_worker_whose_task_was_handed_out_anew(client: Client) -> None:
    """The other one asked to be called again: the task has another epoch since."""
    wf = client.start("flow")
    direct = Direct(client, "first")
    slow, receipt = direct.receive()
    client.stack.advance(61)
    direct.outcomes = [Result.in_progress({}, 30)]
    assert direct.run_once() == 1
    client.stack.settle()
    direct.report(slow, Result.completed({"run": "slow"}))
    assert client.task(wf, "first")["status"] != "COMPLETED"
    url = direct.queues.url("first")
    assert url is not None
    direct.queues.delete(url, receipt)
    client.stack.advance(31)
    assert direct.run_once() == 1
    client.stack.settle()
    assert client.task(wf, "first")["outputData"] == {"run": 2}
    assert client.tasks(wf) == [("first", "COMPLETED"), ("second", "SCHEDULED")]


def test_a_poller_that_died_loses_its_task_to_the_next_one(client: Client) -> None:
    client.register({"name": "first", "retryCount": 3, "responseTimeoutSeconds": 60})
    wf = client.start("flow")
    polled = client.poll("first")
    assert polled is not None
    client.stack.advance(200)
    assert client.tasks(wf) == [("first", "TIMED_OUT"), ("first", "SCHEDULED")]
    result = {"workflowInstanceId": wf, "taskId": polled["taskId"], "status": "COMPLETED"}
    client.call("POST", "/tasks", result)
    client.stack.settle()
    assert client.tasks(wf) == [("first", "TIMED_OUT"), ("first", "SCHEDULED")]
    client.finish("first", {"run": 2})
    assert client.task(wf, "first")["outputData"] == {"run": 2}


# --- Timers ----------------------------------------------------------------------------------------


def test_a_timer_that_comes_late_fires_all_that_is_due(client: Client) -> None:
    tasks = [
        {
            "name": "w",
            "taskReferenceName": "w",
            "type": "WAIT",
            "inputParameters": {"duration": "30s"},
        },
        simple("first"),
    ]
    wf = client.run(definition("waits", *tasks))
    client.stack.runtime.pump.disable("timers")
    client.stack.advance(600)
    assert client.tasks(wf) == [("w", "IN_PROGRESS")]
    client.stack.runtime.pump.enable("timers")
    client.stack.settle()
    assert client.tasks(wf) == [("w", "COMPLETED"), ("first", "SCHEDULED")]


def test_messages_are_what_lambda_delivers(client: Client) -> None:
    """A dead letter says which queue it came from, as SQS does."""
    url = client.stack.runtime.resources.queue_urls["results"]
    sqs = client.stack.runtime.client("sqs")
    sqs.send_message(QueueUrl=url, MessageBody="{")
    client.stack.advance(20 * 360)
    letters = client.stack.runtime.resources.queue_urls["results-dead-letters"]
    (message,) = sqs.receive_message(QueueUrl=letters, MessageSystemAttributeNames=["All"])[
        "Messages"
    ]
    source = message["Attributes"]["DeadLetterQueueSourceArn"]
    assert source == client.stack.runtime.resources.queue_arns["results"]
    assert json.loads(json.dumps(message["Body"])) == "{"
