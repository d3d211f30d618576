"""Register, change and list definitions (rest-api.md 2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from podium.errors import ConflictError, NotFoundError, PodiumError, ValidationError, Violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from podium.domain.definitions import TaskDef, WorkflowDef
    from podium.ports.definitions import DefinitionStore
    from podium.ports.outside import Clock
    from podium.services.validating import Validating


@dataclass(frozen=True, slots=True)
class Bulk:
    """What became of several: those that went well, and a message for each that did not."""

    successful: tuple[str, ...]
    errors: dict[str, str]


class Registering:
    """The metadata routes on the definition store. Executions keep their own copy of a definition."""

    def __init__(self, store: DefinitionStore, validating: Validating, clock: Clock) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._store = store
        self._validating = validating
        self._clock = clock

    # --- workflow definitions -------------------------------------------------------------------

    def create_workflow(self, definition: WorkflowDef, *, overwrite: bool = False) -> None:
        """Register one definition.

        Raises ConflictError when (name, version) exists and ``overwrite`` is not set, even if the
        definition is not valid either; ValidationError.
        """
        if overwrite:
            self._validating.workflow((definition, "updateWorkflowDef.arg0"))
            self._store.put_workflow(self._changed_workflow(definition))
            return
        taken = ConflictError(
            f"Workflow with {definition.name}.{definition.version} already exists!"
        )
        if definition.name and self._store.workflow(*definition.identity):
            raise taken
        self._validating.workflow((definition, "registerWorkflowDef.arg0"))
        new = replace(definition, create_time=self._clock.now(), update_time=0)
        if not self._store.create_workflow(new):
            raise taken

    def put_workflows(self, definitions: Sequence[WorkflowDef]) -> Bulk:
        """Create or replace; nothing is stored unless all are valid. Failures to store are reported
        by name. Raises ValidationError, for an empty list too.
        """
        if not definitions:
            _refuse_empty("updateWorkflowDef.arg0", "WorkflowDef list cannot be null or empty")
        self._validating.workflow(
            *(
                (definition, f"updateWorkflowDef.arg0[{index}]")
                for index, definition in enumerate(definitions)
            )
        )
        successful: list[str] = []
        errors: dict[str, str] = {}
        for definition in definitions:
            try:
                self._store.put_workflow(self._changed_workflow(definition))
                successful.append(definition.name)
            except PodiumError as error:
                errors[definition.name] = str(error)
        return Bulk(tuple(successful), errors)

    def validate_workflow(self, definition: WorkflowDef) -> None:
        """Raises ValidationError; stores nothing."""
        self._validating.workflow((definition, "validateWorkflowDef.arg0"))

    def workflow(self, name: str, version: int | None) -> WorkflowDef:
        """One definition, the highest version if none is given; raises NotFoundError."""
        found = self._store.workflow(name, version)
        if found is None:
            raise _no_workflow(name, version)
        return found

    def workflows(self, classifier: str | None = None) -> Sequence[WorkflowDef]:
        """Every version, by name and version; only those of one classifier if it is given."""
        found = self._store.all_workflows()
        if classifier is None:
            return found
        wanted = classifier.casefold()
        return [each for each in found if classifier_of(each).casefold() == wanted]

    def workflow_versions(self, name: str) -> Sequence[WorkflowDef]:
        """Every version of one name, ascending; empty for an unknown name."""
        return self._store.workflow_versions(name)

    def workflows_by_name(self) -> dict[str, list[WorkflowDef]]:
        """Every version by name, names sorted, versions ascending."""
        ordered = sorted(self._store.all_workflows(), key=lambda each: each.identity)
        return {name: list(group) for name, group in groupby(ordered, lambda each: each.name)}

    def delete_workflow(self, name: str, version: int) -> None:
        """Forget one version; raises NotFoundError."""
        if not self._store.delete_workflow(name, version):
            raise _no_workflow(name, version)

    # --- task definitions -----------------------------------------------------------------------

    def put_tasks(self, definitions: Sequence[TaskDef]) -> None:
        """Create or replace; nothing is stored unless all are valid. Raises ValidationError, for an
        empty list too.
        """
        if not definitions:
            _refuse_empty("registerTaskDef.arg0", "TaskDefList cannot be empty or null")
        self._validating.task_def(*_numbered(definitions, "registerTaskDef.arg0"))
        now = self._clock.now()
        for definition in definitions:
            new = replace(definition, create_time=now, update_time=0, updated_by=None)
            self._store.put_task(new)

    def replace_task(self, definition: TaskDef) -> None:
        """Replace an existing definition; raises ValidationError, NotFoundError."""
        self._validating.task_def((definition, "updateTaskDef.arg0"))
        old = self.task(definition.name)
        new = replace(
            definition,
            create_time=old.create_time,
            created_by=old.created_by,
            update_time=self._clock.now(),
        )
        if not self._store.replace_task(new):
            raise _no_task(definition.name)

    def task(self, name: str) -> TaskDef:
        """One definition; raises NotFoundError."""
        found = self._store.task(name)
        if found is None:
            raise _no_task(name)
        return found

    def tasks(self) -> Sequence[TaskDef]:
        """Every definition by name."""
        return self._store.all_tasks()

    def delete_task(self, name: str) -> None:
        """Forget one definition; raises NotFoundError."""
        if not self._store.delete_task(name):
            raise _no_task(name)

    def _changed_workflow(self, definition: WorkflowDef) -> WorkflowDef:
        """``definition`` as it replaces what is stored: the first creation stays known."""
        now = self._clock.now()
        old = self._store.workflow(*definition.identity)
        if old is None:
            return replace(definition, create_time=now, update_time=0)
        return replace(
            definition, create_time=old.create_time, created_by=old.created_by, update_time=now
        )


def classifier_of(definition: WorkflowDef) -> str:
    """What kind of workflow a definition says it is (rest-api.md 2.1)."""
    named = definition.metadata.get("classifier")
    if isinstance(named, str) and named.strip():
        return named
    if definition.metadata.get("agent_sdk") or definition.metadata.get("agentDef"):
        return "agent"
    return "workflow"


def _numbered(definitions: Iterable[TaskDef], call: str) -> Iterable[tuple[TaskDef, str]]:
    return ((each, f"{call}[{index}]") for index, each in enumerate(definitions))


def _refuse_empty(path: str, message: str) -> None:
    raise ValidationError((Violation(path, message),))


def _no_workflow(name: str, version: int | None) -> NotFoundError:
    which = "" if version is None else f", version: {version}"
    return NotFoundError(f"No such workflow found by name: {name}{which}")


def _no_task(name: str) -> NotFoundError:
    return NotFoundError(f"No such taskType found by name: {name}")
