"""Event handlers as values (models.md 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from podium.domain.definitions import Record, codec

if TYPE_CHECKING:
    from podium.domain.json import JsonMap


class ActionType(StrEnum):
    """What an action does; lower case on the wire."""

    START_WORKFLOW = "start_workflow"
    COMPLETE_TASK = "complete_task"
    FAIL_TASK = "fail_task"
    TERMINATE_WORKFLOW = "terminate_workflow"
    UPDATE_WORKFLOW_VARIABLES = "update_workflow_variables"
    #: Known to the peer and not built here; refused at registration.
    START_AGENT = "start_agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartWorkflowAction(Record):
    """A workflow to start; name and version are taken as they are."""

    name: str | None = codec.text()
    version: int | None = codec.optional_integer()
    correlation_id: str | None = codec.text()
    input: JsonMap = codec.json_map()
    task_to_domain: Mapping[str, str | None] | None = codec.optional_text_map()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAction(Record):
    """A task to complete or to fail, by its id or by its workflow and reference name."""

    workflow_id: str | None = codec.text()
    task_ref_name: str | None = codec.text()
    task_id: str | None = codec.text()
    output: JsonMap = codec.json_map()
    reason_for_incompletion: str | None = codec.text()


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminateWorkflowAction(Record):
    """A workflow to terminate."""

    workflow_id: str | None = codec.text()
    termination_reason: str | None = codec.text()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateVariablesAction(Record):
    """Variables of a workflow to change."""

    workflow_id: str | None = codec.text()
    variables: JsonMap = codec.json_map()
    #: Lists are appended to the lists there are.
    append_array: bool | None = codec.optional_flag()


#: The details of an action.
Details = StartWorkflowAction | TaskAction | TerminateWorkflowAction | UpdateVariablesAction

_DETAILS: dict[str, type[Record]] = {
    "start_workflow": StartWorkflowAction,
    "complete_task": TaskAction,
    "fail_task": TaskAction,
    "terminate_workflow": TerminateWorkflowAction,
    "update_workflow_variables": UpdateVariablesAction,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(Record):
    """One thing a handler does; the details stand under the name of the action (models.md 4.2)."""

    action: ActionType | None = codec.choice(ActionType, by_value=True)
    expand_inline_json: bool = codec.named("expandInlineJSON", codec.flag())
    start_workflow: StartWorkflowAction | None = codec.named(
        "start_workflow", codec.record(lambda: StartWorkflowAction)
    )
    complete_task: TaskAction | None = codec.named(
        "complete_task", codec.record(lambda: TaskAction)
    )
    fail_task: TaskAction | None = codec.named("fail_task", codec.record(lambda: TaskAction))
    terminate_workflow: TerminateWorkflowAction | None = codec.named(
        "terminate_workflow", codec.record(lambda: TerminateWorkflowAction)
    )
    update_workflow_variables: UpdateVariablesAction | None = codec.named(
        "update_workflow_variables", codec.record(lambda: UpdateVariablesAction)
    )

    @property
    def details(self) -> Details | None:
        """What stands under the name of the action; None when nothing does."""
        if self.action is None or self.action.value not in _DETAILS:
            return None
        found: Details | None = getattr(self, self.action.value)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class EventHandler(Record):
    """What is to happen when a message of an event comes (models.md 4.1)."""

    name: str = codec.name()
    event: str = codec.name()
    #: A script over the payload ``$``, or what ``evaluator_type`` says; empty is always.
    condition: str | None = codec.text()
    actions: tuple[Action, ...] = codec.records(lambda: Action)
    #: Of an inactive handler nothing is done.
    active: bool = codec.flag()
    evaluator_type: str | None = codec.text()
