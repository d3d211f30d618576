"""Start: the snapshot of the definition, the header before the first decision (engine.md 1.4, 16)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.children import StartSpec
from podium.domain.decision import Context, Missing, Need, NeedTaskDef, NeedWorkflowDef
from podium.domain.definitions import SubWorkflowParams, TaskDef, WorkflowDef, WorkflowTask, walk
from podium.domain.execution import Header, Parent, StartRecord
from podium.domain.listening import is_listened
from podium.domain.requests import RerunWorkflowRequest
from podium.domain.schemas import refused_start
from podium.domain.sizes import DEFAULT_LIMITS, PayloadLimits, oversize
from podium.domain.task_types import SYSTEM_TYPES
from podium.domain.templates import apply_workflow_template
from podium.errors import InvalidInputError, NotFoundError, PayloadTooLargeError

if TYPE_CHECKING:
    from podium.domain.engines import SchemaEngine

TaskDefs = Mapping[str, TaskDef | None]
WorkflowDefs = Mapping[tuple[str, int | None], WorkflowDef | None]


def prepare(definition: WorkflowDef, context: Context) -> WorkflowDef | Missing:
    """The definition as an execution keeps it: every task with its TaskDef, children with a version.

    A SUB_WORKFLOW without a version gets the latest one now (engine.md 13), unless its name is an
    expression: then the latest one at its launch counts. Raises NotFoundError when the named
    workflow is not registered.
    """
    task_defs, workflow_defs = context.task_defs, context.workflow_defs
    tasks = tuple(walk(definition.tasks))
    names = {task.name for task in tasks if task.task_definition is None and _is_defined(task)}
    children = {_unpinned(task) for task in tasks} - {None}
    needs: set[Need] = {NeedTaskDef(name) for name in names - task_defs.keys()}
    needs |= {
        NeedWorkflowDef(name, None)
        for name in children
        if name is not None and (name, None) not in workflow_defs
    }
    if needs:
        return Missing(frozenset(needs))

    def embedded(task: WorkflowTask) -> TaskDef | None:
        return _task_def(task, task_defs) if _is_defined(task) else None

    def pinned(task: WorkflowTask) -> SubWorkflowParams | None:
        return _pinned(task, workflow_defs)

    return replace(
        definition, tasks=tuple(embed(task, embedded, pinned) for task in definition.tasks)
    )


def embed(
    task: WorkflowTask,
    definition: Callable[[WorkflowTask], TaskDef | None],
    child: Callable[[WorkflowTask], SubWorkflowParams | None] = lambda task: (
        task.sub_workflow_param
    ),
    *,
    replaces: bool = False,
) -> WorkflowTask:
    """``task`` and all in it with their TaskDefs; one that a task brings itself stays, unless this
    ``replaces`` it.
    """

    def all_of(tasks: tuple[WorkflowTask, ...]) -> tuple[WorkflowTask, ...]:
        return tuple(embed(nested, definition, child, replaces=replaces) for nested in tasks)

    return replace(
        task,
        task_definition=(None if replaces else task.task_definition) or definition(task),
        sub_workflow_param=child(task),
        decision_cases={key: all_of(tasks) for key, tasks in task.decision_cases.items()},
        default_case=all_of(task.default_case),
        fork_tasks=tuple(all_of(tasks) for tasks in task.fork_tasks),
        loop_over=all_of(task.loop_over),
        try_tasks=all_of(task.try_tasks),
        catch_tasks=all_of(task.catch_tasks),
        finally_tasks=all_of(task.finally_tasks),
    )


def new_header(
    workflow_id: str,
    definition: WorkflowDef,
    digest: str,
    now: int,
    *,
    parent: Parent | None = None,
    keyed: bool = False,
    tasks_listened: bool = False,
) -> Header:
    """Header of an execution before its first decision (version 0); ``digest`` names the snapshot."""
    return Header(
        workflow_id=workflow_id,
        definition=digest,
        name=definition.name,
        name_version=definition.version,
        parent=parent,
        created_at=now,
        committed_at=now,
        keyed=keyed,
        listened=is_listened(definition),
        tasks_listened=tasks_listened,
    )


def refuse_input(
    definition: WorkflowDef,
    record: StartRecord,
    engine: SchemaEngine,
    limits: PayloadLimits = DEFAULT_LIMITS,
) -> None:
    """Raise PayloadTooLargeError for an input over the limit (engine.md 17), InvalidInputError when
    it does not meet the schema of the workflow.
    """
    too_large = oversize(f"input of workflow {definition.name}", record.input, limits.workflow)
    if too_large is not None:
        raise PayloadTooLargeError(too_large)
    reason = refused_start(definition, record.input, engine)
    if reason is not None:
        raise InvalidInputError(reason)


def start_record(spec: StartSpec, definition: WorkflowDef) -> StartRecord:
    """What stays of a start for the life of the execution; the inputTemplate fills its input."""
    given = spec.input
    if definition.input_template:
        given = apply_workflow_template(given, definition.input_template)
    return StartRecord(
        input=given,
        correlation_id=spec.correlation_id,
        priority=spec.priority,
        task_to_domain=spec.task_to_domain,
        created_by=spec.created_by,
        event=spec.event,
        external_input_path=spec.external_input_path,
        idempotency_key=spec.idempotency_key,
        secrets=spec.secrets,
        mocked=spec.mocked,
    )


def restarted(
    record: StartRecord, definition: WorkflowDef, request: RerunWorkflowRequest
) -> StartRecord:
    """``record`` with the input and the correlation id of a rerun, as far as it gives them."""
    if request.correlation_id is not None:
        record = replace(record, correlation_id=request.correlation_id)
    if request.workflow_input is None:
        return record
    given = request.workflow_input
    if definition.input_template:
        given = apply_workflow_template(given, definition.input_template)
    return replace(record, input=given, external_input_path=None, secrets=())


def _is_defined(task: WorkflowTask) -> bool:
    """A DYNAMIC task gets the TaskDef of the name it resolves to, when it is scheduled."""
    return bool(task.name) and task.type != "DYNAMIC"


def _task_def(task: WorkflowTask, task_defs: TaskDefs) -> TaskDef:
    known = task_defs.get(task.name)
    if known is not None:
        return known
    if task.type in SYSTEM_TYPES:
        return TaskDef(name=task.name, retry_count=0, response_timeout_seconds=0)
    if task.type != "SIMPLE":
        return TaskDef(name=task.name, retry_count=0, response_timeout_seconds=0)
    return TaskDef(name=task.name)


def _unpinned(task: WorkflowTask) -> str | None:
    """Name of the child workflow whose latest version is to be fixed now."""
    param = task.sub_workflow_param
    if task.type != "SUB_WORKFLOW" or param is None or param.version is not None:
        return None
    if param.workflow_definition is not None or not param.name or "${" in param.name:
        return None
    return param.name


def _pinned(task: WorkflowTask, workflow_defs: WorkflowDefs) -> SubWorkflowParams | None:
    name = _unpinned(task)
    param = task.sub_workflow_param
    if name is None or param is None:
        return param
    found = workflow_defs.get((name, None))
    if found is None:
        raise NotFoundError(f"No such workflow found by name: {name}")
    return replace(param, version=found.version)
