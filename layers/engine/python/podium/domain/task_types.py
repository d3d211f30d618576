"""Task types: what each is to the engine (tasks.md 0).

Types that are not named here are USER_DEFINED: worker tasks polled by their type (tasks.md 23).
"""

from __future__ import annotations

from podium.domain.execution import Kind

#: Decided while the graph is unfolded: they only choose or open paths.
BRANCHING = frozenset({"SWITCH", "DECISION", "FORK_JOIN", "FORK_JOIN_DYNAMIC", "FORK"})

#: Run inside a decision, from their creation to their end.
COMPUTED = frozenset({"INLINE", "LAMBDA", "JSON_JQ_TRANSFORM", "SET_VARIABLE", "NOOP", "TERMINATE"})

#: Known to the peer and not built here; such a task fails with a reason instead of waiting for
#: a worker that will never poll it.
UNSUPPORTED = frozenset(
    {
        "AGENT",
        "CALL_MCP_TOOL",
        "CANCEL_AGENT",
        "GENERATE_AUDIO",
        "GENERATE_IMAGE",
        "GENERATE_PDF",
        "GENERATE_VIDEO",
        "GET_AGENT_CARD",
        "JDBC",
        "LIST_MCP_TOOLS",
        "LLM_CHAT_COMPLETE",
        "LLM_GENERATE_EMBEDDINGS",
        "LLM_GET_EMBEDDINGS",
        "LLM_INDEX_TEXT",
        "LLM_SEARCH_EMBEDDINGS",
        "LLM_SEARCH_INDEX",
        "LLM_STORE_EMBEDDINGS",
        "LLM_TEXT_COMPLETE",
    }
)

#: Who ends the types that outlive a decision.
LASTING = {
    "JOIN": Kind.FLOW,
    "EXCLUSIVE_JOIN": Kind.FLOW,
    "DO_WHILE": Kind.FLOW,
    "FOR_EACH": Kind.FLOW,
    "TRY_CATCH": Kind.FLOW,
    "WAIT": Kind.OUTSIDE,
    "HUMAN": Kind.OUTSIDE,
    "PULL_WORKFLOW_MESSAGES": Kind.PULL,
    "EVENT": Kind.SYSTEM,
    "HTTP": Kind.SYSTEM,
    "HTTP_POLL": Kind.SYSTEM,
    "KAFKA_PUBLISH": Kind.SYSTEM,
    "SUB_WORKFLOW": Kind.CHILD,
    "START_WORKFLOW": Kind.LAUNCH,
}

#: They may leave their completion to somebody else once their own work is done.
HANDED_OVER = frozenset({"EVENT", "HTTP", "KAFKA_PUBLISH"})

FORKS = frozenset({"FORK_JOIN", "FORK_JOIN_DYNAMIC", "FORK"})
CHOICES = frozenset({"SWITCH", "DECISION"})

#: Their body runs several times; each time is an iteration of the tasks in it.
LOOPS = frozenset({"DO_WHILE", "FOR_EACH"})

#: They run other tasks inside them until those have come to an end.
CONTAINER_TYPES = LOOPS | {"TRY_CATCH"}

#: A bad end of these never leads to a new attempt (engine.md 6).
NEVER_RETRIED = CHOICES | FORKS | CONTAINER_TYPES | {"JOIN", "EXCLUSIVE_JOIN"}

#: Everything the engine runs itself.
SYSTEM_TYPES = BRANCHING | COMPUTED | UNSUPPORTED | frozenset(LASTING)

#: Their taskDefName is the type, not the name (engine.md 1.3).
NAMED_BY_TYPE = CHOICES | FORKS | {"JOIN", "EXCLUSIVE_JOIN"}

#: Their input is evaluated without the inputTemplate of the task definition (engine.md 10.4).
WITHOUT_TEMPLATE = (
    CHOICES
    | FORKS
    | {"WAIT", "HUMAN", "TERMINATE", "EVENT", "NOOP", "SET_VARIABLE", "SUB_WORKFLOW"}
)


#: Their stored input is not the evaluated one: a DECISION keeps the case alone, a NOOP nothing
#: (tasks.md 4, 22).
WITHOUT_INPUT = frozenset({"DECISION", "NOOP"})


def is_decided(task_type: str) -> bool:
    """The task starts and ends within a decision and never has an open item."""
    return task_type in BRANCHING or task_type in COMPUTED or task_type in UNSUPPORTED


def kind_of(task_type: str) -> Kind:
    """Kind of the entry a task of this type gets; DUE for those a decision runs by itself."""
    if is_decided(task_type):
        return Kind.DUE
    return LASTING.get(task_type, Kind.WORKER)


def wire_type(task_type: str) -> str:
    """taskType on the wire of a system task: all forks are FORK (models.md 3.2)."""
    return "FORK" if task_type in FORKS else task_type
