"""The answer to "why is it waiting?": a sentence for each cause, and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from podium.domain.ids import TaskKey
from podium.domain.why import causes as c
from podium.domain.why.sentences import sentence

if TYPE_CHECKING:
    from podium.domain.json import Json
    from podium.domain.limits import Holder
    from podium.domain.queues import Depth
    from podium.domain.why.causes import Cause, Waiting, Why

#: Tasks, and holders of slots, that are named with one cause; their number is told.
SAMPLES = 10

#: The name of each kind on the wire.
KINDS: Mapping[type[Cause], str] = {
    c.WorkerQueue: "WORKER_QUEUE",
    c.WithWorker: "WORKER",
    c.SystemQueue: "SYSTEM_TASK_QUEUE",
    c.SystemCall: "SYSTEM_TASK",
    c.Timer: "TIMER",
    c.OpenChild: "CHILD_WORKFLOW",
    c.TaskLimit: "TASK_LIMIT",
    c.WorkflowLimit: "WORKFLOW_LIMIT",
    c.External: "EXTERNAL",
    c.Messages: "MESSAGES",
    c.Result: "RESULT",
    c.UndeliveredRecord: "UNDELIVERED_RECORD",
    c.Resume: "RESUME",
    c.DeadLetter: "DEAD_LETTER",
    c.Broken: "BROKEN",
    c.MoreTasks: "MORE_TASKS",
    c.RepairDue: "REPAIR_DUE",
}


def why_json(why: Why) -> dict[str, Json]:
    """The model WorkflowWhy."""
    return {
        "workflowId": why.workflow_id,
        "workflowName": why.name,
        "workflowVersion": why.version,
        "status": why.status.value,
        "asOf": why.now,
        "causes": [cause_json(cause, why) for cause in why.causes],
    }


def cause_json(cause: Cause, why: Why) -> dict[str, Json]:
    """The model PendingCause; what is 0 or empty is left out, but for counts of queues."""
    tasks: tuple[Waiting, ...] = getattr(cause, "tasks", ())
    body: dict[str, Json] = {
        "kind": KINDS[type(cause)],
        "summary": sentence(cause, why.now),
        "count": cause.count if isinstance(cause, c.MoreTasks) else len(tasks),
        "tasks": [_task_json(task) for task in tasks[:SAMPLES]],
    }
    return body | {name: value for name, value in _details(cause, why).items() if value != ""}


def _details(cause: Cause, why: Why) -> dict[str, Json]:
    match cause:
        case c.WorkerQueue():
            return {
                "queueName": cause.queue,
                "taskType": cause.task_type,
                "domain": cause.domain,
                **_depth_json(cause.depth),
                "lastPollTime": cause.last_poll_at or "",
                "lastPollWorkerId": cause.last_poll_worker,
            }
        case c.SystemQueue():
            return {"queueName": "system-tasks", **_depth_json(cause.depth)}
        case c.WithWorker() | c.SystemCall() | c.External() | c.MoreTasks():
            return {"taskType": cause.task_type}
        case c.Timer():
            return {
                "deadline": cause.deadline.value,
                "at": cause.at,
                "firesAt": cause.fires_at or "",
            }
        case c.OpenChild():
            child: dict[str, Json] = {
                "workflowId": cause.workflow_id,
                "workflowName": cause.name,
                "workflowStatus": cause.status.value,
            }
            below = cause.causes
            return (
                child if below is None else child | {"causes": [cause_json(x, why) for x in below]}
            )
        case c.TaskLimit() | c.WorkflowLimit():
            return _limit_json(cause)
        case c.UndeliveredRecord() | c.Resume() | c.Broken() | c.RepairDue():
            return _to_do_json(cause, why)
        case _:
            return {}


def _to_do_json(
    cause: c.UndeliveredRecord | c.Resume | c.Broken | c.RepairDue, why: Why
) -> dict[str, Json]:
    match cause:
        case c.UndeliveredRecord():
            action = _decide(why) if cause.is_overdue else ""
            return {
                "lacks": cause.lack.value,
                "since": cause.since,
                "isOverdue": cause.is_overdue,
                "action": action,
            }
        case c.Resume():
            resume = f"PUT /api/workflow/{why.workflow_id}/resume"
            return {
                "since": cause.since,
                "reason": cause.reason,
                "held": cause.held,
                "action": resume,
            }
        case c.Broken():
            return {"reason": cause.reason, "action": _decide(why)}
        case c.RepairDue():
            return {"lacks": cause.lack.value, "action": _decide(why)}


def _limit_json(cause: c.TaskLimit | c.WorkflowLimit) -> dict[str, Json]:
    body: dict[str, Json] = {
        "limitKey": cause.key,
        "concurrentExecLimit": cause.concurrent or "",
        "held": len(cause.held),
        "holders": [_holder_json(*each) for each in cause.held[:SAMPLES]],
        **_depth_json(cause.depth),
    }
    if isinstance(cause, c.WorkflowLimit):
        return body | {"since": cause.since}
    if cause.rate:
        body |= {
            "rateLimitPerFrequency": cause.rate,
            "rateLimitFrequencyInSeconds": cause.window // 1000,
            "at": cause.next_at,
        }
    return body


def _holder_json(holder: Holder, since: int) -> dict[str, Json]:
    body: dict[str, Json] = {"workflowId": holder.workflow_id, "since": since}
    if not holder.is_workflow:
        body["taskId"] = TaskKey(holder.workflow_id, holder.ref, holder.seq).task_id
    return body


def _task_json(task: Waiting) -> dict[str, Json]:
    body: dict[str, Json] = {
        "taskId": task.task_id,
        "referenceTaskName": task.ref,
        "since": task.since,
    }
    if task.at:
        body["at"] = task.at
    if task.worker_id:
        body["workerId"] = task.worker_id
    return body


def _depth_json(depth: Depth) -> dict[str, Json]:
    return {"waiting": depth.waiting, "inFlight": depth.in_flight, "delayed": depth.delayed}


def _decide(why: Why) -> str:
    return f"PUT /api/workflow/decide/{why.workflow_id}"
