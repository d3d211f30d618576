"""Everybody around an installation, playing one scenario: clients, workers, operators.

Clients do as the SDKs do: a request that got no answer, or a 5xx, is sent again. None of this dies.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from podium.domain.execution import Task
from podium.domain.queues import Lane
from podium.errors import NotFoundError
from podium_worker.message import Result
from podium_worker.message import Task as Message
from tests.support.scenarios.scenario import Scenario
from tests.support.stage import Stage

Json = dict[str, Any]

#: Rounds in which something has to happen, and times a request is sent.
PATIENCE, TRIES = 400, 5


class StuckError(AssertionError):
    """What the story waits for does not happen."""


def _never() -> bool:
    return False


class Play:
    """One scenario on one stage."""

    def __init__(self, stage: Stage, scenario: Scenario) -> None:
        self.stage = stage
        self.scenario = scenario
        #: Ids of the executions started by ``start``, the latest last.
        self.started: list[str] = []
        #: What workers were handed: type, reference name, attempt, input.
        self.handed: set[tuple[str, str, int, str]] = set()
        stage.register(*scenario.registered)
        stage.http.answers |= scenario.responses()
        for name, value in scenario.secrets.items():
            stage.secrets.put(name, value)

    @property
    def root(self) -> str:
        """The execution started last."""
        return self.started[-1]

    # --- clients and operators -------------------------------------------------------------------

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: str = "",
        unless: Callable[[], bool] = _never,
    ) -> str:
        """Send a request until it is answered; gives the answer's text.

        A repeat may be told that it is too late: the request before it was obeyed. ``unless``: looked
        at before a repeat, where a second one would do more than the first.
        """
        for number in range(TRIES):
            status, text = self.stage.request(method, path, body, query)
            if status < 500:
                assert status < 300 or (number and status in {400, 404, 409}), f"{path}: {text}"
                return text
            if unless():
                return ""
        raise StuckError(f"no answer to {method} {path}: {text}")

    def start(self, **fields: Any) -> str:
        """Start the scenario's definition, once however often it is asked for; gives the id."""
        body: Json = {
            "name": self.scenario.definition["name"],
            "workflowDef": self.scenario.definition,
            "input": self.scenario.input,
            "idempotencyKey": f"start {len(self.started)}",
            "idempotencyStrategy": "RETURN_EXISTING",
            **self.scenario.request,
            **fields,
        }
        self.started.append(self.ask("POST", "/api/workflow", body))
        return self.root

    def command(self, method: str, command: str = "", body: object = None, **more: Any) -> str:
        """An operator's command to the execution started last."""
        return self.ask(method, f"/api/workflow/{self.root}{command}", body, **more)

    def complete(self, ref: str, output: Json | None = None, status: str = "COMPLETED") -> None:
        """Somebody outside ends what waits for them, as soon as it does."""
        self.until_open(ref)
        self.ask("POST", f"/api/tasks/{self.root}/{ref}/{status}", output or {})

    def post(self, *payloads: Json) -> None:
        """Send messages to the execution started last."""
        inbox = self.stage.store
        for payload in payloads:
            before = inbox.last_number(self.root, 0)
            self.ask(
                "POST",
                f"/api/workflow/{self.root}/messages",
                payload,
                unless=lambda before=before: inbox.last_number(self.root, 0) > before,  # type: ignore[misc]
            )

    # --- workers ---------------------------------------------------------------------------------

    def go_on(self) -> None:
        """Let things happen: workers do what there is to do, else time passes."""
        self.stage.rest()
        if not self.work():
            moment = self.stage.next_moment()
            self.stage.clock.advance(max(0, moment - self.stage.clock.now()))
        self.stage.rest()

    def work(self) -> bool:
        """Every worker looks into its queue once and does what it finds; False: nothing."""
        found = False
        for address in list(self.stage.task_queue.queues):
            if address.lane is Lane.GATE:
                continue
            if address.task_type in self.scenario.direct:
                found = self._receive(address) or found
            else:
                found = self._poll(address.task_type, address.domain) or found
        return found

    def _poll(self, task_type: str, domain: str) -> bool:
        query = "count=10&timeout=0&workerid=w" + (f"&domain={domain}" if domain else "")
        text = self.ask("GET", f"/api/tasks/poll/batch/{task_type}", query=query)
        tasks = json.loads(text)
        for task in tasks:
            self._note(task_type, task["referenceTaskName"], task["retryCount"], task)
            answer = self.scenario.answer(task)
            if answer is not None:
                self._report(task, answer)
        return bool(tasks)

    def _report(self, task: Json, answer: Json) -> None:
        names = ("workflowInstanceId", "taskId")
        self.ask("POST", "/api/tasks", {name: task[name] for name in names} | answer)

    def _receive(self, address: Any) -> bool:
        """A worker of SQS: reports before it deletes its message."""
        queue = self.stage.task_queue.queues[address]
        received = queue.receive(10, visibility=60)
        for stored in received:
            task = Message.from_json(stored.body)
            told = {
                "referenceTaskName": task.reference_name,
                "retryCount": task.retry_count,
                "inputData": task.input,
                "taskType": task.task_type,
            }
            self._note(task.task_type, task.reference_name, task.retry_count, told)
            answer = self.scenario.answer(told)
            if answer is None:
                continue
            result = Result(
                answer["status"],
                answer.get("outputData", {}),
                answer.get("reasonForIncompletion", ""),
                callback_after=answer.get("callbackAfterSeconds", 0),
            )
            self.stage.queues["results"].send(result.to_json(task, "direct"))
            queue.delete([stored.receipt])
        return bool(received)

    def _note(self, task_type: str, ref: str, attempt: int, task: Json) -> None:
        shown = task.get("inputData") or task.get("externalInputPayloadStoragePath")
        self.handed.add((task_type, ref, attempt, json.dumps(shown, sort_keys=True)))

    # --- what a story waits for ------------------------------------------------------------------

    def until(self, holds: Callable[[], bool]) -> None:
        """Let things happen until ``holds``."""
        self.stage.rest()
        for _ in range(PATIENCE):
            if holds():
                return
            self.go_on()
        raise StuckError(f"{self.scenario.name}: {self.status()}")

    def until_open(self, ref: str) -> None:
        """Let things happen until there is an open task with this reference name."""
        self.until(lambda: self.is_open(ref))

    def finish(self) -> None:
        """Let things happen until every execution has ended."""
        self.until(lambda: self.status() in _ENDED)
        self.until(lambda: all(self.status(each) in _ENDED for each in self.stage.executions()))
        self.stage.pass_time(2)

    def status(self, workflow_id: str = "") -> str:
        """Of the execution started last, or of this one; nothing if it is nowhere."""
        header = self.stage.store.read_header(workflow_id or self.root)
        return "" if header is None else header.status.value

    def task(self, ref: str) -> Task | None:
        """The latest with this reference name, in the execution started last."""
        try:
            tasks = self.stage.view(self.root).tasks
        except NotFoundError:
            return None
        found = [task for task in tasks if task.wire_ref == ref]
        return found[-1] if found else None

    def is_open(self, ref: str) -> bool:
        """There is one, and it has not ended."""
        task = self.task(ref)
        return task is not None and not task.status.is_terminal

    def is_done(self, ref: str) -> bool:
        """There is one, and it has ended."""
        task = self.task(ref)
        return task is not None and task.status.is_terminal


_ENDED = {"COMPLETED", "FAILED", "TIMED_OUT", "TERMINATED", "REMOVED"}
