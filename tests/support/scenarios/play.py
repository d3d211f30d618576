"""Everybody around an installation, playing one scenario: clients, workers, operators.

Clients do as the SDKs do: a request that got no answer, or a 5xx, is sent again. None of this dies.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from podium.domain.events.handler import EventHandler
from podium.domain.execution import Task
from podium.domain.ids import TaskKey
from podium.domain.queues import Lane, QueueAddress
from podium.errors import NotFoundError
from podium_worker.message import Result
from podium_worker.message import Task as Message
from tests.support.scenarios.scenario import Scenario
from tests.support.stage import Stage

Json = dict[str, Any]

#: Rounds in which something has to happen, and times a request is sent.
PATIENCE, TRIES = 400, 5
#: Milliseconds.
LONG_STEP = 600_000


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
        #: How workers answer from now on.
        self.answer = scenario.answer
        #: What workers were handed: type, reference name, attempt, input.
        self.handed: set[tuple[str, str, int, str]] = set()
        stage.register(*scenario.registered)
        stage.http.answers |= scenario.responses()
        for name, value in scenario.secrets.items():
            stage.secrets.put(name, value)
        for handler in scenario.handlers:
            stage.engine.subscribing.create(EventHandler.from_json(handler))

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
            **self.scenario.request,
            **fields,
        }
        if not self.scenario.is_started_twice:
            key = f"start {len(self.started)}"
            body = {"idempotencyKey": key, "idempotencyStrategy": "RETURN_EXISTING"} | body
        self.started.append(self.ask("POST", "/api/workflow", body))
        return self.root

    def command(
        self, method: str, command: str = "", body: object = None, of: str = "", **more: Any
    ) -> str:
        """An operator's command to the execution started last, or to ``of``."""
        return self.ask(method, f"/api/workflow/{of or self.root}{command}", body, **more)

    def complete(
        self, ref: str, output: Json | None = None, status: str = "COMPLETED", of: str = ""
    ) -> None:
        """Somebody outside ends what waits for them, as soon as it does."""
        self.until_open(ref, of)
        self.ask("POST", f"/api/tasks/{of or self.root}/{ref}/{status}", output or {})

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
            now = self.stage.clock.now()
            # An hour's lease of a task that is lost is not waited for minute by minute.
            step = LONG_STEP if self.stage.has_lost_tasks else 0
            self.stage.clock.advance(max(step, self.stage.next_moment() - now))
        self.stage.rest()

    def work(self) -> bool:
        """Every worker looks into its queue once and does what it finds; False: nothing."""
        found = False
        for address, queue in list(self.stage.task_queue.queues.items()):
            visible_at = queue.next_visible_at()
            is_empty = visible_at is None or visible_at > self.stage.clock.now()
            is_served = address.task_type not in self.scenario.unserved
            if address.lane is Lane.GATE or is_empty or not is_served:
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
            answer = self.answer(task)
            if answer is not None:
                self._report(task, answer)
        return bool(tasks)

    def _report(self, task: Json, answer: Json) -> None:
        names = ("workflowInstanceId", "taskId")
        self.ask("POST", "/api/tasks", {name: task[name] for name in names} | answer)

    def _receive(self, address: QueueAddress) -> bool:
        """A worker of SQS: reports before it deletes its message."""
        queue = self.stage.task_queue.queues[address]
        received = queue.receive(10, visibility=60)
        for stored in received:
            task = Message.from_json(stored.body)
            told: Json = {
                "referenceTaskName": task.reference_name,
                "retryCount": task.retry_count,
                "inputData": task.input,
                "epoch": task.epoch,
            }
            self._note(task.task_type, task.reference_name, task.retry_count, told)
            answer = self.answer(told)
            if answer is None:
                continue
            if self.scenario.detaches:
                self._tell(task.detachment("direct"))
                task = task.detached()
            self._tell(_result(answer).to_json(task, "direct"))
            queue.delete([stored.receipt])
        return bool(received)

    def _tell(self, text: str) -> None:
        self.stage.queues["results"].send(text)

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

    def until_open(self, ref: str, of: str = "") -> None:
        """Let things happen until there is an open task with this reference name."""
        self.until(lambda: self.is_open(ref, of))

    def until_done(self, ref: str) -> None:
        """Let things happen until a task with this reference name has ended."""
        self.until(lambda: (task := self.task(ref)) is not None and task.status.is_terminal)

    def until_ended(self, of: str = "") -> None:
        """Let things happen until the execution started last, or ``of``, has ended."""
        self.until(lambda: self.status(of) in _ENDED)

    def finish(self) -> None:
        """Let things happen until every execution has ended."""
        self.until_ended()
        self.until(lambda: not any(map(self._goes_on, self.stage.executions())))
        self.stage.pass_time(2)

    def _goes_on(self, workflow_id: str) -> bool:
        header = self.stage.store.read_header(workflow_id)
        return header is not None and not header.status.is_terminal

    def status(self, of: str = "") -> str:
        """Of the execution started last, or of this one; nothing if there is none (any more)."""
        if not of and not self.started:
            return ""
        header = self.stage.store.read_header(of or self.root)
        return "" if header is None else header.status.value

    def task(self, ref: str, of: str = "") -> Task | None:
        """The latest with this reference name, in the execution started last or in ``of``."""
        try:
            tasks = self.stage.view(of or self.root).tasks
        except NotFoundError:
            return None
        found = [task for task in tasks if task.wire_ref == ref]
        return found[-1] if found else None

    def task_id(self, ref: str) -> str:
        """Its id."""
        task = self.task(ref)
        assert task is not None
        return TaskKey(self.root, task.ref, task.seq).task_id

    def child(self, ref: str, of: str = "") -> str:
        """Id of the execution that this task waits for."""
        self.until(lambda: (task := self.task(ref, of)) is not None and bool(task.child_id))
        task = self.task(ref, of)
        assert task is not None
        return task.child_id

    def is_open(self, ref: str, of: str = "") -> bool:
        """There is one, and it has not ended."""
        task = self.task(ref, of)
        return task is not None and not task.status.is_terminal


def _result(answer: Json) -> Result:
    return Result(
        answer["status"],
        answer.get("outputData", {}),
        answer.get("reasonForIncompletion", ""),
        callback_after=answer.get("callbackAfterSeconds", 0),
    )


_ENDED = {"COMPLETED", "FAILED", "TIMED_OUT", "TERMINATED"}
