"""The small models: errors, pages, bulk results, queues, logs, secrets (models.md 3.5)."""

from __future__ import annotations

from functions.api.openapi.terms import (
    Schema,
    answer_model,
    array,
    flag,
    free_map,
    long,
    map_of,
    moment,
    number,
    ref,
    text,
    texts,
)


def page_of(name: str) -> Schema:
    """The model SearchResult of ``name``."""
    return answer_model(
        f"One page of hits: {name}.",
        {"totalHits": long("Of all pages", minimum=0), "results": array(ref(name))},
    )


def bulk_of(results: Schema) -> Schema:
    """The model BulkResponse."""
    return answer_model(
        "What went well, and why the rest did not, by id or name.",
        {
            "bulkSuccessfulResults": array(results),
            "bulkErrorResults": map_of(text()),
        },
    )


SCHEMAS: dict[str, Schema] = {
    "ErrorResponse": answer_model(
        "Why a request was refused, or failed.",
        {
            "status": number("That of the answer"),
            "retryable": flag("The same request may succeed later"),
        },
        {
            "message": text("Names the id, the name or the field"),
            "instance": text("Where it happened"),
            "validationErrors": array(ref("ValidationError")),
        },
    ),
    "ValidationError": answer_model(
        "One broken constraint.",
        {"path": text("Operation, argument and property"), "message": text()},
        {"invalidValue": text()},
    ),
    "BulkResponse": bulk_of(text()),
    "BulkResponseWorkflow": bulk_of(ref("Workflow")),
    "SearchResultWorkflow": page_of("Workflow"),
    "SearchResultWorkflowSummary": page_of("WorkflowSummary"),
    "SearchResultTask": page_of("Task"),
    "SearchResultTaskSummary": page_of("TaskSummary"),
    "SearchResultWorkflowSchedule": page_of("WorkflowSchedule"),
    "SearchResultWorkflowScheduleExecution": page_of("WorkflowScheduleExecution"),
    "TaskExecLog": answer_model(
        "A line of the log of a task.",
        {"log": text(), "taskId": text(), "createdTime": moment()},
    ),
    "PollData": answer_model(
        "The last poll of a task type in a domain.",
        {"queueName": text("The task type"), "lastPollTime": moment()},
        {"domain": text(), "workerId": text()},
    ),
    "ExternalStorageLocation": answer_model(
        "Where a large payload is read or written.",
        {
            "uri": text("A signed address, good for a short time"),
            "path": text("What requests name it by"),
        },
    ),
    "SecretGlimpse": answer_model(
        "A secret, and the two ends of its value.", {"name": text(), "partial": text()}
    ),
    "EnvironmentVariable": answer_model(
        "A variable of workflows.", {"name": text(), "value": text()}
    ),
    "Health": answer_model(
        "Whoever answers is healthy.",
        {
            "healthy": flag(),
            "healthResults": array(free_map()),
            "suppressedHealthResults": array(free_map()),
        },
    ),
    "ActuatorHealth": answer_model("Health, for monitoring.", {"status": text()}),
    "QueueDetails": map_of(
        map_of(answer_model("One shard.", {"size": long(), "uacked": long("With a worker")})),
        "Queues by name, shards by name.",
    ),
    "DeadLetters": answer_model(
        "A queue of messages that were received too often.",
        {
            "queue": text("Its name, without the prefix of the installation"),
            "size": long("Messages, about", minimum=0),
            "sources": texts("Queues whose messages come here"),
        },
        {"oldestMessageTime": moment("When the oldest of some of them was sent")},
    ),
    "Redriven": answer_model(
        "What became of dead letters.",
        {
            "queue": text(),
            "moved": map_of(long(), "How many went back to which queue"),
            "kept": long("Messages that stay, since nobody knows where they came from", minimum=0),
            "left": long("Messages that are there now, about", minimum=0),
        },
    ),
    "EventQueues": map_of(
        {"anyOf": [text(), map_of(long())]}, "Queues by event; with their sizes when verbose."
    ),
    "RequeuedSchedules": answer_model(
        "How many schedules were queued anew, and some of them.",
        {"recordIds.size": number(), "sampleIds": texts()},
    ),
    "Sizes": map_of(long(), "Sizes by name."),
    "Texts": map_of(text(), "Texts by name."),
    "Map": free_map("Any JSON object.", examples=[{"amount": 12}]),
    "Text": text(),
    "Size": long("How many."),
    "Moment": moment("A moment."),
    "Flag": flag("Whether there is one."),
}
