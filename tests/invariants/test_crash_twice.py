"""Invariant 3, twice: two processes die in one run, at points chosen by seed.

The second may die while it heals what the first has left. At the end of this file the product is
broken on purpose, so as to see that the comparison bites.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import pytest

from podium.domain.changes import Change
from podium.domain.execution import Task
from podium.domain.ids import derived_workflow_id
from podium.domain.state import State
from podium.services import closing
from podium.services.creating import Creating
from podium_local.pump.streams import StreamMapping
from tests.support.crashing import Run, differences, run
from tests.support.scenarios import SCENARIOS
from tests.support.scenarios.scenario import Scenario

pytestmark = pytest.mark.usefixtures("quiet")

#: Pairs of points of each scenario; the second is at most so many points behind the first.
PAIRS, NEAR = 5, 40


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_two_crashes_change_nothing(
    scenario: Scenario, record_property: Callable[[str, object], None]
) -> None:
    expected = run(scenario)
    for seed in range(PAIRS):
        rng = random.Random(f"{scenario.name} {seed}")
        first = rng.choice(expected.distinct)
        second = first + rng.randint(1, NEAR)
        assert not differences(scenario, expected, first, second), f"dies at {first} and {second}"
    record_property("pairs of crash points", PAIRS)


def _no_redelivery(patch: pytest.MonkeyPatch) -> None:
    """A batch of the stream whose invocation died does not come again."""
    patch.setattr(StreamMapping, "_first_failed", lambda self, batch, outcome: len(batch.records))


def _nothing_is_redone(patch: pytest.MonkeyPatch) -> None:
    """A header's record creates nothing that its decision has not created."""
    patch.setattr(Creating, "_repair", lambda self, header, added: [])


def _item_before_message(patch: pytest.MonkeyPatch) -> None:
    """A task's item, which proves that its message was sent, is put first (protocol.md 11, 5)."""
    send, create = Creating.send, Creating.create
    held_back: list[tuple[State, Task]] = []

    def late(self: Creating, state: State, task: Task) -> list[Change]:
        following = create(self, state, task)
        while held_back:
            send(self, *held_back.pop())
        return following

    patch.setattr(Creating, "send", lambda self, state, task: held_back.append((state, task)))
    patch.setattr(Creating, "create", late)


def _other_ids_each_time(patch: pytest.MonkeyPatch) -> None:
    """A closing that is repeated starts another failure workflow."""
    drawn = itertools.count()
    patch.setattr(
        closing, "failure_workflow_id", lambda wf, g: derived_workflow_id(wf, g, next(drawn))
    )


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        (_no_redelivery, "fork"),
        (_nothing_is_redone, "fork"),
        (_item_before_message, "chain"),
        (_other_ids_each_time, "failing branch with a failure workflow"),
    ],
)
def test_a_fault_that_shows_in_a_crash_only_is_found(
    fault: Callable[[pytest.MonkeyPatch], None], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (scenario,) = (each for each in SCENARIOS if each.name == name)
    expected = run(scenario)
    fault(monkeypatch)
    assert run(scenario).outcome == expected.outcome
    assert any(_is_found(scenario, expected, point) for point in expected.distinct)


def _is_found(scenario: Scenario, expected: Run, point: int) -> bool:
    try:
        return bool(differences(scenario, expected, point))
    except AssertionError:
        # It does not even end.
        return True
