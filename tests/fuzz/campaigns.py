"""The campaigns: what each does with a seed, in an installation of its own."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from tests.fuzz import engines, expressions, messages, reactions, requests
from tests.fuzz.product import Product
from tests.support.fake_engine import installed

Campaign = Callable[[int], str]


def _in_the_product(run: Callable[[int, Product], str]) -> Campaign:
    def campaign(seed: int) -> str:
        product = Product()
        with installed(product.engine):
            return run(seed, product)

    return campaign


_ENGINES = engines.engines()

#: By name. A case gives a word about what became of it, or raises.
CAMPAIGNS: Mapping[str, Campaign] = {
    "engines": lambda seed: engines.run(seed, _ENGINES),
    "expressions": _in_the_product(expressions.run),
    "requests": _in_the_product(requests.run),
    "messages": _in_the_product(messages.run),
    "reactions": _in_the_product(reactions.run),
}


@dataclass
class Findings:
    """What became of many cases; of those that failed, where."""

    outcomes: Counter[str] = field(default_factory=Counter)
    failures: dict[int, str] = field(default_factory=dict)


def find(name: str, seeds: Iterable[int]) -> Findings:
    """Run a campaign with each of ``seeds``; one that fails stops no other."""
    findings = Findings()
    for seed in seeds:
        try:
            findings.outcomes[CAMPAIGNS[name](seed)] += 1
        except Exception:  # noqa: BLE001 - whatever it is, it is a finding
            findings.failures[seed] = traceback.format_exc(limit=-5)
    return findings
