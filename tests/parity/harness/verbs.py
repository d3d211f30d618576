"""What a step can say: one function or one row per verb."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from tests.parity.harness.client import Answer
from tests.parity.harness.run import WORKER, Run, StuckError, latest
from tests.parity.harness.scenario import ANY, TOGETHER, Json, Step
from tests.parity.harness.searching import await_index, search

Verb = Callable[[Run, Step, Any], Answer | None]


def tell(run: Run, step: Step) -> None:
    """Carry out one step and write it down; steps taken together, in the order in which they stand."""
    if step.verb != TOGETHER:
        run.note(step, _act(run, step))
        return
    with ThreadPoolExecutor(len(step.argument)) as pool:
        answers = list(pool.map(lambda one: _act(run, one), step.argument))
    for one, answer in zip(step.argument, answers, strict=True):
        run.note(one, answer)


def _act(run: Run, step: Step) -> Answer | None:
    argument = run.fill(step.argument)
    if step.verb in OPERATIONS:
        return OPERATIONS[step.verb].call(run, step, argument)
    if step.verb in VERBS:
        return VERBS[step.verb](run, step, argument)
    raise StuckError(f"no verb {step.verb}")


# --- Starting ----------------------------------------------------------------------------------------


def _start(run: Run, step: Step, argument: Json | None) -> Answer:
    answer = run.client.call("POST", "/workflow", _request(run, argument))
    if answer.is_good:
        run.executions[step.keep] = str(answer.body)
    return answer


def _execute(run: Run, step: Step, argument: Json | None) -> Answer:
    given = dict(argument or {})
    query = {
        key: given.pop(key, None)
        for key in ("waitUntilTaskRef", "waitForSeconds", "returnStrategy")
    }
    body = _request(run, given)
    path = f"/workflow/execute/{body['name']}/{body.get('version', 0)}"
    answer = run.client.call("POST", path, body, query)
    if answer.is_good and isinstance(answer.body, dict):
        run.executions[step.keep] = str(
            answer.body.get("targetWorkflowId") or answer.body["workflowId"]
        )
    return answer


def _request(run: Run, argument: Json | None) -> Json:
    given = dict(argument or {})
    name = given.pop("workflow", None) or given.get("workflowDef", {}).get("name")
    return {"name": name or f"{run.prefix}main", "input": {}} | given


def _register(run: Run, step: Step, argument: Json) -> Answer:
    if "tasks" in argument:
        return run.client.call("POST", "/metadata/workflow", argument, {"overwrite": "true"})
    return run.client.call("POST", "/metadata/taskdefs", [argument])


# --- Tasks -------------------------------------------------------------------------------------------


def _poll(run: Run, step: Step, argument: Json | str) -> Answer:
    """Poll a type until a task comes; ``none``: once, and nothing may come."""
    given = {"type": argument} if isinstance(argument, str) else argument
    query = {"workerid": given.get("worker", WORKER), "domain": given.get("domain")}
    path = f"/tasks/poll/{given['type']}"
    if given.get("none"):
        return run.client.call("GET", path, query=query)

    def look() -> Answer | None:
        answer = run.client.call("GET", path, query=query)
        return None if answer.status == 204 else answer

    found: Answer = run.until(look, step.within, f"a task of {given['type']}")
    return found


def _batch(run: Run, step: Step, argument: Json) -> Answer:
    """Poll batches until ``count`` tasks have come; the answer is all of them, by ref."""
    query = {
        "workerid": argument.get("worker", WORKER),
        "domain": argument.get("domain"),
        "count": argument.get("count", 1),
        "timeout": argument.get("timeout", 100),
    }
    path = f"/tasks/poll/batch/{argument['type']}"
    wanted = int(argument.get("expect", query["count"]))
    deadline = time.monotonic() + step.within
    tasks: list[Json] = []
    while True:
        answer = run.client.call("GET", path, query=query)
        if not answer.is_good:
            return answer
        tasks += answer.body
        if len(tasks) >= wanted:
            return Answer(
                answer.status, sorted(tasks, key=lambda task: str(task["referenceTaskName"]))
            )
        if time.monotonic() > deadline:
            raise StuckError(f"{len(tasks)} tasks of {argument['type']} instead of {wanted}")


def _take(run: Run, step: Step, ref: str) -> Answer:
    return Answer(200, run.hold(run.find(step.of), ref, step.within))


def _result(run: Run, step: Step, argument: Json | str, status: str, *, poll: bool = True) -> Json:
    given = {"task": argument} if isinstance(argument, str) else dict(argument)
    workflow_id = run.find(step.of)
    ref = given.pop("task")
    task = run.hold(workflow_id, ref, step.within) if poll else run.task(workflow_id, ref)
    result = {
        "workflowInstanceId": workflow_id,
        "taskId": task["taskId"],
        "status": status,
        "workerId": WORKER,
    }
    if "output" in given:
        result["outputData"] = given.pop("output")
    if "reason" in given:
        result["reasonForIncompletion"] = given.pop("reason")
    return result | given


def _report(status: str) -> Verb:
    """Poll the task of a ref if it has to be, and report it."""
    return lambda run, step, argument: run.client.call(
        "POST", "/tasks", _result(run, step, argument, status)
    )


def _update(run: Run, step: Step, argument: Json) -> Answer:
    """Report the latest task of a ref as it is, without polling it."""
    return run.client.call("POST", "/tasks", _result(run, step, argument, "COMPLETED", poll=False))


def _update_v2(run: Run, step: Step, argument: Json | str) -> Answer:
    return run.client.call("POST", "/tasks/update-v2", _result(run, step, argument, "COMPLETED"))


def _by_ref(suffix: str) -> Verb:
    def report(run: Run, step: Step, argument: Json) -> Answer:
        path = (
            f"/tasks/{run.find(step.of)}/{argument['task']}/{argument.get('status', 'COMPLETED')}"
        )
        return run.client.call(
            "POST", path + suffix, argument.get("output", {}), {"workerid": argument.get("worker")}
        )

    return report


# --- Waiting -----------------------------------------------------------------------------------------


def _await(run: Run, step: Step, argument: Json | str) -> None:
    """Until the execution has a status, and tasks theirs (``none``: there is no such task).

    With ``status: any`` it goes on when the time is up.
    """
    wanted = {"status": argument} if isinstance(argument, str) else argument
    workflow_id = run.find(step.of, step.within)
    seen: list[Json] = []

    def look() -> bool:
        execution = run.look(workflow_id) or {}
        seen[:] = [execution]
        return all(
            (execution.get("status") if ref == "status" else _status(execution, ref)) == status
            for ref, status in wanted.items()
        )

    try:
        run.until(look, step.within, f"{wanted}")
    except StuckError as error:
        if step.status == ANY:
            return
        last = seen[0] if seen else {}
        tasks = " ".join(
            f"{task['referenceTaskName']}={task['status']}" for task in last.get("tasks", ())
        )
        reason = last.get("reasonForIncompletion", "")
        raise StuckError(f"{error}; {last.get('status')} {tasks} {reason}") from None


def _status(execution: Json, ref: str) -> str:
    task = latest(execution, ref)
    return str(task["status"]) if task else "none"


def _sleep(run: Run, step: Step, argument: float) -> None:
    time.sleep(argument)


def _call(run: Run, step: Step, argument: Json) -> Answer:
    """Any request: method, path, body, query; one to an index as soon as that has followed."""
    await_index(run, argument["path"])
    return _send(run, argument)


def _send(run: Run, argument: Json) -> Answer:
    return run.client.call(
        argument.get("method", "GET"), argument["path"], argument.get("body"), argument.get("query")
    )


def _find(run: Run, step: Step, argument: Json) -> Answer:
    """Repeat a request until its answer has a ``pick`` (``results/0``); that alone is written down.

    With ``id``, the field of it that is the id of an execution, the execution is kept.
    """
    place = str(argument.get("pick", "")).split("/")

    def look() -> Answer | None:
        answer = _send(run, argument)
        found: Any = answer.body
        for part in filter(None, place):
            inner = found.get(part) if isinstance(found, dict) else None
            is_there = isinstance(found, list) and part.isdecimal() and int(part) < len(found)
            found = found[int(part)] if is_there else inner
        return Answer(answer.status, found) if answer.is_good and found else None

    found: Answer = run.until(look, step.within, f"{argument.get('pick')} of {argument['path']}")
    if "id" in argument:
        run.executions[step.keep] = str(found.body[argument["id"]])
    return found


def _keep(run: Run, step: Step, argument: str) -> None:
    """Name an execution before an operation replaces it."""
    run.executions[step.keep] = run.find(argument)


VERBS: dict[str, Verb] = {
    "start": _start,
    "execute": _execute,
    "register": _register,
    "poll": _poll,
    "batch": _batch,
    "take": _take,
    "complete": _report("COMPLETED"),
    "fail": _report("FAILED"),
    "fail_terminal": _report("FAILED_WITH_TERMINAL_ERROR"),
    "progress": _report("IN_PROGRESS"),
    "update": _update,
    "update_v2": _update_v2,
    "by_ref": _by_ref(""),
    "by_ref_sync": _by_ref("/sync"),
    "await": _await,
    "sleep": _sleep,
    "call": _call,
    "find": _find,
    "keep": _keep,
    "search": search,
}


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation on one execution: the argument's keys go to the path, the query or the body."""

    method: str
    path: str
    query: tuple[str, ...] = ()
    #: Keys of the body, by the key of the argument; a text: the key whose value is the body ("*": all).
    body: dict[str, str] | str | None = None

    def call(self, run: Run, step: Step, argument: Any) -> Answer:
        """Send it."""
        given = argument if isinstance(argument, dict) else {}
        workflow_id = run.find(step.of, step.within)
        words = given if isinstance(argument, dict) else {"ref": argument}
        path = self.path.format(id=workflow_id, **{"status": "COMPLETED"} | words)
        query = {key: _query(given[key]) for key in self.query if key in given}
        body: Any = None
        if isinstance(self.body, str):
            body = given if self.body == "*" else given.get(self.body, {})
        elif isinstance(self.body, dict):
            body = {name: given[key] for key, name in self.body.items() if key in given}
            if "task" in given:
                body["reRunFromTaskId"] = run.task(
                    run.find(given.get("in", step.of)), given["task"]
                )["taskId"]
        return run.client.call(self.method, path, body, query)


def _query(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


OPERATIONS: dict[str, Operation] = {
    "decide": Operation("PUT", "/workflow/decide/{id}"),
    "pause": Operation("PUT", "/workflow/{id}/pause"),
    "resume": Operation("PUT", "/workflow/{id}/resume"),
    "terminate": Operation("DELETE", "/workflow/{id}", ("reason",)),
    "restart": Operation("POST", "/workflow/{id}/restart", ("useLatestDefinitions",)),
    "retry": Operation("POST", "/workflow/{id}/retry", ("resumeSubworkflowTasks",)),
    "rerun": Operation(
        "POST",
        "/workflow/{id}/rerun",
        body={
            "taskInput": "taskInput",
            "workflowInput": "workflowInput",
            "correlationId": "correlationId",
            "reRunFromTaskId": "reRunFromTaskId",
        },
    ),
    "skip": Operation(
        "PUT", "/workflow/{id}/skiptask/{ref}", body={"input": "taskInput", "output": "taskOutput"}
    ),
    "remove": Operation("DELETE", "/workflow/{id}/remove", ("archiveWorkflow",)),
    "terminate_remove": Operation(
        "DELETE", "/workflow/{id}/terminate-remove", ("reason", "archiveWorkflow")
    ),
    "resetcallbacks": Operation("POST", "/workflow/{id}/resetcallbacks"),
    "jump": Operation("POST", "/workflow/{id}/jump/{ref}", body={"input": "taskInput"}),
    "variables": Operation("POST", "/workflow/{id}/variables", body="*"),
    "message": Operation("POST", "/workflow/{id}/messages", body="*"),
    "signal": Operation("POST", "/tasks/{id}/{status}/signal", body="output"),
    "signal_sync": Operation(
        "POST",
        "/tasks/{id}/{status}/signal/sync",
        ("returnStrategy", "timeoutMillis"),
        body="output",
    ),
    "status": Operation("GET", "/workflow/{id}/status", ("includeOutput", "includeVariables")),
}
