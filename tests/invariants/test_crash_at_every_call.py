"""Invariant 3: a crash before or after any single AWS call, then redelivery, changes nothing.

Each scenario is run once undisturbed; then once for each point of that run, with the process dying
there and every cache lost. Points are before and after each call that handlers make: after one call
is before the next. Ids, times and the order of parallel tasks aside, executions end the same:
statuses, attempts, reasons, inputs, outputs, variables, children; and so does what workers, services
and listeners saw of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest

from tests.support.crashing import Run, run, run_losing_tasks
from tests.support.scenarios import SCENARIOS
from tests.support.scenarios.scenario import Scenario

#: At least so many of them there are.
FEWEST_POINTS = 1_400


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """What the local runtime logs of processes that die is expected."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def check(scenario: Scenario, expected: Run, *points: int) -> None:
    """A run in which processes die at ``points`` ends as the undisturbed one."""
    if expected.with_claims & set(points):
        run_losing_tasks(scenario, *points)
        return
    actual = run(scenario, *points)
    assert actual.deaths
    assert actual.outcome == expected.outcome, f"dies at {points}"


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_crash_at_any_call_changes_nothing(
    scenario: Scenario, record_property: Callable[[str, object], None]
) -> None:
    expected = run(scenario)
    for point in range(1, expected.points + 1):
        check(scenario, expected, point)
    record_property("crash points", expected.points)


def test_there_are_enough_of_them() -> None:
    assert sum(run(scenario).points for scenario in SCENARIOS) >= FEWEST_POINTS
