"""Errors and system routes: which exception becomes which answer (rest-api.md 1.2, 1.3)."""

from __future__ import annotations

import json
import threading
import tomllib
from pathlib import Path
from typing import Any

import pytest

from podium.errors import (
    ConflictError,
    DefectError,
    InvalidInputError,
    LostRaceError,
    NotFoundError,
    PayloadTooLargeError,
    TransientError,
    ValidationError,
    Violation,
)
from tests.support.api import Api
from tests.support.fake_engine import FakeEngine, http_event, installed

REPOSITORY = Path(__file__).resolve().parents[3]
NO_CONTEXT: Any = None
SECRET = "arn:aws:secret"

ERRORS = [
    (InvalidInputError("name: bad"), 400, False, "name: bad"),
    (NotFoundError("no workflow w"), 404, False, "no workflow w"),
    (ConflictError("w exists"), 409, False, "w exists"),
    (PayloadTooLargeError("too big; use"), 413, False, "too big; use"),
    (TransientError("storage busy"), 500, True, "storage busy"),
    (LostRaceError("w is too busy"), 500, True, "w is too busy"),
    (DefectError(SECRET), 500, False, "Internal error (DefectError)"),
    (KeyError(SECRET), 500, False, "Internal error (KeyError)"),
    (RecursionError(SECRET), 500, False, "Internal error (RecursionError)"),
]


@pytest.mark.parametrize("poll", [False, True], ids=["api function", "poll function"])
@pytest.mark.parametrize(
    ("error", "status", "retryable", "message"), ERRORS, ids=lambda value: type(value).__name__
)
def test_each_error_has_its_status_and_the_usual_body(
    error, status, retryable, message, poll, caplog
):
    api = Api(FakeEngine({"polls.poll": error}))
    answer = api.call("GET", "/api/tasks/poll/x", poll=poll)
    body = answer.json
    assert answer.status == status
    assert answer.content_type == "application/json"
    assert body.pop("instance")
    assert body == {"status": status, "message": message, "retryable": retryable}
    logged = [record.exc_info[0] for record in caplog.records if record.exc_info]
    assert logged == ([type(error)] if status >= 500 else [])


@pytest.mark.parametrize("poll", [False, True], ids=["api function", "poll function"])
def test_violations_are_listed_without_an_instance(poll):
    error = ValidationError((Violation("a.arg0", "must be positive", "-1"),))
    answer = Api(FakeEngine({"polls.poll": error})).call("GET", "/api/tasks/poll/x", poll=poll)
    assert answer.status == 400
    assert answer.json == {
        "status": 400,
        "message": "Validation failed, check below errors for detail.",
        "retryable": False,
        "validationErrors": [
            {"path": "a.arg0", "message": "must be positive", "invalidValue": "-1"}
        ],
    }


@pytest.mark.parametrize("path", ["/health", "/api/health"])
def test_who_answers_is_healthy(path):
    assert Api(FakeEngine()).get(path).json == {
        "healthResults": [],
        "suppressedHealthResults": [],
        "healthy": True,
    }


def test_the_version_is_that_of_the_package_and_bare():
    answer = Api(FakeEngine()).get("/api/version")
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    assert (answer.content_type, answer.text) == ("text/plain", project["version"])


def test_requests_in_threads_do_not_see_each_other():
    """Powertools keeps the request in a class attribute; the local runtime serves many at once."""
    from functions.api.handler import handler

    barrier = threading.Barrier(8)

    def slow(task_type, *_):
        barrier.wait()
        return task_type

    answers = {}

    def ask(name):
        answers[name] = handler(
            http_event("GET", "/api/tasks/queue/size", f"taskType={name}"), NO_CONTEXT
        )

    with installed(FakeEngine({"reads.queue_size": slow})):
        threads = [threading.Thread(target=ask, args=(f"t{number}",)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert {name: json.loads(found["body"]) for name, found in answers.items()} == {
        f"t{number}": f"t{number}" for number in range(8)
    }


def test_path_variables_in_threads_do_not_mix():
    from functions.api.handler import handler

    barrier = threading.Barrier(8)

    def slow(name, version):
        barrier.wait()
        raise NotFoundError(name)

    answers = {}

    def ask(name):
        answers[name] = handler(http_event("GET", f"/api/metadata/workflow/{name}"), NO_CONTEXT)

    with installed(FakeEngine({"registering.workflow": slow})):
        threads = [threading.Thread(target=ask, args=(f"w{number}",)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    found = {name: json.loads(answer["body"])["message"] for name, answer in answers.items()}
    assert found == {f"w{number}": f"w{number}" for number in range(8)}


def test_a_misconfigured_function_fails_instead_of_blaming_the_client(monkeypatch):
    from functions.api.handler import handler
    from podium import bootstrap

    monkeypatch.delenv("PODIUM_EXECUTIONS_TABLE", raising=False)
    bootstrap.install(None)
    with pytest.raises(InvalidInputError, match="PODIUM_EXECUTIONS_TABLE"):
        handler(http_event("GET", "/api/workflow/x"), NO_CONTEXT)
