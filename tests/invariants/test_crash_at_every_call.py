"""Invariant 3: a crash before or after any single AWS call, then redelivery, changes nothing.

Each scenario is run once undisturbed; then once for each point of that run, with the process dying
there and every cache lost. Points are before and after each call that handlers make: after one call
is before the next. Where the call between two points only reads, a process that dies leaves the same
behind at both, so one run stands for both.

Ids, times and the order of parallel tasks aside, executions end the same: statuses, attempts, reasons,
inputs, outputs, variables, children, rows of searches; and so does what workers, services and
listeners saw of them.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.crashing import differences, run
from tests.support.scenarios import SCENARIOS
from tests.support.scenarios.scenario import Scenario

pytestmark = pytest.mark.usefixtures("quiet")

FEWEST_SCENARIOS, FEWEST_POINTS = 60, 3_000


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_crash_at_any_call_changes_nothing(
    scenario: Scenario, record_property: Callable[[str, object], None]
) -> None:
    expected = run(scenario)
    assert expected.outcome["ends"] == scenario.ends
    for point in expected.distinct:
        assert not differences(scenario, expected, point), f"dies at point {point}"
    record_property("crash points", expected.points)
    record_property("crash points that leave something of their own behind", len(expected.distinct))


def test_there_are_enough_of_them() -> None:
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS) >= FEWEST_SCENARIOS
    assert sum(len(run(scenario).distinct) for scenario in SCENARIOS) >= FEWEST_POINTS
