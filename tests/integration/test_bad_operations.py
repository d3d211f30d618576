"""Operations in the wrong state, on an unknown id, reference or task: through the whole product.

The status is that of rest-api.md 3.5 (the saner one where it gives two), the message names the
execution and its status or what is not there, and nothing at all is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.test_bad_input import everything_stored
from tests.support.client import Client, definition, simple, task
from tests.support.stack import local_stack

STATES = ("RUNNING", "PAUSED", "COMPLETED", "FAILED", "TERMINATED")
ENDED = ("COMPLETED", "FAILED", "TERMINATED")
FLOW = definition(
    "flow",
    simple("a"),
    simple("b"),
    task("FORK_JOIN", "fork", forkTasks=[[simple("inner")]]),
    task("JOIN", "join", joinOn=["inner"]),
    task("DO_WHILE", "loop", loopCondition="false", loopOver=[simple("looped")]),
    restartable=False,
)
OPERATIONS = (
    ("PUT", "pause"),
    ("PUT", "resume"),
    ("POST", "restart"),
    ("POST", "retry"),
    ("POST", "rerun"),
    ("POST", "upgrade"),
    ("PUT", "skiptask/b"),
    ("POST", "jump/b"),
    ("POST", "resetcallbacks"),
    ("DELETE", "remove"),
    ("DELETE", "terminate-remove"),
    ("DELETE", ""),
)


class Place:
    """A stack with an execution in every state, each after its first task."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.ids: dict[str, str] = {}
        client.register(
            *({"name": each, "retryCount": 0} for each in ("a", "b", "inner", "looped")), FLOW
        )
        for state in (*ENDED, "PAUSED", "RUNNING"):
            self.ids[state] = self._bring_to(state)

    def _bring_to(self, state: str) -> str:
        client = self.client
        wf = client.start("flow")
        client.finish("a")
        match state:
            case "COMPLETED":
                for name in ("b", "inner", "looped"):
                    client.finish(name)
            case "FAILED":
                client.fail("b")
            case "TERMINATED":
                client.call("DELETE", f"/workflow/{wf}", reason="enough")
            case "PAUSED":
                client.call("PUT", f"/workflow/{wf}/pause")
        client.stack.settle()
        assert client.status(wf) == state
        return wf


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with local_stack() as stack:
        yield Place(Client(stack))


def refused(
    place: Place, method: str, path: str, body: Any = None, **query: Any
) -> tuple[int, str]:
    """The status and the message; nothing is changed."""
    stack = place.client.stack
    before = everything_stored(stack)
    answer = stack.request(method, f"/api/workflow/{path}", body, query)
    stack.settle()
    assert everything_stored(stack) == before, "something was changed"
    return answer.status, answer.body["message"]


@pytest.mark.parametrize(("method", "operation"), OPERATIONS, ids=[each for _, each in OPERATIONS])
def test_an_unknown_execution_is_not_found(place: Place, method: str, operation: str) -> None:
    body: dict[str, Any] | None = {} if operation in {"rerun", "upgrade"} else None
    status, message = refused(place, method, f"no-such-id/{operation}".rstrip("/"), body)
    assert status == 404
    assert "no-such-id" in message


#: The operation with its body, the states it is refused in, the status.
WRONG_STATES: list[tuple[str, str, Any, tuple[str, ...], int]] = [
    ("PUT", "pause", None, ENDED, 409),
    ("PUT", "resume", None, ("RUNNING", *ENDED), 409),
    ("POST", "restart", None, ("RUNNING", "PAUSED"), 409),
    ("POST", "restart", None, ("COMPLETED",), 404),
    ("POST", "retry", None, ("RUNNING", "PAUSED"), 404),
    ("POST", "retry", None, ("COMPLETED",), 409),
    ("POST", "rerun", {}, ("RUNNING", "PAUSED"), 409),
    ("POST", "upgrade", {"name": "flow"}, ENDED, 409),
    ("PUT", "skiptask/join", None, ("PAUSED", *ENDED), 409),
    ("POST", "jump/b", None, ("PAUSED", *ENDED), 409),
    ("POST", "resetcallbacks", None, ENDED, 409),
    ("DELETE", "remove", None, ("RUNNING", "PAUSED"), 400),
    ("DELETE", "terminate-remove", None, ("COMPLETED",), 409),
    ("DELETE", "", None, ("COMPLETED",), 409),
]


@pytest.mark.parametrize(
    ("method", "operation", "body", "state", "expected"),
    [
        (method, operation, body, state, status)
        for method, operation, body, states, status in WRONG_STATES
        for state in states
    ],
)
def test_the_wrong_state_is_named(
    place: Place, method: str, operation: str, body: Any, state: str, expected: int
) -> None:
    wf = place.ids[state]
    status, message = refused(place, method, f"{wf}/{operation}".rstrip("/"), body)
    assert status == expected, message
    assert wf in message
    assert state in message


UNKNOWN: list[tuple[str, str, Any, str, int, str]] = [
    ("PUT", "skiptask/nobody", None, "RUNNING", 400, "nobody"),
    ("PUT", "skiptask/looped", None, "RUNNING", 400, "looped"),
    ("PUT", "skiptask/join", None, "RUNNING", 400, "join"),
    ("PUT", "skiptask/b", None, "RUNNING", 409, "b"),
    ("POST", "jump/nobody", None, "RUNNING", 400, "nobody"),
    ("POST", "jump/inner", None, "RUNNING", 400, "inner"),
    ("POST", "jump/looped", None, "RUNNING", 400, "looped"),
    ("POST", "jump/join", None, "RUNNING", 400, "join"),
    ("POST", "jump/b", "text", "RUNNING", 400, "body"),
    ("POST", "rerun", "text", "FAILED", 400, "body"),
    ("POST", "rerun", None, "FAILED", 400, "body"),
    ("POST", "rerun", {"reRunFromTaskId": "nobody"}, "FAILED", 400, "nobody"),
    ("POST", "rerun", {"reRunFromTaskId": "{wf}.99.a"}, "FAILED", 400, "99"),
    ("POST", "rerun", {"reRunFromTaskId": "other.1.a"}, "FAILED", 400, "other.1.a"),
    ("POST", "rerun", {"workflowInput": []}, "FAILED", 400, "workflowInput"),
]


@pytest.mark.parametrize(("method", "operation", "body", "state", "expected", "named"), UNKNOWN)
def test_what_is_not_there_is_named(
    place: Place, method: str, operation: str, body: Any, state: str, expected: int, named: str
) -> None:
    wf = place.ids[state]
    if isinstance(body, dict) and "reRunFromTaskId" in body:
        body = {"reRunFromTaskId": body["reRunFromTaskId"].format(wf=wf)}
    status, message = refused(place, method, f"{wf}/{operation}", body)
    assert status == expected, message
    assert named in message


def test_a_query_that_is_no_boolean_is_refused(place: Place) -> None:
    for path, flag in (
        ("restart", "useLatestDefinitions"),
        ("retry", "resumeSubworkflowTasks"),
    ):
        status, message = refused(place, "POST", f"{place.ids['FAILED']}/{path}", **{flag: "maybe"})
        assert status == 400
        assert flag in message
