"""Part 1 of the simulation's seeds (tests/support/simulated.py)."""

import pytest

from tests.support.simulated import check_part


def test_no_invariant_is_broken(tmp_path_factory: pytest.TempPathFactory) -> None:
    check_part(0, tmp_path_factory.getbasetemp())
