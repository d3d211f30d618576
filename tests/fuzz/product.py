"""An installation in memory behind its real handlers, and what has to be true of every answer of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from functions.api.handler import handler as api
from podium.adapters.engines.jq import JqPrograms
from podium.adapters.engines.jsonpath import JsonPaths
from podium.adapters.engines.quickjs import QuickJsScripts
from podium.adapters.engines.schemas import JsonSchemas
from podium.adapters.engines.zones import SystemZones
from podium.domain.engines import Engines
from podium.domain.status import WorkflowStatus
from tests.fuzz.engines import LIMITS
from tests.support.cluster import Cluster
from tests.support.fake_engine import http_event

#: The same in every campaign: their children stay warm.
ENGINES = Engines(
    QuickJsScripts(LIMITS),
    JqPrograms(LIMITS),
    JsonPaths(LIMITS),
    SystemZones(),
    JsonSchemas(LIMITS),
)
#: Rounds of an hour that an execution is given to end, or to wait for somebody.
HOURS = 3


@dataclass(frozen=True)
class Answer:
    """Status and body of an answer; the body is read if it is JSON."""

    status: int
    body: Any


class Product(Cluster):
    """Asked over REST, answered by the function's handler."""

    def __init__(self) -> None:
        super().__init__(inline=True, programs=ENGINES)
        self.reasons: list[str] = []

    def ask(self, method: str, path: str, body: Any = None, query: str = "") -> Answer:
        """The answer to a request; AssertionError for one that no client should get."""
        text = None if body is None else body if isinstance(body, str) else json.dumps(body)
        headers = {"content-type": "application/json"}
        event = http_event(method, path, query, text, headers=headers)
        answer = api(event, None)  # type: ignore[arg-type]
        status, said = answer["statusCode"], answer.get("body") or ""
        assert status < 500, f"{method} {path}: {status} {said[:300]}"
        said.encode()
        found = Answer(status, _read(said))
        if status >= 400:
            assert isinstance(found.body, dict), f"{method} {path}: {status} {said[:300]}"
            assert found.body.get("message"), f"{method} {path}: {status} without a message"
        return found

    def run_to_rest(self, workflow_id: str) -> WorkflowStatus:
        """Its status once it ends or waits for somebody; workers complete whatever there is.

        AssertionError when it is neither.
        """
        for _ in range(HOURS):
            self.settle()
            for _ in range(3):
                self._work()
                self.settle()
            self.clock.advance(3_600_000)
            self.engine.timing.sweep()
            self.engine.gating.sweep()
            self.settle()
        view = self.ask("GET", f"/api/workflow/{workflow_id}")
        assert view.status == 200, view
        status = WorkflowStatus(view.body["status"])
        if status is WorkflowStatus.RUNNING:
            why = self.ask("GET", f"/api/workflow/{workflow_id}/why")
            assert why.status == 200, why
            assert why.body["causes"], f"{workflow_id} runs and waits for nothing"
        elif not status.is_successful:
            assert view.body.get("reasonForIncompletion"), f"{status} without a reason"
            self.reasons.append(view.body["reasonForIncompletion"])
        return status

    def _work(self) -> None:
        for address in list(self.task_queue.queues):
            for handed in self.poll(address.task_type, 20):
                self.report(handed.task, handed.message.workflow_id, output={"a": "a" * 50 + "!"})


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
