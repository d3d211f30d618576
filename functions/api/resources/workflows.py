"""Executions: start, read, operate (rest-api.md 3)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from functions.api.resources.runs import run_json
from podium.domain.definitions import IdempotencyStrategy
from podium.domain.idempotency import is_key
from podium.domain.requests import StartWorkflowRequest, WorkflowStateUpdate, WorkflowTestRequest
from podium.domain.signals import ReturnStrategy, limited_wait, marked_as_dynamic
from podium.domain.status import TaskStatus
from podium.domain.wire import (
    search_result_json,
    view_tasks_json,
    workflow_json,
    workflow_status_json,
)
from podium.domain.wire.why import why_json

if TYPE_CHECKING:
    from podium.bootstrap import Engine
    from podium.domain.json import Json
    from podium.http_event import Request

#: Headers in which clients send the key and its strategy where the body has no place for them.
IDEMPOTENCY_KEY = "X-Idempotency-key"
ON_CONFLICT = "X-on-conflict"
#: A synchronous execution waits this long unless it says otherwise, like the peer's.
_EXECUTION_WAIT_SECONDS = 10


def start(request: Request, engine: Engine) -> str:
    """By a request that names a definition or carries one."""
    wanted = _start_request(request)
    engine.validating.start(wanted)
    return engine.starts.start(wanted)


def start_by_name(request: Request, engine: Engine) -> str:
    """By name; the body is the input."""
    priority = request.number("priority", 0)
    engine.validating.priority(priority)
    wanted = StartWorkflowRequest(
        name=request.path("name"),
        version=request.optional_number("version"),
        correlation_id=request.text("correlationId"),
        priority=priority,
        input=request.body_object(),
        idempotency_key=request.header(IDEMPOTENCY_KEY),
        idempotency_strategy=request.header_choice(ON_CONFLICT, tuple(IdempotencyStrategy)),
    )
    return engine.starts.start(wanted)


def execute(request: Request, engine: Engine) -> Json:
    """Start one and answer when it has come to a stop; version 0 is the latest."""
    return _execute(request, engine, request.path_number("version") or None)


def execute_latest(request: Request, engine: Engine) -> Json:
    """The same with the highest version."""
    return _execute(request, engine, None)


def test(request: Request, engine: Engine) -> Json:
    """Run one with mocked tasks; the answer is the execution as it came to a stop."""
    wanted = WorkflowTestRequest.from_json(request.body_object())
    engine.validating.test(wanted)
    view = engine.reads.view(engine.mocking.run(wanted))
    return workflow_json(view, now=engine.ports.clock.now())


def get(request: Request, engine: Engine) -> Json:
    """One execution."""
    include_tasks = request.flag("includeTasks", default=True)
    view = engine.reads.view(request.path("workflowId"), include_tasks=include_tasks)
    return workflow_json(view, include_tasks=include_tasks, now=engine.ports.clock.now())


def post_message(request: Request, engine: Engine) -> str:
    """Put a message in the queue of one execution; the answer is its id."""
    return engine.messages.post(request.path("workflowId"), request.body_object())


def get_status(request: Request, engine: Engine) -> Json:
    """How one execution stands."""
    standing = engine.reads.standing(
        request.path("workflowId"),
        with_output=request.flag("includeOutput", default=False),
        with_variables=request.flag("includeVariables", default=False),
    )
    return workflow_status_json(
        standing.header, standing.start, output=standing.output, variables=standing.variables
    )


def why(request: Request, engine: Engine) -> Json:
    """Why one execution waits."""
    return why_json(engine.explaining.why(request.path("workflowId")))


def list_tasks(request: Request, engine: Engine) -> Json:
    """Some tasks of one execution."""
    start, count = request.number("start", 0), request.number("count", 15)
    statuses = request.choices("status", tuple(TaskStatus))
    page = engine.reads.tasks(request.path("workflowId"), start, count, statuses)
    shown = view_tasks_json(page.view, page.tasks, now=engine.ports.clock.now())
    return search_result_json(page.total, shown)


def decide(request: Request, engine: Engine) -> None:
    """Evaluate now."""
    engine.operations.decide(request.path("workflowId"))


def pause(request: Request, engine: Engine) -> None:
    """Hold back what is not handed out yet."""
    engine.operations.pause(request.path("workflowId"))


def resume(request: Request, engine: Engine) -> None:
    """Go on after a pause."""
    engine.operations.resume(request.path("workflowId"))


def terminate(request: Request, engine: Engine) -> None:
    """End it from outside."""
    engine.operations.terminate(request.path("workflowId"), request.text("reason") or "")


def update_variables(request: Request, engine: Engine) -> Json:
    """Put the body over the variables; the answer is the execution as it then is."""
    workflow_id = request.path("workflowId")
    engine.operations.update_variables(workflow_id, request.body_object())
    return workflow_json(engine.reads.view(workflow_id), now=engine.ports.clock.now())


def update_state(request: Request, engine: Engine) -> Json:
    """Update variables and a task; the answer is the execution, after a wait if one is asked for."""
    workflow_id = request.path("workflowId")
    update = WorkflowStateUpdate.from_json(request.body_object())
    wait = limited_wait(request.number("waitForSeconds", 0) * 1000, "waitForSeconds")
    wanted = update.result()
    # Looked for first: where there is none, the variables stay, too.
    found = None if wanted is None else engine.updates.open_task(workflow_id, wanted[0])
    if update.variables:
        engine.operations.update_variables(workflow_id, update.variables)
    if found is not None and wanted is not None:
        _, status, result = wanted
        engine.updates.merge(found, status, result.output_data, result.worker_id or "")
    refs = frozenset(request.texts("waitUntilTaskRef"))
    standstill = engine.awaiting.standstill(workflow_id, refs, engine.ports.clock.now() + wait)
    if not wait:
        standstill = replace(standstill, is_timeout=False)
    request_id = request.text("requestId") or engine.ports.ids.unique()
    return run_json(engine, standstill, ReturnStrategy.TARGET_WORKFLOW, request_id)


def _start_request(request: Request) -> StartWorkflowRequest:
    """The body; headers say what it leaves unsaid."""
    wanted = StartWorkflowRequest.from_json(request.body_object())
    key = request.header(IDEMPOTENCY_KEY)
    if key is None or is_key(wanted.idempotency_key):
        return wanted
    strategy = request.header_choice(ON_CONFLICT, tuple(IdempotencyStrategy))
    return replace(wanted, idempotency_key=key, idempotency_strategy=strategy)


def _execute(request: Request, engine: Engine, version: int | None) -> Json:
    strategy = request.choice(
        "returnStrategy", tuple(ReturnStrategy), ReturnStrategy.TARGET_WORKFLOW
    )
    seconds = request.number("waitForSeconds", _EXECUTION_WAIT_SECONDS) or _EXECUTION_WAIT_SECONDS
    until = engine.ports.clock.now() + limited_wait(seconds * 1000, "waitForSeconds")
    wanted = _start_request(request)
    wanted = marked_as_dynamic(replace(wanted, name=request.path("name"), version=version))
    engine.validating.start(wanted)
    workflow_id = engine.starts.start(wanted)
    refs = frozenset(request.texts("waitUntilTaskRef"))
    standstill = engine.awaiting.standstill(workflow_id, refs, until)
    request_id = request.text("requestId") or engine.ports.ids.unique()
    return run_json(engine, standstill, strategy, request_id)
