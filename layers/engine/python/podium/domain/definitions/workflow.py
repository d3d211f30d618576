"""WorkflowDef and the tree of WorkflowTasks in it (models.md 1.1, 1.2, 1.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from podium.domain.definitions import codec
from podium.domain.definitions.enums import IdempotencyStrategy, JoinMode, WorkflowTimeoutPolicy
from podium.domain.definitions.record import Record
from podium.domain.definitions.schema import (
    Auditable,
    CacheConfig,
    RateLimitConfig,
    SchemaDef,
    StateChangeEvent,
)
from podium.domain.definitions.task import TaskDef

if TYPE_CHECKING:
    from podium.domain.json import Json, JsonMap


@dataclass(frozen=True, slots=True, kw_only=True)
class SubWorkflowParams(Record):
    """Which workflow a SUB_WORKFLOW task starts: a registered one, or the definition given here."""

    name: str | None = codec.text()
    version: int | None = codec.optional_integer()
    task_to_domain: Mapping[str, str | None] | None = codec.optional_text_map()
    #: A definition, or an expression ``${...}`` that yields one.
    workflow_definition: WorkflowDef | str | None = codec.record_or_expression(lambda: WorkflowDef)
    idempotency_key: str | None = codec.text()
    idempotency_strategy: IdempotencyStrategy | None = codec.choice(IdempotencyStrategy)
    #: A number or an expression; None is the priority of the parent.
    priority: Json = codec.anything()

    @property
    def workflow_name(self) -> str | None:
        """Name of the workflow: that of the definition when one is given here."""
        inline = self.workflow_definition
        return inline.name if isinstance(inline, WorkflowDef) else self.name

    @property
    def workflow_version(self) -> int | None:
        """Version of the workflow: that of the definition when one is given here."""
        inline = self.workflow_definition
        return inline.version if isinstance(inline, WorkflowDef) else self.version


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowTask(Record):
    """One task of a workflow definition, with the tasks nested in it."""

    name: str = codec.name()
    task_reference_name: str = codec.name()
    description: str | None = codec.text()
    input_parameters: JsonMap = codec.json_map()
    type: str = codec.fixed_text("SIMPLE", "workflowTaskType")
    #: Seconds.
    start_delay: int = codec.integer()
    optional: bool = codec.flag()
    permissive: bool = codec.flag()
    #: Overrides the retryCount of the task definition.
    retry_count: int | None = codec.optional_integer()
    async_complete: bool = codec.flag()
    task_definition: TaskDef | None = codec.record(lambda: TaskDef)
    rate_limited: bool | None = codec.optional_flag()
    sub_workflow_param: SubWorkflowParams | None = codec.record(lambda: SubWorkflowParams)
    decision_cases: Mapping[str, tuple[WorkflowTask, ...]] = codec.record_map(lambda: WorkflowTask)
    default_case: tuple[WorkflowTask, ...] = codec.records(lambda: WorkflowTask)
    evaluator_type: str | None = codec.text()
    expression: str | None = codec.text()
    case_value_param: str | None = codec.text()
    case_expression: str | None = codec.text()
    script_expression: str | None = codec.text()
    fork_tasks: tuple[tuple[WorkflowTask, ...], ...] = codec.record_lists(lambda: WorkflowTask)
    dynamic_fork_tasks_param: str | None = codec.text()
    dynamic_fork_tasks_input_param_name: str | None = codec.text()
    dynamic_fork_join_tasks_param: str | None = codec.text()
    dynamic_task_name_param: str | None = codec.text()
    join_on: tuple[str, ...] = codec.texts()
    join_status: str | None = codec.text()
    join_mode: JoinMode | None = codec.choice(JoinMode)
    default_exclusive_join_task: tuple[str, ...] = codec.texts()
    loop_condition: str | None = codec.text()
    loop_over: tuple[WorkflowTask, ...] = codec.records(lambda: WorkflowTask)
    items: str | None = codec.text()
    try_tasks: tuple[WorkflowTask, ...] = codec.optional_records(lambda: WorkflowTask)
    catch_tasks: tuple[WorkflowTask, ...] = codec.optional_records(lambda: WorkflowTask)
    finally_tasks: tuple[WorkflowTask, ...] = codec.optional_records(lambda: WorkflowTask)
    #: TRY_CATCH: statuses that are caught; none given are those of ``try_catch.CAUGHT``.
    catch_on: tuple[str, ...] = codec.optional_texts()
    sink: str | None = codec.text()
    on_state_change: Mapping[str, tuple[StateChangeEvent, ...]] = codec.record_map(
        lambda: StateChangeEvent
    )
    cache_config: CacheConfig | None = codec.record(lambda: CacheConfig)
    metadata: JsonMap = codec.json_map()

    @property
    def child_lists(self) -> tuple[tuple[WorkflowTask, ...], ...]:
        """The task lists that a task of this type runs: cases, branches, the body of a loop and so on.

        As with the peer, a list on a task of another type is kept, but never runs.
        """
        match self.type:
            case "SWITCH" | "DECISION":
                return (*self.decision_cases.values(), self.default_case)
            case "FORK_JOIN":
                return self.fork_tasks
            case "DO_WHILE" | "FOR_EACH":
                return (self.loop_over,)
            case "TRY_CATCH":
                return (self.try_tasks, self.catch_tasks, self.finally_tasks)
            case _:
                return ()

    @property
    def children(self) -> Iterator[WorkflowTask]:
        """The tasks nested directly in this task, in the order of :func:`walk`."""
        return chain.from_iterable(self.child_lists)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowDef(Auditable):
    """A workflow definition; its identity is (name, version)."""

    name: str = codec.name()
    version: int = codec.integer(1)
    description: str | None = codec.text()
    tasks: tuple[WorkflowTask, ...] = codec.records(lambda: WorkflowTask)
    input_parameters: tuple[str, ...] = codec.texts()
    output_parameters: JsonMap = codec.json_map()
    input_template: JsonMap = codec.json_map()
    variables: JsonMap = codec.json_map()
    failure_workflow: str | None = codec.text()
    failure_workflow_version: int | None = codec.optional_integer()
    schema_version: int = codec.integer(2)
    restartable: bool = codec.flag(True)
    workflow_status_listener_enabled: bool = codec.flag()
    workflow_status_listener_sink: str | None = codec.text()
    owner_email: str | None = codec.text()
    timeout_policy: WorkflowTimeoutPolicy = codec.choice(
        WorkflowTimeoutPolicy, WorkflowTimeoutPolicy.ALERT_ONLY
    )
    timeout_seconds: int = codec.long()
    rate_limit_config: RateLimitConfig | None = codec.record(lambda: RateLimitConfig)
    input_schema: SchemaDef | None = codec.record(lambda: SchemaDef)
    output_schema: SchemaDef | None = codec.record(lambda: SchemaDef)
    enforce_schema: bool = codec.flag(True)
    metadata: JsonMap = codec.json_map()
    cache_config: CacheConfig | None = codec.record(lambda: CacheConfig)
    masked_fields: tuple[str, ...] = codec.texts()

    @property
    def identity(self) -> tuple[str, int]:
        """Name and version."""
        return self.name, self.version

    @property
    def key(self) -> str:
        """The display key ``name.version``."""
        return f"{self.name}.{self.version}"


def walk(tasks: Iterable[WorkflowTask]) -> Iterator[WorkflowTask]:
    """Every task in pre-order: a task, then its ``child_lists``, cases in the map's own order.

    Definitions inside ``subWorkflowParam`` are other workflows and are not entered.
    """
    pending = [iter(tasks)]
    while pending:
        task = next(pending[-1], None)
        if task is None:
            pending.pop()
            continue
        yield task
        pending.append(task.children)
