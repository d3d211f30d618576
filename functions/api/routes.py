"""The route table: every route of Conductor's REST API (docs/reference/rest-api.md).

Routing, the OpenAPI document, docs/api.md and the tests read it. A path without a row is answered 404; docs/api.md says which are left out, and why.
"""

from __future__ import annotations

from functions.api import parameters as p
from functions.api.resources import (
    admin,
    bulk,
    dead_letters,
    documents,
    events,
    metadata,
    operations,
    scheduler,
    schemas,
    search,
    secrets,
    storage,
    system,
    tags,
    tasks,
    workflows,
)
from functions.api.route import RAW, Content, Role, Route

JSON, TEXT, HTML, EMPTY = Content.JSON, Content.TEXT, Content.HTML, Content.EMPTY
ADMIN, METADATA, OPERATOR = Role.ADMIN, Role.METADATA, Role.OPERATOR
WORKER, READER = Role.WORKER, Role.READER
UNKNOWN, EXISTS, UNKNOWN_OR_WRONG_STATE = (404,), (409,), (404, 409)

# A table is read by its rows: one each. Columns: method, path, summary, type of the answer, handler,
# role; then, by name, the models of body and answer, the parameters, other statuses.
# fmt: off

DEFINITIONS = (
    Route("POST", "/api/metadata/workflow", "Register a workflow definition", EMPTY, metadata.create_workflow, METADATA, body="WorkflowDef", parameters=(p.OVERWRITE,), errors=EXISTS),
    Route("PUT", "/api/metadata/workflow", "Create or replace workflow definitions", JSON, metadata.put_workflows, METADATA, body="WorkflowDef[]", answer="BulkResponse"),
    Route("POST", "/api/metadata/workflow/validate", "Check a workflow definition, store nothing", EMPTY, metadata.validate_workflow, READER, body="WorkflowDef"),
    Route("GET", "/api/metadata/workflow", "Every version of every workflow definition", JSON, metadata.list_workflows, READER, answer="WorkflowDef[]", parameters=(p.CLASSIFIER,)),
    Route("GET", "/api/metadata/workflow/{name}", "One workflow definition, the highest version by default", JSON, metadata.get_workflow, READER, answer="WorkflowDef", parameters=(p.VERSION,), errors=UNKNOWN),
    Route("GET", "/api/metadata/workflow/names", "Names of the workflow definitions", JSON, metadata.list_names, READER, answer="Text[]"),
    Route("GET", "/api/metadata/workflow/names-and-versions", "Summaries of all versions by name", JSON, metadata.list_names_and_versions, READER, answer="WorkflowDefSummariesByName"),
    Route("GET", "/api/metadata/workflow/{name}/versions", "Summaries of the versions of one name", JSON, metadata.list_versions, READER, answer="WorkflowDefSummary[]"),
    Route("GET", "/api/metadata/workflow/latest-versions", "The highest version of each workflow definition", JSON, metadata.list_latest_versions, READER, answer="WorkflowDef[]"),
    Route("DELETE", "/api/metadata/workflow/{name}/{version}", "Forget one version of a workflow definition", EMPTY, metadata.delete_workflow, METADATA, errors=UNKNOWN),
    Route("POST", "/api/metadata/taskdefs", "Create or replace task definitions", EMPTY, metadata.create_tasks, METADATA, body="TaskDef[]"),
    Route("PUT", "/api/metadata/taskdefs", "Replace an existing task definition", EMPTY, metadata.replace_task, METADATA, body="TaskDef", errors=UNKNOWN),
    Route("GET", "/api/metadata/taskdefs", "Every task definition", JSON, metadata.list_tasks, READER, answer="TaskDef[]"),
    Route("GET", "/api/metadata/taskdefs/{tasktype}", "One task definition", JSON, metadata.get_task, READER, answer="TaskDef", errors=UNKNOWN),
    Route("DELETE", "/api/metadata/taskdefs/{tasktype}", "Forget a task definition", EMPTY, metadata.delete_task, METADATA, errors=UNKNOWN),
)

TAGS = (
    Route("GET", "/api/metadata/tags", "Every tag that is in use", JSON, tags.all_tags, READER, answer="TagObject[]"),
    Route("GET", "/api/metadata/workflow/{name}/tags", "Tags of a workflow definition", JSON, tags.of_workflow, READER, answer="TagObject[]"),
    Route("POST", "/api/metadata/workflow/{name}/tags", "Tag a workflow definition", EMPTY, tags.add_to_workflow, METADATA, body="TagObjects", errors=UNKNOWN),
    Route("PUT", "/api/metadata/workflow/{name}/tags", "Replace the tags of a workflow definition", EMPTY, tags.replace_of_workflow, METADATA, body="TagObjects", errors=UNKNOWN),
    Route("DELETE", "/api/metadata/workflow/{name}/tags", "Take tags from a workflow definition", EMPTY, tags.remove_from_workflow, METADATA, body="TagObjects"),
    Route("GET", "/api/metadata/task/{name}/tags", "Tags of a task definition", JSON, tags.of_task, READER, answer="TagObject[]"),
    Route("POST", "/api/metadata/task/{name}/tags", "Tag a task definition", EMPTY, tags.add_to_task, METADATA, body="TagObjects", errors=UNKNOWN),
    Route("PUT", "/api/metadata/task/{name}/tags", "Replace the tags of a task definition", EMPTY, tags.replace_of_task, METADATA, body="TagObjects", errors=UNKNOWN),
    Route("DELETE", "/api/metadata/task/{name}/tags", "Take tags from a task definition", EMPTY, tags.remove_from_task, METADATA, body="TagObjects"),
)

SCHEMAS = (
    Route("POST", "/api/schema", "Register schemas", EMPTY, schemas.register, METADATA, body="SchemaDefs", parameters=(p.NEW_VERSION,)),
    Route("GET", "/api/schema", "Every version of every schema", JSON, schemas.every, READER, answer="SchemaDef[]"),
    Route("GET", "/api/schema/{name}", "The highest version of a schema", JSON, schemas.latest, READER, answer="SchemaDef", errors=UNKNOWN),
    Route("GET", "/api/schema/{name}/{version}", "One version of a schema", JSON, schemas.get, READER, answer="SchemaDef", errors=UNKNOWN),
    Route("DELETE", "/api/schema/{name}", "Forget every version of a schema", EMPTY, schemas.delete_all, METADATA, errors=UNKNOWN),
    Route("DELETE", "/api/schema/{name}/{version}", "Forget one version of a schema", EMPTY, schemas.delete, METADATA, errors=UNKNOWN),
)

WORKFLOW = (
    Route("POST", "/api/workflow", "Start a workflow by a request, which may carry the definition", TEXT, workflows.start, OPERATOR, body="StartWorkflowRequest", parameters=p.IDEMPOTENCY, errors=UNKNOWN_OR_WRONG_STATE),
    Route("POST", "/api/workflow/{name}", "Start a workflow by name; the body is its input", TEXT, workflows.start_by_name, OPERATOR, body="Map", parameters=p.START_BY_NAME, errors=UNKNOWN_OR_WRONG_STATE),
    Route("POST", "/api/workflow/execute/{name}/{version}", "Start a workflow and wait for it", JSON, workflows.execute, OPERATOR, body="StartWorkflowRequest", answer="SignalResponse", parameters=p.EXECUTE, errors=UNKNOWN_OR_WRONG_STATE),
    Route("POST", "/api/workflow/execute/{name}", "Start the latest version of a workflow and wait for it", JSON, workflows.execute_latest, OPERATOR, body="StartWorkflowRequest", answer="SignalResponse", parameters=p.EXECUTE, errors=UNKNOWN_OR_WRONG_STATE),
    Route("POST", "/api/workflow/test", "Run a workflow with mocked tasks", JSON, workflows.test, OPERATOR, body="WorkflowTestRequest", answer="Workflow", errors=UNKNOWN),
    Route("GET", "/api/workflow/{workflowId}", "One execution", JSON, workflows.get, READER, answer="Workflow", parameters=(p.INCLUDE_TASKS,), errors=UNKNOWN),
    Route("GET", "/api/workflow/{workflowId}/status", "Status of an execution", JSON, workflows.get_status, READER, answer="WorkflowStatus", parameters=p.STATUS, errors=UNKNOWN),
    Route("GET", "/api/workflow/{workflowId}/why", "Why an execution waits: its pending causes of progress", JSON, workflows.why, READER, answer="WorkflowWhy", errors=UNKNOWN),
    Route("GET", "/api/workflow/{workflowId}/tasks", "Tasks of an execution, page by page", JSON, workflows.list_tasks, READER, answer="SearchResultTask", parameters=p.TASK_PAGE, errors=UNKNOWN),
    Route("GET", "/api/workflow/running/{name}", "Ids of the running executions of a workflow", JSON, search.running, READER, answer="Text[]", parameters=p.RUNNING),
    Route("GET", "/api/workflow/{name}/correlated/{correlationId}", "Executions with a correlation id", JSON, search.correlated, READER, answer="Workflow[]", parameters=p.CORRELATED),
    Route("POST", "/api/workflow/{name}/correlated", "Executions by correlation ids", JSON, search.correlated_by_ids, READER, body="Text[]", answer="WorkflowsByCorrelationId", parameters=p.CORRELATED),
    Route("POST", "/api/workflow/correlated/batch", "Executions of several workflows by correlation ids", JSON, search.correlated_batch, READER, body="CorrelationIdsSearchRequest", answer="WorkflowsByCorrelationId", parameters=p.CORRELATED),
    Route("GET", "/api/workflow/externalstoragelocation", "Where to put or get a large workflow payload", JSON, storage.location, OPERATOR, answer="ExternalStorageLocation", parameters=p.STORAGE, errors=UNKNOWN),
    Route("GET", "/api/workflow/external-storage-location", "Where to put or get a large workflow payload", JSON, storage.location, OPERATOR, answer="ExternalStorageLocation", parameters=p.STORAGE, errors=UNKNOWN),
    Route("PUT", "/api/workflow/decide/{workflowId}", "Evaluate an execution now", EMPTY, workflows.decide, OPERATOR, errors=UNKNOWN),
    Route("PUT", "/api/workflow/{workflowId}/pause", "Pause an execution", EMPTY, workflows.pause, OPERATOR, errors=UNKNOWN_OR_WRONG_STATE),
    Route("PUT", "/api/workflow/{workflowId}/resume", "Resume a paused execution", EMPTY, workflows.resume, OPERATOR, errors=UNKNOWN_OR_WRONG_STATE),
    Route("DELETE", "/api/workflow/{workflowId}", "Terminate an execution", EMPTY, workflows.terminate, OPERATOR, parameters=(p.REASON,), errors=UNKNOWN_OR_WRONG_STATE),
    Route("POST", "/api/workflow/{workflowId}/restart", "Run an ended execution again from its start", EMPTY, operations.restart, OPERATOR, parameters=(p.LATEST,), status=204, errors=UNKNOWN_OR_WRONG_STATE),
    Route("POST", "/api/workflow/{workflowId}/retry", "Retry the failed tasks of an ended execution", EMPTY, operations.retry, OPERATOR, parameters=(p.RESUME_CHILDREN,), status=204, errors=UNKNOWN_OR_WRONG_STATE),
    Route("POST", "/api/workflow/{workflowId}/rerun", "Run an ended execution again from its start, with another input, or from a task", TEXT, operations.rerun, OPERATOR, body="RerunWorkflowRequest", errors=UNKNOWN_OR_WRONG_STATE),
    Route("PUT", "/api/workflow/{workflowId}/skiptask/{taskReferenceName}", "Skip a task that is not scheduled yet", EMPTY, operations.skip, OPERATOR, body="SkipTaskRequest?", errors=UNKNOWN_OR_WRONG_STATE),
    Route("POST", "/api/workflow/{workflowId}/resetcallbacks", "Make tasks that wait for a callback pollable now", EMPTY, operations.reset_callbacks, OPERATOR, status=204, errors=UNKNOWN_OR_WRONG_STATE),
    Route("DELETE", "/api/workflow/{workflowId}/remove", "Remove an execution", EMPTY, operations.remove, OPERATOR, parameters=(p.ARCHIVE,), errors=UNKNOWN_OR_WRONG_STATE),
    Route("DELETE", "/api/workflow/{workflowId}/terminate-remove", "Terminate and remove an execution", EMPTY, operations.terminate_and_remove, OPERATOR, parameters=(p.REASON, p.ARCHIVE), errors=UNKNOWN_OR_WRONG_STATE),
    Route("POST", "/api/workflow/{workflowId}/jump/{taskReferenceName}", "Go on at another task", EMPTY, operations.jump, OPERATOR, body="Map?", errors=UNKNOWN_OR_WRONG_STATE),
    Route("POST", "/api/workflow/{workflowId}/variables", "Change the variables of an execution", JSON, workflows.update_variables, OPERATOR, body="Map", answer="Workflow", errors=UNKNOWN_OR_WRONG_STATE),
    Route("POST", "/api/workflow/{workflowId}/state", "Update a task and the variables of an execution", JSON, workflows.update_state, OPERATOR, body="WorkflowStateUpdate", answer="WorkflowRun", parameters=p.STATE, errors=UNKNOWN_OR_WRONG_STATE),
    Route("POST", "/api/workflow/{workflowId}/upgrade", "Go on with another version of the definition", EMPTY, operations.upgrade, OPERATOR, body="UpgradeWorkflowRequest", errors=UNKNOWN_OR_WRONG_STATE),
    Route("POST", "/api/workflow/{workflowId}/messages", "Send a message to an execution", TEXT, workflows.post_message, OPERATOR, body="Map", errors=(404, 409, 429)),
    Route("GET", "/api/workflow/search", "Search executions: summaries", JSON, search.workflows, READER, answer="SearchResultWorkflowSummary", parameters=p.WORKFLOW_SEARCH),
    Route("GET", "/api/workflow/search-v2", "Search executions: full models without tasks", JSON, search.workflows_v2, READER, answer="SearchResultWorkflow", parameters=p.WORKFLOW_SEARCH),
    Route("GET", "/api/workflow/search-by-tasks", "Search executions by their tasks: summaries", JSON, search.workflows_by_tasks, READER, answer="SearchResultWorkflowSummary", parameters=p.SEARCH),
    Route("GET", "/api/workflow/search-by-tasks-v2", "Search executions by their tasks: full models", JSON, search.workflows_by_tasks_v2, READER, answer="SearchResultWorkflow", parameters=p.SEARCH),
)

WORKFLOW_BULK = (
    Route("PUT", "/api/workflow/bulk/pause", "Pause executions", JSON, bulk.pause, OPERATOR, body="Text[]", answer="BulkResponse"),
    Route("PUT", "/api/workflow/bulk/resume", "Resume executions", JSON, bulk.resume, OPERATOR, body="Text[]", answer="BulkResponse"),
    Route("POST", "/api/workflow/bulk/restart", "Restart executions", JSON, bulk.restart, OPERATOR, body="Text[]", answer="BulkResponse", parameters=(p.LATEST,)),
    Route("POST", "/api/workflow/bulk/retry", "Retry executions", JSON, bulk.retry, OPERATOR, body="Text[]", answer="BulkResponse"),
    Route("POST", "/api/workflow/bulk/terminate", "Terminate executions", JSON, bulk.terminate, OPERATOR, body="Text[]", answer="BulkResponse", parameters=(p.REASON,)),
    Route("DELETE", "/api/workflow/bulk/remove", "Remove executions", JSON, bulk.remove, OPERATOR, body="Text[]", answer="BulkResponse", parameters=(p.ARCHIVE,)),
    Route("DELETE", "/api/workflow/bulk/terminate-remove", "Terminate and remove executions", JSON, bulk.terminate_and_remove, OPERATOR, body="Text[]", answer="BulkResponse", parameters=(p.ARCHIVE, p.REASON)),
    Route("POST", "/api/workflow/bulk/search", "Executions by their ids", JSON, bulk.search, READER, body="Text[]", answer="BulkResponseWorkflow", parameters=(p.INCLUDE_TASKS,)),
)

TASKS = (
    Route("GET", "/api/tasks/poll/{tasktype}", "Take one task", JSON, tasks.poll, WORKER, answer="Task", parameters=p.POLL, status_of_nothing=204),
    Route("GET", "/api/tasks/poll/batch/{tasktype}", "Take several tasks, waiting for the first", JSON, tasks.poll_batch, WORKER, answer="Task[]", parameters=p.POLL_BATCH),
    Route("POST", "/api/tasks", "Report a task", TEXT, tasks.update, WORKER, body="TaskResult", errors=UNKNOWN),
    Route("POST", "/api/tasks/update-v2", "Report a task and take the next one of its kind", JSON, tasks.update_and_poll, WORKER, body="TaskResult", answer="Task", status_of_nothing=204, errors=UNKNOWN),
    Route("POST", "/api/tasks/{workflowId}/{taskRefName}/{status}", "Report a task by its reference name", TEXT, tasks.update_by_reference, WORKER, body="Map", parameters=(p.WORKER_ID,), errors=UNKNOWN),
    Route("POST", "/api/tasks/{workflowId}/{taskRefName}/{status}/sync", "Report a task by its reference name; answers the execution", JSON, tasks.update_by_reference_and_wait, WORKER, body="Map", answer="Workflow", parameters=(p.WORKER_ID,), errors=UNKNOWN),
    Route("POST", "/api/tasks/{workflowId}/{status}/signal", "Signal the WAIT task that blocks an execution", EMPTY, tasks.signal, OPERATOR, body="Map", errors=UNKNOWN),
    Route("POST", "/api/tasks/{workflowId}/{status}/signal/sync", "Signal the WAIT task that blocks an execution, and wait", JSON, tasks.signal_and_wait, OPERATOR, body="Map", answer="SignalResponse", parameters=p.SIGNAL_SYNC, errors=UNKNOWN),
    Route("POST", "/api/tasks/{taskId}/log", "Add a line to the log of a task", EMPTY, tasks.add_log, WORKER, body=RAW),
    Route("GET", "/api/tasks/{taskId}/log", "The log of a task", JSON, tasks.get_logs, READER, answer="TaskExecLog[]", status_of_nothing=204),
    Route("GET", "/api/tasks/{taskId}", "One task", JSON, tasks.get, READER, answer="Task", errors=UNKNOWN),
    Route("GET", "/api/tasks/search", "Search tasks: summaries", JSON, search.tasks, READER, answer="SearchResultTaskSummary", parameters=p.SEARCH),
    Route("GET", "/api/tasks/search-v2", "Search tasks: full models", JSON, search.tasks_v2, READER, answer="SearchResultTask", parameters=p.SEARCH),
    Route("GET", "/api/tasks/queue/size", "How many tasks of a type wait", JSON, tasks.queue_size, READER, answer="Size", parameters=p.QUEUE_SIZE),
    Route("GET", "/api/tasks/queue/sizes", "How many tasks of several types wait", JSON, tasks.queue_sizes, READER, answer="Sizes", parameters=(p.TASK_TYPES,)),
    Route("GET", "/api/tasks/queue/all", "How many tasks wait in each queue", JSON, tasks.all_queues, READER, answer="Sizes"),
    Route("GET", "/api/tasks/queue/all/verbose", "How many tasks wait in each queue, by shard", JSON, tasks.all_queues_verbose, READER, answer="QueueDetails"),
    Route("GET", "/api/tasks/queue/polldata", "Who polled a task type last", JSON, tasks.poll_data, READER, answer="PollData[]", parameters=(p.TASK_TYPE,)),
    Route("GET", "/api/tasks/queue/polldata/all", "Who polled each task type last", JSON, tasks.all_poll_data, READER, answer="PollData[]"),
    Route("POST", "/api/tasks/queue/requeue/{taskType}", "Put the pending tasks of a type back", TEXT, tasks.requeue, OPERATOR),
    Route("GET", "/api/tasks/externalstoragelocation", "Where to put or get a large task payload", JSON, storage.location, WORKER, answer="ExternalStorageLocation", parameters=p.STORAGE, errors=UNKNOWN),
    Route("GET", "/api/tasks/external-storage-location", "Where to put or get a large task payload", JSON, storage.location, WORKER, answer="ExternalStorageLocation", parameters=p.STORAGE, errors=UNKNOWN),
)

EVENTS = (
    Route("POST", "/api/event", "Register an event handler", EMPTY, events.create, METADATA, body="EventHandler", errors=EXISTS),
    Route("PUT", "/api/event", "Replace an event handler", EMPTY, events.replace, METADATA, body="EventHandler", errors=UNKNOWN),
    Route("DELETE", "/api/event/{name}", "Forget an event handler", EMPTY, events.delete, METADATA, errors=UNKNOWN),
    Route("GET", "/api/event", "Every event handler", JSON, events.list_all, READER, answer="EventHandler[]"),
    Route("GET", "/api/event/{event}", "Event handlers of one event", JSON, events.list_of_event, READER, answer="EventHandler[]", parameters=(p.ACTIVE_ONLY,)),
    Route("GET", "/api/event/execution", "What became of the latest actions of event handlers", JSON, events.list_executions, READER, answer="EventExecution[]"),
    Route("GET", "/api/event/execution/{event}", "What became of the latest actions for one event", JSON, events.list_executions_of_event, READER, answer="EventExecution[]"),
)

ADMINISTRATION = (
    Route("GET", "/api/admin/config", "Configuration of this installation", JSON, admin.configuration, ADMIN, answer="Map"),
    Route("GET", "/api/admin/task/{tasktype}", "Pending tasks of a type", JSON, admin.pending, READER, answer="Task[]", parameters=p.PENDING_PAGE),
    Route("POST", "/api/admin/sweep/requeue/{workflowId}", "Queue an execution for evaluation", TEXT, admin.requeue, ADMIN, errors=UNKNOWN),
    Route("POST", "/api/admin/consistency/verifyAndRepair/{workflowId}", "Check and repair an execution", TEXT, admin.repair, ADMIN, errors=UNKNOWN),
    Route("GET", "/api/admin/dead-letters", "Messages that were received too often, by queue", JSON, dead_letters.list_all, ADMIN, answer="DeadLetters[]"),
    Route("POST", "/api/admin/dead-letters/{queue}/redrive", "Give dead letters back to the queues they came from", JSON, dead_letters.redrive, ADMIN, answer="Redriven", parameters=(p.REDRIVE_LIMIT,), errors=UNKNOWN),
    Route("GET", "/api/admin/queues", "Event queues", JSON, events.queues, READER, answer="EventQueues", parameters=(p.VERBOSE,)),
    Route("GET", "/api/queue/size", "Sizes of the default event queues", JSON, events.queue_sizes, READER, answer="Sizes"),
    Route("GET", "/api/queue/", "Addresses of the default event queues", JSON, events.queue_addresses, READER, answer="Texts"),
    Route("POST", "/api/queue/update/{workflowId}/{taskRefName}/{status}", "Report a task through an event queue", EMPTY, events.update_by_reference, WORKER, body="Map"),
    Route("POST", "/api/queue/update/{workflowId}/task/{taskId}/{status}", "Report a task by its id through an event queue", EMPTY, events.update_by_id, WORKER, body="Map"),
)

SYSTEM = (
    Route("GET", "/health", "Health", JSON, system.health, READER, answer="Health"),
    Route("GET", "/api/health", "Health", JSON, system.health, READER, answer="Health"),
    Route("GET", "/api/version", "Version of Podium", TEXT, system.version, READER),
    Route("GET", "/actuator/health", "Health, for monitoring", JSON, system.actuator_health, READER, answer="ActuatorHealth"),
    Route("GET", "/actuator/info", "Facts about the server, for monitoring", JSON, system.actuator_info, READER, answer="Map"),
    Route("GET", "/actuator/prometheus", "Metrics, for monitoring", TEXT, system.prometheus, READER),
    Route("GET", "/api-docs", "OpenAPI description of this API", JSON, documents.openapi, READER, answer="Map"),
    Route("GET", "/swagger-ui/index.html", "A page to read the description and to try calls", HTML, documents.page, READER),
    Route("GET", "/swagger-ui", "A page to read the description and to try calls", HTML, documents.page, READER),
)

SCHEDULER = (
    Route("POST", "/api/scheduler/schedules", "Create or replace a schedule", JSON, scheduler.save, METADATA, body="WorkflowSchedule", answer="WorkflowSchedule"),
    Route("GET", "/api/scheduler/schedules", "Every schedule", JSON, scheduler.list_all, READER, answer="WorkflowSchedule[]", parameters=(p.WORKFLOW_NAME,)),
    Route("GET", "/api/scheduler/schedules/search", "Search schedules", JSON, scheduler.search, READER, answer="SearchResultWorkflowSchedule", parameters=p.SCHEDULE_SEARCH),
    Route("GET", "/api/scheduler/schedules/{name}", "One schedule", JSON, scheduler.get, READER, answer="WorkflowSchedule", errors=UNKNOWN),
    Route("DELETE", "/api/scheduler/schedules/{name}", "Forget a schedule", EMPTY, scheduler.delete, METADATA),
    Route("PUT", "/api/scheduler/schedules/{name}/pause", "Pause a schedule", EMPTY, scheduler.pause, METADATA, parameters=(p.PAUSE_REASON,), errors=UNKNOWN),
    Route("PUT", "/api/scheduler/schedules/{name}/resume", "Resume a schedule", EMPTY, scheduler.resume, METADATA, errors=UNKNOWN),
    Route("GET", "/api/scheduler/nextFewSchedules", "When a cron expression fires next", JSON, scheduler.next_few, READER, answer="Moment[]", parameters=p.NEXT_FEW),
    Route("GET", "/api/scheduler/search/executions", "Search what schedules have started", JSON, scheduler.search_executions, READER, answer="SearchResultWorkflowScheduleExecution", parameters=p.FIRING_SEARCH),
    Route("GET", "/api/scheduler/admin/pause", "Pause the scheduler", JSON, scheduler.stop, ADMIN, answer="Texts"),
    Route("GET", "/api/scheduler/admin/resume", "Resume the scheduler", JSON, scheduler.go_on, ADMIN, answer="Texts"),
    Route("GET", "/api/scheduler/admin/requeue", "Queue all schedules anew", JSON, scheduler.requeue, ADMIN, answer="RequeuedSchedules"),
    Route("GET", "/api/scheduler/schedules/{name}/tags", "Tags of a schedule", JSON, scheduler.tags, READER, answer="TagObject[]", errors=UNKNOWN),
    Route("PUT", "/api/scheduler/schedules/{name}/tags", "Replace the tags of a schedule", EMPTY, scheduler.tag, METADATA, body="TagObject[]", errors=UNKNOWN),
    Route("DELETE", "/api/scheduler/schedules/{name}/tags", "Take tags off a schedule", EMPTY, scheduler.untag, METADATA, body="TagObject[]", errors=UNKNOWN),
    Route("PUT", "/api/scheduler/bulk/pause", "Pause schedules", JSON, scheduler.pause_all, METADATA, body="Text[]", answer="BulkResponse"),
    Route("PUT", "/api/scheduler/bulk/resume", "Resume schedules", JSON, scheduler.resume_all, METADATA, body="Text[]", answer="BulkResponse"),
)

SECRETS = (
    Route("GET", "/api/secrets", "Names of the secrets", JSON, secrets.names, ADMIN, answer="Text[]"),
    Route("POST", "/api/secrets", "Names of the secrets", JSON, secrets.names, ADMIN, answer="Text[]"),
    Route("GET", "/api/secrets/v2", "Names of the secrets, with a glimpse of their values", JSON, secrets.glimpses, ADMIN, answer="SecretGlimpse[]"),
    Route("GET", "/api/secrets/{key}", "Value of a secret", TEXT, secrets.get, ADMIN, errors=(400, 404)),
    Route("PUT", "/api/secrets/{key}", "Store a secret", EMPTY, secrets.put, ADMIN, body=RAW),
    Route("DELETE", "/api/secrets/{key}", "Forget a secret", EMPTY, secrets.delete, ADMIN, errors=(400,)),
    Route("GET", "/api/secrets/{key}/exists", "Whether a secret exists", JSON, secrets.exists, ADMIN, answer="Flag", errors=(400,)),
    Route("GET", "/api/environment", "Environment variables of workflows", JSON, secrets.variables, ADMIN, answer="EnvironmentVariable[]"),
    Route("GET", "/api/environment/{key}", "Value of an environment variable", TEXT, secrets.variable, ADMIN),
)

# fmt: on
ROUTES = (
    *DEFINITIONS,
    *TAGS,
    *SCHEMAS,
    *WORKFLOW,
    *WORKFLOW_BULK,
    *TASKS,
    *EVENTS,
    *ADMINISTRATION,
    *SYSTEM,
    *SCHEDULER,
    *SECRETS,
)
