"""Conductor's Python SDK, each public method of which is called somewhere in these tests.

A test says with ``@calls`` which methods it is about; the fixture ``sdk`` sees to it that it really calls
them. ``test_sdk_methods.py`` holds the sum of all tests against what the SDK has.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from conductor.client.configuration.configuration import Configuration
from conductor.client.event.event_client import EventClient
from conductor.client.http.api_client import ApiClient
from conductor.client.http.models.start_workflow_request import StartWorkflowRequest
from conductor.client.http.models.workflow_def import WorkflowDef
from conductor.client.http.models.workflow_task import WorkflowTask
from conductor.client.orkes.orkes_metadata_client import OrkesMetadataClient
from conductor.client.orkes.orkes_scheduler_client import OrkesSchedulerClient
from conductor.client.orkes.orkes_secret_client import OrkesSecretClient
from conductor.client.orkes.orkes_task_client import OrkesTaskClient
from conductor.client.orkes.orkes_workflow_client import OrkesWorkflowClient
from conductor.client.workflow.executor.workflow_executor import WorkflowExecutor

CLIENTS: dict[str, Callable[[Configuration], Any]] = {
    "WorkflowClient": OrkesWorkflowClient,
    "TaskClient": OrkesTaskClient,
    "MetadataClient": OrkesMetadataClient,
    "SchedulerClient": OrkesSchedulerClient,
    "SecretClient": OrkesSecretClient,
    "EventClient": lambda configuration: EventClient(ApiClient(configuration)),
    "WorkflowExecutor": WorkflowExecutor,
}
Test = TypeVar("Test", bound=Callable[..., None])


def calls(*methods: str) -> Callable[[Test], Test]:
    """The test calls these methods, each ``Client.method``."""

    def mark(test: Test) -> Test:
        test.calls = frozenset(methods)  # type: ignore[attr-defined]  # read by the fixture
        return test

    return mark


def methods_of(client: Any) -> set[str]:
    """Names of the public methods of an instance."""
    return {name for name, _ in inspect.getmembers(client, callable) if not name.startswith("_")}


class Recorded:
    """A client that notes which of its methods are called."""

    def __init__(self, name: str, client: Any, called: set[str]) -> None:
        self._name, self._client, self._called = name, client, called

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._client, method)
        self._called.add(f"{self._name}.{method}")
        return found


class Sdk:
    """Every client of one server."""

    def __init__(self, url: str) -> None:
        configuration = Configuration(server_api_url=url)
        self.called: set[str] = set()
        self._clients = {
            name: Recorded(name, make(configuration), self.called) for name, make in CLIENTS.items()
        }
        self.workflows = self._clients["WorkflowClient"]
        self.tasks = self._clients["TaskClient"]
        self.metadata = self._clients["MetadataClient"]
        self.schedules = self._clients["SchedulerClient"]
        self.secrets = self._clients["SecretClient"]
        self.events = self._clients["EventClient"]
        self.executor = self._clients["WorkflowExecutor"]

    def register(self, name: str, *tasks: tuple[str, str], **fields: Any) -> StartWorkflowRequest:
        """A chain of tasks, each (type, reference name); returns the request that starts it."""
        chain = [WorkflowTask(name=ref, task_reference_name=ref, type=kind) for kind, ref in tasks]
        definition = WorkflowDef(name=name, version=1, tasks=chain, owner_email="a@b.c", **fields)
        self.metadata.update_workflow_def(definition, overwrite=True)
        return StartWorkflowRequest(name=name, version=1, input={"a": 1})

    def start(self, name: str, *tasks: tuple[str, str], **fields: Any) -> str:
        """Register a chain and start it; its id."""
        return str(self.workflows.start_workflow(self.register(name, *tasks, **fields)))

    def status(self, workflow_id: str) -> str:
        """Status of an execution."""
        return str(self.workflows.get_workflow(workflow_id, include_tasks=False).status)
