"""Arguments drawn from a seed, such that calls meet: few names, versions that are right or just not."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from podium.domain.json import JsonMap
from podium_local.clock import VIRTUAL_START
from tests.contract.agreement.sides import MemorySide

T = TypeVar("T")

#: Texts that a client may write anywhere: empty, odd, longer than a key holds.
TEXTS = (
    "",
    "why",
    "ünïcode ☃ \U0001f600",
    "a#b/c:d,e;f",
    "~~x~41.",
    "nul \x00",
    "y" * 700,
    "\ufffe\uffff",
)
NUMBERS = (0, 1, -1, 2**31, 2**53 + 1, 10**30, -0.0, 1.5, 1e300, True, None)


class Draw:
    """Choices; ``seen`` is the memory side as the calls so far have left it."""

    def __init__(self, seed: str, seen: MemorySide) -> None:
        self.rng = random.Random(seed)
        self.seen = seen
        self.now = seen.clock.now
        odd = "w" * 450 if self.chance(0.1) else self.one(["ü-3", "", "w/3#"])
        self.ids = ("w-1", "0f5c7f3e-1111-5222-a333-0123456789ab", odd)

    def one(self, options: Sequence[T]) -> T:
        return self.rng.choice(options)

    def first(self, options: Sequence[T]) -> T:
        """Mostly the first one."""
        return options[0] if self.chance(0.6) else self.one(options)

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def some(self, options: Sequence[T], most: int | None = None) -> list[T]:
        count = self.rng.randint(0, len(options) if most is None else min(most, len(options)))
        return self.rng.sample(list(options), count)

    def text(self) -> str:
        return self.one(TEXTS)

    def name(self) -> str:
        """Of a definition or type: mostly one of two."""
        return self.one(["charge", "ship"]) if self.chance(0.85) else self.text() or "x"

    def id(self) -> str:
        return self.rng.choices(self.ids, (8, 1, 1))[0]

    def near(self, right: int) -> int:
        """A number that a condition compares: mostly the right one."""
        return right if self.chance(0.75) else right + self.one([-1, 1, 2])

    def moment(self) -> int:
        return self.now() + self.one([0, 0, 0, 1, -1, 5_000, 60_000, 86_400_000])

    def fields(self, options: dict[str, Callable[[], Any]], most: int = 4) -> dict[str, Any]:
        """Some fields of a dataclass, each drawn."""
        return {name: options[name]() for name in sorted(self.some(sorted(options), most))}

    def payload(self) -> JsonMap:
        """Below, at and above the threshold, in characters and in bytes; nested; with odd texts."""
        threshold = self.seen.store.payloads.threshold
        drawn: list[Callable[[], JsonMap]] = [
            dict,
            lambda: {"value": self.one(NUMBERS)},
            lambda: {"text": self.text(), "list": [self.text(), [self.one(NUMBERS)]]},
            lambda: {"lone": "\ud800", "ü": {"": None}},
            # {"t":""} is eight bytes.
            lambda: {"t": "x" * (threshold - 8 + self.one([-1, 0, 1, 20]))},
            lambda: {"t": "é" * (threshold // 2 - 4 + self.one([-1, 0, 1]))},
            lambda: {"not a number": float("nan"), "infinite": [float("inf")]},
        ]
        return self.rng.choices(drawn, (3, 4, 2, 0.5, 1.5, 1, 0.3))[0]()


def start_of_time() -> int:
    """Where the clock stands when a sequence begins."""
    return VIRTUAL_START
