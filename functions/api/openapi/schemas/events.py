"""Event handlers (models.md 4)."""

from __future__ import annotations

from functions.api.openapi.terms import (
    Schema,
    answer_model,
    array,
    flag,
    free_map,
    map_of,
    model,
    moment,
    number,
    ref,
    text,
)

_ACTIONS = (
    "start_workflow",
    "complete_task",
    "fail_task",
    "terminate_workflow",
    "update_workflow_variables",
)

_TASK = {
    "workflowId": text(),
    "taskRefName": text("With workflowId"),
    "taskId": text("Instead of both"),
    "output": free_map(),
}

SCHEMAS: dict[str, Schema] = {
    "EventHandler": model(
        "What is done when an event comes.",
        {
            "name": text(minLength=1),
            "event": text("type:queue", minLength=1),
            "condition": text("A script over the payload; always when empty"),
            "evaluatorType": text(),
            "actions": array(ref("Action"), minItems=1),
            "active": flag(default=False),
        },
        required=("name", "event", "actions"),
        example={
            "name": "order_paid",
            "event": "sqs:payments",
            "condition": "$.status == 'PAID'",
            "actions": [
                {
                    "action": "complete_task",
                    "complete_task": {
                        "workflowId": "${workflowId}",
                        "taskRefName": "wait_for_payment",
                        "output": {"receipt": "${receipt}"},
                    },
                }
            ],
            "active": True,
        },
    ),
    "Action": model(
        "One thing to do; strings may hold ${...} over the payload.",
        {
            "action": text(enum=list(_ACTIONS)),
            "expandInlineJSON": flag("JSON in strings of the payload is read first", default=False),
            "start_workflow": model(
                "",
                {
                    "name": text(),
                    "version": number("The highest when absent"),
                    "correlationId": text(),
                    "input": free_map(),
                    "taskToDomain": map_of(text()),
                },
            ),
            "complete_task": model("", _TASK),
            "fail_task": model("", {**_TASK, "reasonForIncompletion": text()}),
            "terminate_workflow": model("", {"workflowId": text(), "terminationReason": text()}),
            "update_workflow_variables": model(
                "",
                {
                    "workflowId": text(),
                    "variables": free_map(),
                    "appendArray": flag("Lists grow instead of being replaced"),
                },
            ),
        },
        required=("action",),
    ),
    "EventExecution": answer_model(
        "What became of one action for one event.",
        {
            "id": text("The message's id, and which action of the handler"),
            "messageId": text(),
            "name": text("Of the handler"),
            "event": text(),
            "created": moment(),
            "status": text(enum=["IN_PROGRESS", "COMPLETED", "FAILED", "SKIPPED"]),
            "output": free_map("Why it was skipped, or what went wrong"),
        },
        {"action": text("Unless the condition did not hold")},
    ),
}
