"""What a scenario is: a definition whose end does not depend on a race, and who does what to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from podium.ports.outside import HttpResponse

if TYPE_CHECKING:
    from tests.support.scenarios.play import Play

Json = dict[str, Any]

#: How a worker answers a task, told as a poll tells it: fields of its result; None: never.
Answer = Callable[[Json], Json | None]
Story = Callable[["Play"], None]


def task(ref: str, type_: str, **fields: Any) -> Json:
    """A task of any type."""
    return {"name": ref, "taskReferenceName": ref, "type": type_, **fields}


def complete_all(task: Json) -> Json:
    """Every task completes and says which it was."""
    return {"status": "COMPLETED", "outputData": {"of": task["referenceTaskName"]}}


def fail_first(*refs: str, times: int = 1, status: str = "FAILED") -> Answer:
    """These tasks fail in their first attempts."""

    def answer(task: Json) -> Json:
        done = complete_all(task)
        ref = task["referenceTaskName"].partition("__")[0]
        if ref in refs and task["retryCount"] < times:
            done |= {"status": status, "reasonForIncompletion": f"{status} on purpose"}
        return done

    return answer


def start_and_finish(play: Play) -> None:
    """It is started, and workers do what there is to do."""
    play.start()
    play.finish()


@dataclass(frozen=True)
class Scenario:
    """A definition with what it needs around it, how its workers answer, and what else happens."""

    name: str
    definition: Json
    #: Task definitions, and workflow definitions (those have ``tasks``).
    registered: tuple[Json, ...] = ()
    input: Json = field(default_factory=dict)
    answer: Answer = complete_all
    story: Story = start_and_finish
    #: Fields of the request that starts it.
    request: Json = field(default_factory=dict)
    #: Task types whose worker reads the queue itself.
    direct: frozenset[str] = frozenset()
    #: Such a worker takes the task out of its message first.
    detaches: bool = False
    #: Bodies that HTTP calls get by their URI, with 200.
    answers: Mapping[str, Any] = field(default_factory=lambda: {"http://shop/ok": {"ok": True}})
    secrets: Mapping[str, str] = field(default_factory=dict)
    handlers: tuple[Json, ...] = ()
    #: Task types that nobody works on.
    unserved: frozenset[str] = frozenset()
    #: A start that is asked for again is another start.
    is_started_twice: bool = False
    #: Status in which the execution started last ends.
    ends: str = "COMPLETED"

    def responses(self) -> dict[str, HttpResponse]:
        """What answers HTTP calls; everything else is not found."""
        return {uri: HttpResponse(200, "OK", {}, body) for uri, body in self.answers.items()}
