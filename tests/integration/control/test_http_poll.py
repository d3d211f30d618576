"""HTTP_POLL in an execution: waits, pauses, ends (docs/task-types.md)."""

from __future__ import annotations

from typing import Any

from podium.adapters.message import task_message
from podium.domain.execution import Kind
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.ports.outside import HttpRequest, HttpResponse
from podium.ports.queues import LONGEST_DELAY
from tests.support.cluster import Cluster
from tests.support.driver import simple, task

URI = "http://shop/state"


class Service:
    """Answers in order; the last one again and again."""

    def __init__(self, *answers: HttpResponse) -> None:
        self.answers = list(answers)
        self.seen: list[HttpRequest] = []

    def call(self, request: HttpRequest) -> HttpResponse:
        self.seen.append(request)
        return self.answers[min(len(self.seen), len(self.answers)) - 1]


def say(state: str, status: int = 200) -> HttpResponse:
    return HttpResponse(status, "", {}, {"state": state})


def poll(ref: str = "poll", definition: Any = None, **fields: Any) -> dict[str, Any]:
    request = {
        "uri": URI,
        "method": "GET",
        "terminationCondition": "$.output.response.body.state === 'DONE'",
        "pollingInterval": 10,
        **fields,
    }
    extra = {"taskDefinition": definition} if definition else {}
    return task(ref, "HTTP_POLL", inputParameters={"http_request": request}, **extra)


def started(service: Service, *tasks: dict[str, Any]) -> tuple[Cluster, str]:
    cluster = Cluster(deciders=2)
    cluster.http = service  # type: ignore[assignment]
    cluster.restart_processes()
    wf = cluster.start({"name": "polling", "version": 1, "tasks": list(tasks)})
    cluster.settle()
    return cluster, wf


def test_each_poll_is_seen_while_the_task_is_in_progress():
    service = Service(say("QUEUED"), say("RUNNING"), say("DONE"))
    cluster, wf = started(service, poll(), simple("last"))
    seen = []
    for _ in range(3):
        polled = cluster.task(wf, "poll")
        body: Any = polled.output["response"]
        seen.append((polled.status, polled.output["pollCount"], body["body"]["state"]))
        cluster.advance(10)
    assert seen == [
        (TaskStatus.IN_PROGRESS, 1, "QUEUED"),
        (TaskStatus.IN_PROGRESS, 2, "RUNNING"),
        (TaskStatus.COMPLETED, 3, "DONE"),
    ]
    assert len(service.seen) == 3
    cluster.complete("last")
    cluster.settle()
    assert cluster.status(wf) is WorkflowStatus.COMPLETED


def test_a_wait_of_hours_calls_in_time_and_not_before():
    service = Service(say("QUEUED"), say("DONE"))
    cluster, wf = started(service, poll(pollingInterval=4 * 3600))
    for message in cluster.system_queue.queue.messages():
        assert task_message(message.body).not_before == cluster.clock.now() + 4 * 3_600_000
    cluster.advance(4 * 3600 - 1)
    assert len(service.seen) == 1
    cluster.advance(LONGEST_DELAY)
    assert len(service.seen) == 2
    assert cluster.status(wf) is WorkflowStatus.COMPLETED


def test_a_long_start_delay_of_an_http_task_is_kept():
    service = Service(say("DONE"))
    get = task("get", "HTTP", startDelay=3600, inputParameters={"uri": URI, "method": "GET"})
    cluster, wf = started(service, get)
    cluster.advance(3599)
    assert service.seen == []
    cluster.advance(2)
    assert cluster.status(wf) is WorkflowStatus.COMPLETED


def test_a_paused_workflow_calls_nobody_and_goes_on_when_resumed():
    service = Service(say("QUEUED"), say("DONE"))
    cluster, wf = started(service, poll())
    cluster.engine.operations.pause(wf)
    cluster.advance(60)
    assert len(service.seen) == 1
    cluster.engine.operations.resume(wf)
    cluster.settle()
    assert len(service.seen) == 2
    assert cluster.status(wf) is WorkflowStatus.COMPLETED


def test_a_terminated_workflow_calls_nobody_any_more():
    service = Service(say("QUEUED"))
    cluster, wf = started(service, poll())
    cluster.engine.operations.terminate(wf, "enough")
    cluster.advance(60)
    assert len(service.seen) == 1
    assert cluster.task(wf, "poll").status is TaskStatus.CANCELED


def test_its_timeout_counts_from_the_first_call_over_all_of_them():
    definition = {
        "name": "poll",
        "timeoutSeconds": 95,
        "timeoutPolicy": "RETRY",
        "retryCount": 0,
        "responseTimeoutSeconds": 30,
    }
    cluster, wf = started(Service(say("QUEUED")), poll(definition=definition))
    cluster.advance(94)
    assert cluster.task(wf, "poll").status is TaskStatus.IN_PROGRESS
    cluster.advance(2)
    assert cluster.task(wf, "poll").status is TaskStatus.TIMED_OUT
    assert cluster.status(wf) is WorkflowStatus.TIMED_OUT


def test_a_retry_begins_to_poll_anew():
    definition = {"name": "poll", "retryCount": 1, "retryDelaySeconds": 5}
    service = Service(say("QUEUED"), say("QUEUED"), say("QUEUED"), say("DONE"))
    cluster, wf = started(service, poll(definition=definition, maxPollCount=2))
    for _ in range(6):
        cluster.advance(5)
    tasks = [(t.status, t.output["pollCount"]) for t in cluster.view(wf).tasks]
    assert tasks == [(TaskStatus.FAILED, 2), (TaskStatus.COMPLETED, 2)]


def test_input_that_does_not_say_how_to_poll_fails_without_a_call():
    service = Service(say("DONE"))
    cluster, wf = started(
        service, poll(pollingInterval="${workflow.input.interval}", maxPollCount=0)
    )
    assert service.seen == []
    failed = cluster.task(wf, "poll")
    assert failed.status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert failed.reason == "maxPollCount: 0 is not a whole number above 0"


def test_async_complete_means_nothing_to_it():
    cluster, wf = started(Service(say("DONE")), poll() | {"asyncComplete": True})
    polled = cluster.task(wf, "poll")
    assert (polled.kind, polled.status) == (Kind.SYSTEM, TaskStatus.COMPLETED)
    assert "asyncComplete" not in polled.input
