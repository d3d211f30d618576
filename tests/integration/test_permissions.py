"""Every call that a function makes is one that the topology grants it, over a run that uses a bit of everything."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import pytest

from infra.topology import DEAD_LETTER_QUEUES
from podium import bootstrap
from podium.adapters.aws.clients import Clients
from podium.settings import Settings
from podium_local.clock import LocalClock
from podium_local.pump.invoking import Handler, import_handler
from podium_local.topology import TOPOLOGY, Function
from tests.support.client import Client, definition, simple, task
from tests.support.permissions import Permissions
from tests.support.stack import local_stack

_running: ContextVar[str] = ContextVar("running", default="")


class Watch:
    """Notes what each function calls."""

    def __init__(self) -> None:
        self.calls: dict[tuple[str, str, str], Any] = {}

    def find(self, function: Function) -> Handler:
        handler = import_handler(function)

        def named(event: dict[str, Any], context: Any) -> Any:
            token = _running.set(function.name)
            try:
                return handler(event, context)
            finally:
                _running.reset(token)

        return named

    def engine(self, clock: LocalClock) -> None:
        """Make this process's engine, its clients watched."""
        clients = Clients()
        clients.session.register("before-parameter-build", self._note)
        settings = Settings.from_environment(os.environ)
        bootstrap.install(
            bootstrap.build(settings, clients=clients, clock=clock, sleep=clock.sleep)
        )

    def _note(self, **event: Any) -> None:
        params, model = event["params"], event["model"]
        name = _running.get()
        if name:
            service = model.service_model.service_name
            kinds = tuple(str(each) for each in params.get("TransactItems", ()))
            self.calls[name, service, f"{model.name}{kinds}"] = (model.name, dict(params))


@pytest.fixture
def watched() -> Iterator[tuple[Watch, Client]]:
    watch = Watch()
    settings = {"PODIUM_TASK_STATUS_EVENTS": "true", "PODIUM_PAYLOAD_THRESHOLD_BYTES": "2000"}
    with local_stack(
        inline_advance=False, settings=settings, engine=watch.engine, find=watch.find
    ) as stack:
        yield watch, Client(stack)


def _use_everything(client: Client) -> None:
    keyed = {"idempotencyKey": "k", "idempotencyStrategy": "RETURN_EXISTING"}
    schema = {"name": "s", "type": "JSON", "data": {"type": "object"}}
    payload = {"e": "${workflow.env.REGION}", "o": "${costly.output}"}
    costly = simple(
        "costly",
        cacheConfig={"key": "${large}", "ttlInSecond": 60},
        inputParameters={"large": "${workflow.input.large}"},
        taskDefinition={"name": "costly", "enforceSchema": True, "outputSchema": schema},
        onStateChange={"onSuccess": [{"type": "done", "payload": payload}]},
    )
    child = definition("child", task("WAIT", "pause", inputParameters={"duration": "1 hour"}))
    parent = definition(
        "parent",
        costly,
        task("SET_VARIABLE", "note", inputParameters={"v": "${costly.output.n}"}),
        task("SUB_WORKFLOW", "sub", subWorkflowParam={"name": "child", "version": 1, **keyed}),
        workflowStatusListenerEnabled=True,
        inputSchema=schema,
    )
    client.register(
        child, parent, {**parent, "name": "sink", "workflowStatusListenerSink": "sqs:x"}
    )
    client.call("POST", "/workflow", {"name": "child", "input": {}, **keyed})
    given = {"large": "x" * 5000}
    first = client.start("parent", given)
    client.finish("costly", {"n": 1, "large": "y" * 5000})
    second = client.start("sink", given)
    client.call("POST", f"/workflow/{second}/variables", {"v": 2})
    for name, minutes in (("near", "*/10"), ("far", "40")):
        plan = {"cronExpression": f"0 {minutes} * * * *", "startWorkflowRequest": {"name": "child"}}
        client.call("POST", "/scheduler/schedules", {"name": name, **plan})
    client.stack.advance(3700)
    client.call("PUT", "/scheduler/bulk/pause", ["near", "far"])
    client.call("GET", "/scheduler/search/executions")
    client.call("GET", "/scheduler/admin/pause")
    client.call("DELETE", "/scheduler/schedules/far")
    assert [client.status(each) for each in (first, second)] == ["COMPLETED"] * 2
    again = {"name": "child", "input": {}, **keyed, "idempotencyStrategy": "FAIL_ON_RUNNING"}
    client.call("POST", "/workflow", again)
    client.stack.settle()


def _use_events(client: Client) -> None:
    """Every carrier, opened, used and closed, and every action."""
    wake = {
        "action": "complete_task",
        "complete_task": {"workflowId": "${workflowInstanceId}", "taskRefName": "w"},
    }
    start = {"action": "start_workflow", "start_workflow": {"name": "child"}}
    events = ["conductor:teller:t0", "sqs:q", "sns:t", "eventbridge:events:d"]
    for event in events:
        handler = {"name": event, "event": event, "active": True, "actions": [start]}
        client.call("POST", "/event", handler)
    client.call(
        "PUT",
        "/event",
        {"name": "sqs:q", "event": "sqs:q", "active": True, "actions": [start, wake]},
    )
    sinks = ["conductor", *events[1:]]
    tell = [
        task("EVENT", f"t{n}", sink=sink, inputParameters={"x": "x" * 3000 * n})
        for n, sink in enumerate(sinks)
    ]
    wf = client.run(definition("teller", *tell, task("WAIT", "w"), task("WAIT", "v")))
    client.stack.advance(60)
    assert client.task(wf, "w")["status"] == "COMPLETED"
    client.call("POST", f"/queue/update/{wf}/v/COMPLETED", {})
    client.stack.settle()
    assert client.status(wf) == "COMPLETED"
    for path in ("/queue/", "/queue/size", "/admin/queues?verbose=true"):
        client.call("GET", path.partition("?")[0], **({"verbose": "true"} if "?" in path else {}))
    resources = client.stack.runtime.resources
    for name in DEAD_LETTER_QUEUES:
        url = resources.queue_urls[name]
        client.stack.runtime.client("sqs").send_message(QueueUrl=url, MessageBody="{}")
    client.call("GET", "/admin/dead-letters")
    for name in DEAD_LETTER_QUEUES:
        client.call("POST", f"/admin/dead-letters/{name}/redrive")
    for event in events:
        client.call("DELETE", f"/event/{event}")


def test_no_function_makes_a_call_that_it_was_not_granted(
    watched: tuple[Watch, Client],
) -> None:
    watch, client = watched
    _use_everything(client)
    _use_events(client)
    permissions = Permissions(TOPOLOGY)
    missing = {
        (function, operation, need)
        for (function, service, _), (operation, params) in watch.calls.items()
        for need in permissions.missing(function, service, operation, params)
    }
    assert missing == set()
    callers = {function for function, _, _ in watch.calls}
    expected = {"api", "poll", "decider", "timers", "listeners", "schedules", "system_tasks"}
    assert expected | {"events"} <= callers
    listeners = {
        operation for (name, *_), (operation, _) in watch.calls.items() if name == "listeners"
    }
    assert {"PutEvents", "SendMessage", "GetParameters", "GetObject"} <= listeners
    scheduling = {
        (name, operation)
        for (name, service, _), (operation, _) in watch.calls.items()
        if service == "scheduler"
    }
    assert scheduling == {
        ("api", "CreateSchedule"),
        ("api", "DeleteSchedule"),
        ("schedules", "CreateSchedule"),
    }
