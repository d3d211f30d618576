"""An installation in which calls are good: definitions, and executions in any state on demand."""

from __future__ import annotations

from itertools import count
from typing import Any

from functions.api.openapi.schemas import SCHEMAS
from tests.support.client import Client, definition, simple, task
from tests.support.stack import LocalStack

Json = dict[str, Any]

HANDLER: Json = SCHEMAS["EventHandler"]["examples"][0]


class World:
    """An installation with definitions, and executions on demand."""

    def __init__(self, stack: LocalStack) -> None:
        self.client = Client(stack)
        self.stack = stack
        self._numbers = count()
        self.client.register(
            {"name": "charge", "retryCount": 0},
            definition("order", simple("charge"), simple("ship")),
            definition("waits", task("WAIT", "wait_ref"), simple("ship")),
        )

    def fresh(self, name: str) -> str:
        """A name that nothing has yet."""
        return f"{name}_{next(self._numbers)}"

    def running(self) -> str:
        """An execution with an open task ``charge``."""
        return self.client.start("order", {"amount": 12})

    def paused(self) -> str:
        """A paused one."""
        workflow_id = self.running()
        self.client.call("PUT", f"/workflow/{workflow_id}/pause")
        return workflow_id

    def failed(self) -> str:
        """A failed one."""
        workflow_id = self.running()
        self._report(workflow_id, "FAILED")
        return workflow_id

    def waiting(self) -> str:
        """One that a WAIT blocks."""
        return self.client.start("waits", {"amount": 12})

    def task(self, workflow_id: str) -> Json:
        """Its first task."""
        found: Json = self.client.workflow(workflow_id)["tasks"][0]
        return found

    def result(self) -> Json:
        """A TaskResult of an open task."""
        workflow_id = self.running()
        return {
            "workflowInstanceId": workflow_id,
            "taskId": self.task(workflow_id)["taskId"],
            "status": "COMPLETED",
            "outputData": {"receipt": "R-1"},
        }

    def polled(self) -> str:
        """A task type that somebody has polled."""
        self.client.call("GET", "/tasks/poll/charge", workerid="w", domain="")
        return "charge"

    def logged(self) -> str:
        """Id of a task with a log."""
        task_id = self.task(self.running())["taskId"]
        self.client.call("POST", f"/tasks/{task_id}/log", "a line")
        return str(task_id)

    def stored(self, kind: str) -> str:
        """Path of a payload of the client's own."""
        query = {"path": "", "operation": "WRITE", "payloadType": kind}
        return str(self.client.call("GET", "/workflow/externalstoragelocation", **query)["path"])

    def workflow(self) -> str:
        """Name of a definition that was just registered."""
        name = self.fresh("flow")
        self.client.register(definition(name, simple("charge")))
        return name

    def task_type(self) -> str:
        """Name of a task definition that was just registered."""
        name = self.fresh("type")
        self.client.register({"name": name})
        return name

    def secret(self) -> str:
        """Name of a secret that was just stored."""
        name = self.fresh("secret")
        self.client.call("PUT", f"/secrets/{name}", "a long enough value")
        return name

    def schema(self) -> str:
        """Name of a schema that was just registered."""
        name = self.fresh("schema")
        self.client.call("POST", "/schema", {"name": name, "type": "JSON", "data": {}})
        return name

    def schedule(self, *, paused: bool = False) -> str:
        """Name of a schedule that was just saved."""
        name = self.fresh("schedule")
        self.client.call(
            "POST", "/scheduler/schedules", {**SCHEDULE, "name": name, "paused": paused}
        )
        return name

    def handler(self) -> str:
        """Name of an event handler that was just registered."""
        name = self.fresh("handler")
        self.client.call("POST", "/event", {**HANDLER, "name": name})
        return name

    def variable(self) -> str:
        """Name of an environment variable that was just set."""
        name = self.fresh("variable")
        self.stack.runtime.client("ssm").put_parameter(
            Name=f"/podium/environment/{name}", Value="here", Type="String"
        )
        return name

    def _report(self, workflow_id: str, status: str) -> None:
        result = {
            "workflowInstanceId": workflow_id,
            "taskId": self.task(workflow_id)["taskId"],
            "status": status,
        }
        self.client.call("POST", "/tasks", result)
        self.stack.settle()


SCHEDULE: Json = SCHEMAS["WorkflowSchedule"]["examples"][0]
