"""Slots of a limit: one item, changed by compare-and-set (protocol.md 9)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from podium.adapters.items.limit_store import ItemLimitStore
from podium.domain.limits import Holder, Limit, Slots, with_taken, without
from podium.ports.limits import Swapped
from tests.support.racing import race

FIVE = Limit("charge", 5)


@pytest.fixture
def limits(store):
    return ItemLimitStore(store._table)


def holder(number, **fields):
    return Holder(**{"workflow_id": "wf", "ref": "charge", "seq": number, "inc": 0} | fields)


def test_a_limit_that_nobody_used_is_free(limits, wf):
    assert limits.read(wf) == Slots()


def test_what_was_written_is_read(limits, wf):
    slots = Slots(
        version=1,
        held=((holder(1, epoch=3), 1_767_225_600_000), (holder(2, ref="Ä ;,", inc=7), 5)),
        handed_out=(1_767_225_600_000, 1_767_225_600_000, 1_767_225_600_999),
        window=60_000,
    )
    assert limits.swap(wf, slots) == Swapped(applied=True, slots=slots)
    assert limits.read(wf) == slots


def test_slots_that_are_all_free_again_are_written_too(limits, wf):
    taken, _ = with_taken(Slots(), FIVE, [holder(1)], 5)
    limits.swap(wf, taken)
    freed = without(taken, [holder(1)])
    assert limits.swap(wf, freed).applied
    assert limits.read(wf) == freed
    assert freed.held == ()


def test_a_stale_version_is_refused_and_shows_what_is_there(limits, wf):
    first = Slots(version=1, held=((holder(1), 1),))
    limits.swap(wf, first)
    refused = limits.swap(wf, Slots(version=1, held=((holder(2), 2),)))
    assert refused == Swapped(applied=False, slots=first)
    skipped = limits.swap(wf, replace(first, version=3))
    assert not skipped.applied


def test_of_racing_takers_no_more_than_the_limit_win(limits, wf):
    def take(number):
        slots = limits.read(wf)
        while True:
            after, served = with_taken(slots, FIVE, [holder(number)], number)
            if after is slots:
                return bool(served)
            swapped = limits.swap(wf, after)
            if swapped.applied:
                return True
            slots = swapped.slots

    assert sum(race(12, take)) == 5
    assert len(limits.read(wf).held) == 5
