"""The worker library: arguments, results, the order of calls."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from podium.adapters.aws import names
from podium.adapters.message import task_json
from podium.domain.queues import QueueAddress
from podium.ports.queues import TaskMessage
from podium_worker import (
    ConfigurationError,
    Queues,
    Result,
    Task,
    TaskFunction,
    TerminalError,
    Worker,
    lambda_handler,
    task,
)
from podium_worker.queues import queue_name
from tests.unit.worker.fakes import FakeSqs, message, queues


def run_once(sqs: FakeSqs, function: TaskFunction, now: int = 0) -> int:
    worker = Worker(queues(sqs), [function], worker_id="me", wait=0, now=lambda: now)
    return worker.run_once(function)


def charge(order: str, amount: float = 1.0) -> dict[str, object]:
    return {"order": order, "amount": amount}


CHARGE = TaskFunction("charge", charge)


def test_input_keys_become_arguments_and_the_returned_mapping_the_output() -> None:
    sqs = FakeSqs()
    sqs.put("charge", inputData={"order": "o-1", "amount": 2.5, "other": 1})
    assert run_once(sqs, CHARGE) == 1
    (result,) = sqs.sent
    assert result["status"] == "COMPLETED"
    assert result["outputData"] == {"order": "o-1", "amount": 2.5}
    assert (result["taskId"], result["inc"], result["epoch"]) == ("wf.1.charge", 0, 0)
    assert result["workerId"] == "me"


def test_the_result_is_sent_before_the_message_is_deleted() -> None:
    sqs = FakeSqs()
    sqs.put("charge", inputData={"order": "o-1"})
    run_once(sqs, CHARGE)
    assert [name for name, _ in sqs.calls] == ["receive", "send", "delete"]


def test_a_message_whose_result_cannot_be_sent_is_not_deleted() -> None:
    sqs = FakeSqs(fail_sends=True)
    sqs.put("charge", inputData={"order": "o-1"})
    with pytest.raises(ConnectionError):
        run_once(sqs, CHARGE)
    assert "delete" not in [name for name, _ in sqs.calls]


def test_an_exception_fails_the_task_with_its_text() -> None:
    def broken() -> None:
        raise ValueError("card declined")

    sqs = FakeSqs()
    sqs.put("charge")
    run_once(sqs, TaskFunction("charge", broken))
    assert sqs.sent[0]["status"] == "FAILED"
    assert sqs.sent[0]["reasonForIncompletion"] == "ValueError: card declined"


def test_a_terminal_error_fails_it_for_good() -> None:
    def broken() -> None:
        raise TerminalError("no such card")

    sqs = FakeSqs()
    sqs.put("charge")
    run_once(sqs, TaskFunction("charge", broken))
    assert sqs.sent[0]["status"] == "FAILED_WITH_TERMINAL_ERROR"


def test_a_missing_argument_fails_it_for_good_and_names_it() -> None:
    sqs = FakeSqs()
    sqs.put("charge", inputData={"amount": 1})
    run_once(sqs, CHARGE)
    assert sqs.sent[0]["status"] == "FAILED_WITH_TERMINAL_ERROR"
    assert "'order'" in sqs.sent[0]["reasonForIncompletion"]


@pytest.mark.parametrize("output", [object(), float("nan")])
def test_an_output_that_is_not_json_fails_the_task_instead_of_coming_again(output: object) -> None:
    sqs = FakeSqs()
    sqs.put("charge")
    run_once(sqs, TaskFunction("charge", lambda: {"value": output}))
    assert sqs.sent[0]["status"] == "FAILED_WITH_TERMINAL_ERROR"


def test_an_output_larger_than_a_message_fails_the_task_with_both_sizes() -> None:
    sqs = FakeSqs()
    sqs.put("charge")
    run_once(sqs, TaskFunction("charge", lambda: {"value": "x" * 1_000_000}))
    assert "1000000" in sqs.sent[0]["reasonForIncompletion"]


def test_a_plain_value_is_returned_as_result_and_none_as_nothing() -> None:
    sqs = FakeSqs()
    sqs.put("charge")
    sqs.put("charge")
    run_once(sqs, TaskFunction("charge", lambda: 7))
    run_once(sqs, TaskFunction("charge", lambda: None))
    assert [result["outputData"] for result in sqs.sent] == [{"result": 7}, {}]


def test_a_parameter_annotated_task_gets_the_whole_task() -> None:
    def look(it: Task, **rest: object) -> dict[str, object]:
        return {"attempt": it.retry_count, **rest}

    sqs = FakeSqs()
    sqs.put("charge", retryCount=2, inputData={"a": 1})
    run_once(sqs, TaskFunction("charge", look))
    assert sqs.sent[0]["outputData"] == {"attempt": 2, "a": 1}


def test_a_task_received_early_is_hidden_until_its_time() -> None:
    sqs = FakeSqs()
    sqs.put("charge", notBefore=90_500)
    assert run_once(sqs, CHARGE, now=30_000) == 0
    assert sqs.calls[-1] == ("hide", 61)
    assert not sqs.sent


def test_a_task_received_early_is_hidden_no_longer_than_sqs_allows() -> None:
    sqs = FakeSqs()
    sqs.put("charge", notBefore=100_000_000)
    run_once(sqs, CHARGE)
    assert sqs.calls[-1] == ("hide", 42_000)


def test_a_task_received_early_again_is_left_to_the_engine_to_send_anew() -> None:
    sqs = FakeSqs(receives=2)
    sqs.put("charge", notBefore=100_000_000, inc=1, epoch=3)
    assert run_once(sqs, CHARGE) == 0
    assert [name for name, _ in sqs.calls] == ["receive", "send", "delete"]
    (report,) = sqs.sent
    assert (report["postpone"], report["inc"], report["epoch"]) == (True, 1, 3)


def test_a_queue_that_does_not_exist_yet_is_no_error() -> None:
    assert run_once(FakeSqs(), CHARGE) == 0


def test_a_worker_without_functions_or_settings_says_what_is_missing() -> None:
    with pytest.raises(ConfigurationError, match="@task"):
        Worker(queues(FakeSqs()), [])
    with pytest.raises(ConfigurationError, match="PODIUM_RESULTS_QUEUE_URL"):
        Queues.from_environment({"PODIUM_QUEUE_PREFIX": "p-"})


def test_the_decorated_function_can_still_be_called() -> None:
    @task("double", concurrency=3)
    def double(number: int) -> int:
        return number * 2

    assert double(4) == 8
    assert (double.task_type, double.concurrency) == ("double", 3)


@pytest.mark.parametrize("domain", ["", "eu"])
@pytest.mark.parametrize(
    "task_type", ["charge", "a-b_c", "with space", "--x", "für", "x" * 100, "a:b", "1"]
)
def test_queue_names_are_those_of_the_engine(task_type: str, domain: str) -> None:
    for band in range(3):
        address = QueueAddress(task_type, domain, band=band)
        assert queue_name("p-", task_type, domain, band) == names.queue_name("p-", address)


def test_messages_of_the_engine_are_understood() -> None:
    sent = TaskMessage("wf", "t1", 3, 1, 2, "charge", wire_ref="t1__2", attempt=1, input={"a": 1})
    received = Task.from_json(task_json(sent))
    assert (received.workflow_id, received.reference_name) == ("wf", "t1__2")
    assert (received.inc, received.epoch, received.retry_count) == (1, 2, 1)
    assert received.input == {"a": 1}


def test_a_pushed_worker_reports_the_bad_message_and_runs_the_others() -> None:
    sqs = FakeSqs()
    handler = lambda_handler(CHARGE, queues(sqs))
    good = json.dumps(message("charge", inputData={"order": "o"}))
    records = [{"messageId": "bad", "body": "{}"}, {"messageId": "good", "body": good}]
    answer = handler({"Records": records}, SimpleNamespace(function_name="charge-fn"))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}]}
    assert sqs.sent[0]["workerId"] == "charge-fn"


def test_a_pushed_worker_asks_for_another_message_where_one_came_too_early() -> None:
    sqs = FakeSqs()
    handler = lambda_handler(CHARGE, queues(sqs), now=lambda: 4_000)
    early = json.dumps(message("charge", inputData={"order": "o"}, notBefore=5_000))
    answer = handler({"Records": [{"messageId": "m", "body": early}]}, None)
    assert answer == {"batchItemFailures": []}
    (report,) = sqs.sent
    assert report["postpone"] is True
    assert "status" not in report


def large() -> dict[str, str]:
    return {"text": "ü" * 400_000}


LARGE = TaskFunction("charge", large)


def test_an_output_too_large_for_a_message_goes_to_the_bucket(monkeypatch: pytest.MonkeyPatch):
    stored: dict[str, bytes] = {}

    class Bucket:
        def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str) -> None:  # noqa: N803
            assert (Bucket, ContentType) == ("payloads", "application/json")
            stored[Key] = Body

    monkeypatch.setattr("podium_worker.payloads._client", Bucket)
    monkeypatch.setenv("PODIUM_PAYLOAD_BUCKET", "payloads")
    sqs = FakeSqs()
    sqs.put("charge")
    run_once(sqs, LARGE)
    (result,) = sqs.sent
    ((path, body),) = stored.items()
    assert (result["status"], result["outputData"]) == ("COMPLETED", {})
    assert result["externalOutputPayloadStoragePath"] == path
    assert path.startswith("external/task-output/")
    assert json.loads(body) == large()


def test_without_a_bucket_it_fails_the_task_and_says_what_to_set(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("PODIUM_PAYLOAD_BUCKET", raising=False)
    sqs = FakeSqs()
    sqs.put("charge")
    run_once(sqs, LARGE)
    (result,) = sqs.sent
    assert (result["status"], result["outputData"]) == ("FAILED_WITH_TERMINAL_ERROR", {})
    assert "set PODIUM_PAYLOAD_BUCKET" in result["reasonForIncompletion"]


def test_a_small_output_stays_in_the_message():
    sqs = FakeSqs()
    sqs.put("charge", inputData={"order": "o-1"})
    run_once(sqs, CHARGE)
    assert "externalOutputPayloadStoragePath" not in sqs.sent[0]


def test_a_function_may_say_that_it_is_not_done_and_when_to_call_it_again() -> None:
    sqs = FakeSqs()
    sqs.put("charge")
    run_once(sqs, TaskFunction("charge", lambda: Result.in_progress({"half": 1}, 30)))
    (result,) = sqs.sent
    assert (result["status"], result["callbackAfterSeconds"]) == ("IN_PROGRESS", 30)
    assert result["outputData"] == {"half": 1}
    assert Result.in_progress({"bad": float("nan")}).status == "FAILED_WITH_TERMINAL_ERROR"


def detached(run: Callable[[], object]) -> TaskFunction:
    return TaskFunction("charge", run, detached=True)


def test_a_detached_task_is_claimed_and_its_message_deleted_before_it_runs() -> None:
    sqs = FakeSqs()
    sqs.put("charge", epoch=2, inc=1)
    seen: list[str] = []

    def work() -> None:
        seen.extend(name for name, _ in sqs.calls)

    assert run_once(sqs, detached(work)) == 1
    assert seen == ["receive", "send", "delete"]
    claim, result = sqs.sent
    assert claim == {
        "v": 1,
        "taskId": "wf.1.charge",
        "workflowInstanceId": "wf",
        "inc": 1,
        "epoch": 2,
        "workerId": "me",
        "detach": True,
    }
    assert (result["status"], result["inc"], result["epoch"]) == ("COMPLETED", 1, 3)


def test_a_detached_task_gives_signs_of_life_while_it_runs() -> None:
    sqs = FakeSqs()
    # The response timeout is in seconds: a sign of life comes each hundredth of one.
    sqs.put("charge", responseTimeoutSeconds=0.03)
    alive = threading.Event()
    sqs.on_send = lambda body: alive.set() if body.get("extendLease") else None
    assert run_once(sqs, detached(lambda: alive.wait(10))) == 1
    signs = [body for body in sqs.sent if body.get("extendLease")]
    assert signs
    assert {(body["taskId"], body["epoch"]) for body in signs} == {("wf.1.charge", 1)}
    assert sqs.sent[-1]["outputData"] == {"result": True}


def test_the_result_of_a_detached_task_is_sent_again_when_it_cannot_be_sent() -> None:
    sqs = FakeSqs()
    sqs.put("charge")
    worker = Worker(queues(sqs), [detached(lambda: sqs.fail(2))], wait=0, pause=0)
    worker.run_once(worker._functions[0])
    assert [body.get("status") for body in sqs.sent] == [None, "COMPLETED"]


def test_a_task_that_cannot_be_detached_is_not_run() -> None:
    sqs = FakeSqs(fail_sends=True)
    sqs.put("charge")
    ran: list[int] = []
    with pytest.raises(ConnectionError):
        run_once(sqs, detached(lambda: ran.append(1)))
    assert not ran
    assert "delete" not in [name for name, _ in sqs.calls]


def test_a_pushed_worker_cannot_detach() -> None:
    with pytest.raises(ConfigurationError, match="charge"):
        lambda_handler(detached(lambda: None), queues(FakeSqs()))
