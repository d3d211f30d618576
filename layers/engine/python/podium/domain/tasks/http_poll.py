"""HTTP_POLL: call until a condition holds (docs/task-types.md).

What one call leads to: an end, or the next call after a wait. The request itself is that of an HTTP
task; the keys that say how to poll stand beside it, as Orkes has them: ``terminationCondition``,
``pollingInterval``, ``pollingStrategy``, ``maxPollCount``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.engines import EngineError
from podium.domain.evaluators import SCRIPTS, VALUE_PARAM, run_evaluator
from podium.domain.expressions import as_text, excerpt
from podium.domain.outcome import Outcome
from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from podium.domain.engines import ScriptEngine
    from podium.domain.json import Json, JsonMap

STRATEGIES = ("FIXED", "LINEAR_BACKOFF", "EXPONENTIAL_BACKOFF")
#: What a call that failed means: see ``_Polling.passes_over``.
POLL_FAILURES = ("RETRY", "CONTINUE", "FAIL")
EVALUATORS = frozenset({VALUE_PARAM, *SCRIPTS})
DEFAULT_INTERVAL = 60
DEFAULT_MAX_POLLS = 1000
#: Seconds; the peer computes waits in 32 bits, and doublings soon go beyond any.
LONGEST_INTERVAL = 2**31 - 1
#: Request Timeout, Too Early, Too Many Requests: the same request may succeed later.
_TRANSIENT = frozenset({408, 425, 429})
_SERVER_ERRORS = range(500, 600)


@dataclass(frozen=True, slots=True)
class Again:
    """Not done yet: what the task shows meanwhile, and seconds until the next call."""

    output: JsonMap
    delay: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Polled:
    """A task as it was when its call was made, and how the call came out."""

    input: JsonMap
    #: Output left by the call before.
    before: JsonMap
    #: Milliseconds since the first call.
    elapsed: int
    #: As an HTTP task would have ended: ``output.response``, FAILED unless the answer was a 2xx.
    call: Outcome


def refusal(task_input: JsonMap) -> Outcome | None:
    """The end of a task whose input does not say how to poll: no call is made then."""
    found = problems(settings_of(task_input))
    if not found:
        return None
    return Outcome(TaskStatus.FAILED_WITH_TERMINAL_ERROR, {}, "; ".join(found))


def after(polled: Polled, script: ScriptEngine) -> Outcome | Again:
    """What follows from a call: the end of the task, or another call."""
    polling = _Polling(settings_of(polled.input), polled, count=_count(polled.before) + 1)
    if not polled.call.status.is_successful and not polling.passes_over():
        return Outcome(polled.call.status, polling.output, polled.call.reason)
    return polling.asked(script) or polling.next_call()


def settings_of(task_input: JsonMap) -> JsonMap:
    """Where the request and the keys of polling stand: ``http_request``, else the input itself."""
    given = task_input.get("http_request")
    return given if isinstance(given, Mapping) else task_input


def problems(fields: JsonMap) -> list[str]:
    """What is wrong with the keys of polling; those that are missing or an expression are not."""
    found = []
    for key, known in (
        ("pollingStrategy", STRATEGIES),
        ("onPollFailure", POLL_FAILURES),
        ("evaluatorType", sorted(EVALUATORS)),
    ):
        value = fields.get(key)
        if value is not None and value not in known and not _is_expression(value):
            found.append(f"{key}: {excerpt(value)} is none of {', '.join(known)}")
    for key in ("pollingInterval", "maxPollingInterval", "maxPollCount", "pollingTimeout"):
        value = fields.get(key)
        if value is not None and _number(value) < 1 and not _is_expression(value):
            found.append(f"{key}: {excerpt(value)} is not a whole number above 0")
    if not _text(fields.get("terminationCondition")).strip():
        found.append("terminationCondition is missing")
    return found


@dataclass(frozen=True, slots=True)
class _Polling:
    fields: JsonMap
    polled: Polled
    #: Calls made, this one included.
    count: int

    @property
    def output(self) -> dict[str, Json]:
        return {**self.polled.call.output, "pollCount": self.count}

    def passes_over(self) -> bool:
        """A call that failed is not the end of the task.

        RETRY (default): what may be better next time is passed over, i.e. no answer at all, 408,
        425, 429 and 5xx. CONTINUE: any. FAIL: none.
        """
        choice = self.fields.get("onPollFailure") or POLL_FAILURES[0]
        if choice != "RETRY":
            return choice == "CONTINUE"
        status = self._status()
        return status is None or status in _TRANSIENT or status in _SERVER_ERRORS

    def asked(self, script: ScriptEngine) -> Outcome | None:
        """The end that the condition decides on; None when it says to call again.

        It is asked about a 2xx, and with CONTINUE about any answer. Null, false, 0 and an empty
        text call again, a number below 0 fails the task, anything else completes it.
        """
        if self._status() is None:
            return None
        if not self.polled.call.status.is_successful and not self._decides_on_failures:
            return None
        try:
            value = self._evaluated(script)
        except EngineError as error:
            reason = f"Unable to evaluate terminationCondition: {error}"
            return Outcome(TaskStatus.FAILED_WITH_TERMINAL_ERROR, self.output, reason)
        if isinstance(value, (int, float)) and value < 0:
            reason = f"terminationCondition says {value}: failed after {self.count} polls"
            return Outcome(TaskStatus.FAILED, self.output, reason)
        is_false = value is None or value in (False, 0, "")
        return None if is_false else Outcome(output=self.output)

    def next_call(self) -> Outcome | Again:
        """The next call, unless there have been enough, or time is up."""
        most = _number(self.fields.get("maxPollCount")) or DEFAULT_MAX_POLLS
        last = f", last: {self.polled.call.reason}" if self.polled.call.reason else ""
        if self.count >= most:
            reason = f"terminationCondition does not hold after {self.count} polls{last}"
            return Outcome(TaskStatus.FAILED, self.output, reason)
        delay = self._interval()
        timeout = _number(self.fields.get("pollingTimeout"))
        if timeout:
            left = timeout * 1000 - self.polled.elapsed
            if left <= 0:
                reason = f"terminationCondition does not hold after {timeout} seconds{last}"
                return Outcome(TaskStatus.TIMED_OUT, self.output, reason)
            # The last call is made when the time is up.
            delay = min(delay, -(-left // 1000))
        return Again(self.output, delay, self.polled.call.reason)

    @property
    def _decides_on_failures(self) -> bool:
        return self.fields.get("onPollFailure") == "CONTINUE"

    def _status(self) -> int | None:
        status = self._response().get("statusCode")
        return status if isinstance(status, int) else None

    def _response(self) -> JsonMap:
        """Empty when there was no answer: the output then says why, as text."""
        response = self.polled.call.output.get("response")
        return response if isinstance(response, Mapping) else {}

    def _evaluated(self, script: ScriptEngine) -> Json:
        """A script sees ``$.output``, this call's, and ``$.input``; value-param names a key of the body."""
        condition = _text(self.fields.get("terminationCondition"))
        evaluator = _text(self.fields.get("evaluatorType")) or "javascript"
        if evaluator != VALUE_PARAM:
            document = {"input": self.polled.input, "output": self.output}
            return run_evaluator(evaluator, condition, document, script)
        body = self._response().get("body")
        given = body if isinstance(body, Mapping) else {}
        return run_evaluator(VALUE_PARAM, condition, given, script)

    def _interval(self) -> int:
        interval = _number(self.fields.get("pollingInterval")) or DEFAULT_INTERVAL
        match self.fields.get("pollingStrategy"):
            case "LINEAR_BACKOFF":
                interval *= self.count
            case "EXPONENTIAL_BACKOFF":
                interval *= 2 ** min(self.count - 1, 31)
            case _:
                pass
        longest = _number(self.fields.get("maxPollingInterval")) or LONGEST_INTERVAL
        return min(interval, longest)


def _count(output: JsonMap) -> int:
    count = output.get("pollCount")
    return count if isinstance(count, int) else 0


def _number(value: Json) -> int:
    """A whole number, also written as text; 0 for what is none."""
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value.strip()[:12])
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _text(value: Json) -> str:
    return "" if value is None else as_text(value)


def _is_expression(value: Json) -> bool:
    return isinstance(value, str) and "${" in value
