"""Check what clients send against the peer's constraints, and refuse it with every violation."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from podium.domain.validation import (
    ValidationContext,
    validate_mocks,
    validate_priority,
    validate_start_request,
    validate_task_def,
    validate_task_result,
    validate_workflow,
    validate_workflow_ids,
)
from podium.errors import InvalidInputError, ValidationError
from podium.services.allowance import Allowance

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from podium.domain.definitions import TaskDef, WorkflowDef
    from podium.domain.requests import StartWorkflowRequest, TaskResult, WorkflowTestRequest
    from podium.errors import Violation
    from podium.ports.bundle import Ports

#: Violations that are told of one request: an answer has its limit, too.
_MOST_TOLD = 1000


class Validating:
    """Raises ValidationError with all violations; ``call`` names the call and its argument in them
    (``registerWorkflowDef.arg0``, rest-api.md 1.2).
    """

    def __init__(
        self, ports: Ports, *, owner_email_mandatory: bool = False, name_validation: bool = False
    ) -> None:
        """The switches are those of models.md 6.1."""
        self._ports = ports
        self._context = ValidationContext(
            paths=ports.engines.path,
            scripts=ports.engines.script,
            schemas=ports.engines.schema,
            task_def=ports.definitions.task,
            schema_def=ports.schemas.get,
            owner_email_mandatory=owner_email_mandatory,
            name_validation=name_validation,
        )

    @property
    def context(self) -> ValidationContext:
        """What the checks of one request look things up with; they share its time."""
        engines = Allowance(self._ports.clock).measured(self._ports.engines)
        return replace(
            self._context, paths=engines.path, scripts=engines.script, schemas=engines.schema
        )

    def workflow(self, *definitions: tuple[WorkflowDef, str]) -> None:
        """Definitions, each with its call."""
        context = self.context
        _refuse(
            violation
            for definition, call in definitions
            for violation in validate_workflow(definition, context, call)
        )

    def task_def(self, *definitions: tuple[TaskDef, str]) -> None:
        """Task definitions, each with its call."""
        context = self.context
        _refuse(
            violation
            for definition, call in definitions
            for violation in validate_task_def(definition, context, call)
        )

    def start(self, request: StartWorkflowRequest) -> None:
        """A start request, with the definition in it; an input that is null is refused, too."""
        _refuse(validate_start_request(request, self.context))
        if not (request.name or "").strip() and request.workflow_def is None:
            raise InvalidInputError("Workflow name cannot be null or empty")
        request.given_input()

    def test(self, request: WorkflowTestRequest) -> None:
        """A start request with its mocks."""
        self.start(request)
        _refuse(validate_mocks(request))

    def priority(self, priority: int) -> None:
        """The priority as a query parameter."""
        _refuse(validate_priority(priority))

    def workflow_ids(self, ids: Sequence[str], call: str) -> None:
        """The ids of a bulk request to ``call``."""
        _refuse(validate_workflow_ids(ids, f"{call}.arg0"))

    def task_result(self, result: TaskResult) -> None:
        """A worker's result: ids, and a status unless it only extends the lease."""
        _refuse(validate_task_result(result))
        if result.status is None and not result.extend_lease:
            raise InvalidInputError(f"status is required to update task {result.task_id}")


def _refuse(violations: Iterable[Violation]) -> None:
    found = tuple(islice(violations, _MOST_TOLD))
    if found:
        raise ValidationError(found)
