"""Port of the metadata table.

The hot path only reads (``DefinitionReader``); registration belongs to the API
(``DefinitionStore``), whose AWS adapter is the only user of pynamodb.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from podium.domain.definitions import TaskDef, WorkflowDef


class DefinitionReader(Protocol):
    """Definitions by name, as starts and decisions need them."""

    def workflow(self, name: str, version: int | None) -> WorkflowDef | None:
        """The definition; version None means the highest. One GetItem, or one reverse Query of limit 1."""
        ...

    def task(self, name: str) -> TaskDef | None:
        """GetItem."""
        ...

    def tasks(self, names: Sequence[str]) -> dict[str, TaskDef]:
        """Those of ``names`` that exist: one BatchGetItem per 100."""
        ...


class DefinitionStore(DefinitionReader, Protocol):
    """Everything the metadata routes do."""

    def create_workflow(self, definition: WorkflowDef) -> bool:
        """Put iff (name, version) does not exist; False when it does."""
        ...

    def put_workflow(self, definition: WorkflowDef) -> None:
        """Create or replace."""
        ...

    def delete_workflow(self, name: str, version: int) -> bool:
        """False when there was none."""
        ...

    def all_workflows(self) -> Sequence[WorkflowDef]:
        """Every version, by name and version; a Query per page."""
        ...

    def workflow_versions(self, name: str) -> Sequence[WorkflowDef]:
        """Every version of one name, ascending; a Query per page."""
        ...

    def put_task(self, definition: TaskDef) -> None:
        """Create or replace."""
        ...

    def replace_task(self, definition: TaskDef) -> bool:
        """Replace iff it exists; False when it does not."""
        ...

    def delete_task(self, name: str) -> bool:
        """False when there was none."""
        ...

    def all_tasks(self) -> Sequence[TaskDef]:
        """Every task definition by name; a Query per page."""
        ...
