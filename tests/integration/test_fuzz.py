"""Bad input of every kind, from seeds: a clear error in time, nothing stuck, and the product alive.

A seed that fails is run again by ``python -m tests.fuzz SEED SEED+1 CAMPAIGN``, and so are more of them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.fuzz.campaigns import CAMPAIGNS, find

#: Seeds of each campaign; a second or two for ten of them where children are killed.
SEEDS = {"engines": 150, "expressions": 120, "requests": 150, "messages": 120, "reactions": 40}


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """The handlers log what they refuse, which is all of it."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_bad_input_ends_in_a_clear_error_and_harms_nobody(name):
    findings = find(name, range(SEEDS[name]))
    assert findings.failures == {}
    assert findings.outcomes.total() == SEEDS[name]
