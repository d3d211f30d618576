"""The REST model Task (models.md 3.2)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from podium.domain.definitions import WorkflowTask
from podium.domain.ids import TaskKey
from podium.domain.state import FORKED_DEFS
from podium.domain.status import TaskStatus
from podium.domain.task_types import SYSTEM_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from podium.domain.execution import Header, Task
    from podium.domain.json import Json, JsonMap


#: System types that show the rate limit of their definition, as worker tasks do.
_RATE_LIMITED = frozenset({"DO_WHILE", "HTTP"})


@dataclass(frozen=True, slots=True)
class Owner:
    """What a task shows of the execution it belongs to."""

    workflow_id: str
    name: str
    priority: int = 0
    correlation_id: str | None = None


@dataclass(frozen=True, slots=True)
class Relations:
    """What a task shows of the other tasks of its execution and of the header (protocol.md 2).

    None of it is stored: ``retried`` and ``executed`` are derived whenever somebody asks.
    """

    #: Sequence numbers that a newer attempt has replaced.
    retried: frozenset[int] = frozenset()
    #: Start of the first attempt, by sequence number of a later one.
    first_start: Mapping[int, int] = field(default_factory=dict)
    #: Sequence numbers whose end the header has folded; None when nothing is known of it.
    folded: frozenset[int] = frozenset()
    #: The ``seq`` that clients see, where it is not the sequence number (Header.place).
    places: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, header: Header, tasks: Iterable[Task]) -> Relations:
        """Relations among ``tasks``, all those of the execution of ``header``, by seq."""
        starts: dict[int, int] = {}
        retried: set[int] = set()
        folded: set[int] = set()
        for task in sorted(tasks, key=lambda task: task.seq):
            before = starts.get(task.retried_seq, 0)
            starts[task.seq] = before or task.started_at
            if task.retried_seq:
                retried.add(task.retried_seq)
            if task.status.is_terminal and header.has_folded(task.seq):
                folded.add(task.seq)
        places = {seq: header.place(seq) for seq in starts} if header.has_places else {}
        return cls(frozenset(retried), starts, frozenset(folded), places)


def task_json(
    task: Task,
    owner: Owner,
    workflow_task: WorkflowTask,
    *,
    relations: Relations = Relations(),
    now: int = 0,
    runtime_metadata: Mapping[str, str] | None = None,
) -> dict[str, Json]:
    """The model Task; ``workflow_task`` is the node of the definition that ``task`` is an attempt of.

    ``now`` (epoch ms) is read for the queue wait of a task that was called back, ``runtime_metadata``
    is what a poll resolved.
    """
    node = _named(workflow_task, task)
    definition = node.task_definition
    return _without_nulls(
        {
            "taskType": task.type,
            "status": task.status.value,
            "referenceTaskName": task.wire_ref,
            "retryCount": task.attempt,
            "seq": relations.places.get(task.seq, task.seq),
            "pollCount": task.epoch,
            "taskDefName": task.name or task.type,
            "retried": task.seq in relations.retried,
            "executed": task.seq in relations.folded,
            "reasonForIncompletion": task.reason or None,
            "workerId": task.worker_id or None,
            "domain": task.domain or None,
            "subWorkflowId": _sub_workflow_id(task),
            "subworkflowChanged": False,
            "iteration": _iteration(task),
            "loopOverTask": _iteration(task) > 0,
            "callbackFromWorker": True,
            "executionMetadata": {},
            "runtimeMetadata": dict(runtime_metadata) if runtime_metadata else None,
            **_workflow(task, owner),
            **_ids(task, owner),
            **_payloads(task),
            **_times(task, relations, now),
            **_limits(task, node),
            "workflowTask": node.to_json(),
        }
        # The one null that is written: an Optional on the peer's side (models.md 8.1).
    ) | {"taskDefinition": None if definition is None else definition.to_json()}


def _workflow(task: Task, owner: Owner) -> dict[str, Json]:
    own = task.input.get("priority") if task.type == "SUB_WORKFLOW" else None
    is_own = isinstance(own, int) and not isinstance(own, bool)
    return {
        "workflowInstanceId": owner.workflow_id,
        "workflowType": owner.name,
        # A SUB_WORKFLOW that sets one for its child shows that.
        "workflowPriority": own if is_own else owner.priority,
        "correlationId": owner.correlation_id,
    }


def _ids(task: Task, owner: Owner) -> dict[str, Json]:
    key = TaskKey(owner.workflow_id, task.ref, task.seq)
    retried = key._replace(seq=task.retried_seq) if task.retried_seq else None
    return {
        "taskId": key.task_id,
        "retriedTaskId": None if retried is None else retried.task_id,
    }


def _input(task: Task) -> JsonMap:
    """A FORK stores its branches without what is as by default (forking.stored); it shows them whole."""
    forked = task.input.get(FORKED_DEFS) if task.type == "FORK" else None
    if not isinstance(forked, list):
        return task.input
    whole: list[Json] = [
        WorkflowTask.from_json(one).to_json() if isinstance(one, dict) else one for one in forked
    ]
    return {**task.input, FORKED_DEFS: whole}


def _payloads(task: Task) -> dict[str, Json]:
    return {
        "inputData": _input(task),
        # What the worker put into external storage is answered as it came: by its path.
        "outputData": {} if task.external_output_path else task.output,
        "externalInputPayloadStoragePath": task.external_input_path or None,
        "externalOutputPayloadStoragePath": task.external_output_path or None,
    }


def polled_task_json(
    task: Task,
    owner: Owner,
    workflow_task: WorkflowTask,
    *,
    now: int = 0,
    runtime_metadata: Mapping[str, str] | None = None,
    place: int = 0,
) -> dict[str, Json]:
    """The model Task as a poll delivers it: an open attempt, so nothing has replaced or folded it.

    ``place`` is its ``seq`` for clients, where that is not its sequence number.
    """
    relations = Relations(places={task.seq: place} if place else {})
    return task_json(
        task, owner, workflow_task, relations=relations, now=now, runtime_metadata=runtime_metadata
    )


def _times(task: Task, relations: Relations, now: int) -> dict[str, Json]:
    return {
        "scheduledTime": task.scheduled_at,
        "startTime": task.started_at,
        "endTime": task.ended_at,
        "updateTime": update_time(task),
        "firstStartTime": relations.first_start.get(task.seq, task.started_at),
        "startDelayInSeconds": task.start_delay,
        "callbackAfterSeconds": task.callback_after,
        "queueWaitTime": _queue_wait(task, now),
    }


def update_time(task: Task) -> int:
    """0 until somebody polls or reports the task, also of a WAIT, which begins by itself."""
    begins = TaskStatus.IN_PROGRESS if task.type == "WAIT" else TaskStatus.SCHEDULED
    is_untouched = task.status is begins and task.updated_at == task.scheduled_at
    return 0 if is_untouched else task.updated_at


def _queue_wait(task: Task, now: int) -> int:
    """Milliseconds between being due and being handed out; a call back starts the wait anew."""
    if not task.started_at or not task.scheduled_at:
        return 0
    if task.updated_at and task.callback_after:
        return max(0, now - (task.updated_at + task.callback_after * 1000))
    return max(0, task.started_at - task.scheduled_at)


def _limits(task: Task, node: WorkflowTask) -> dict[str, Json]:
    """What the peer copies from the task definition into each task, by its type (models.md 3.2)."""
    definition = node.task_definition
    if definition is None:
        return {
            "responseTimeoutSeconds": task.lease // 1000,
            "rateLimitPerFrequency": 0,
            "rateLimitFrequencyInSeconds": 0,
        }
    is_leased = node.type in {"SIMPLE", "DYNAMIC"}
    is_limited = node.type not in SYSTEM_TYPES or node.type in _RATE_LIMITED
    frequency = definition.rate_limit_frequency_in_seconds
    return {
        "responseTimeoutSeconds": definition.response_timeout_seconds if is_leased else 0,
        "rateLimitPerFrequency": definition.rate_limit_per_frequency if is_limited else 0,
        "rateLimitFrequencyInSeconds": frequency if is_limited else 0,
        "executionNameSpace": definition.execution_name_space,
        "isolationGroupId": definition.isolation_group_id,
    }


def _iteration(task: Task) -> int:
    """Iteration of the innermost loop around the task; of a DO_WHILE, the one it is in itself."""
    own = task.manifest.get("iterations") if task.manifest else None
    if isinstance(own, int):
        return own
    return task.iteration[-1] if task.iteration else 0


def _named(node: WorkflowTask, task: Task) -> WorkflowTask:
    """``node`` with name and taskReferenceName filled in (models.md 3.2); a DYNAMIC task bears the
    name it was resolved to.
    """
    if node.type == "DYNAMIC":
        node = replace(node, name=task.name)
    if node.name and node.task_reference_name:
        return node
    return replace(
        node,
        name=node.name or task.name or task.type,
        task_reference_name=node.task_reference_name or task.reference_name,
    )


def _sub_workflow_id(task: Task) -> Json:
    """The child's id; by the peer's rule the payloads may name it, too."""
    if task.child_id:
        return task.child_id
    payloads: tuple[JsonMap, ...] = (task.output, task.input)
    named = (payload.get("subWorkflowId") for payload in payloads)
    return next((value for value in named if isinstance(value, str) and value), None)


def _without_nulls(properties: dict[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in properties.items() if value is not None}
