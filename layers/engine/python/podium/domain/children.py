"""Parent and child workflows: what a task starts, and what a child's end means (engine.md 13)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from podium.domain.execution import Kind, TaskEnd
from podium.domain.failure import FAILURE_OUTPUT_KEY, failure_input, failure_target
from podium.domain.outcome import LONGEST_REASON, Outcome
from podium.domain.secrets import permitted
from podium.domain.showing import masked
from podium.domain.state import named_secrets
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.domain.tasks import start_workflow, sub_workflow
from podium.domain.wire import workflow_json

if TYPE_CHECKING:
    from podium.domain.decision import ExecutionView
    from podium.domain.definitions import IdempotencyStrategy, WorkflowDef
    from podium.domain.execution import Header, Task
    from podium.domain.json import JsonMap
    from podium.domain.requests import StartWorkflowRequest
    from podium.domain.state import State


@dataclass(frozen=True, slots=True)
class StartSpec:
    """A workflow to start: by name and version (None: the latest), or by ``definition``."""

    name: str
    version: int | None = None
    definition: WorkflowDef | None = None
    input: JsonMap = field(default_factory=dict)
    correlation_id: str | None = None
    priority: int = 0
    task_to_domain: JsonMap = field(default_factory=dict)
    created_by: str | None = None
    event: str | None = None
    external_input_path: str | None = None
    idempotency_key: str | None = None
    #: None is FAIL.
    idempotency_strategy: IdempotencyStrategy | None = None
    #: Names of the secrets that the input may refer to: those that the starter could, too.
    secrets: tuple[str, ...] = ()
    #: A test feeds its tasks, and those of all that it starts.
    mocked: bool = False

    @property
    def workflow_name(self) -> str:
        """The name of the workflow: that of the definition it brings, if it brings one."""
        return self.name if self.definition is None else self.definition.name


def spec_of(request: StartWorkflowRequest) -> StartSpec:
    """What a client's request starts; raises InvalidInputError for null input."""
    return StartSpec(
        name=request.name or "",
        version=request.version,
        definition=request.workflow_def,
        input=request.given_input(),
        correlation_id=request.correlation_id,
        priority=request.priority,
        task_to_domain=request.task_to_domain,
        created_by=request.created_by,
        external_input_path=request.external_input_payload_storage_path,
        idempotency_key=request.idempotency_key,
        idempotency_strategy=request.idempotency_strategy,
    )


#: Status of a task whose child ended (engine.md 13).
_END_OF_TASK = {
    WorkflowStatus.COMPLETED: TaskStatus.COMPLETED,
    WorkflowStatus.FAILED: TaskStatus.FAILED,
    WorkflowStatus.TIMED_OUT: TaskStatus.TIMED_OUT,
    WorkflowStatus.TERMINATED: TaskStatus.CANCELED,
}


def child_start(task: Task, state: State) -> StartSpec | Outcome:
    """What a SUB_WORKFLOW or START_WORKFLOW task starts; a bad end when its input says nothing usable."""
    if task.kind is Kind.CHILD:
        return _child_of(task, state)
    return _launched_by(task, state)


def _launched_by(task: Task, state: State) -> StartSpec | Outcome:
    request = start_workflow.request(task.input)
    if isinstance(request, Outcome):
        return request
    spec = spec_of(request)
    return replace(
        spec,
        correlation_id=spec.correlation_id or state.start.correlation_id,
        task_to_domain=spec.task_to_domain or state.start.task_to_domain,
        secrets=permitted(spec.input, named_secrets(state)),
        mocked=state.start.mocked,
    )


def _child_of(task: Task, state: State) -> StartSpec | Outcome:
    read = sub_workflow.child(task.input)
    if isinstance(read, Outcome):
        return read
    domains = read.task_to_domain
    return StartSpec(
        name=read.name,
        version=read.version,
        definition=read.definition,
        input=read.input,
        correlation_id=state.start.correlation_id,
        priority=read.priority,
        task_to_domain=state.start.task_to_domain if domains is None else domains,
        idempotency_key=read.idempotency_key,
        idempotency_strategy=read.idempotency_strategy,
        secrets=permitted(read.input, named_secrets(state)),
        mocked=state.start.mocked,
    )


def end_of_child(child: Header, output: JsonMap, now: int) -> TaskEnd:
    """How the task that waits for the ended ``child`` ends."""
    reason = ""
    if not child.status.is_successful:
        name = f"{child.name}.{child.name_version}/{child.workflow_id}"
        reason = f"Sub workflow {name} failure reason: {child.reason}"
    # Its failure workflow is its own affair.
    shared = {key: value for key, value in output.items() if key != FAILURE_OUTPUT_KEY}
    return TaskEnd(
        _END_OF_TASK[child.status],
        now,
        output={**shared, "subWorkflowId": child.workflow_id},
        reason=reason[:LONGEST_REASON],
        child_id=child.workflow_id,
    )


def failure_start(view: ExecutionView) -> StartSpec | None:
    """The failure workflow of an execution that ended badly; None when it has none to start.

    It is told what everybody may see: masked fields are hidden in its input.
    """
    header = view.header
    target = failure_target(view.definition, view.start.input, header.status, header.failed_seq)
    if target is None:
        return None
    name, version = target
    view = masked(view)
    return StartSpec(
        name=name,
        version=version,
        input=failure_input(view, workflow_json(view)),
        correlation_id=view.start.correlation_id,
        task_to_domain=view.start.task_to_domain,
        mocked=view.start.mocked,
    )
