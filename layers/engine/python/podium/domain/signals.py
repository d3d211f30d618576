"""Signals and synchronous execution: what a client waits for, and what it is answered (engine.md 9)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from podium.domain.schemas import SYSTEM_METADATA
from podium.errors import InvalidInputError

if TYPE_CHECKING:
    from podium.domain.execution import Header, Task
    from podium.domain.json import Json
    from podium.domain.requests import StartWorkflowRequest

WAIT = "WAIT"
#: A synchronous call waits no longer than this (ms): the HTTP front gives up after 30 s, the function
#: after 29, and the start and the answer need some of them.
LONGEST_WAIT_MS = 25_000


class ReturnStrategy(StrEnum):
    """Which model a synchronous call answers (rest-api.md 3.2)."""

    TARGET_WORKFLOW = "TARGET_WORKFLOW"
    BLOCKING_WORKFLOW = "BLOCKING_WORKFLOW"
    BLOCKING_TASK = "BLOCKING_TASK"
    BLOCKING_TASK_INPUT = "BLOCKING_TASK_INPUT"

    @property
    def is_task(self) -> bool:
        """The answer is a TaskRun."""
        return self in {ReturnStrategy.BLOCKING_TASK, ReturnStrategy.BLOCKING_TASK_INPUT}


@dataclass(frozen=True, slots=True)
class Blocking:
    """A task at which an execution, or one of its open sub-workflows, has come to a stop."""

    workflow_id: str
    task: Task


@dataclass(frozen=True, slots=True)
class Standstill:
    """Where a synchronous call ended: the execution it is about, and what blocks it."""

    target: Header
    #: The first blocking task of the open tree, depth first; None when it has ended or the limit came.
    blocking: Blocking | None
    #: The limit came before anything else did.
    is_timeout: bool


def can_be_signalled(task: Task) -> bool:
    """An open WAIT, with or without a timer; a HUMAN is not considered."""
    return task.type == WAIT and not task.status.is_terminal


def blocks(task: Task, refs: Collection[str]) -> bool:
    """An open WAIT that no timer ends, or an ended task that is waited for by its reference name."""
    if task.status.is_terminal:
        return task.wire_ref in refs
    return task.type == WAIT and not task.wait_until


def limited_wait(milliseconds: int, name: str) -> int:
    """How long a synchronous call may wait; raises InvalidInputError for a negative limit."""
    if milliseconds < 0:
        raise InvalidInputError(f"query parameter {name} must not be negative")
    return min(milliseconds, LONGEST_WAIT_MS)


def marked_as_dynamic(request: StartWorkflowRequest) -> StartWorkflowRequest:
    """A synchronous execution by an inline definition says so: ``_systemMetadata.dynamic`` is true.

    An input that lies in external storage is left alone: it counts only while the given one is empty.
    """
    given, definition = request.input, request.workflow_def
    if definition is None or not definition.tasks or given is None:
        return request
    if not given and request.external_input_payload_storage_path:
        return request
    known = given.get(SYSTEM_METADATA)
    metadata: dict[str, Json] = dict(known) if isinstance(known, dict) else {}
    return replace(request, input={**given, SYSTEM_METADATA: {**metadata, "dynamic": True}})
