"""A good call of every row of the route table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from functions.api.openapi.schemas import SCHEMAS
from functions.api.route import RAW, Route
from tests.support.client import definition, simple
from tests.support.world import HANDLER, SCHEDULE, World


def name_of(route: Route) -> str:
    """The row's name in tests."""
    return f"{route.method} {route.path}"


def example_body(route: Route) -> Any:
    """The example of the row's body model; None when there is no body."""
    if route.body is None:
        return None
    if route.body == RAW:
        return "a line of text"
    model = route.body.removesuffix("?")
    if model == "Text[]":
        return ["nobody"]
    example = SCHEMAS[model.removesuffix("[]")]["examples"][0]
    return [example] if model.endswith("[]") else example


@dataclass(frozen=True)
class Call:
    """What a row is called with: values of the path's variables, a body (None: the example), a query."""

    path: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)


def _of(find: Callable[[World], str], variable: str, **more: str) -> Callable[[World], Call]:
    return lambda world: Call({variable: find(world), **more})


def _workflow(
    find: Callable[[World], str], body: Any = None, **query: Any
) -> Callable[[World], Call]:
    return lambda world: Call({"workflowId": find(world)}, body, query)


def _ids(find: Callable[[World], str], **query: Any) -> Callable[[World], Call]:
    return lambda world: Call(body=[find(world), "nobody"], query=query)


def _location(world: World) -> Call:
    return Call(query={"path": "", "operation": "WRITE", "payloadType": "TASK_OUTPUT"})


def _by_reference(world: World) -> Call:
    path = {"workflowId": world.running(), "taskRefName": "charge", "status": "COMPLETED"}
    return Call(path, {"receipt": "R-1"})


def _signal(world: World) -> Call:
    return Call({"workflowId": world.waiting(), "status": "COMPLETED"}, {"receipt": "R-1"})


def _nothing(_: World) -> Call:
    return Call()


_running, _failed = World.running, World.failed
_START = {"name": "order", "version": 1, "input": {"amount": 12}}
_WAIT = {"waitForSeconds": 1}

#: By row: how to call it well. A row that is not here is called as it is, with its example.
CALLS: dict[str, Callable[[World], Call]] = {
    "POST /api/metadata/workflow": lambda w: Call(
        body=definition(w.fresh("new"), simple("charge"))
    ),
    "PUT /api/metadata/workflow": lambda w: Call(body=[definition(w.fresh("new"), simple("a"))]),
    "POST /api/metadata/taskdefs": lambda w: Call(body=[{"name": w.fresh("type")}]),
    "GET /api/metadata/workflow/{name}": _of(World.workflow, "name"),
    "GET /api/metadata/workflow/{name}/versions": _of(World.workflow, "name"),
    "DELETE /api/metadata/workflow/{name}/{version}": _of(World.workflow, "name", version="1"),
    "PUT /api/metadata/taskdefs": lambda w: Call(body={"name": w.task_type(), "retryCount": 1}),
    "GET /api/metadata/taskdefs/{tasktype}": _of(World.task_type, "tasktype"),
    "DELETE /api/metadata/taskdefs/{tasktype}": _of(World.task_type, "tasktype"),
    "POST /api/workflow": lambda _: Call(body=_START),
    "POST /api/workflow/{name}": lambda _: Call({"name": "order"}, {"amount": 12}, {"priority": 3}),
    "POST /api/workflow/execute/{name}/{version}": lambda _: Call(
        {"name": "waits", "version": "1"}, {"name": "waits"}, _WAIT
    ),
    "POST /api/workflow/execute/{name}": lambda _: Call(
        {"name": "waits"}, {"name": "waits"}, _WAIT
    ),
    "GET /api/workflow/{workflowId}": _workflow(_running, includeTasks="True"),
    "GET /api/workflow/{workflowId}/status": _workflow(
        _running, includeOutput="true", includeVariables="true"
    ),
    "GET /api/workflow/{workflowId}/why": _workflow(_running),
    "GET /api/workflow/{workflowId}/tasks": _workflow(_running, status="SCHEDULED,FAILED"),
    "GET /api/workflow/running/{name}": lambda _: Call({"name": "order"}),
    "GET /api/workflow/{name}/correlated/{correlationId}": lambda _: Call(
        {"name": "order", "correlationId": "A-7"}
    ),
    "POST /api/workflow/{name}/correlated": lambda _: Call({"name": "order"}, ["A-7"]),
    "GET /api/workflow/externalstoragelocation": _location,
    "GET /api/workflow/external-storage-location": _location,
    "GET /api/tasks/externalstoragelocation": _location,
    "GET /api/tasks/external-storage-location": _location,
    "PUT /api/workflow/decide/{workflowId}": _workflow(_running),
    "PUT /api/workflow/{workflowId}/pause": _workflow(_running),
    "PUT /api/workflow/{workflowId}/resume": _workflow(World.paused),
    "DELETE /api/workflow/{workflowId}": _workflow(_running, reason="enough"),
    "POST /api/workflow/{workflowId}/restart": _workflow(_failed),
    "POST /api/workflow/{workflowId}/retry": _workflow(_failed),
    "POST /api/workflow/{workflowId}/rerun": _workflow(_failed, {"workflowInput": {"amount": 1}}),
    "PUT /api/workflow/{workflowId}/skiptask/{taskReferenceName}": _of(
        _running, "workflowId", taskReferenceName="ship"
    ),
    "POST /api/workflow/{workflowId}/resetcallbacks": _workflow(_running),
    "DELETE /api/workflow/{workflowId}/remove": _workflow(_failed),
    "DELETE /api/workflow/{workflowId}/terminate-remove": _workflow(_running),
    "POST /api/workflow/{workflowId}/jump/{taskReferenceName}": _of(
        _running, "workflowId", taskReferenceName="ship"
    ),
    "POST /api/workflow/{workflowId}/variables": _workflow(_running, {"approved": True}),
    "POST /api/workflow/{workflowId}/state": _workflow(_running, {"variables": {"approved": True}}),
    "POST /api/workflow/{workflowId}/upgrade": _workflow(_running, {"name": "order", "version": 1}),
    "POST /api/workflow/{workflowId}/messages": _workflow(_running, {"text": "hello"}),
    "PUT /api/workflow/bulk/pause": _ids(_running),
    "PUT /api/workflow/bulk/resume": _ids(World.paused),
    "POST /api/workflow/bulk/restart": _ids(_failed),
    "POST /api/workflow/bulk/retry": _ids(_failed),
    "POST /api/workflow/bulk/terminate": _ids(_running, reason="enough"),
    "DELETE /api/workflow/bulk/remove": _ids(_failed),
    "DELETE /api/workflow/bulk/terminate-remove": _ids(_running, reason="enough"),
    "POST /api/workflow/bulk/search": _ids(_running),
    "GET /api/tasks/poll/{tasktype}": lambda w: Call(
        {"tasktype": "charge"}, query={"workerid": w.running()}
    ),
    "GET /api/tasks/poll/batch/{tasktype}": lambda w: Call(
        {"tasktype": "charge"}, query={"workerid": w.running(), "count": 2}
    ),
    "POST /api/tasks": lambda w: Call(body=w.result()),
    "POST /api/tasks/update-v2": lambda w: Call(body=[w.running(), w.result()][1]),
    "POST /api/tasks/{workflowId}/{taskRefName}/{status}": _by_reference,
    "POST /api/tasks/{workflowId}/{taskRefName}/{status}/sync": _by_reference,
    "POST /api/tasks/{workflowId}/{status}/signal": _signal,
    "POST /api/tasks/{workflowId}/{status}/signal/sync": _signal,
    "POST /api/tasks/{taskId}/log": lambda w: Call({"taskId": w.task(w.running())["taskId"]}),
    "GET /api/tasks/{taskId}/log": _of(World.logged, "taskId"),
    "GET /api/tasks/{taskId}": lambda w: Call({"taskId": w.task(w.running())["taskId"]}),
    "GET /api/tasks/queue/size": lambda _: Call(query={"taskType": "charge"}),
    "GET /api/tasks/queue/sizes": lambda _: Call(query={"taskType": ["charge", "ship"]}),
    "GET /api/tasks/queue/polldata": lambda w: Call(query={"taskType": w.polled()}),
    "POST /api/tasks/queue/requeue/{taskType}": lambda w: Call(
        {"taskType": [w.running(), "charge"][1]}
    ),
    "GET /api/metadata/workflow/{name}/tags": _of(World.workflow, "name"),
    "POST /api/metadata/workflow/{name}/tags": _of(World.workflow, "name"),
    "PUT /api/metadata/workflow/{name}/tags": _of(World.workflow, "name"),
    "DELETE /api/metadata/workflow/{name}/tags": _of(World.workflow, "name"),
    "GET /api/metadata/task/{name}/tags": _of(World.task_type, "name"),
    "POST /api/metadata/task/{name}/tags": _of(World.task_type, "name"),
    "PUT /api/metadata/task/{name}/tags": _of(World.task_type, "name"),
    "DELETE /api/metadata/task/{name}/tags": _of(World.task_type, "name"),
    "GET /api/schema/{name}": _of(World.schema, "name"),
    "GET /api/schema/{name}/{version}": _of(World.schema, "name", version="1"),
    "DELETE /api/schema/{name}": _of(World.schema, "name"),
    "DELETE /api/schema/{name}/{version}": _of(World.schema, "name", version="1"),
    "GET /api/admin/task/{tasktype}": lambda w: Call({"tasktype": [w.running(), "charge"][1]}),
    "POST /api/admin/sweep/requeue/{workflowId}": _workflow(_running),
    "POST /api/admin/consistency/verifyAndRepair/{workflowId}": _workflow(_running),
    "POST /api/scheduler/schedules": lambda w: Call(body={**SCHEDULE, "name": w.fresh("s")}),
    "GET /api/scheduler/schedules/{name}": _of(World.schedule, "name"),
    "DELETE /api/scheduler/schedules/{name}": _of(World.schedule, "name"),
    "PUT /api/scheduler/schedules/{name}/pause": _of(World.schedule, "name"),
    "PUT /api/scheduler/schedules/{name}/resume": lambda w: Call({"name": w.schedule(paused=True)}),
    "GET /api/scheduler/nextFewSchedules": lambda _: Call(
        query={"cronExpression": "0 30 8 * * MON-FRI", "limit": 3}
    ),
    "GET /api/scheduler/schedules/{name}/tags": _of(World.schedule, "name"),
    "PUT /api/scheduler/schedules/{name}/tags": _of(World.schedule, "name"),
    "DELETE /api/scheduler/schedules/{name}/tags": _of(World.schedule, "name"),
    "PUT /api/scheduler/bulk/pause": _ids(World.schedule),
    "PUT /api/scheduler/bulk/resume": lambda w: Call(body=[w.schedule(paused=True), "nobody"]),
    "POST /api/event": lambda w: Call(body={**HANDLER, "name": w.fresh("handler")}),
    "PUT /api/event": lambda w: Call(body={**HANDLER, "name": w.handler()}),
    "DELETE /api/event/{name}": _of(World.handler, "name"),
    "GET /api/event/{event}": lambda w: Call({"event": [w.handler(), HANDLER["event"]][1]}),
    "GET /api/event/execution/{event}": lambda w: Call({"event": HANDLER["event"]}),
    "POST /api/admin/dead-letters/{queue}/redrive": lambda _: Call(
        {"queue": "timers-dead-letters"}, query={"limit": "10"}
    ),
    "GET /api/admin/queues": lambda _: Call(query={"verbose": "True"}),
    "POST /api/queue/update/{workflowId}/{taskRefName}/{status}": lambda w: Call(
        {"workflowId": w.running(), "taskRefName": "charge", "status": "COMPLETED"}
    ),
    "POST /api/queue/update/{workflowId}/task/{taskId}/{status}": lambda w: Call(
        {"workflowId": "nobody", "taskId": w.task(w.running())["taskId"], "status": "COMPLETED"}
    ),
    "GET /api/secrets/{key}": _of(World.secret, "key"),
    "PUT /api/secrets/{key}": lambda w: Call({"key": w.fresh("secret")}),
    "DELETE /api/secrets/{key}": _of(World.secret, "key"),
    "GET /api/secrets/{key}/exists": _of(World.secret, "key"),
    "GET /api/environment/{key}": _of(World.variable, "key"),
}


def good_call(route: Route, world: World) -> Call:
    """A call that the row answers with its own status; a name that nobody gave is of nobody."""
    call = CALLS.get(name_of(route), _nothing)(world)
    return replace(call, path={**dict.fromkeys(route.variables, "nobody"), **call.path})
