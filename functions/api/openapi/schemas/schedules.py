"""Schedules, and what they have started (models.md 5)."""

from __future__ import annotations

from functions.api.openapi.terms import (
    Schema,
    answer_model,
    array,
    flag,
    model,
    moment,
    ref,
    text,
)

_CRON = text("Six fields, seconds first, or a macro such as @daily")
_ZONE = text("An IANA time zone", default="UTC")

SCHEMAS: dict[str, Schema] = {
    "WorkflowSchedule": model(
        "When a workflow is started.",
        {
            "name": text(minLength=1),
            "cronExpression": _CRON,
            "zoneId": _ZONE,
            "cronSchedules": array(
                model("", {"cronExpression": _CRON, "zoneId": _ZONE}),
                "Instead of cronExpression and zoneId: it fires for each",
                default=[],
            ),
            "startWorkflowRequest": ref("StartWorkflowRequest"),
            "runCatchupScheduleInstances": flag("Missed runs are made up for", default=False),
            "paused": flag(default=False),
            "pausedReason": text(),
            "scheduleStartTime": moment("Not before"),
            "scheduleEndTime": moment("Not after"),
            "description": text(),
            "createTime": moment("Set by the server"),
            "updatedTime": moment("Set by the server"),
            "createdBy": text(),
            "updatedBy": text(),
            "nextRunTime": moment("Set by the server"),
            "tags": array(ref("TagObject")),
        },
        required=("name", "startWorkflowRequest"),
        example={
            "name": "every_morning",
            "cronExpression": "0 30 8 * * MON-FRI",
            "zoneId": "Europe/Berlin",
            "startWorkflowRequest": {"name": "order", "input": {"amount": 12}},
        },
    ),
    "WorkflowScheduleExecution": answer_model(
        "One firing of a schedule.",
        {
            "executionId": text(),
            "scheduleName": text(),
            "scheduledTime": moment(),
            "executionTime": moment(),
            "workflowName": text(),
            "state": text(enum=["POLLED", "FAILED", "EXECUTED"]),
            "startWorkflowRequest": ref("StartWorkflowRequest"),
            "zoneId": text(),
        },
        {
            "workflowId": text("When the start went well"),
            "reason": text("When it did not"),
            "stackTrace": text(),
        },
    ),
}
