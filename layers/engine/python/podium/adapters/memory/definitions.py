"""DefinitionStore in memory: definitions as JSON text, read back through their own codec."""

from __future__ import annotations

from collections.abc import Sequence

from podium.adapters.items import text as json_text
from podium.adapters.items.batches import read_batches
from podium.adapters.memory.calls import Calls, Quirk
from podium.domain.definitions import TaskDef, WorkflowDef


class MemoryDefinitions:
    """Definitions of one process."""

    def __init__(self, calls: Calls | None = None) -> None:
        self._calls = calls or Calls()
        self._workflows: dict[tuple[str, int], str] = {}
        self._tasks: dict[str, str] = {}

    def workflow(self, name: str, version: int | None) -> WorkflowDef | None:
        with self._calls.call("GetItem" if version is not None else "Query"):
            if version is None:
                versions = [number for known, number in self._workflows if known == name]
                version = max(versions, default=None)
            encoded = None if version is None else self._workflows.get((name, version))
            return None if encoded is None else _workflow(encoded)

    def task(self, name: str) -> TaskDef | None:
        with self._calls.call("GetItem"):
            encoded = self._tasks.get(name)
            return None if encoded is None else _task(encoded)

    def tasks(self, names: Sequence[str]) -> dict[str, TaskDef]:
        return {definition.name: definition for definition in read_batches(names, self._batch)}

    def _batch(self, names: list[str]) -> tuple[list[TaskDef], list[str]]:
        with self._calls.call("BatchGetItem"):
            read = names[: len(names) - self._calls.happens(Quirk.UNPROCESSED, len(names))]
            found = [_task(self._tasks[name]) for name in read if name in self._tasks]
        return found, names[len(read) :]

    def create_workflow(self, definition: WorkflowDef) -> bool:
        return self._calls.write("PutItem", lambda: self._create(definition))

    def _create(self, definition: WorkflowDef) -> bool:
        key = (definition.name, definition.version)
        encoded = json_text.dumps(definition.to_json())
        return self._workflows.setdefault(key, encoded) is encoded

    def put_workflow(self, definition: WorkflowDef) -> None:
        with self._calls.call("PutItem"):
            key = (definition.name, definition.version)
            self._workflows[key] = json_text.dumps(definition.to_json())

    def delete_workflow(self, name: str, version: int) -> bool:
        key = (name, version)
        return self._calls.write("DeleteItem", lambda: self._workflows.pop(key, None) is not None)

    def all_workflows(self) -> Sequence[WorkflowDef]:
        with self._calls.call("Query"):
            return [_workflow(encoded) for _, encoded in sorted(self._workflows.items())]

    def workflow_versions(self, name: str) -> Sequence[WorkflowDef]:
        return [found for found in self.all_workflows() if found.name == name]

    def put_task(self, definition: TaskDef) -> None:
        with self._calls.call("PutItem"):
            self._tasks[definition.name] = json_text.dumps(definition.to_json())

    def replace_task(self, definition: TaskDef) -> bool:
        with self._calls.call("PutItem"):
            if definition.name not in self._tasks:
                return False
            self._tasks[definition.name] = json_text.dumps(definition.to_json())
            return True

    def delete_task(self, name: str) -> bool:
        return self._calls.write("DeleteItem", lambda: self._tasks.pop(name, None) is not None)

    def all_tasks(self) -> Sequence[TaskDef]:
        with self._calls.call("Query"):
            return [_task(encoded) for _, encoded in sorted(self._tasks.items())]


def _workflow(encoded: str) -> WorkflowDef:
    return WorkflowDef.from_json(json_text.load_map(encoded))


def _task(encoded: str) -> TaskDef:
    return TaskDef.from_json(json_text.load_map(encoded))
