"""Workflow and task definitions (models.md 1)."""

from __future__ import annotations

from functions.api.openapi.terms import (
    Schema,
    answer_model,
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
from podium.domain.definitions.enums import (
    JoinMode,
    LimitDelivery,
    RateLimitPolicy,
    RetryLogic,
    SchemaType,
    TimeoutPolicy,
    WorkflowTimeoutPolicy,
)

_TASKS = array(ref("WorkflowTask"))

AUDITABLE: dict[str, Schema] = {
    "ownerApp": text(),
    "createTime": moment("Set when it is registered", default=0),
    "updateTime": moment("Set when it is replaced", default=0),
    "createdBy": text(),
    "updatedBy": text(),
}

_WORKFLOW_TASK: dict[str, Schema] = {
    "name": text("Of a worker task: its task type", minLength=1),
    "taskReferenceName": text("Unique in the definition", minLength=1),
    "description": text(),
    "inputParameters": free_map("The input; strings may hold ${...}", default={}),
    "type": text("A system task type; any other is a worker's", default="SIMPLE", minLength=1),
    "startDelay": number("Seconds", default=0, minimum=0),
    "optional": flag("Its failure does not fail the workflow", default=False),
    "permissive": flag("Its failure is held back until a join or the end", default=False),
    "retryCount": number("Instead of that of the task definition"),
    "asyncComplete": flag("A system task waits to be completed from outside", default=False),
    "taskDefinition": ref("EmbeddedTaskDef", "Instead of the registered one"),
    "rateLimited": flag(),
    "subWorkflowParam": ref("SubWorkflowParams", "SUB_WORKFLOW"),
    "decisionCases": map_of(_TASKS, "SWITCH, DECISION", default={}),
    "defaultCase": array(ref("WorkflowTask"), "SWITCH, DECISION", default=[]),
    "evaluatorType": text("SWITCH, INLINE, DO_WHILE: value-param, javascript, graaljs, python"),
    "expression": text("SWITCH: a script, or an input of value-param"),
    "caseValueParam": text("DECISION"),
    "caseExpression": text("DECISION"),
    "scriptExpression": text("LAMBDA"),
    "forkTasks": array(_TASKS, "FORK_JOIN", default=[]),
    "dynamicForkTasksParam": text("FORK_JOIN_DYNAMIC"),
    "dynamicForkTasksInputParamName": text("FORK_JOIN_DYNAMIC"),
    "dynamicForkJoinTasksParam": text("FORK_JOIN_DYNAMIC, deprecated"),
    "dynamicTaskNameParam": text("DYNAMIC"),
    "joinOn": texts("JOIN, EXCLUSIVE_JOIN", default=[]),
    "joinStatus": text("EXCLUSIVE_JOIN"),
    "joinMode": choice(JoinMode),
    "defaultExclusiveJoinTask": texts("EXCLUSIVE_JOIN", default=[]),
    "loopCondition": text("DO_WHILE: a script"),
    "loopOver": array(ref("WorkflowTask"), "DO_WHILE, FOR_EACH", default=[]),
    "items": text("DO_WHILE, FOR_EACH: the list to go through"),
    "tryTasks": array(ref("WorkflowTask"), "TRY_CATCH"),
    "catchTasks": array(ref("WorkflowTask"), "TRY_CATCH"),
    "finallyTasks": array(ref("WorkflowTask"), "TRY_CATCH"),
    "catchOn": texts("TRY_CATCH: statuses that are caught"),
    "sink": text("EVENT: type:queue"),
    "onStateChange": map_of(
        array(ref("StateChangeEvent")),
        "By onScheduled, onStart, onSuccess, onFailed, onCancelled, or several with commas",
        default={},
    ),
    "cacheConfig": ref("CacheConfig"),
    "metadata": free_map("Of editors; without effect", default={}),
}

_WORKFLOW_DEF: dict[str, Schema] = {
    **AUDITABLE,
    "name": text(minLength=1),
    "version": number(default=1),
    "description": text(),
    "tasks": array(ref("WorkflowTask"), minItems=1),
    "inputParameters": texts("Documentation of the input", default=[]),
    "outputParameters": free_map("The output; when empty, that of the last task", default={}),
    "inputTemplate": free_map("Input that a start leaves out", default={}),
    "variables": free_map("Variables at the start", default={}),
    "failureWorkflow": text("Workflow that is started when this one fails"),
    "failureWorkflowVersion": number("The highest when absent"),
    "schemaVersion": number(default=2, const=2),
    "restartable": flag(default=True),
    "workflowStatusListenerEnabled": flag(default=False),
    "workflowStatusListenerSink": text(),
    "ownerEmail": text(),
    "timeoutPolicy": choice(WorkflowTimeoutPolicy, default="ALERT_ONLY"),
    "timeoutSeconds": long("0 is none", default=0),
    "rateLimitConfig": ref("RateLimitConfig"),
    "inputSchema": ref("SchemaDef"),
    "outputSchema": ref("SchemaDef"),
    "enforceSchema": flag(default=True),
    "metadata": free_map(default={}),
    "cacheConfig": ref("CacheConfig"),
    "maskedFields": texts("Keys whose values are shown as ***", default=[]),
}

_TASK_DEF: dict[str, Schema] = {
    **AUDITABLE,
    "name": text("The task type", minLength=1),
    "description": text(),
    "retryCount": number("Attempts after the first", default=3, minimum=0),
    "retryLogic": choice(RetryLogic, default="FIXED"),
    "retryDelaySeconds": number(default=60),
    "backoffScaleFactor": number("LINEAR_BACKOFF", default=1, minimum=1),
    "maxRetryDelaySeconds": number("0 is no limit", default=0, minimum=0),
    "backoffJitterMs": number("At most this is added to a delay", default=0, minimum=0),
    "timeoutSeconds": long("0 is none; at least responseTimeoutSeconds", default=0),
    "timeoutPolicy": choice(TimeoutPolicy, default="TIME_OUT_WF"),
    "responseTimeoutSeconds": long("Longest silence of a worker", default=3600, minimum=1),
    "totalTimeoutSeconds": long("Over all attempts; 0 is none", default=0, minimum=0),
    "pollTimeoutSeconds": number("Longest wait for a worker", minimum=0),
    "concurrentExecLimit": number("0 is none"),
    "rateLimitPerFrequency": number("0 is none", default=0),
    "rateLimitFrequencyInSeconds": number(default=1),
    "limitDelivery": choice(LimitDelivery, "How a limited type reaches its workers; Podium's own"),
    "inputKeys": texts("Documentation", default=[]),
    "outputKeys": texts("Documentation", default=[]),
    "inputTemplate": free_map("Input that a task leaves out", default={}),
    "isolationGroupId": text(),
    "executionNameSpace": text(),
    "ownerEmail": text(),
    "runtimeMetadata": texts("Names of secrets and variables for the polled task", default=[]),
    "baseType": text(),
    "inputSchema": ref("SchemaDef"),
    "outputSchema": ref("SchemaDef"),
    "enforceSchema": flag(default=False),
    "taskStatusListenerEnabled": flag(default=True),
}


def _unconstrained(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key not in {"minimum", "minLength"}}


_ORDER = {
    "name": "order",
    "version": 1,
    "schemaVersion": 2,
    "ownerEmail": "orders@example.com",
    "tasks": [
        {
            "name": "charge",
            "taskReferenceName": "charge_ref",
            "type": "SIMPLE",
            "inputParameters": {"amount": "${workflow.input.amount}"},
        }
    ],
    "outputParameters": {"receipt": "${charge_ref.output.receipt}"},
}

_TAG = {"key": "team", "value": "orders"}

_PERSON = {
    "name": "person",
    "version": 1,
    "type": "JSON",
    "data": {"type": "object", "required": ["name"]},
}


def _one_or_several(name: str, example: object) -> Schema:
    return {
        "description": f"One {name}, or several.",
        "anyOf": [ref(name), array(ref(name))],
        "examples": [example],
    }


SCHEMAS: dict[str, Schema] = {
    "WorkflowDef": model(
        "A workflow definition; its identity is name and version.",
        _WORKFLOW_DEF,
        required=("name", "tasks"),
        example=_ORDER,
    ),
    "WorkflowTask": model(
        "One task of a definition, with the tasks nested in it.",
        _WORKFLOW_TASK,
        required=("name", "taskReferenceName"),
    ),
    "TaskDef": model(
        "How tasks of one type are retried, timed out and limited.",
        _TASK_DEF,
        required=("name",),
        example={
            "name": "charge",
            "retryCount": 3,
            "retryLogic": "EXPONENTIAL_BACKOFF",
            "retryDelaySeconds": 5,
            "timeoutSeconds": 600,
            "responseTimeoutSeconds": 60,
        },
    ),
    "EmbeddedTaskDef": model(
        "A TaskDef within a definition or an execution, to which no constraint applies.",
        {key: _unconstrained(schema) for key, schema in _TASK_DEF.items()},
    ),
    "WorkflowDefSummary": answer_model(
        "One version of a workflow definition.",
        {
            "name": text(),
            "version": number(),
            "createTime": moment(),
            "updateTime": moment(),
        },
    ),
    "WorkflowDefSummariesByName": map_of(
        array(ref("WorkflowDefSummary")), "Summaries by name, versions in ascending order."
    ),
    "SubWorkflowParams": model(
        "Which workflow a SUB_WORKFLOW task starts.",
        {
            "name": text(),
            "version": number("The highest when absent"),
            "taskToDomain": map_of(text()),
            "workflowDefinition": {
                "description": "A definition, or an expression that yields one",
                "oneOf": [ref("WorkflowDef"), text(pattern=r"^\$\{.*\}$")],
            },
            "idempotencyKey": text(),
            "idempotencyStrategy": choice(IdempotencyStrategy),
            "priority": anything("A number or an expression; the parent's when absent"),
        },
    ),
    "StateChangeEvent": model(
        "An event that is sent when a task changes its state.",
        {"type": text(minLength=1), "payload": free_map()},
        required=("type",),
    ),
    "RateLimitConfig": model(
        "How many executions with one key may run at once.",
        {
            "rateLimitKey": text("May hold expressions"),
            "concurrentExecLimit": number(default=0),
            "policy": choice(RateLimitPolicy, default="QUEUE"),
        },
    ),
    "CacheConfig": model(
        "For how long an output is used again.",
        {"key": text("May hold expressions"), "ttlInSecond": number(default=0)},
    ),
    "SchemaDef": model(
        "A schema of inputs or outputs.",
        {
            **AUDITABLE,
            "name": text(),
            "version": number(default=1),
            "type": choice(SchemaType),
            "data": free_map("The schema itself"),
            "externalRef": text(),
        },
    ),
    "SchemaDefs": _one_or_several("SchemaDef", _PERSON),
    "TagObject": model(
        "A label of a definition.",
        {
            "key": text(minLength=1),
            "value": text(),
            "type": text("RATE_LIMIT sets the limit of a workflow", default="METADATA"),
        },
        required=("key", "value"),
        example=_TAG,
    ),
    "TagObjects": _one_or_several("TagObject", _TAG),
}
