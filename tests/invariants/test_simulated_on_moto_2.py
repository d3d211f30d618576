"""The second hundred seeds on moto (test_simulated_on_moto_1.py): another core may take them."""

from tests.support.simulated import check_on_moto


def test_no_invariant_is_broken() -> None:
    check_on_moto(range(100, 200))
