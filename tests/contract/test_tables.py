"""What a table takes and refuses, whoever asks: in memory as in DynamoDB."""

from __future__ import annotations

import pytest

from podium.adapters.items.attributes import with_key
from podium.adapters.items.conditions import Equals, Exists, Missing, any_of, every
from podium.adapters.items.table import Change, Check, Put
from podium.errors import DefectError


@pytest.fixture
def table(store):
    return store._table


def test_a_condition_of_one_part_is_the_part(table, wf):
    key = (wf, "one part")
    assert table.put(Put(with_key(key, {"v": 1}), any_of(every(Equals("v", 0))))).applied
    assert not table.put(Put(with_key(key, {"v": 2}), every(any_of(Equals("v", 0))))).applied


def test_an_item_of_more_than_400_kb_is_refused_put_and_updated(table, wf):
    key, large = (wf, "large"), "x" * 410_000
    with pytest.raises(DefectError, match=r"PutItem was refused: .*size has exceeded the maximum"):
        table.put(Put(with_key(key, {"in": large})))
    table.put(Put(with_key(key, {"v": 1})))
    with pytest.raises(DefectError, match=r"UpdateItem was refused: .*size to update has exceeded"):
        table.update(key, Change.to({"in": large}), Exists())
    assert table.get(key) == with_key(key, {"v": 1})


def test_a_key_that_is_too_long_is_refused(table, wf):
    with pytest.raises(DefectError, match="hashkey has exceeded"):
        table.put(Put(with_key(("x" * 2049, wf), {})))
    with pytest.raises(DefectError, match="range keys has exceeded"):
        table.put(Put(with_key((wf, "x" * 1025), {})))


def test_a_transaction_names_each_item_once_and_a_hundred_at_most(table, wf):
    put, check = Put(with_key((wf, "twice"), {})), Check((wf, "twice"), Missing())
    with pytest.raises(DefectError, match=r"TransactWriteItems was refused: .*on one item"):
        table.transact([put, check])
    checks = [Check((wf, f"{number}"), Missing()) for number in range(101)]
    assert table.transact(checks[:100])
    with pytest.raises(DefectError, match=r"TransactWriteItems was refused: .*equal to 100"):
        table.transact(checks)
