"""Telling one scenario to one server: the steps, and what the executions look like in the end."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.parity.harness import target
from tests.parity.harness.client import Answer, Client
from tests.parity.harness.scenario import ANY, NAMESPACE, POLLED, Json, Scenario, Step

#: Who polls, so that a worker's name is never a host's.
WORKER = "parity"
#: Seconds between two looks at an execution.
_LOOK = 0.1
#: Two looks this far apart that show the same end a run; it ends unsettled after the second figure.
_QUIET, _UNSETTLED = 0.5, 8.0

ENDED = frozenset({"COMPLETED", "FAILED", "TIMED_OUT", "TERMINATED"})
_OPEN = frozenset({"SCHEDULED", "IN_PROGRESS"})


class StuckError(Exception):
    """A step did not come true; the rest of the scenario would mean nothing."""


@dataclass(slots=True)
class Run:
    """A scenario on its way through a server."""

    client: Client
    scenario: Scenario
    #: What its names begin with in this run, instead of ``ns_``.
    prefix: str
    target_url: str
    #: Execution ids by capture.
    executions: dict[str, str] = field(default_factory=dict)
    log: list[Json] = field(default_factory=list)

    def fill(self, value: Any) -> Any:
        """The scenario's own words made this run's: names, ids of executions and tasks, the target."""
        match value:
            case str():
                text = NAMESPACE.sub(self.prefix, value).replace(target.NAME, self.target_url)
                return re.sub(r"<(\w[\w/#]*)(?::([^<>]+))?>", self._id, text)
            case dict():
                return {self.fill(key): self.fill(one) for key, one in value.items()}
            case list() | tuple():
                return [self.fill(one) for one in value]
        return value

    def _id(self, found: re.Match[str]) -> str:
        if found[1].partition("/")[0] not in self.executions:
            return found[0]
        execution = self.find(found[1])
        return execution if found[2] is None else str(self.task(execution, found[2])["taskId"])

    # --- Looking ---------------------------------------------------------------------------------

    def look(self, workflow_id: str) -> Json | None:
        """The execution with its tasks; None if there is none."""
        answer = self.client.call("GET", f"/workflow/{workflow_id}", query={"includeTasks": "true"})
        return answer.body if answer.is_good else None

    def find(self, name: str, within: float = 20.0) -> str:
        """The id of an execution: a capture, and refs of SUB_WORKFLOW tasks (``w/sub/inner``)."""
        capture, *refs = NAMESPACE.sub(self.prefix, name).split("/")
        if capture not in self.executions:
            raise StuckError(f"no execution {capture}")
        workflow_id = self.executions[capture]
        for ref in refs:
            parent = workflow_id

            def child(parent: str = parent, ref: str = ref) -> str | None:
                task = latest(self.look(parent), ref)
                return str(task["subWorkflowId"]) if task and task.get("subWorkflowId") else None

            workflow_id = self.until(child, within, f"{ref} has a child")
        return workflow_id

    def task(self, workflow_id: str, ref: str) -> Json:
        """The latest task with a ref (``ref#1``: its attempt 1); StuckError if there is none."""
        found = latest(self.look(workflow_id), ref)
        if found is None:
            raise StuckError(f"no task {ref}")
        return found

    def open_task(self, workflow_id: str, ref: str, within: float) -> Json:
        """The latest task with a ref, as soon as it is open."""

        def look() -> Json | None:
            task = latest(self.look(workflow_id), ref)
            return task if task and task["status"] in _OPEN else None

        found: Json = self.until(look, within, f"{ref} is open")
        return found

    def until(self, look: Callable[[], Any], within: float, what: str) -> Any:
        """What ``look`` finds as soon as it finds something; StuckError when the time is up."""
        deadline, pause = time.monotonic() + within, _LOOK
        while True:
            if found := look():
                return found
            if time.monotonic() > deadline:
                raise StuckError(f"not within {within:g} s: {what}")
            time.sleep(pause)
            pause = min(pause * 1.3, 0.4)

    # --- Acting ----------------------------------------------------------------------------------

    def poll(self, task_type: str, domain: str | None = None, worker: str = WORKER) -> Json | None:
        """One task of a type, if there is one right now."""
        query = {"workerid": worker, "domain": domain}
        answer = self.client.call("GET", f"/tasks/poll/{task_type}", query=query)
        return answer.body if answer.status == 200 else None

    def hold(self, workflow_id: str, ref: str, within: float) -> Json:
        """The open task with a ref, polled if it is a worker's and waits to be."""
        task = self.open_task(workflow_id, ref, within)
        kind = (task.get("workflowTask") or {}).get("type", "SIMPLE")
        if task["status"] != "SCHEDULED" or kind not in POLLED:
            return task
        wanted = task["taskId"]

        def polled() -> Json | None:
            found = self.poll(task["taskType"], task.get("domain"))
            if found and found["taskId"] == wanted:
                return found
            now = self.task(workflow_id, ref)
            return now if now["status"] == "IN_PROGRESS" else None

        held: Json = self.until(polled, within, f"{ref} can be polled")
        return held

    def note(self, step: Step, answer: Answer | None) -> None:
        """Write a step down; StuckError if its answer is not of the expected kind."""
        line: Json = {"step": str(step)}
        if answer is not None:
            line |= {"status": answer.status}
            if answer.body is not None:
                line |= {"answer": answer.body}
        self.log.append(line)
        if answer is None or step.status == ANY:
            return
        if answer.is_good != (200 <= (step.status or 200) < 300):
            # The whole answer stands in the log, where it is made comparable.
            said = answer.body.get("message", "") if isinstance(answer.body, dict) else ""
            raise StuckError(f"step {len(self.log)}, {step}: answered {answer.status} {said}")


def latest(execution: Json | None, ref: str) -> Json | None:
    """The last task with a ref, or the attempt that ``ref#N`` names."""
    name, _, attempt = ref.partition("#")
    found = [
        task
        for task in (execution or {}).get("tasks", ())
        if task["referenceTaskName"] == name
        and (not attempt or task.get("retryCount", 0) == int(attempt))
    ]
    return found[-1] if found else None


def family(run: Run) -> dict[str, Json]:
    """Every execution of a run, children, started and failure workflows included, by name."""
    found: dict[str, Json] = {}
    seen: set[str] = set()
    waiting = list(run.executions.items())
    while waiting:
        name, workflow_id = waiting.pop(0)
        if workflow_id in seen:
            continue
        seen.add(workflow_id)
        answer = run.client.call("GET", f"/workflow/{workflow_id}", query={"includeTasks": "true"})
        found[name] = answer.body if answer.is_good else {"gone": answer.status}
        if answer.is_good:
            waiting += _relatives(name, answer.body)
    return found


def _relatives(name: str, execution: Json) -> Iterator[tuple[str, str]]:
    for task in execution["tasks"]:
        attempt = f"#{task['retryCount']}" if task.get("retryCount") else ""
        if task.get("subWorkflowId"):
            yield f"{name}/{task['referenceTaskName']}{attempt}", task["subWorkflowId"]
        elif task["taskType"] == "START_WORKFLOW" and task.get("outputData", {}).get("workflowId"):
            yield f"{name}>{task['referenceTaskName']}{attempt}", task["outputData"]["workflowId"]
    if failure := (execution.get("output") or {}).get("conductor.failure_workflow"):
        yield f"{name}!", failure


def settled(run: Run, still: Callable[[dict[str, Json]], Any]) -> dict[str, Json]:
    """The family when two looks show the same, after ``still`` took out what always moves."""
    deadline = time.monotonic() + _UNSETTLED
    before = family(run)
    while True:
        time.sleep(_QUIET)
        now = family(run)
        if still(before) == still(now) or time.monotonic() > deadline:
            return now
        before = now
