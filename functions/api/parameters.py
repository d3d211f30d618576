"""The parameters of the route table, by the names that its rows use."""

from __future__ import annotations

from functions.api.parameter import Kind, Parameter, Place
from podium.domain.definitions import IdempotencyStrategy
from podium.domain.search import MAX_SIZE
from podium.domain.signals import ReturnStrategy
from podium.domain.status import REPORTABLE, TaskStatus
from podium.services.external_storage import Operation, PayloadType

_NUMBER, _MOMENT, _FLAG, _LIST = Kind.NUMBER, Kind.MOMENT, Kind.FLAG, Kind.LIST
_STRATEGIES = tuple(ReturnStrategy)

# --- path -------------------------------------------------------------------------------------

_VERSION = Parameter("version", "Version of the definition", _NUMBER, place=Place.PATH)
_STATUS = Parameter(
    "status",
    "The status that the task is given",
    choices=tuple(status for status in TaskStatus if status in REPORTABLE),
    place=Place.PATH,
)
#: Variables of paths that are more than text; all others are any text but a slash.
PATH = {each.name: each for each in (_VERSION, _STATUS)}

# --- definitions ------------------------------------------------------------------------------

NEW_VERSION = Parameter("newVersion", "As the one after the highest version", _FLAG, False)
OVERWRITE = Parameter("overwrite", "Replace the version if it exists", _FLAG, False)
CLASSIFIER = Parameter("classifier", "Only definitions of this kind, in any case: workflow, agent")
VERSION = Parameter("version", "Version of the definition; the highest when absent", _NUMBER)

# --- executions -------------------------------------------------------------------------------

PRIORITY = Parameter(
    "priority", "0 is the lowest", _NUMBER, 0, minimum=0, maximum=99, is_refused_by_service=True
)
CORRELATION_ID = Parameter("correlationId", "An id of the client's own")
IDEMPOTENCY_KEY = Parameter(
    "X-Idempotency-key",
    "Starts with the same key are one execution; what the body says comes first",
    place=Place.HEADER,
)
ON_CONFLICT = Parameter(
    "X-on-conflict",
    "What a start with a known key does; FAIL when absent",
    choices=tuple(IdempotencyStrategy),
    place=Place.HEADER,
)
IDEMPOTENCY = (IDEMPOTENCY_KEY, ON_CONFLICT)
START_BY_NAME = (VERSION, CORRELATION_ID, PRIORITY, *IDEMPOTENCY)

REQUEST_ID = Parameter("requestId", "Given back in the answer; made up when absent")
WAIT_UNTIL = Parameter(
    "waitUntilTaskRef", "Reference names of tasks: wait no longer than until one has ended", _LIST
)
RETURN_STRATEGY = Parameter(
    "returnStrategy",
    "Which model is answered",
    default=ReturnStrategy.TARGET_WORKFLOW.value,
    choices=_STRATEGIES,
)
CONSISTENCY = Parameter("consistency", "Accepted and ignored: every start is durable")
EXECUTE = (
    REQUEST_ID,
    WAIT_UNTIL,
    Parameter("waitForSeconds", "Longest wait; 0 is 10, 25 the limit", _NUMBER, 10, minimum=0),
    CONSISTENCY,
    RETURN_STRATEGY,
    *IDEMPOTENCY,
)
STATE = (
    REQUEST_ID,
    WAIT_UNTIL,
    Parameter("waitForSeconds", "Longest wait; 25 is the limit", _NUMBER, 0, minimum=0),
)
SIGNAL_SYNC = (
    RETURN_STRATEGY,
    Parameter("timeoutMillis", "Longest wait; 25000 is the limit", _NUMBER, 5000, minimum=0),
)

INCLUDE_TASKS = Parameter("includeTasks", "With the tasks", _FLAG, True)
STATUS = (
    Parameter("includeOutput", "With the output", _FLAG, False),
    Parameter("includeVariables", "With the variables", _FLAG, False),
)
TASK_PAGE = (
    Parameter("start", "How many tasks to leave out", _NUMBER, 0, minimum=0),
    Parameter("count", "How many tasks at most", _NUMBER, 15, minimum=0),
    Parameter("status", "Only tasks with one of these", _LIST, choices=tuple(TaskStatus)),
)
RUNNING = (
    Parameter("version", "Version of the definition", _NUMBER, 1),
    Parameter("startTime", "With endTime: executions of any status, created from here", _MOMENT),
    Parameter("endTime", "With startTime: executions of any status, created up to here", _MOMENT),
)
CORRELATED = (
    Parameter("includeClosed", "Those that have ended, too", _FLAG, False),
    Parameter("includeTasks", "With the tasks", _FLAG, False),
)
STORAGE = (
    Parameter("path", "The path of an earlier answer; made up when absent"),
    Parameter("operation", "What to do there", required=True, choices=tuple(Operation)),
    Parameter("payloadType", "What is there", required=True, choices=tuple(PayloadType)),
)
REASON = Parameter("reason", "Kept with the execution")
ARCHIVE = Parameter("archiveWorkflow", "Keep a copy that is still read by its id", _FLAG, True)
LATEST = Parameter("useLatestDefinitions", "By the latest version", _FLAG, False)
RESUME_CHILDREN = Parameter(
    "resumeSubworkflowTasks", "Children go on where they failed, instead of new ones", _FLAG, False
)

# --- search -----------------------------------------------------------------------------------

FREE_TEXT = Parameter("freeText", "Words to look for; * is everything", default="*")
QUERY = Parameter("query", "Conditions (docs/reference/rest-api.md 11)")
SORT = Parameter("sort", "Fields with :ASC or :DESC, separated by |", _LIST)
HITS_START = Parameter("start", "How many hits to leave out", _NUMBER, 0, minimum=0)
HITS_SIZE = Parameter("size", "How many hits at most", _NUMBER, 100, minimum=0)
SEARCH = (HITS_START, HITS_SIZE, SORT, FREE_TEXT, QUERY)
WORKFLOW_SEARCH = (
    HITS_START,
    Parameter(
        "size",
        "How many hits at most",
        _NUMBER,
        100,
        minimum=0,
        maximum=MAX_SIZE,
        is_refused_by_service=True,
    ),
    SORT,
    FREE_TEXT,
    QUERY,
    Parameter("classifier", "Only executions of these kinds", _LIST),
    Parameter("topLevelOnly", "No sub-workflows", _FLAG, False),
)

# --- tasks ------------------------------------------------------------------------------------

WORKER_ID = Parameter("workerid", "Who asks (all lower case)")
DOMAIN = Parameter("domain", "The domain of the tasks; none when absent")
POLL = (WORKER_ID, DOMAIN)
POLL_BATCH = (
    *POLL,
    Parameter(
        "count",
        "How many tasks at most; never more than 100",
        _NUMBER,
        1,
        minimum=1,
        is_refused_by_service=True,
    ),
    Parameter(
        "timeout", "Longest wait (ms)", _NUMBER, 100, maximum=5000, is_refused_by_service=True
    ),
)
TASK_TYPE = Parameter("taskType", "The task type", required=True)
TASK_TYPES = Parameter("taskType", "The task types", _LIST, required=True)
QUEUE_SIZE = (
    TASK_TYPE,
    DOMAIN,
    Parameter("isolationGroupId", "Accepted: Podium's queues are not divided by it"),
    Parameter("executionNamespace", "Accepted: Podium's queues are not divided by it"),
)

# --- events, administration -------------------------------------------------------------------

ACTIVE_ONLY = Parameter("activeOnly", "Only handlers that are active", _FLAG, True)
REDRIVE_LIMIT = Parameter(
    "limit",
    "At most so many messages; fewer when time is short",
    _NUMBER,
    100,
    minimum=1,
    maximum=500,
)
VERBOSE = Parameter("verbose", "With the size of each queue", _FLAG, False)
PENDING_PAGE = (
    Parameter("start", "How many tasks to leave out", _NUMBER, 0, minimum=0),
    Parameter("count", "How many tasks at most", _NUMBER, 100, minimum=0),
)

# --- schedules --------------------------------------------------------------------------------

WORKFLOW_NAME = Parameter("workflowName", "Only schedules of this workflow")
SCHEDULE_SEARCH = (
    WORKFLOW_NAME,
    Parameter("scheduleName", "Part of the name"),
    Parameter("paused", "Only those that are paused, or only those that are not", _FLAG),
    FREE_TEXT,
    HITS_START,
    HITS_SIZE,
    Parameter("sort", "Fields with :ASC or :DESC, separated by commas", _LIST),
)
FIRING_SEARCH = (
    QUERY,
    FREE_TEXT,
    HITS_START,
    HITS_SIZE,
    Parameter("sort", "Fields with :ASC or :DESC, separated by commas", _LIST),
)
NEXT_FEW = (
    Parameter("cronExpression", "Six fields, seconds first", required=True),
    Parameter("scheduleStartTime", "Not before", _MOMENT),
    Parameter("scheduleEndTime", "Not after", _MOMENT),
    Parameter("limit", "How many; never more than 5", _NUMBER, 5),
)
PAUSE_REASON = Parameter("reason", "Kept with the schedule")
