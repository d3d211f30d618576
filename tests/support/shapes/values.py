"""Drawing from a seed: words, texts, free JSON, fields that nobody knows."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, TypeVar

Json = dict[str, Any]
T = TypeVar("T")

WORDS = ("order", "größe", "注文", "заказ", "envío", "🚚 truck", "a b", "x-1", "Order_2", "ψ")
TEXTS = ("", " ", "plain", "zweizeilig\nja", '"quoted" \\ back', "\u2028 line", "${workflow.input.a}",
         "of ${workflow.input.b.c} and $${not.this}", "😀", "null", "0")  # fmt: skip
NUMBERS = (0, 1, -1, 2**31, 2**53, -(2**53), 0.5, -1.25, 1e-7, 1e21)


class Draw:
    """A seeded source of choices."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def flip(self, chance: float = 0.5) -> bool:
        """True with this probability."""
        return self._random.random() < chance

    def number(self, low: int, high: int) -> int:
        """A whole number, both ends possible."""
        return self._random.randint(low, high)

    def one(self, choices: Sequence[T]) -> T:
        """One of them."""
        return self._random.choice(choices)

    def some(self, choices: Sequence[T], most: int | None = None) -> list[T]:
        """Different ones of them, in any order, perhaps none."""
        count = self.number(0, min(len(choices), most or len(choices)))
        return self._random.sample(list(choices), count)

    def text(self) -> str:
        """Any text."""
        return self.one((*TEXTS, *WORDS))

    def word(self) -> str:
        """A text that says something."""
        return self.one(WORDS)

    def json(self, depth: int = 3) -> Any:
        """Any JSON value: nulls in maps and lists, deep ones, large numbers."""
        if depth == 0 or self.flip(0.6):
            return self.one((None, True, False, *NUMBERS, *TEXTS))
        if self.flip():
            return [self.json(depth - 1) for _ in range(self.number(0, 3))]
        return self.map(depth - 1)

    def map(self, depth: int = 2) -> Json:
        """A free map; its keys may be anything."""
        keys = self.some((*WORDS, "", "a.b", "${x}", "null"), 3)
        return {key: self.json(depth) for key in keys}

    def unknown(self) -> Json:
        """Fields that no server knows and every server has to keep."""
        return {f"x-{name}": self.json() for name in self.some(WORDS, 2)}

    def among(self, fields: Json, unknown: float = 0.2) -> Json:
        """``fields`` in another order, perhaps with some of somebody else's."""
        given = list((fields | (self.unknown() if self.flip(unknown) else {})).items())
        self._random.shuffle(given)
        return dict(given)
