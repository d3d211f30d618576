"""Why an execution waits (docs/waiting.md)."""

from __future__ import annotations

from functions.api.openapi.terms import (
    Schema,
    answer_model,
    array,
    choice,
    flag,
    long,
    moment,
    number,
    ref,
    text,
)
from podium.domain.status import WorkflowStatus
from podium.domain.timeouts import Deadline
from podium.domain.why.causes import Lack
from podium.domain.wire.why import KINDS

_QUEUE: dict[str, Schema] = {
    "queueName": text("[domain:]taskType, or system-tasks"),
    "taskType": text(),
    "domain": text(),
    "waiting": long("Messages that can be received, about"),
    "inFlight": long("Messages that somebody holds, about"),
    "delayed": long("Messages whose moment has not come, about"),
    "lastPollTime": moment("Left out when nobody polls over HTTP"),
    "lastPollWorkerId": text(),
}
_TIMER: dict[str, Schema] = {
    "deadline": choice(Deadline),
    "at": moment("When it is due"),
    "firesAt": moment("When the timer of the execution fires; left out where a message is delayed"),
}
_CHILD: dict[str, Schema] = {
    "workflowId": text(),
    "workflowName": text(),
    "workflowStatus": choice(WorkflowStatus),
    "causes": array(ref("PendingCause"), "Left out when it was not looked into"),
}
_LIMIT: dict[str, Schema] = {
    "limitKey": text(),
    "concurrentExecLimit": number(),
    "rateLimitPerFrequency": number(),
    "rateLimitFrequencyInSeconds": number(),
    "held": number("Slots that are taken; of a resume: tasks that are held back"),
    "holders": array(ref("SlotHolder"), "Some of those who have them"),
}

SCHEMAS: dict[str, Schema] = {
    "WorkflowWhy": answer_model(
        "Why an execution waits.",
        {
            "workflowId": text(),
            "workflowName": text(),
            "workflowVersion": number(),
            "status": choice(WorkflowStatus),
            "asOf": moment(),
            "causes": array(ref("PendingCause"), "None of an execution that has ended"),
        },
    ),
    "PendingCause": answer_model(
        "Something that will move an execution.",
        {
            "kind": text(enum=sorted(KINDS.values())),
            "summary": text("For people"),
            "count": number("Tasks that it is the cause for"),
            "tasks": array(ref("WaitingTask"), "Some of them"),
        },
        {
            **_QUEUE,
            **_TIMER,
            **_CHILD,
            **_LIMIT,
            "since": moment(),
            "isOverdue": flag("The stream is behind, or has lost the record"),
            "lacks": choice(Lack, "What has to be done"),
            "reason": text("What is wrong"),
            "action": text("The request that makes it go on"),
        },
    ),
    "WaitingTask": answer_model(
        "An open task.",
        {
            "taskId": text(),
            "referenceTaskName": text("With __<n> in iteration n of a loop"),
            "since": moment(),
        },
        {"at": moment("When it is due"), "workerId": text("Who has it")},
    ),
    "SlotHolder": answer_model(
        "Who has a slot of a limit.",
        {"workflowId": text(), "since": moment()},
        {"taskId": text("Left out where the execution itself has it")},
    ),
}
