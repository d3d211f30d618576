"""An idempotency key belongs to one execution, which takes it with the write of its header."""

from __future__ import annotations

from dataclasses import replace

import pytest

from podium.adapters.items.attributes import with_key
from podium.adapters.items.keys import idempotency_key
from podium.adapters.items.table import Put
from podium.domain.execution import Parent, StartRecord
from podium.domain.idempotency import KeyClaim
from podium.domain.status import WorkflowStatus
from tests.support.executions import NOW, completed, decision, header, raw
from tests.support.racing import race


def claim(wf, **fields):
    return KeyClaim(**{"name": "orders", "key": f"key of {wf}", **fields})


def test_an_unused_key_has_no_holder(store, wf):
    assert store.key_holder("orders", f"key of {wf}") is None


def test_a_start_takes_its_key(store, wf):
    assert store.create(decision(header(wf, keyed=True)), claim(wf))
    assert store.key_holder("orders", f"key of {wf}") == wf
    assert store.read_header(wf).keyed


def test_a_start_whose_first_tasks_ended_takes_its_key_in_the_same_transaction(store, wf):
    first = decision(header(wf, open=()), ended=(completed(1),), output={"a": 1})
    assert store.create(first, claim(wf))
    assert store.key_holder("orders", f"key of {wf}") == wf
    assert [task.seq for task in store.read_tasks(wf)] == [1]


def test_a_key_is_given_once_and_a_refused_start_writes_nothing(store, wf):
    store.create(decision(header(wf)), claim(wf))
    late = f"{wf}-late"
    assert not store.create(decision(header(late), output={"a": 1}), claim(wf))
    assert store.read_header(late) is None
    assert store.read_output(late) is None
    assert store.key_holder("orders", f"key of {wf}") == wf


def test_a_key_belongs_to_a_name(store, wf):
    store.create(decision(header(wf)), claim(wf))
    assert store.create(decision(header(f"{wf}-other")), claim(wf, name="returns"))


def test_names_and_keys_that_look_alike_when_joined_are_told_apart(store, wf):
    store.create(decision(header(wf)), KeyClaim(f"a#b{wf}", "c"))
    assert store.key_holder(f"a#b{wf}", "c") == wf
    assert store.key_holder("a", f"b{wf}#c") is None


@pytest.mark.parametrize("key", ["k" * 5000, "line\nbreak", "\x00", "schlüssel ✓", "\ud800"])
def test_any_text_is_a_key(store, wf, key):
    assert store.create(decision(header(wf)), KeyClaim(f"orders {wf}", key))
    assert store.key_holder(f"orders {wf}", key) == wf
    assert store.key_holder(f"orders {wf}", key + "x") is None


def test_of_racing_starts_with_one_key_exactly_one_wins(store, wf):
    ids = [f"{wf}-{number}" for number in range(8)]
    wins = race(8, lambda n: store.create(decision(header(ids[n])), claim(wf)))
    assert wins.count(True) == 1
    assert store.key_holder("orders", f"key of {wf}") == ids[wins.index(True)]
    assert [store.read_header(each) is not None for each in ids] == wins


@pytest.mark.parametrize("status", WorkflowStatus)
def test_a_key_passes_on_only_when_its_execution_has_ended(store, wf, status):
    old = f"{wf}-old"
    store.create(decision(header(old, status=status)), claim(wf))
    passed = store.create(decision(header(wf)), claim(wf, instead_of=old))
    assert passed == status.is_terminal
    assert store.key_holder("orders", f"key of {wf}") == (wf if passed else old)


def test_a_key_passes_on_when_its_execution_is_gone(store, wf):
    gone = f"{wf}-gone"
    key = with_key(idempotency_key("orders", f"key of {wf}"), {"wf": gone})
    store._table.put(Put(key))
    assert not store.create(decision(header(wf)), claim(wf, instead_of=f"{wf}-another"))
    assert store.create(decision(header(wf)), claim(wf, instead_of=gone))


def test_of_racing_successors_exactly_one_gets_the_key(store, wf):
    old = f"{wf}-old"
    store.create(decision(header(old, status=WorkflowStatus.FAILED)), claim(wf))
    ids = [f"{wf}-{number}" for number in range(6)]
    wins = race(6, lambda n: store.create(decision(header(ids[n])), claim(wf, instead_of=old)))
    assert wins.count(True) == 1


def test_a_key_expires_with_its_execution_and_not_while_it_runs(backend, wf):
    store = backend.store(retention=3600)
    running = header(wf, keyed=True)
    store.put_start(wf, StartRecord(idempotency_key=f"key of {wf}"), None)
    store.create(decision(running), claim(wf))
    key = idempotency_key("orders", f"key of {wf}")
    ended = replace(running, status=WorkflowStatus.COMPLETED, ended_at=NOW)
    store.date_key(ended)
    assert raw(store, key)["ttl"] == NOW // 1000 + 3600
    store.date_key(running)
    assert "ttl" not in raw(store, key)


def test_a_key_that_has_passed_on_is_not_dated_by_its_former_execution(backend, wf):
    store = backend.store(retention=3600)
    old = header(f"{wf}-old", keyed=True, status=WorkflowStatus.FAILED, ended_at=NOW)
    store.put_start(old.workflow_id, StartRecord(idempotency_key=f"key of {wf}"), None)
    store.create(decision(old), claim(wf))
    store.create(decision(header(wf)), claim(wf, instead_of=old.workflow_id))
    store.date_key(old)
    assert "ttl" not in raw(store, idempotency_key("orders", f"key of {wf}"))


def test_waiters_are_read_back_each_once(store, wf):
    first = Parent("parent one", "ref #1/é", 3, 0)
    second = Parent("parent two", "sub", 12, 2)
    for waiter in (first, second, first):
        store.put_waiter(wf, waiter)
    assert sorted(store.read_waiters(wf), key=lambda each: each.seq) == [first, second]
    assert store.read_waiters(f"{wf}-nobody") == []
