"""Deliberate faults in the product are found by the invariants of the simulation.

All of them: ``make mutants``, whose table is ``found.json``. Here are a few that the first seeds find.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from podium.adapters.items.header_store import HeaderStore
from tests.invariants.simulation.broken import CHECKS
from tests.mutants.catalogue import ALL, MUTANTS, SOUGHT
from tests.mutants.hunting import SEEDS, Catch, hunt, recorded
from tests.mutants.mutant import Mutant, StaleMutantError, applied, mutant

#: Seeds of which one finds each of the quick ones: any of the first few does, whatever changes them.
FEW = 80
QUICK = (
    "commit without its condition",
    "an entry is folded before its end",
    "messages before the commit",
)
CHECK_NAMES = frozenset(name for names in CHECKS.values() for name in names)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """What handlers log of the faults they are dealt is expected."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("wanted", ALL, ids=lambda each: each.name)
def test_a_mutant_still_applies_and_leaves_nothing_behind(wanted: Mutant) -> None:
    before = HeaderStore.commit.__code__
    with applied(wanted):
        pass
    assert HeaderStore.commit.__code__ is before


def test_every_mutant_has_been_found_by_an_invariant() -> None:
    catches = recorded()
    for each in MUTANTS:
        catch = catches[each.name]
        assert catch.seed in SEEDS, catch
        assert catch.check in CHECK_NAMES | {"everything_comes_to_rest"}, catch


@pytest.mark.parametrize("name", QUICK)
def test_the_first_seeds_find_it(name: str) -> None:
    (wanted,) = (each for each in MUTANTS if each.name == name)
    catch = hunt(wanted, range(FEW))
    assert catch.seed is not None, catch


def test_names_tell_mutants_apart() -> None:
    names = {each.name for each in ALL}
    assert len(names) == len(ALL)
    assert names > SOUGHT
    assert len(MUTANTS) >= 30


def test_what_the_code_does_not_say_any_more_is_stale() -> None:
    gone = mutant("gone", "", "podium.domain.decide", "def decide_everything", "")
    assert hunt(gone, range(1)) == Catch("gone", stale=str(_stale(gone)))


def test_an_edit_that_changes_no_function_is_stale() -> None:
    in_words = "The heart of the product"
    _stale(mutant("words", "", "podium.domain.decide", in_words, "The core of the product"))


def _stale(wanted: Mutant) -> StaleMutantError:
    with pytest.raises(StaleMutantError) as raised, applied(wanted):
        pass
    return raised.value
