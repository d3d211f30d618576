"""Limits under any interleaving: never above, nobody starves, slots come back (protocol.md 9).

Claims, ends, re-queues, deaths, duplicates, pauses and both deliveries, drawn from a seed, with other
processes at work between any two calls of each.
"""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from podium.domain.limits import Limit
from podium.domain.status import WorkflowStatus
from tests.support.slots import GATED, LIMIT, POLLED, Race


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(5, 60))
def test_a_limit_holds_whatever_happens_and_everybody_gets_a_turn(seed: int, steps: int) -> None:
    race = Race(seed)
    race.run(steps)
    race.finish()
    assert {race.cluster.status(wf) for wf in race.ids} == {WorkflowStatus.COMPLETED}
    slots_come_back(race)


def slots_come_back(race: Race) -> None:
    """What crashes left behind is found by whoever finds the limit reached."""
    for key in (POLLED, GATED):
        assert race.cluster.engine.limiting.room(Limit(key, LIMIT)).free > 0
