"""Scenarios whose end does not depend on a race, by theme."""

from __future__ import annotations

from tests.support.scenarios import (
    calls,
    children,
    ends,
    flow,
    limits,
    operators,
    payloads,
    starts,
    waiting,
    workers,
)
from tests.support.scenarios.scenario import Scenario

THEMES = (flow, ends, children, waiting, calls, payloads, limits, workers, starts, operators)
SCENARIOS: list[Scenario] = [scenario for theme in THEMES for scenario in theme.SCENARIOS]
