"""HTTP_POLL: what follows from a call (docs/task-types.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from podium.domain.engines import EngineError
from podium.domain.outcome import Outcome
from podium.domain.status import TaskStatus
from podium.domain.tasks import http_poll
from podium.domain.tasks.http_poll import Again

CONDITION = "$.output.response.body.done"


class Scripts:
    """Knows the one condition of this file; notes what it was asked about."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def evaluate(self, script: str, bindings: Mapping[str, Any]) -> Any:
        self.seen.append(bindings["$"])
        if script in {"true", "1"}:
            return True
        if script != CONDITION:
            raise EngineError(f"SyntaxError: {script}")
        return bindings["$"]["output"]["response"]["body"].get("done")

    def check(self, script: str) -> str | None:
        return None


def answer(body: Any, status: int = 200) -> Outcome:
    """A call as an HTTP task would have ended."""
    output = {"response": {"statusCode": status, "body": body}}
    if status < 300:
        return Outcome(output=output)
    return Outcome(TaskStatus.FAILED, output, f"status {status}")


def silence() -> Outcome:
    return Outcome(TaskStatus.FAILED, {"response": "no answer"}, "no answer")


def after(
    call: Outcome, count: int = 0, elapsed: int = 0, scripts: Scripts | None = None, **fields: Any
) -> Outcome | Again:
    """What follows from ``call``, made after ``count`` others."""
    request = {"uri": "http://x", "method": "GET", "terminationCondition": CONDITION, **fields}
    before = {"pollCount": count} if count else {}
    polled = http_poll.Polled({"http_request": request}, before, elapsed, call)
    return http_poll.after(polled, scripts or Scripts())


def response(found: Outcome | Again) -> Any:
    return found.output["response"]


def status(found: Outcome | Again) -> TaskStatus:
    assert isinstance(found, Outcome), found
    return found.status


def delay(found: Outcome | Again) -> int:
    assert isinstance(found, Again), found
    return found.delay


@pytest.mark.parametrize("value", [True, 1, 0.5, "yes", [], {"a": 1}])
def test_it_completes_when_the_condition_says_so(value):
    found = after(answer({"done": value}), count=2)
    assert status(found) is TaskStatus.COMPLETED
    assert found.output["pollCount"] == 3
    assert response(found)["statusCode"] == 200


@pytest.mark.parametrize("value", [False, 0, 0.0, None, ""])
def test_it_calls_again_when_the_condition_does_not_hold(value):
    found = after(answer({"done": value}))
    assert found == Again(
        {"response": {"statusCode": 200, "body": {"done": value}}, "pollCount": 1}, 60
    )


def test_a_number_below_zero_fails_it():
    found = after(answer({"done": -1}))
    assert status(found) is TaskStatus.FAILED
    assert found.reason == "terminationCondition says -1: failed after 1 polls"


def test_a_condition_that_cannot_be_evaluated_fails_it_for_good():
    found = after(answer({}), terminationCondition="nonsense(")
    assert status(found) is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert found.reason == "Unable to evaluate terminationCondition: SyntaxError: nonsense("


def test_a_script_sees_this_call_and_the_input():
    scripts = Scripts()
    after(answer({"done": False}), count=4, scripts=scripts)
    (seen,) = scripts.seen
    assert seen["output"] == {
        "response": {"statusCode": 200, "body": {"done": False}},
        "pollCount": 5,
    }
    assert seen["input"]["http_request"]["uri"] == "http://x"


def test_value_param_names_a_key_of_the_body():
    fields: Any = {"evaluatorType": "value-param", "terminationCondition": "ready"}
    assert status(after(answer({"ready": True}), **fields)) is TaskStatus.COMPLETED
    assert delay(after(answer({"ready": False}), **fields)) == 60
    assert delay(after(answer("text"), **fields)) == 60


@pytest.mark.parametrize("condition", [1, True, "1", "true"])
def test_a_constant_condition_may_be_written_as_json(condition):
    assert status(after(answer({}), terminationCondition=condition)) is TaskStatus.COMPLETED


@pytest.mark.parametrize(
    ("strategy", "count", "expected"),
    [
        (None, 7, 10),
        ("FIXED", 7, 10),
        ("LINEAR_BACKOFF", 0, 10),
        ("LINEAR_BACKOFF", 2, 30),
        ("EXPONENTIAL_BACKOFF", 0, 10),
        ("EXPONENTIAL_BACKOFF", 3, 80),
        ("EXPONENTIAL_BACKOFF", 400, 2**31 - 1),
    ],
)
def test_the_wait_follows_the_strategy(strategy, count, expected):
    found = after(
        answer({}), count, pollingInterval="10", pollingStrategy=strategy, maxPollCount=999
    )
    assert delay(found) == expected


def test_no_wait_is_longer_than_the_longest_allowed():
    fields: Any = {"pollingInterval": 10, "pollingStrategy": "LINEAR_BACKOFF"}
    assert delay(after(answer({}), 8, maxPollingInterval=60, **fields)) == 60


def test_after_enough_calls_it_fails():
    assert delay(after(answer({}), count=1, maxPollCount=3)) == 60
    found = after(answer({}), count=2, maxPollCount=3)
    assert status(found) is TaskStatus.FAILED
    assert found.reason == "terminationCondition does not hold after 3 polls"
    assert found.output["pollCount"] == 3
    last = after(silence(), count=2, maxPollCount=3)
    assert isinstance(last, Outcome)
    assert last.reason == "terminationCondition does not hold after 3 polls, last: no answer"


def test_the_last_call_is_made_when_the_time_is_up():
    assert delay(after(answer({}), elapsed=30_000, pollingTimeout=100)) == 60
    assert delay(after(answer({}), elapsed=60_500, pollingTimeout=100)) == 40
    found = after(answer({}), elapsed=100_000, pollingTimeout=100)
    assert status(found) is TaskStatus.TIMED_OUT
    assert found.reason == "terminationCondition does not hold after 100 seconds"


def test_a_call_at_the_end_of_the_time_may_still_complete_it():
    found = after(answer({"done": True}), elapsed=100_000, pollingTimeout=100)
    assert status(found) is TaskStatus.COMPLETED


@pytest.mark.parametrize("code", [408, 425, 429, 500, 503, 599])
def test_what_may_be_better_next_time_is_not_yet(code):
    found = after(answer({"done": True}, code))
    assert found == Again(
        {"response": {"statusCode": code, "body": {"done": True}}, "pollCount": 1},
        60,
        f"status {code}",
    )


@pytest.mark.parametrize("code", [302, 400, 401, 404, 410])
def test_any_other_status_fails_it_with_the_response(code):
    found = after(answer({"why": "no"}, code))
    assert status(found) is TaskStatus.FAILED
    assert found.reason == f"status {code}"
    assert response(found)["body"] == {"why": "no"}


def test_no_answer_is_not_yet():
    assert after(silence()) == Again({"response": "no answer", "pollCount": 1}, 60, "no answer")


def test_with_continue_every_failure_is_not_yet_and_the_condition_is_asked():
    assert delay(after(answer({}, 404), onPollFailure="CONTINUE")) == 60
    assert delay(after(silence(), onPollFailure="CONTINUE")) == 60
    found = after(answer({"done": True}, 404), onPollFailure="CONTINUE")
    assert status(found) is TaskStatus.COMPLETED


@pytest.mark.parametrize("call", [answer({}, 503), answer({}, 404), silence()])
def test_with_fail_every_failure_fails_it(call):
    assert status(after(call, onPollFailure="FAIL")) is TaskStatus.FAILED


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"terminationCondition": None}, "terminationCondition is missing"),
        ({"terminationCondition": " "}, "terminationCondition is missing"),
        (
            {"pollingStrategy": "SOMETIMES"},
            "pollingStrategy: SOMETIMES is none of FIXED, LINEAR_BACKOFF, EXPONENTIAL_BACKOFF",
        ),
        ({"onPollFailure": 3}, "onPollFailure: 3 is none of RETRY, CONTINUE, FAIL"),
        (
            {"evaluatorType": "python"},
            "evaluatorType: python is none of graaljs, javascript, value-param",
        ),
        ({"pollingInterval": 0}, "pollingInterval: 0 is not a whole number above 0"),
        ({"pollingInterval": "soon"}, "pollingInterval: soon is not a whole number above 0"),
        ({"maxPollCount": -4}, "maxPollCount: -4 is not a whole number above 0"),
        ({"pollingTimeout": True}, "pollingTimeout: true is not a whole number above 0"),
        ({"maxPollingInterval": 1.5}, "maxPollingInterval: 1.5 is not a whole number above 0"),
    ],
)
def test_keys_that_mean_nothing_are_refused(fields, reason):
    request = {"terminationCondition": CONDITION, **fields}
    found = http_poll.refusal({"http_request": request})
    assert found == Outcome(TaskStatus.FAILED_WITH_TERMINAL_ERROR, {}, reason)
    assert http_poll.refusal(request) == found


def test_keys_written_as_text_or_expressions_are_taken():
    fields = {"terminationCondition": "1", "pollingInterval": "60", "maxPollCount": "${x.y}"}
    assert http_poll.refusal(fields) is None
