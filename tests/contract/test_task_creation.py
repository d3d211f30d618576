"""Creating a task is a put that never undoes anything (protocol.md 3 Create; 5, 8, 9, 22)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from podium.adapters.items.attributes import size
from podium.adapters.items.keys import task_key
from podium.domain.execution import Kind, Task
from podium.domain.ids import TaskKey
from podium.domain.scopes import family, scoped
from podium.domain.status import TaskStatus
from tests.support.executions import NOW, completed, end, raw, task
from tests.support.racing import race


def _key(wf: str, found: Task | None = None) -> TaskKey:
    return TaskKey(wf, "charge" if found is None else found.ref, 1 if found is None else found.seq)


def test_an_unknown_task_is_not_there(store, wf):
    assert store.read_task(_key(wf)) is None


def test_a_task_is_read_as_it_was_written(store, wf):
    written = Task(
        ref="sub",
        seq=123,
        node="4/12:3",
        type="SUB_WORKFLOW",
        name="shipping",
        kind=Kind.CHILD,
        status=TaskStatus.IN_PROGRESS,
        attempt=2,
        inc=3,
        epoch=4,
        iteration=(5, 6),
        input={"a": [1, 2.5, None, {"b": "é"}]},
        output={"c": 10**30},
        manifest={"keys": []},
        reason="why",
        worker_id="worker",
        domain="eu",
        scheduled_at=NOW,
        started_at=NOW + 1,
        updated_at=NOW + 2,
        ended_at=NOW + 3,
        first_scheduled_at=NOW - 10,
        start_delay=7,
        start_delay_ms=7100,
        callback_after=8,
        lease=9000,
        lease_until=NOW + 10,
        wait_until=NOW + 11,
        retried_seq=120,
        child_id="child",
        child_generation=2,
        external_input_path="theirs/in.json",
        external_output_path="theirs/out.json",
        held=True,
        hold=5,
    )
    assert store.put_task(wf, written)
    assert store.read_task(_key(wf, written)) == written
    assert store.read_task(_key(wf, written), consistent=False) == written


def test_an_empty_manifest_is_still_one(store, wf):
    store.put_task(wf, task(manifest={}))
    assert store.read_task(_key(wf)).manifest == {}
    store.put_task(wf, task(2))
    assert store.read_task(TaskKey(wf, "charge", 2)).manifest is None


def test_a_second_put_changes_nothing(store, wf):
    assert store.put_task(wf, task())
    assert not store.put_task(wf, task(input={"other": True}))
    assert store.read_task(_key(wf)) == task()


def test_a_repeated_put_does_not_reset_a_running_task(store, wf):
    store.put_task(wf, task())
    store.claim(_key(wf), 0, 0, "worker", NOW)
    assert not store.put_task(wf, task())
    assert store.read_task(_key(wf)).status is TaskStatus.IN_PROGRESS


def test_of_racing_puts_one_wins(store, wf):
    wins = race(8, lambda n: store.put_task(wf, task(input={"by": n})))
    assert wins.count(True) == 1
    assert store.read_task(_key(wf)).input == {"by": wins.index(True)}


def test_a_later_incarnation_replaces_all_of_an_earlier_one(store, wf):
    store.put_task(wf, task(input={"a": 1}))
    store.end(_key(wf), end(output={"b": 2}, reason="why"))
    again = task(inc=1)
    assert store.put_task(wf, again)
    assert store.read_task(_key(wf)) == again


def test_an_earlier_incarnation_never_comes_back(store, wf):
    store.put_task(wf, task(inc=2))
    assert not store.put_task(wf, task(inc=1))
    assert not store.put_task(wf, task())
    assert store.read_task(_key(wf)).inc == 2


def test_of_racing_incarnations_the_last_one_stays(store, wf):
    race(8, lambda n: store.put_task(wf, task(inc=n)))
    assert store.read_task(_key(wf)).inc == 7


@pytest.mark.parametrize("status", list(TaskStatus))
def test_only_a_task_that_is_created_ended_needs_a_handler(store, wf, status):
    store.put_task(wf, task(status=status))
    assert ("x" in raw(store, task_key(_key(wf)))) == status.is_terminal


class TestReading:
    """Latest attempt, history and list (protocol.md 2)."""

    def test_the_latest_is_the_highest_below_the_limit_that_is_not_skipped(self, store, wf):
        for seq in (3, 7, 20, 100):
            store.put_task(wf, completed(seq))
        nothing: frozenset[int] = frozenset()
        assert store.read_latest(wf, "charge", 1000, nothing).seq == 100
        assert store.read_latest(wf, "charge", 100, nothing).seq == 20
        assert store.read_latest(wf, "charge", 1000, frozenset({100, 7})).seq == 20
        assert store.read_latest(wf, "charge", 1000, frozenset({100, 20, 7})).seq == 3
        assert store.read_latest(wf, "charge", 1000, frozenset({100, 20, 7, 3})) is None
        assert store.read_latest(wf, "charge", 3, nothing) is None
        assert store.read_latest(wf, "other", 1000, nothing) is None

    def test_the_latest_is_found_behind_pages_of_skipped_ones(self, store, wf):
        for seq in range(1, 61):
            store.put_task(wf, completed(seq))
        assert store.read_latest(wf, "charge", 1000, frozenset(range(2, 61))).seq == 1

    def test_refs_that_begin_alike_are_apart(self, store, wf):
        for seq, ref in enumerate(["a", "a_b", "a-b", "a#1", "aa", "a~", "~"], start=1):
            store.put_task(wf, task(seq, ref=ref))
        assert store.read_latest(wf, "a", 1000, frozenset()).seq == 1
        assert [found.ref for found in store.read_history(wf, "a")] == ["a"]
        assert [found.seq for found in store.read_tasks(wf)] == [1, 2, 3, 4, 5, 6, 7]

    def test_a_history_is_by_number(self, store, wf):
        for seq in (1000, 2, 30):
            store.put_task(wf, completed(seq))
            store.put_task(wf, completed(seq + 1, ref="other"))
        assert [found.seq for found in store.read_history(wf, "charge")] == [2, 30, 1000]
        assert [found.seq for found in store.read_tasks(wf)] == [2, 3, 30, 31, 1000, 1001]

    def test_a_list_longer_than_a_page_is_whole(self, store, wf):
        text = "x" * 20_000
        for seq in range(1, 81):
            store.put_task(wf, completed(seq, input={"text": text}))
        assert [found.seq for found in store.read_tasks(wf)] == list(range(1, 81))


UGLY = [
    "with space",
    "a#b/c",
    "ünïcode ☃ 𝄞",
    "__",
    "x__1",
    "~41.",
    "$.{}",
    "tab\tnew\nline",
    "-",
    "é" * 400,
    "é" * 399 + "f",
    "long" * 300,
]


@pytest.mark.parametrize("ref", UGLY, ids=range(len(UGLY)))
def test_any_text_is_a_reference_name(store, wf, ref):
    store.put_task(wf, task(ref=ref))
    key = TaskKey(wf, ref, 1)
    assert store.read_task(key).ref == ref
    assert store.read_latest(wf, ref, 10, frozenset()).ref == ref
    assert store.claim(key, 0, 0, "worker", NOW).applied
    assert store.end(key, end()).task.ref == ref
    assert [found.ref for found in store.read_tasks(wf)] == [ref]


def test_long_refs_that_differ_at_the_end_are_apart(store, wf):
    first, second = "é" * 399 + "f", "é" * 399 + "g"
    store.put_task(wf, task(1, ref=first))
    store.put_task(wf, task(2, ref=second))
    assert [found.seq for found in store.read_history(wf, first)] == [1]
    assert [found.seq for found in store.read_history(wf, second)] == [2]


@pytest.mark.parametrize("name", ["pack", "a b/c", "é" * 400], ids=["plain", "escaped", "hashed"])
def test_the_tasks_of_all_items_of_a_for_each_are_one_family(store, wf, name):
    refs = [scoped(name, f"{number}") for number in (1, 2, 10)]
    deeper, other = scoped(name, "2-7"), scoped(f"{name}r", "1")
    for seq, ref in enumerate([*reversed(refs), deeper, other, name], 1):
        store.put_task(wf, task(seq, ref=ref))
    found = store.read_family(wf, family(name, ""))
    assert [(each.seq, each.ref) for each in found] == [
        (1, refs[2]),
        (2, refs[1]),
        (3, refs[0]),
        (4, deeper),
    ]
    assert [each.ref for each in store.read_family(wf, family(name, "2"))] == [deeper]
    assert [each.seq for each in store.read_history(wf, refs[1])] == [2]
    assert [each.seq for each in store.read_history(wf, name)] == [6]


def test_a_simple_task_without_payloads_takes_about_three_hundred_bytes(store, wf):
    store.put_task(wf, task(ref="charge_the_customers_card", type="charge_card"))
    key = TaskKey(wf, "charge_the_customers_card", 1)
    store.claim(key, 0, 0, "worker-7f9c6d5b8-x2x4z", NOW)
    store.end(key, end(worker_id="worker-7f9c6d5b8-x2x4z"))
    assert size(raw(store, task_key(key))) <= 300


def test_ended_tasks_expire_when_they_are_kept_for_a_time(backend, wf):
    store = backend.store(retention=3600)
    for seq in (1, 2, 3):
        store.put_task(wf, task(seq))
    store.end(TaskKey(wf, "charge", 1), end())
    store.cancel(wf, task(2), NOW + 100)
    store.put_task(wf, replace(completed(4), ended_at=NOW + 100))
    expiry = [raw(store, task_key(TaskKey(wf, "charge", seq))).get("ttl") for seq in (1, 2, 3, 4)]
    expires = (NOW + 100) // 1000 + 3600
    assert expiry == [expires, expires, None, expires]
