"""A client and worker of the REST API, for tests that read as histories."""

from __future__ import annotations

from typing import Any

from tests.support.stack import LocalStack

Json = dict[str, Any]


def simple(ref: str, **fields: Any) -> Json:
    """A SIMPLE task polled by its ref."""
    return {"name": ref, "taskReferenceName": ref, "type": "SIMPLE", **fields}


def task(kind: str, ref: str, **fields: Any) -> Json:
    """A task of any type."""
    return {"name": ref, "taskReferenceName": ref, "type": kind, **fields}


def definition(name: str, *tasks: Json, **fields: Any) -> Json:
    """A workflow definition."""
    return {"name": name, "version": 1, "schemaVersion": 2, "tasks": list(tasks), **fields}


class Client:
    """Talks to one stack; every call but ``refused`` has to succeed."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = self.stack.request(method, f"/api{path}", body, query)
        assert answer.status < 300, f"{method} {path}: {answer.status} {answer.body}"
        return answer.body

    def register(self, *definitions: Json) -> None:
        """Workflow definitions, and task definitions (those without ``tasks``)."""
        for value in definitions:
            if "tasks" in value:
                self.call("POST", "/metadata/workflow", value, overwrite="true")
            else:
                self.call("POST", "/metadata/taskdefs", [value])

    def start(self, name: str, input_: Json | None = None) -> str:
        workflow_id = str(self.call("POST", f"/workflow/{name}", input_ or {}))
        self.stack.settle()
        return workflow_id

    def run(self, value: Json, input_: Json | None = None) -> str:
        """Start with an inline definition."""
        body = {"name": value["name"], "workflowDef": value, "input": input_ or {}}
        workflow_id = str(self.call("POST", "/workflow", body))
        self.stack.settle()
        return workflow_id

    def poll(self, task_type: str) -> Json | None:
        found = self.call("GET", f"/tasks/poll/{task_type}", workerid="w")
        return found or None

    def finish(
        self, task_type: str, output: Json | None = None, status: str = "COMPLETED", **fields: Any
    ) -> Json:
        """Poll one task and report it."""
        polled = self.poll(task_type)
        assert polled is not None, f"nothing to poll for {task_type}"
        result = {
            "workflowInstanceId": polled["workflowInstanceId"],
            "taskId": polled["taskId"],
            "status": status,
            "outputData": output or {},
            **fields,
        }
        self.call("POST", "/tasks", result)
        self.stack.settle()
        return polled

    def fail(self, task_type: str, reason: str = "bad", **fields: Any) -> Json:
        return self.finish(task_type, status="FAILED", reasonForIncompletion=reason, **fields)

    def workflow(self, workflow_id: str) -> Json:
        found: Json = self.call("GET", f"/workflow/{workflow_id}")
        return found

    def status(self, workflow_id: str) -> str:
        return str(self.workflow(workflow_id)["status"])

    def tasks(self, workflow_id: str) -> list[tuple[str, str]]:
        """Reference names and statuses in order."""
        tasks = self.workflow(workflow_id)["tasks"]
        return [(each["referenceTaskName"], each["status"]) for each in tasks]

    def task(self, workflow_id: str, ref: str) -> Json:
        """The latest task with this reference name."""
        tasks = self.workflow(workflow_id)["tasks"]
        found: Json = [each for each in tasks if each["referenceTaskName"] == ref][-1]
        return found
