"""The programs of one decision share its time, and what was slow is not computed twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from podium.domain.engines import EngineError, EngineLimitError, Engines
from podium.domain.json import Json
from podium.services.allowance import CUT_AFTER, ENDED_AFTER, Allowance
from podium_local.clock import VirtualClock
from tests.support.engines import table_engines


@dataclass
class Slow:
    """Engines whose programs say how many milliseconds they take; ``bad`` ones fail."""

    clock: VirtualClock
    seen: list[str] = field(default_factory=list)

    def evaluate(self, script: str, bindings: Mapping[str, Json]) -> Json:
        self.seen.append(script)
        milliseconds, _, name = script.partition(" ")
        self.clock.advance(int(milliseconds))
        if name == "bad":
            raise EngineError("bad")
        return len(self.seen)

    def transform(self, program: str, document: Json) -> Sequence[Json]:
        return [self.evaluate(program, {})]

    def check(self, script: str) -> str | None:
        return None


@pytest.fixture
def slow() -> Slow:
    return Slow(VirtualClock())


@pytest.fixture
def allowance(slow) -> Allowance:
    return Allowance(slow.clock)


@pytest.fixture
def measured(slow: Slow, allowance: Allowance) -> Engines:
    engines: Engines = replace(table_engines(), script=slow, jq=slow)
    return allowance.measured(engines)


def test_what_was_slow_is_not_computed_twice(slow, measured):
    first = measured.script.evaluate("900", {"$": {"a": 1}})
    assert measured.script.evaluate("900", {"$": {"a": 1}}) == first
    assert measured.script.evaluate("900", {"$": {"a": 2}}) != first
    assert measured.jq.transform("900", None) == [3]
    assert slow.seen == ["900"] * 3


def test_what_was_fast_is_computed_again(slow, measured):
    assert measured.script.evaluate("1", {}) != measured.script.evaluate("1", {})


def test_a_slow_failure_is_the_same_failure_again(slow, measured):
    for _ in range(2):
        with pytest.raises(EngineError, match="bad"):
            measured.script.evaluate("900 bad", {})
    assert slow.seen == ["900 bad"]


def test_time_between_programs_is_not_theirs(slow, allowance, measured):
    measured.script.evaluate("1000", {})
    slow.clock.advance(3_600_000)
    assert not measured.is_spent()
    assert measured.script.evaluate("1", {})


def test_a_decision_is_to_be_cut_after_a_while_and_computes_no_more_in_the_end(slow, measured):
    measured.script.evaluate(f"{CUT_AFTER - 1}", {})
    assert not measured.is_spent()
    measured.script.evaluate("1", {})
    assert measured.is_spent()
    measured.script.evaluate(f"{ENDED_AFTER - CUT_AFTER}", {})
    with pytest.raises(EngineLimitError, match="cut off: the programs before it"):
        measured.jq.transform("1", None)
    assert measured.script.evaluate(f"{CUT_AFTER - 1}", {}) == 1


def test_what_is_no_json_is_computed_each_time(slow, measured):
    deep: Json = None
    for _ in range(5000):
        deep = [deep]
    first = measured.script.evaluate("900", {"$": deep})
    assert measured.script.evaluate("900", {"$": deep}) != first
