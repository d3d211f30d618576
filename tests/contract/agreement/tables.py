"""Calls of the table below the stores: every kind of condition and change, on a few items."""

from __future__ import annotations

from typing import Any, ClassVar

from podium.adapters.items.attributes import Item, Key, present, with_key
from podium.adapters.items.conditions import (
    Condition,
    Equals,
    Exists,
    Less,
    Missing,
    OneOf,
    Within,
    any_of,
    every,
)
from podium.adapters.items.keys import LAST
from podium.adapters.items.search_items import INDEXES
from podium.adapters.items.table import Change, Check, IfUnset, Offset, Put
from tests.contract.agreement.arguments import Arguments, given
from tests.contract.agreement.drawing import Draw

PKS = ("t1", "ü☃")
SKS = ("H", "T#a#1", "T#a#2", "T#ab#1", "\x7f")
NUMBERS, TEXTS = ("v", "inc"), ("st", "x")
PLACES = ("p0", "p1")


class Tables:
    """``items.Table``."""

    weights: ClassVar[dict[str, float]] = {"put": 5.0, "update": 5.0, "transact": 3.0}

    def get(self, draw: Draw) -> Arguments:
        return given(_key(draw), consistent=draw.chance(0.5))

    def put(self, draw: Draw) -> Arguments:
        return given(_put(draw))

    def update(self, draw: Draw) -> Arguments:
        values: dict[str, Any] = {
            **{name: _number(draw) for name in draw.some(NUMBERS)},
            **{name: draw.text() for name in draw.some(TEXTS)},
            **_indexed(draw, draw.one(SKS)),
            "n": draw.one([1, IfUnset(7), Offset("v", 3, draw.one([5, -5])), 0]),
        }
        return given(_key(draw), Change.to(values), _condition(draw))

    def delete(self, draw: Draw) -> Arguments:
        return given(_key(draw))

    def transact(self, draw: Draw) -> Arguments:
        if draw.chance(0.03):
            return given([Check(("t1", f"{number}"), Missing()) for number in range(101)])
        return given(
            [
                _put(draw) if draw.chance(0.7) else Check(_key(draw), _condition(draw))
                for _ in range(draw.one([1, 2, 3]))
            ]
        )

    def query(self, draw: Draw) -> Arguments:
        between = draw.one([None, ("T#", "T#" + LAST), ("T#a#", "T#a#" + LAST), ("T#a#2", "T#ab")])
        return given(draw.one(PKS), between, reverse=draw.chance(0.5), page=draw.one([0, 1, 2, 10]))

    def due(self, draw: Draw) -> Arguments:
        return given(draw.one(PLACES), draw.one([0, 5, 10**12]))

    def batch(self, draw: Draw) -> Arguments:
        many = [("t1", f"{number}") for number in range(draw.one([0, 0, 0, 100]))]
        keys = [_key(draw) for _ in range(draw.one([0, 1, 3]))]
        return given([*keys, *many, *keys], consistent=draw.chance(0.5))

    def index(self, draw: Draw) -> Arguments:
        return given(*_range(draw), reverse=draw.chance(0.5), page=draw.one([1, 2, 10]))

    def count(self, draw: Draw) -> Arguments:
        return given(*_range(draw))


def _key(draw: Draw) -> Key:
    return draw.one(PKS), draw.one(SKS)


def _number(draw: Draw) -> int:
    return draw.one([0, 1, 2, 3, -1, 2**53 + 1, 10**30])


def _item(draw: Draw, key: Key) -> Item:
    facts = {name: _number(draw) for name in draw.some(NUMBERS)}
    texts = {name: draw.text() for name in draw.some(TEXTS)}
    large = {"in": "é" * 250_000} if draw.chance(0.02) else {}
    return with_key(key, present({**facts, **texts, **large, **_indexed(draw, key[1])}))


def _indexed(draw: Draw, sk: str) -> dict[str, Any]:
    """Keys of indexes: some of them, a partition without a sort key and the other way round, too."""
    places = {index.pk: draw.one(PLACES) for index in draw.some(INDEXES, 2)}
    # A sort key is of one item alone: what the order of two with the same is, nobody says.
    order = {"so": f"{draw.one([0, 5]):03d}#{sk}{draw.rng.random()}"} if draw.chance(0.5) else {}
    due = {"due": draw.one(PLACES)} if draw.chance(0.6) else {}
    moment = {"tm": draw.rng.randint(1, 10**9)} if draw.chance(0.6) else {}
    return {**places, **order, **due, **moment}


def _range(draw: Draw) -> tuple[Any, str, tuple[str, str]]:
    between = draw.one([("", LAST), ("000#", "000#" + LAST), ("005#", "999")])
    # No key is empty.
    return draw.one(INDEXES), draw.one(PLACES), (between[0] or "0", between[1])


def _put(draw: Draw) -> Put:
    item = _item(draw, _key(draw))
    # Which is said first of an item that is too large and unwanted, nobody knows.
    return Put(item, _condition(draw) if "in" not in item and draw.chance(0.6) else None)


def _condition(draw: Draw, depth: int = 0) -> Condition:
    if depth < 2 and draw.chance(0.4):
        joined = draw.one([every, any_of])
        return joined(*(_condition(draw, depth + 1) for _ in range(draw.one([1, 2, 3]))))
    alone: list[Condition] = [
        Missing(),
        Exists(),
        Equals(draw.one(NUMBERS), _number(draw)),
        Equals(draw.one(TEXTS), draw.text()),
        Less(draw.one(NUMBERS), _number(draw)),
        Within(draw.one(NUMBERS), _number(draw)),
        OneOf(draw.one(TEXTS), (draw.text(), draw.text())),
    ]
    return draw.one(alone)
