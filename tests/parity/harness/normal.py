"""What two servers can never have in common, taken out of a record. Everything else stays.

RULES is the whole list; each rule says why. A golden file and a fresh run pass through the same list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.parity.harness import target
from tests.parity.harness.run import WORKER
from tests.parity.harness.scenario import Json, tasks_of

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
#: Ids of the peer, and Podium's task ids: ``<workflow id>.<number>.<reference>``.
_ID = re.compile(_UUID + r"(?:\.\d+\.\w+)?")
#: What stands for a definition that is repeated.
AS_DEFINED = "<as defined>"
#: Types whose tasks the server itself visits: their poll counts count its visits.
SERVED = frozenset(
    {
        "DO_WHILE", "EVENT", "EXCLUSIVE_JOIN", "FORK", "HTTP", "HUMAN", "INLINE", "JOIN", "JSON_JQ_TRANSFORM",
        "KAFKA_PUBLISH", "LAMBDA", "NOOP", "PULL_WORKFLOW_MESSAGES", "SET_VARIABLE", "START_WORKFLOW", "SUB_WORKFLOW",
        "SWITCH", "TERMINATE", "WAIT",
    }
)  # fmt: skip
_USERS = frozenset({"createdBy", "updatedBy"})
#: Lists of an execution that are sets in the peer.
_SETS = ("failedReferenceTaskNames", "failedTaskNames")
#: Epoch milliseconds between 2020 and 2100.
_EARLIEST, _LATEST = 1_577_836_800_000, 4_102_444_800_000
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_EPOCH_TEXT = re.compile(r"\b1[6-9]\d{11}\b")


@dataclass(slots=True)
class Context:
    """What the rules know of one run."""

    prefix: str
    target_url: str
    #: Placeholders of ids; ids nobody named get theirs by first appearance.
    ids: dict[str, str] = field(default_factory=dict)
    unknown: int = 0

    def placeholder(self, found: re.Match[str]) -> str:
        """Of one id."""
        if found[0] not in self.ids:
            self.unknown += 1
            self.ids[found[0]] = f"<id {self.unknown}>"
        return self.ids[found[0]].replace(self.prefix, "ns_")


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is taken out: of every text, every number or every object."""

    name: str
    reason: str
    text: Callable[[str, Context], str] | None = None
    number: Callable[[int | float], Any] | None = None
    thing: Callable[[Json], Json] | None = None


def _without(*keys: str) -> Callable[[Json], Json]:
    return lambda thing: {key: value for key, value in thing.items() if key not in keys}


def _is_task(thing: Any) -> bool:
    return isinstance(thing, dict) and "referenceTaskName" in thing and "taskId" in thing


def _of_task(change: Callable[[Json], Json]) -> Callable[[Json], Json]:
    return lambda thing: change(thing) if _is_task(thing) else thing


def _server_worker(task: Json) -> Json:
    if task.get("taskType") == "EVENT":
        return _without("workerId")(task)
    if task.get("workerId") in (None, WORKER) or task["workerId"].startswith("worker "):
        return task
    return task | {"workerId": "<host>"}


def _system_poll_count(task: Json) -> Json:
    return _without("pollCount")(task) if task.get("taskType") in SERVED else task


def _visit(thing: Json) -> Json:
    return _without("updateTime")(thing) if thing.get("taskType") in SERVED else thing


def _next_look(task: Json) -> Json:
    if task.get("taskType") != "PULL_WORKFLOW_MESSAGES":
        return task
    return _without("callbackAfterSeconds")(task)


def _as_defined(execution: Json) -> Json:
    if not isinstance(execution.get("workflowDefinition"), dict) or "tasks" not in execution:
        return execution
    defined = {
        task["taskReferenceName"]: task for task in tasks_of(execution["workflowDefinition"])
    }
    return execution | {
        "tasks": [_without_definition(task, defined) for task in execution["tasks"]]
    }


def _without_definition(task: Json, defined: dict[str, Json]) -> Json:
    full = task.get("workflowTask") or {}
    if full == AS_DEFINED:
        return task
    ref = full.get("taskReferenceName", "")
    expected = defined.get(ref) or defined.get(ref.rpartition("__")[0], {})
    changed: Json = {}
    if full and full == expected | {"taskReferenceName": ref}:
        changed["workflowTask"] = AS_DEFINED
    if task.get("taskDefinition") and task["taskDefinition"] == full.get("taskDefinition"):
        changed["taskDefinition"] = AS_DEFINED
    return task | changed


def _sets_in_order(execution: Json) -> Json:
    sets = {key: sorted(execution[key]) for key in _SETS if isinstance(execution.get(key), list)}
    return execution | sets


def _answer_of_poll(line: Json) -> Json:
    """The task of a poll's answer comes again, with its definition, in the execution."""
    answer = line.get("answer")
    if isinstance(answer, dict):
        return line | {"answer": _shorter(answer)} if _is_task(answer) else line
    if isinstance(answer, list):
        return line | {"answer": [_shorter(one) if _is_task(one) else one for one in answer]}
    return line


_shorter = _without("workflowTask", "taskDefinition")


def _join_reason(task: Json) -> Json:
    if task.get("taskType") != "JOIN" or task.get("status") in {"FAILED", "COMPLETED_WITH_ERRORS"}:
        return task
    return _without("reasonForIncompletion")(task)


def _error(thing: Json) -> Json:
    if not {"status", "retryable"} <= set(thing):
        return thing
    return {
        key: f"<{key}>" if key in {"message", "instance"} else value for key, value in thing.items()
    }


def _durations(thing: Json) -> Json:
    if "workflowType" not in thing or "executionTime" not in thing:
        return thing
    ran = "<ms>" if thing["executionTime"] else 0
    return _without("queueWaitTime")(thing | {"executionTime": ran})


def _violations_in_order(thing: Json) -> Json:
    found = thing.get("validationErrors")
    if not isinstance(found, list):
        return thing
    return thing | {
        "validationErrors": sorted(found, key=lambda one: (one["path"], one["message"]))
    }


def _bulk_errors(thing: Json) -> Json:
    if not isinstance(thing.get("bulkErrorResults"), dict):
        return thing
    return thing | {"bulkErrorResults": dict.fromkeys(thing["bulkErrorResults"], "<message>")}


def _in_range(number: float) -> Any:
    return "<time>" if _EARLIEST < number < _LATEST else number


RULES: tuple[Rule, ...] = (
    Rule(
        "embedded definitions",
        "a task that carries exactly what the workflow's definition says about it says so in a word",
        thing=_as_defined,
    ),
    Rule(
        "definitions in polls",
        "a polled task carries its definition as the execution does, where it is compared",
        thing=_answer_of_poll,
    ),
    Rule(
        "fields without a meaning",
        "the peer never fills firstStartTime, and sends an empty bag with the names of its Java getters as"
        " executionMetadata; executed is each engine's note to itself of what it has followed up",
        thing=_of_task(_without("firstStartTime", "executionMetadata", "executed")),
    ),
    Rule(
        "nobody",
        "there are no users: the peer says so with an empty text, Podium by leaving the field out",
        thing=lambda thing: {
            key: value for key, value in thing.items() if not (key in _USERS and value == "")
        },
    ),
    Rule(
        "sets",
        "the peer keeps the names of failed tasks in Java sets, whose order says nothing",
        thing=_sets_in_order,
    ),
    Rule(
        "system poll counts",
        "how often a server looks at its own JOIN or HTTP task is its own affair, and depends on time",
        thing=_of_task(_system_poll_count),
    ),
    Rule(
        "visits to system tasks",
        "the peer's workers come by an open WAIT or JOIN sooner or later, and only then has it an updateTime",
        thing=_visit,
    ),
    Rule(
        "next look at messages",
        "the peer looks for messages every second; whether it has looked once by now depends on time",
        thing=_of_task(_next_look),
    ),
    Rule(
        "reason of a JOIN that did not fail",
        "the peer visits a JOIN beside the decision: whether a text stays behind on one that is then"
        " cancelled, or goes on after a retry, depends on which came first; its status is compared",
        thing=_of_task(_join_reason),
    ),
    Rule(
        "queue wait time",
        "a duration in milliseconds between two times that are taken out",
        thing=_of_task(_without("queueWaitTime")),
    ),
    Rule(
        "durations in summaries",
        "as above; whether a task or workflow has run to its end at all stays visible",
        thing=_durations,
    ),
    Rule(
        "violations",
        "all of them come at once, in an order that says nothing",
        thing=_violations_in_order,
    ),
    Rule(
        "host of a system task",
        "the peer writes its host name where a worker's name stands; it publishes an EVENT within a decision,"
        " Podium in a worker",
        thing=_of_task(_server_worker),
    ),
    Rule(
        "error texts",
        "an error's message is for people and names the host; its status and shape are compared",
        thing=_error,
    ),
    Rule(
        "messages of bulk errors",
        "as above; which ids failed is compared",
        thing=_bulk_errors,
    ),
    Rule(
        "ids",
        "drawn by the server; the place of the execution or task stands for them (a task id may hold the"
        " name of this run, so this comes first)",
        text=lambda text, context: _ID.sub(context.placeholder, text),
    ),
    Rule(
        "names of this run",
        "every run has its own prefix, so that two runs on one server never meet",
        text=lambda text, context: text.replace(context.prefix, "ns_"),
    ),
    Rule(
        "address of the target",
        "the port of the HTTP target is drawn for each run",
        text=lambda text, context: text.replace(context.target_url, target.NAME).replace(
            context.target_url.removeprefix("http://"), target.NAME.removeprefix("http://")
        ),
    ),
    Rule(
        "times", "epoch milliseconds; whether there is one, and 0, stay visible", number=_in_range
    ),
    Rule(
        "times in texts",
        "as above, spliced into a text or written as a date",
        text=lambda text, _: _EPOCH_TEXT.sub("<time>", _ISO.sub("<time>", text)),
    ),
    Rule(
        "elapsed seconds",
        "how late a timeout was noticed; the configured seconds in the same text are compared",
        text=lambda text, _: re.sub(
            r"timed out after \d+ seconds", "timed out after <n> seconds", text
        ),
    ),
)


def normalized(
    steps: list[Json], executions: dict[str, Json], context: Context, parallel: Iterable[str] = ()
) -> Json:
    """The record of a run, comparable: its ``steps`` and its ``executions`` by name."""
    ordered = {name: _in_order(one, set(parallel)) for name, one in executions.items()}
    for name, execution in ordered.items():
        _name_ids(name, execution, context)
    return {
        "steps": [_apply(step, context) for step in steps],
        "executions": {name: _apply(one, context) for name, one in ordered.items()},
    }


def _in_order(execution: Json, parallel: set[str]) -> Json:
    """Tasks that truly run in parallel take the numbers that they share in the order of their refs."""
    tasks = execution.get("tasks") or []
    together = [task for task in tasks if task["referenceTaskName"] in parallel]
    if not together:
        return execution
    numbers = sorted(task.get("seq", 0) for task in together)
    together.sort(key=lambda task: (task["referenceTaskName"], task.get("retryCount", 0)))
    renumbered = {
        task["taskId"]: task | {"seq": number}
        for task, number in zip(together, numbers, strict=True)
    }
    tasks = [renumbered.get(task["taskId"], task) for task in tasks]
    return execution | {"tasks": sorted(tasks, key=lambda task: _place(task, parallel))}


def _place(task: Json, parallel: set[str]) -> tuple[int, str]:
    """By number; those that share one, as skipped tasks share 0, by reference."""
    ref = task["referenceTaskName"]
    return task.get("seq", 0), ref if ref in parallel else ""


def _name_ids(name: str, execution: Json, context: Context) -> None:
    if "workflowId" not in execution:
        return
    context.ids.setdefault(execution["workflowId"], f"<{name}>")
    for task in execution.get("tasks", ()):
        attempt = f"#{task['retryCount']}" if task.get("retryCount") else ""
        context.ids.setdefault(task["taskId"], f"<{name}:{task['referenceTaskName']}{attempt}>")


def again(value: Any) -> Any:
    """A record that has been normalized, by the rules of today: those that drop fields do so again."""
    match value:
        case dict():
            for rule in RULES:
                if rule.thing is not None:
                    value = rule.thing(value)
            return {key: again(one) for key, one in value.items()}
        case list():
            return [again(one) for one in value]
    return value


def worded(text: str, context: Context) -> str:
    """A text of the harness itself, for instance with an answer in it, comparable."""
    return str(_apply(text, context))


def _apply(value: Any, context: Context) -> Any:
    match value:
        case dict():
            for rule in RULES:
                if rule.thing is not None:
                    value = rule.thing(value)
            return {str(_apply(key, context)): _apply(value[key], context) for key in sorted(value)}
        case list():
            return [_apply(one, context) for one in value]
        case str():
            for rule in RULES:
                if rule.text is not None:
                    value = rule.text(value, context)
        case int() | float() if not isinstance(value, bool):
            for rule in RULES:
                if rule.number is not None:
                    value = rule.number(value)
    return value
