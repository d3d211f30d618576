"""Each cause as a sentence for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.timeouts import Deadline
from podium.domain.why import causes as c
from podium.domain.why.causes import Lack

if TYPE_CHECKING:
    from podium.domain.why.causes import Cause, Waiting

#: Tasks that a sentence names.
_NAMED = 3
_DEADLINES = {
    Deadline.WAIT: "the wait of {tasks} ends",
    Deadline.START_DELAY: "the start delay of {tasks} ends",
    Deadline.RETRY_DELAY: "the retry delay of {tasks} ends",
    Deadline.CALLBACK: "{tasks} can be polled again: its worker asked for a callback",
    Deadline.POLL_TIMEOUT: "{tasks} times out unless it is polled",
    Deadline.RESPONSE_TIMEOUT: "{tasks} times out unless its worker reports",
    Deadline.TIMEOUT: "{tasks} times out",
    Deadline.TOTAL_TIMEOUT: "{tasks} times out, all attempts together",
    Deadline.WORKFLOW_TIMEOUT: "the workflow times out",
}
#: What has to be done.
_LACKS = {
    Lack.DECISION: "the next decision has to be made",
    Lack.CREATION: "{tasks} was decided and has to be created",
    Lack.CANCELLATION: "{tasks} was given up and has to be canceled",
    Lack.FOLD: "{tasks} has ended and a decision has to follow",
    Lack.HAND_OUT: "it was resumed and {tasks} has to be handed out again",
    Lack.MESSAGE: "{tasks} waits to be handed out and needs a message",
    Lack.TIMER: "a moment is waited for and needs a timer",
    Lack.LAUNCH: "the child of {tasks} has to be started",
    Lack.CHILD_END: "the child of {tasks} has ended and the task has to be told",
    Lack.DELIVERY: "a message is there and has to be given to {tasks}",
    Lack.GATE: "it waits for a slot and has to go to the gate",
    Lack.ENDING: "it has ended and has to be closed",
    Lack.ROW: "it has to be found by searches",
    Lack.OPEN_TASK: "its open tasks wait for each other and need another one",
}


def sentence(cause: Cause, now: int) -> str:
    """What is waited for, seen at ``now``."""
    tasks = _names(getattr(cause, "tasks", ()))
    match cause:
        case c.WorkerQueue() | c.SystemQueue() | c.WithWorker() | c.SystemCall():
            return _handed_out(cause, tasks, now)
        case c.TaskLimit() | c.WorkflowLimit():
            return _limited(cause, tasks)
        case c.Timer():
            what = _DEADLINES[cause.deadline].format(tasks=tasks)
            return f"{_in(cause.at, now)} {what}"
        case c.OpenChild():
            return f"{tasks} waits for {cause.name} {cause.workflow_id}, {cause.status.value}"
        case c.External() | c.Messages() | c.Result() | c.DeadLetter():
            return _beside(cause, tasks)
        case c.UndeliveredRecord():
            late = f"for {_span(now - cause.since)}: the stream is behind"
            record = late if cause.is_overdue else "its record is under way"
            return f"{_LACKS[cause.lack].format(tasks=tasks)}, {record}"
        case c.Resume():
            return (
                f"it has been paused for {_span(now - cause.since)}: an operator has to resume it"
            )
        case c.Broken():
            return f"nothing can be decided: {cause.reason}"
        case c.MoreTasks():
            return f"{cause.count} more open tasks of type {cause.task_type} were not looked at"
        case c.RepairDue():
            return f"a repair is due: {_LACKS[cause.lack].format(tasks=tasks)}, and nothing does it"


def _handed_out(
    cause: c.WorkerQueue | c.SystemQueue | c.WithWorker | c.SystemCall, tasks: str, now: int
) -> str:
    match cause:
        case c.WorkerQueue():
            polled = (
                f"last poll {_span(now - cause.last_poll_at)} ago by {cause.last_poll_worker or '?'}"
                if cause.last_poll_at
                else "never polled over HTTP"
            )
            depth = cause.depth
            size = f"{depth.waiting} waiting, {depth.in_flight} in flight, {depth.delayed} delayed"
            return f"{tasks} waits for a worker in queue {cause.queue} ({size}; {polled})"
        case c.SystemQueue():
            return f"{tasks} waits in the queue of system tasks ({cause.depth.waiting} waiting)"
        case c.WithWorker():
            workers = sorted({task.worker_id for task in cause.tasks if task.worker_id})
            by = ", ".join(workers[:_NAMED]) or "a worker"
            return f"{tasks} is with {by}"
        case c.SystemCall():
            return f"{tasks} is being run by the engine ({cause.task_type})"


def _beside(cause: c.External | c.Messages | c.Result | c.DeadLetter, tasks: str) -> str:
    match cause:
        case c.External():
            return f"{tasks} waits to be completed from outside ({cause.task_type})"
        case c.Messages():
            return f"{tasks} waits for a message to this execution"
        case c.Result():
            return f"the result of {tasks} waits in the queue of results"
        case c.DeadLetter():
            return f"the message of {tasks} was received too often and is about to fail it"


def _limited(cause: c.TaskLimit | c.WorkflowLimit, tasks: str) -> str:
    taken = f"{len(cause.held)} of {cause.concurrent} slots are taken" if cause.concurrent else ""
    if isinstance(cause, c.WorkflowLimit):
        return f"the execution waits for a slot of limit {cause.key}: {taken}"
    rate = f"{cause.rate} hand-outs in {cause.window // 1000} s" if cause.rate else ""
    limits = " and ".join(each for each in (taken, rate) if each)
    return f"{tasks} waits for a slot of limit {cause.key}: {limits}"


def _names(tasks: tuple[Waiting, ...]) -> str:
    names = ", ".join(task.ref for task in tasks[:_NAMED])
    more = len(tasks) - _NAMED
    return f"{names} and {more} more" if more > 0 else names


def _in(moment: int, now: int) -> str:
    return f"in {_span(moment - now)}" if moment > now else "now"


def _span(milliseconds: int) -> str:
    seconds = max(milliseconds, 0) // 1000
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, "d"), (hours, "h"), (minutes, "m"), (seconds, "s"))
    shown = [f"{value}{unit}" for value, unit in parts if value]
    return "".join(shown[:2]) or "0s"
