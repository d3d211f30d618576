"""The route table: every route of Conductor's REST API (docs/reference/rest-api.md).

Routing, docs/api.md and the tests read it. A row without a handler is known and not built yet.
"""

from __future__ import annotations

from functions.api.resources import metadata, operations, secrets, storage, system, tasks, workflows
from functions.api.route import Content, Route

JSON, TEXT, EMPTY = Content.JSON, Content.TEXT, Content.EMPTY

# A table is read by its rows: one each.
# fmt: off

METADATA = (
    Route("POST", "/api/metadata/workflow", "Register a workflow definition", EMPTY, metadata.create_workflow),
    Route("PUT", "/api/metadata/workflow", "Create or replace workflow definitions", JSON, metadata.put_workflows),
    Route("POST", "/api/metadata/workflow/validate", "Check a workflow definition, store nothing", EMPTY, metadata.validate_workflow),
    Route("GET", "/api/metadata/workflow", "Every version of every workflow definition", JSON, metadata.list_workflows),
    Route("GET", "/api/metadata/workflow/{name}", "One workflow definition, the highest version by default", JSON, metadata.get_workflow),
    Route("GET", "/api/metadata/workflow/names", "Names of the workflow definitions", JSON, metadata.list_names),
    Route("GET", "/api/metadata/workflow/names-and-versions", "Summaries of all versions by name", JSON, metadata.list_names_and_versions),
    Route("GET", "/api/metadata/workflow/{name}/versions", "Summaries of the versions of one name", JSON, metadata.list_versions),
    Route("GET", "/api/metadata/workflow/latest-versions", "The highest version of each workflow definition", JSON, metadata.list_latest_versions),
    Route("DELETE", "/api/metadata/workflow/{name}/{version}", "Forget one version of a workflow definition", EMPTY, metadata.delete_workflow),
    Route("POST", "/api/metadata/taskdefs", "Create or replace task definitions", EMPTY, metadata.create_tasks),
    Route("PUT", "/api/metadata/taskdefs", "Replace an existing task definition", EMPTY, metadata.replace_task),
    Route("GET", "/api/metadata/taskdefs", "Every task definition", JSON, metadata.list_tasks),
    Route("GET", "/api/metadata/taskdefs/{tasktype}", "One task definition", JSON, metadata.get_task),
    Route("DELETE", "/api/metadata/taskdefs/{tasktype}", "Forget a task definition", EMPTY, metadata.delete_task),
)

WORKFLOW = (
    Route("POST", "/api/workflow", "Start a workflow by a request, which may carry the definition", TEXT, workflows.start),
    Route("POST", "/api/workflow/{name}", "Start a workflow by name; the body is its input", TEXT, workflows.start_by_name),
    Route("POST", "/api/workflow/execute/{name}/{version}", "Start a workflow and wait for it", JSON, workflows.execute),
    Route("POST", "/api/workflow/execute/{name}", "Start the latest version of a workflow and wait for it", JSON, workflows.execute_latest),
    Route("POST", "/api/workflow/test", "Run a workflow with mocked tasks"),
    Route("GET", "/api/workflow/{workflowId}", "One execution", JSON, workflows.get),
    Route("GET", "/api/workflow/{workflowId}/status", "Status of an execution", JSON, workflows.get_status),
    Route("GET", "/api/workflow/{workflowId}/tasks", "Tasks of an execution, page by page", JSON, workflows.list_tasks),
    Route("GET", "/api/workflow/running/{name}", "Ids of the running executions of a workflow"),
    Route("GET", "/api/workflow/{name}/correlated/{correlationId}", "Executions with a correlation id"),
    Route("POST", "/api/workflow/{name}/correlated", "Executions by correlation ids"),
    Route("POST", "/api/workflow/correlated/batch", "Executions of several workflows by correlation ids"),
    Route("GET", "/api/workflow/externalstoragelocation", "Where to put or get a large workflow payload", JSON, storage.location),
    Route("GET", "/api/workflow/external-storage-location", "Where to put or get a large workflow payload", JSON, storage.location),
    Route("PUT", "/api/workflow/decide/{workflowId}", "Evaluate an execution now", EMPTY, workflows.decide),
    Route("PUT", "/api/workflow/{workflowId}/pause", "Pause an execution", EMPTY, workflows.pause),
    Route("PUT", "/api/workflow/{workflowId}/resume", "Resume a paused execution", EMPTY, workflows.resume),
    Route("DELETE", "/api/workflow/{workflowId}", "Terminate an execution", EMPTY, workflows.terminate),
    Route("POST", "/api/workflow/{workflowId}/restart", "Run an ended execution again from its start", EMPTY, operations.restart, status=204),
    Route("POST", "/api/workflow/{workflowId}/retry", "Retry the failed tasks of an ended execution", EMPTY, operations.retry, status=204),
    Route("POST", "/api/workflow/{workflowId}/rerun", "Run an ended execution again from its start, with another input, or from a task", TEXT, operations.rerun),
    Route("PUT", "/api/workflow/{workflowId}/skiptask/{taskReferenceName}", "Skip a task that is not scheduled yet", EMPTY, operations.skip),
    Route("POST", "/api/workflow/{workflowId}/resetcallbacks", "Make tasks that wait for a callback pollable now", EMPTY, operations.reset_callbacks, status=204),
    Route("DELETE", "/api/workflow/{workflowId}/remove", "Remove an execution", EMPTY, operations.remove),
    Route("DELETE", "/api/workflow/{workflowId}/terminate-remove", "Terminate and remove an execution", EMPTY, operations.terminate_and_remove),
    Route("POST", "/api/workflow/{workflowId}/jump/{taskReferenceName}", "Go on at another task", EMPTY, operations.jump),
    Route("POST", "/api/workflow/{workflowId}/variables", "Change the variables of an execution", JSON, workflows.update_variables),
    Route("POST", "/api/workflow/{workflowId}/state", "Update a task and the variables of an execution", JSON, workflows.update_state),
    Route("POST", "/api/workflow/{workflowId}/upgrade", "Go on with another version of the definition", EMPTY),
    Route("POST", "/api/workflow/{workflowId}/messages", "Send a message to an execution", TEXT, workflows.post_message),
    Route("GET", "/api/workflow/search", "Search executions: summaries"),
    Route("GET", "/api/workflow/search-v2", "Search executions: full models without tasks"),
    Route("GET", "/api/workflow/search-by-tasks", "Search executions by their tasks: summaries"),
    Route("GET", "/api/workflow/search-by-tasks-v2", "Search executions by their tasks: full models"),
)

WORKFLOW_BULK = (
    Route("PUT", "/api/workflow/bulk/pause", "Pause executions"),
    Route("PUT", "/api/workflow/bulk/resume", "Resume executions"),
    Route("POST", "/api/workflow/bulk/restart", "Restart executions"),
    Route("POST", "/api/workflow/bulk/retry", "Retry executions"),
    Route("POST", "/api/workflow/bulk/terminate", "Terminate executions"),
    Route("DELETE", "/api/workflow/bulk/remove", "Remove executions"),
    Route("DELETE", "/api/workflow/bulk/terminate-remove", "Terminate and remove executions"),
    Route("POST", "/api/workflow/bulk/search", "Executions by their ids"),
)

TASKS = (
    Route("GET", "/api/tasks/poll/{tasktype}", "Take one task", JSON, tasks.poll, status_of_nothing=204),
    Route("GET", "/api/tasks/poll/batch/{tasktype}", "Take several tasks, waiting for the first", JSON, tasks.poll_batch),
    Route("POST", "/api/tasks", "Report a task", TEXT, tasks.update),
    Route("POST", "/api/tasks/update-v2", "Report a task and take the next one of its kind", JSON, tasks.update_and_poll, status_of_nothing=204),
    Route("POST", "/api/tasks/{workflowId}/{taskRefName}/{status}", "Report a task by its reference name", TEXT, tasks.update_by_reference),
    Route("POST", "/api/tasks/{workflowId}/{taskRefName}/{status}/sync", "Report a task by its reference name; answers the execution", JSON, tasks.update_by_reference_and_wait),
    Route("POST", "/api/tasks/{workflowId}/{status}/signal", "Signal the WAIT task that blocks an execution", EMPTY, tasks.signal),
    Route("POST", "/api/tasks/{workflowId}/{status}/signal/sync", "Signal the WAIT task that blocks an execution, and wait", JSON, tasks.signal_and_wait),
    Route("POST", "/api/tasks/{taskId}/log", "Add a line to the log of a task", EMPTY, tasks.add_log),
    Route("GET", "/api/tasks/{taskId}/log", "The log of a task", JSON, tasks.get_logs, status_of_nothing=204),
    Route("GET", "/api/tasks/{taskId}", "One task", JSON, tasks.get),
    Route("GET", "/api/tasks/search", "Search tasks: summaries"),
    Route("GET", "/api/tasks/search-v2", "Search tasks: full models"),
    Route("GET", "/api/tasks/queue/size", "How many tasks of a type wait", JSON, tasks.queue_size),
    Route("GET", "/api/tasks/queue/sizes", "How many tasks of several types wait", JSON, tasks.queue_sizes),
    Route("GET", "/api/tasks/queue/all", "How many tasks wait in each queue", JSON, tasks.all_queues),
    Route("GET", "/api/tasks/queue/all/verbose", "How many tasks wait in each queue, by shard"),
    Route("GET", "/api/tasks/queue/polldata", "Who polled a task type last", JSON, tasks.poll_data),
    Route("GET", "/api/tasks/queue/polldata/all", "Who polled each task type last", JSON, tasks.all_poll_data),
    Route("POST", "/api/tasks/queue/requeue/{taskType}", "Put the pending tasks of a type back", TEXT),
    Route("GET", "/api/tasks/externalstoragelocation", "Where to put or get a large task payload", JSON, storage.location),
    Route("GET", "/api/tasks/external-storage-location", "Where to put or get a large task payload", JSON, storage.location),
)

EVENTS = (
    Route("POST", "/api/event", "Register an event handler", EMPTY),
    Route("PUT", "/api/event", "Replace an event handler", EMPTY),
    Route("DELETE", "/api/event/{name}", "Forget an event handler", EMPTY),
    Route("GET", "/api/event", "Every event handler"),
    Route("GET", "/api/event/{event}", "Event handlers of one event"),
)

ADMIN = (
    Route("GET", "/api/admin/config", "Configuration of this installation"),
    Route("GET", "/api/admin/task/{tasktype}", "Pending tasks of a type"),
    Route("POST", "/api/admin/sweep/requeue/{workflowId}", "Queue an execution for evaluation", TEXT),
    Route("POST", "/api/admin/consistency/verifyAndRepair/{workflowId}", "Check and repair an execution", TEXT),
    Route("GET", "/api/admin/queues", "Event queues"),
    Route("GET", "/api/queue/size", "Sizes of the default event queues"),
    Route("GET", "/api/queue/", "Addresses of the default event queues"),
    Route("POST", "/api/queue/update/{workflowId}/{taskRefName}/{status}", "Report a task through an event queue", EMPTY),
    Route("POST", "/api/queue/update/{workflowId}/task/{taskId}/{status}", "Report a task by its id through an event queue", EMPTY),
)

SYSTEM = (
    Route("GET", "/health", "Health", JSON, system.health),
    Route("GET", "/api/health", "Health", JSON, system.health),
    Route("GET", "/api/version", "Version of Podium", TEXT, system.version),
    Route("GET", "/actuator/health", "Health, for monitoring"),
    Route("GET", "/actuator/info", "Facts about the server, for monitoring"),
    Route("GET", "/actuator/prometheus", "Metrics, for monitoring", TEXT),
    Route("GET", "/api-docs", "OpenAPI description"),
    Route("GET", "/swagger-ui/index.html", "OpenAPI description to click through"),
)

SCHEDULER = (
    Route("POST", "/api/scheduler/schedules", "Create or replace a schedule"),
    Route("GET", "/api/scheduler/schedules", "Every schedule"),
    Route("GET", "/api/scheduler/schedules/search", "Search schedules"),
    Route("GET", "/api/scheduler/schedules/{name}", "One schedule"),
    Route("DELETE", "/api/scheduler/schedules/{name}", "Forget a schedule", EMPTY),
    Route("PUT", "/api/scheduler/schedules/{name}/pause", "Pause a schedule", EMPTY),
    Route("PUT", "/api/scheduler/schedules/{name}/resume", "Resume a schedule", EMPTY),
    Route("GET", "/api/scheduler/nextFewSchedules", "When a cron expression fires next"),
    Route("GET", "/api/scheduler/search/executions", "Search what schedules have started"),
    Route("GET", "/api/scheduler/admin/pause", "Pause the scheduler"),
    Route("GET", "/api/scheduler/admin/resume", "Resume the scheduler"),
    Route("GET", "/api/scheduler/admin/requeue", "Queue all schedules anew"),
    Route("PUT", "/api/scheduler/bulk/pause", "Pause schedules"),
    Route("PUT", "/api/scheduler/bulk/resume", "Resume schedules"),
)

SECRETS = (
    Route("GET", "/api/secrets", "Names of the secrets", JSON, secrets.names),
    Route("POST", "/api/secrets", "Names of the secrets", JSON, secrets.names),
    Route("GET", "/api/secrets/v2", "Names of the secrets, with a glimpse of their values", JSON, secrets.glimpses),
    Route("GET", "/api/secrets/{key}", "Value of a secret", TEXT, secrets.get),
    Route("PUT", "/api/secrets/{key}", "Store a secret", EMPTY, secrets.put),
    Route("DELETE", "/api/secrets/{key}", "Forget a secret", EMPTY, secrets.delete),
    Route("GET", "/api/secrets/{key}/exists", "Whether a secret exists", JSON, secrets.exists),
    Route("GET", "/api/environment", "Environment variables of workflows", JSON, secrets.variables),
    Route("GET", "/api/environment/{key}", "Value of an environment variable", TEXT, secrets.variable),
)

# fmt: on
ROUTES = (
    *METADATA,
    *WORKFLOW,
    *WORKFLOW_BULK,
    *TASKS,
    *EVENTS,
    *ADMIN,
    *SYSTEM,
    *SCHEDULER,
    *SECRETS,
)
