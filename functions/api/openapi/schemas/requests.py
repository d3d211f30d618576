"""What clients and workers send (models.md 2)."""

from __future__ import annotations

from functions.api.openapi.terms import (
    Schema,
    anything,
    array,
    choice,
    flag,
    free_map,
    long,
    map_of,
    model,
    moment,
    number,
    ref,
    text,
    texts,
)
from podium.domain.definitions import IdempotencyStrategy
from podium.domain.status import REPORTABLE, TaskStatus

_REPORTABLE = [status for status in TaskStatus if status in REPORTABLE]

_START: dict[str, Schema] = {
    "name": text("Of a registered definition, or any with workflowDef"),
    "version": number("The highest when absent"),
    "correlationId": text("An id of the client's own"),
    "input": free_map(default={}),
    "taskToDomain": map_of(text(), "By task type or *: domains, with commas", default={}),
    "workflowDef": ref("WorkflowDef", "A definition that need not be registered"),
    "externalInputPayloadStoragePath": text("Instead of an input"),
    "priority": number("99 is the highest", default=0, minimum=0, maximum=99),
    "createdBy": text(),
    "idempotencyKey": text(),
    "idempotencyStrategy": choice(IdempotencyStrategy),
}

_TASK_RESULT: dict[str, Schema] = {
    "workflowInstanceId": text(minLength=1),
    "taskId": text(minLength=1),
    "status": choice(_REPORTABLE, "Required unless extendLease is true"),
    "reasonForIncompletion": text("Cut off after 500 characters"),
    "callbackAfterSeconds": long("With IN_PROGRESS", default=0),
    "workerId": text(),
    "outputData": free_map(default={}),
    "logs": array(ref("TaskExecLogEntry"), "The first ten are kept", default=[]),
    "externalOutputPayloadStoragePath": text("Instead of an output"),
    "subWorkflowId": text(),
    "extendLease": flag("Only says that the worker is alive", default=False),
    "supportsCancellation": flag(default=False),
    "executionMetadata": free_map(),
}

_RESULT = {
    "workflowInstanceId": "0f3c…",
    "taskId": "0f3c….1.charge_ref",
    "status": "COMPLETED",
    "outputData": {"receipt": "R-1"},
}

_MOCKED = {"status": "COMPLETED", "output": {"receipt": "R-1"}}

SCHEMAS: dict[str, Schema] = {
    "StartWorkflowRequest": model(
        "Start of a workflow by name, or by the definition it carries.",
        _START,
        required=("name",),
        example={"name": "order", "version": 1, "input": {"amount": 12}, "correlationId": "A-7"},
    ),
    "WorkflowTestRequest": model(
        "A start with outputs for its tasks.",
        {
            **_START,
            "taskRefToMockOutput": map_of(
                array(ref("TaskMock")), "By reference name; one for each attempt", default={}
            ),
            "subWorkflowTestRequest": map_of(
                ref("WorkflowTestRequest"), "By reference name of the SUB_WORKFLOW", default={}
            ),
        },
        required=("name",),
        example={"name": "order", "taskRefToMockOutput": {"charge_ref": [_MOCKED]}},
    ),
    "TaskMock": model(
        "What a task is said to have done.",
        {
            "status": choice(_REPORTABLE, default="COMPLETED"),
            "output": free_map(),
            "executionTime": long("ms", default=0),
            "queueWaitTime": long("ms", default=0),
        },
        example=_MOCKED,
    ),
    "RerunWorkflowRequest": model(
        "From where an ended execution runs again, and with what.",
        {
            "reRunFromWorkflowId": anything("Ignored: the path says which"),
            "reRunFromTaskId": text("From its start when absent"),
            "workflowInput": free_map(),
            "taskInput": free_map(),
            "correlationId": text(),
        },
        example={"reRunFromTaskId": "0f3c….1.charge_ref", "taskInput": {"amount": 12}},
    ),
    "SkipTaskRequest": model(
        "Input and output of a task that is not to run.",
        {"taskInput": free_map(default={}), "taskOutput": free_map(default={})},
        example={"taskOutput": {"receipt": "R-1"}},
    ),
    "UpgradeWorkflowRequest": model(
        "The version with which an execution goes on.",
        {
            "name": text(),
            "version": number("The highest when absent"),
            "workflowInput": free_map(),
            "taskOutput": free_map("Outputs of tasks that are skipped, by reference name"),
        },
        required=("name",),
        example={"name": "order", "version": 2},
    ),
    "WorkflowStateUpdate": model(
        "A change of one execution: of a task, of variables, or of both.",
        {
            "taskReferenceName": text(),
            "taskResult": {"type": "object", "description": "As TaskResult; without its ids"},
            "variables": free_map(default={}),
        },
        example={"variables": {"approved": True}},
    ),
    "CorrelationIdsSearchRequest": model(
        "Workflows and correlation ids to look for.",
        {"workflowNames": texts(), "correlationIds": texts()},
        required=("workflowNames", "correlationIds"),
        example={"workflowNames": ["order"], "correlationIds": ["A-7"]},
    ),
    "TaskResult": model(
        "What a worker reports.",
        _TASK_RESULT,
        required=("workflowInstanceId", "taskId"),
        example=_RESULT,
    ),
    "TaskExecLogEntry": model(
        "A line for the log of a task.",
        {
            "log": text(),
            "taskId": text("Ignored"),
            "createdTime": moment("As the worker says", default=0),
        },
    ),
}
