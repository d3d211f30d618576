"""Tasks: poll, update, logs, queues (rest-api.md 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.api.resources.runs import run_json
from podium.domain.execution import Kind
from podium.domain.ids import TaskKey
from podium.domain.requests import TaskResult
from podium.domain.signals import ReturnStrategy, limited_wait
from podium.domain.status import REPORTABLE, TaskStatus
from podium.domain.wire import log_json, view_task_json, workflow_json
from podium.errors import InvalidInputError, NotFoundError
from podium.services.polled import polled_json

if TYPE_CHECKING:
    from podium.bootstrap import Engine
    from podium.domain.execution import Task
    from podium.domain.json import Json
    from podium.http_event import Request
    from podium.ports.poll_data import PollData

#: A synchronous signal waits this long unless it says otherwise, like the peer's.
_SIGNAL_WAIT_MS = 5000
#: A poll for one task waits this long, like the peer's.
_SINGLE_WAIT_MS = 100
#: The next task of its kind may be in the making: it is the stream's decider that creates it whenever it
#: was quicker than this request.
_NEXT_WAIT_MS = 1000
_REPORTABLE = tuple(status for status in TaskStatus if status in REPORTABLE)


def poll(request: Request, engine: Engine) -> Json:
    """One task, or nothing."""
    found = _poll(request, engine, count=1, wait_ms=_SINGLE_WAIT_MS)
    return found[0] if found else None


def poll_batch(request: Request, engine: Engine) -> Json:
    """Up to ``count`` tasks; an empty list when there are none."""
    count, timeout = request.number("count", 1), request.number("timeout", 100)
    return _poll(request, engine, count=count, wait_ms=timeout)


def update(request: Request, engine: Engine) -> str:
    """A worker's result."""
    return _update(request, engine)[0].task_id


def update_and_poll(request: Request, engine: Engine) -> Json:
    """A worker's result; the answer is the next task of its kind, if there is one."""
    result, task = _update(request, engine)
    if result.extend_lease or not task.status.is_terminal or task.kind is not Kind.WORKER:
        return None
    found = engine.polls.poll(task.type, result.worker_id or "", task.domain, 1, _NEXT_WAIT_MS)
    return polled_json(found[0], engine.ports.clock.now()) if found else None


def update_by_reference(request: Request, engine: Engine) -> str | None:
    """End or update the open task with this reference name."""
    task = _update_by_reference(request, engine)
    if task is None:
        return None
    return TaskKey(request.path("workflowId"), task.ref, task.seq).task_id


def update_by_reference_and_wait(request: Request, engine: Engine) -> Json:
    """The same; the answer is the execution as it then is."""
    workflow_id = request.path("workflowId")
    if _update_by_reference(request, engine) is None:
        raise NotFoundError(
            f"Found no running task {request.path('taskRefName')} in workflow {workflow_id}"
        )
    # What follows from it may be under way in somebody else's hands: the answer is to show it.
    engine.operations.decide(workflow_id)
    return workflow_json(engine.reads.view(workflow_id), now=engine.ports.clock.now())


def signal(request: Request, engine: Engine) -> None:
    """The WAIT that blocks the execution gets a status and an output; nothing if none does."""
    _signal(request, engine)


def signal_and_wait(request: Request, engine: Engine) -> Json:
    """The same; the answer comes when the execution has come to a stop again."""
    strategy = request.choice(
        "returnStrategy", tuple(ReturnStrategy), ReturnStrategy.TARGET_WORKFLOW
    )
    limit = limited_wait(request.number("timeoutMillis", _SIGNAL_WAIT_MS), "timeoutMillis")
    until = engine.ports.clock.now() + limit
    workflow_id = request.path("workflowId")
    if _signal(request, engine) is None:
        raise NotFoundError(f"Found no blocked task in workflow {workflow_id} to signal")
    standstill = engine.awaiting.standstill(workflow_id, frozenset(), until)
    return run_json(engine, standstill, strategy, engine.ports.ids.unique())


def add_log(request: Request, engine: Engine) -> None:
    """The whole body is one line, whatever it looks like (clients.md 1.5)."""
    line = request.raw_body()
    if not line:
        raise InvalidInputError("a body is required: the line to log")
    engine.updates.append_logs(request.path("taskId"), [line])


def get_logs(request: Request, engine: Engine) -> Json:
    """The lines, or nothing."""
    found = engine.reads.logs(request.path("taskId"))
    lines = [log_json(line.log, line.task_id, line.created_at) for line in found]
    return lines or None


def get(request: Request, engine: Engine) -> Json:
    """One task."""
    view, task = engine.reads.task(request.path("taskId"))
    return view_task_json(view, task, now=engine.ports.clock.now())


def queue_size(request: Request, engine: Engine) -> Json:
    """How many wait for one task type."""
    task_type = request.required_text("taskType")
    return engine.reads.queue_size(task_type, request.text("domain") or "")


def queue_sizes(request: Request, engine: Engine) -> Json:
    """How many wait for each of some task types."""
    task_types = request.texts("taskType")
    if not task_types:
        raise InvalidInputError("query parameter taskType is required")
    return {task_type: engine.reads.queue_size(task_type) for task_type in task_types}


def all_queues(request: Request, engine: Engine) -> Json:
    """How many wait in each queue."""
    return engine.reads.queue_sizes()


def all_queues_verbose(request: Request, engine: Engine) -> Json:
    """The same with what workers hold, by shard: a queue of SQS has one."""
    return {
        name: {"a": {"size": depth.waiting, "uacked": depth.in_flight}}
        for name, depth in engine.reads.queue_depths().items()
    }


def requeue(request: Request, engine: Engine) -> str:
    """Send the waiting tasks of one type again; the answer is how many those are."""
    return str(engine.requeuing.requeue(request.path("taskType")))


def poll_data(request: Request, engine: Engine) -> Json:
    """Who polled one task type last, by domain."""
    return [_poll_data(each) for each in engine.reads.poll_data(request.required_text("taskType"))]


def all_poll_data(request: Request, engine: Engine) -> Json:
    """Who polled each task type last."""
    return [_poll_data(each) for each in engine.reads.poll_data()]


def _poll_data(poll: PollData) -> dict[str, Json]:
    body: dict[str, Json] = {"queueName": poll.task_type, "lastPollTime": poll.at}
    optional = {"domain": poll.domain, "workerId": poll.worker_id}
    return body | {name: value for name, value in optional.items() if value}


def _poll(request: Request, engine: Engine, *, count: int, wait_ms: int) -> list[dict[str, Json]]:
    found = engine.polls.poll(
        request.path("tasktype"),
        request.text("workerid") or "",
        request.text("domain") or "",
        count,
        wait_ms,
    )
    now = engine.ports.clock.now()
    return [polled_json(each, now) for each in found]


def _update(request: Request, engine: Engine) -> tuple[TaskResult, Task]:
    result = TaskResult.from_json(request.body_object())
    engine.validating.task_result(result)
    return result, engine.updates.update(result)


def _update_by_reference(request: Request, engine: Engine) -> Task | None:
    return engine.updates.update_by_ref(
        request.path("workflowId"),
        request.path("taskRefName"),
        request.path_choice("status", _REPORTABLE),
        request.body_object(),
        request.text("workerid") or "",
    )


def _signal(request: Request, engine: Engine) -> Task | None:
    status = request.path_choice("status", _REPORTABLE)
    return engine.signals.signal(request.path("workflowId"), status, request.body_object())
