"""The domain of a worker task (engine.md 12)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from podium.domain.decision import Context, MissingError, NeedPollers
from podium.domain.domains import SERVED_MS, domain_of
from tests.support.driver import engines

NOW = 1_000_000


def context(polled: Mapping[str, int] | None = None) -> Context:
    """Nobody has asked who polls, unless ``polled`` says who did and when."""
    pollers = {} if polled is None else {"t": polled}
    return Context(NOW, engines(), lambda _: 0.0, pollers=pollers)


@pytest.mark.parametrize(
    ("mapping", "domain"),
    [
        ({}, ""),
        ({"t": "blue"}, "blue"),
        ({"*": "red"}, "red"),
        ({"*": "red", "t": "blue"}, "blue"),
        ({"t": "NO_DOMAIN"}, ""),
        ({"t": "NO_DOMAIN, blue"}, "blue"),
        ({"t": None}, ""),
        ({"other": "blue"}, ""),
    ],
)
def test_one_domain_is_taken_whoever_polls(mapping: dict[str, str], domain: str) -> None:
    assert domain_of("t", mapping, context()) == domain


def test_a_list_has_to_know_who_polls() -> None:
    with pytest.raises(MissingError) as missing:
        domain_of("t", {"t": "blue, green"}, context())
    assert missing.value.needs == {NeedPollers("t")}


@pytest.mark.parametrize(
    ("names", "polled", "domain"),
    [
        ("blue, green", {}, "green"),
        ("blue, green", {"blue": NOW}, "blue"),
        ("blue, green", {"green": NOW}, "green"),
        ("blue, green, red", {"green": NOW, "red": NOW}, "green"),
        ("blue, green", {"blue": NOW - SERVED_MS, "green": NOW}, "blue"),
        ("blue, green", {"blue": NOW - SERVED_MS - 1}, "green"),
        ("blue, NO_DOMAIN", {}, ""),
        ("blue, NO_DOMAIN", {"": NOW}, ""),
        ("blue, NO_DOMAIN", {"blue": NOW}, "blue"),
        ("NO_DOMAIN, blue, green", {"": NOW, "blue": NOW}, "blue"),
        (" , blue, green", {"": NOW}, "green"),
    ],
)
def test_the_first_domain_that_is_polled_wins_else_the_last(
    names: str, polled: dict[str, int], domain: str
) -> None:
    assert domain_of("t", {"*": names}, context(polled)) == domain
