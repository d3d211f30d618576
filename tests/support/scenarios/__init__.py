"""Scenarios whose end does not depend on a race, by theme."""

from __future__ import annotations

from tests.support.scenarios import children, ends, flow, limits, waiting
from tests.support.scenarios.scenario import Scenario

THEMES = (flow, children, waiting, ends, limits)
SCENARIOS: list[Scenario] = [scenario for theme in THEMES for scenario in theme.SCENARIOS]
