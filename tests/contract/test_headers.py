"""The header is the one commit point: written by compare-and-set, by exactly one writer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from podium.adapters.items.attributes import size
from podium.adapters.items.keys import header_key, output_key, task_key, variables_key
from podium.domain.execution import Given, Kind, Parent, StartRecord
from podium.domain.ids import TaskKey
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.support.executions import NOW, completed, decision, end, entry, header, raw, task
from tests.support.racing import race


def test_an_unknown_workflow_has_no_header(store, wf):
    assert store.read_header(wf) is None


def test_a_header_is_read_as_it_was_written(store, wf):
    written = header(
        wf,
        status=WorkflowStatus.PAUSED,
        closed=True,
        last_seq=12,
        open=(
            entry(11, kind=Kind.CHILD, generation=3, iteration=(2, 1), attempt=4, inc=5),
            entry(12, kind=Kind.FLOW, node="4/12:3", loop=7, ref="shard #1/é", opened_at=NOW),
        ),
        gone=((1, 4), (6, 6)),
        hold=3,
        skipped=((5, "3"), (8, "11")),
        variables_version=2,
        timer=NOW + 1000,
        timer_is_far=True,
        failed_permissive=(7, 9),
        generation=2,
        recalls=3,
        rerun_at=NOW + 2,
        parent=Parent("parent", "sub", 8, 1),
        last_retried_at=NOW + 3,
        ended_at=NOW + 4,
        reason="because",
        failed_seq=9,
        output_version=4,
    )
    assert store.create(decision(written))
    assert store.read_header(wf) == written
    assert store.read_header(wf, consistent=False) == written


def test_only_the_first_create_wins(store, wf):
    wins = race(8, lambda n: store.create(decision(header(wf, reason=f"by {n}"))))
    assert wins.count(True) == 1
    assert store.read_header(wf).reason == f"by {wins.index(True)}"


def test_a_first_decision_with_ended_tasks_is_created_whole_or_not_at_all(store, wf):
    first = decision(header(wf, open=()), ended=(completed(1),), output={"a": 1})
    assert store.create(first)
    assert not store.create(replace(first, ended=(completed(2),)))
    assert [found.seq for found in store.read_tasks(wf)] == [1]


def test_a_commit_wins_only_on_the_version_it_was_made_for(store, wf):
    store.create(decision(header(wf)))
    assert not store.commit(decision(header(wf, version=3)))
    assert store.commit(decision(header(wf, version=2, reason="second")))
    assert not store.commit(decision(header(wf, version=2, reason="late")))
    assert store.read_header(wf).reason == "second"


def test_nothing_is_committed_where_there_is_no_header(store, wf):
    assert not store.commit(decision(header(wf, version=2)))
    assert not store.commit(decision(header(wf, version=2), ended=(completed(),)))
    assert store.read_header(wf) is None
    assert store.read_tasks(wf) == []


def test_of_racing_commits_exactly_one_wins(store, wf):
    store.create(decision(header(wf)))
    wins = race(8, lambda n: store.commit(decision(header(wf, version=2, reason=f"by {n}"))))
    assert wins.count(True) == 1
    assert store.read_header(wf).reason == f"by {wins.index(True)}"


def test_of_racing_transactions_exactly_one_wins_and_leaves_its_tasks_alone(store, wf):
    store.create(decision(header(wf)))
    wins = race(
        6,
        lambda n: store.commit(
            decision(
                header(wf, version=2),
                ended=(completed(1, output={"by": n}), completed(2, output={"by": n})),
                variables={"by": n},
            )
        ),
    )
    assert wins.count(True) == 1
    by = {found.output["by"] for found in store.read_tasks(wf)}
    assert by == {wins.index(True)}


def test_racing_read_modify_write_loses_no_step(store, wf):
    store.create(decision(header(wf, version=1)))

    def climb(_: int) -> int:
        steps = 0
        while steps < 5:
            now = store.read_header(wf)
            steps += store.commit(decision(replace(now, version=now.version + 1)))
        return steps

    assert race(4, climb) == [5, 5, 5, 5]
    assert store.read_header(wf).version == 21


def test_variables_and_output_are_committed_with_the_header(store, wf):
    store.create(decision(header(wf)))
    ended = header(wf, version=2, variables_version=1, output_version=2, ended_at=NOW)
    assert store.commit(decision(ended, variables={"a": 1}, output={"b": 2}))
    assert store.read_variables(wf, 1) == {"a": 1}
    assert store.read_output(wf) == {"b": 2}


def test_another_start_and_a_given_input_are_committed_with_the_header(backend, wf):
    store = backend.store(threshold=16)
    start = StartRecord(input={"text": "x" * 40}, correlation_id="c", priority=7)
    store.put_start(wf, StartRecord(input={"old": True}), None)
    store.create(decision(header(wf)))
    given = Given(3, {"text": "y" * 40})
    assert store.read_given(wf, 3) == {}
    assert store.commit(decision(header(wf, 2), start=start, given=given))
    assert store.read_start(wf) == start
    assert store.read_given(wf, 3) == given.input
    lost = decision(header(wf, 2), start=StartRecord(), given=Given(3, {"other": 1}))
    assert not store.commit(lost)
    assert store.read_start(wf) == start
    assert store.read_given(wf, 3) == given.input


def test_a_lost_commit_writes_neither_variables_nor_output_nor_tasks(store, wf):
    store.create(decision(header(wf)))
    lost = decision(
        header(wf, version=7, variables_version=1),
        ended=(completed(),),
        variables={"a": 1},
        output={"b": 2},
    )
    assert not store.commit(lost)
    assert store.read_variables(wf, 1) is None
    assert store.read_output(wf) is None
    assert store.read_tasks(wf) == []


def test_a_task_that_somebody_else_ended_cancels_the_transaction(store, wf):
    store.create(decision(header(wf)))
    store.put_task(wf, task(kind=Kind.FLOW, status=TaskStatus.IN_PROGRESS))
    assert store.end(TaskKey(wf, "charge", 1), end(TaskStatus.CANCELED)).applied
    assert not store.commit(decision(header(wf, version=2, open=()), ended=(completed(),)))
    assert store.read_header(wf).version == 1
    assert store.read_task(TaskKey(wf, "charge", 1)).status is TaskStatus.CANCELED


def test_an_open_task_is_ended_by_the_transaction(store, wf):
    store.create(decision(header(wf)))
    store.put_task(wf, task(kind=Kind.FLOW, status=TaskStatus.IN_PROGRESS))
    assert store.commit(decision(header(wf, version=2, open=()), ended=(completed(),)))
    assert store.read_task(TaskKey(wf, "charge", 1)) == completed()


@pytest.mark.parametrize(
    "since", [{"epoch": 2}, {"status": TaskStatus.SCHEDULED}, {"updated_at": NOW + 1}, {"inc": 1}]
)
def test_a_task_that_has_changed_since_it_was_found_cancels_the_transaction(store, wf, since):
    """Handed out, given back, reported, taken up again: what it says now would be lost."""
    store.create(decision(header(wf)))
    found = task(status=TaskStatus.IN_PROGRESS, epoch=1, updated_at=NOW)
    now = replace(found, **since)
    store.put_task(wf, now)
    ended = completed(epoch=1, status=TaskStatus.SKIPPED)
    assert not store.commit(decision(header(wf, version=2), ended=(ended,), found=(found,)))
    assert store.read_header(wf).version == 1
    assert store.read_task(TaskKey(wf, "charge", 1)) == now


@pytest.mark.parametrize("is_there", [True, False])
def test_a_task_that_is_as_it_was_found_is_ended_by_the_transaction(store, wf, is_there):
    """Or one whose item had still to be put."""
    store.create(decision(header(wf)))
    found = task(epoch=1, updated_at=NOW)
    if is_there:
        store.put_task(wf, found)
    ended = completed(epoch=1, status=TaskStatus.SKIPPED)
    assert store.commit(decision(header(wf, version=2), ended=(ended,), found=(found,)))
    assert store.read_task(TaskKey(wf, "charge", 1)) == ended


def test_a_transaction_replaces_an_ended_task_of_an_earlier_incarnation(store, wf):
    store.create(decision(header(wf)))
    store.put_task(wf, completed())
    assert store.commit(decision(header(wf, version=2), ended=(completed(inc=1),)))
    assert store.read_task(TaskKey(wf, "charge", 1)).inc == 1


def test_a_transaction_holds_eighty_tasks_with_payloads_beyond_its_limit(store, wf):
    store.create(decision(header(wf)))
    large = {"text": "x" * 30_000}
    ended = tuple(completed(seq, input=large, output=large) for seq in range(1, 81))
    assert store.commit(decision(header(wf, version=2), ended=ended, variables=large, output=large))
    assert store.read_tasks(wf)[79].output == large
    items = [raw(store, task_key(TaskKey(wf, "charge", seq))) for seq in range(1, 81)]
    assert sum(map(size, items)) < 3_000_000


class TestMark:
    """``x`` says that the stream record of a change needs a handler (protocol.md 2, 4)."""

    def test_a_first_header_is_marked(self, store, wf):
        store.create(decision(header(wf)))
        assert raw(store, header_key(wf))["x"] == "1"

    def test_a_commit_that_says_nothing_of_its_predecessor_is_marked(self, store, wf):
        assert self._mark(store, wf, {}, with_previous=False) == "1"

    @pytest.mark.parametrize(
        "fields",
        [
            {"open": (entry(1), entry(2))},
            {"open": (entry(1, inc=1),)},
            {"open": (entry(1, kind=Kind.DUE),)},
            {"open": (entry(1, generation=1),)},
            {"status": WorkflowStatus.PAUSED, "hold": 1},
            {"hold": 2},
            {"gone": ((1, 1),)},
            {"generation": 1},
            {"status": WorkflowStatus.FAILED},
            {"status": WorkflowStatus.FAILED, "closed": True, "removed": True},
        ],
    )
    def test_a_change_that_something_follows_from_is_marked(self, store, wf, fields):
        assert self._mark(store, wf, fields) == "1"

    @pytest.mark.parametrize("fields", [{"open": ()}, {"timer": NOW}, {"reason": "so"}])
    def test_a_change_that_nothing_follows_from_is_not_marked(self, store, wf, fields):
        assert self._mark(store, wf, fields) is None

    def test_tasks_that_end_within_a_decision_are_not_marked(self, store, wf):
        store.create(decision(header(wf), ended=(completed(),)))
        assert "x" not in raw(store, task_key(TaskKey(wf, "charge", 1)))

    def _mark(self, store, wf, fields, *, with_previous=True):
        old = header(wf)
        store.create(decision(old))
        new = header(wf, version=2, **fields)
        store.commit(decision(new, previous=old if with_previous else None))
        return raw(store, header_key(wf)).get("x")


class TestClose:
    """``fin`` belongs to the very version whose closing was done (protocol.md 6, 11c)."""

    def test_closing_raises_the_version_and_takes_the_mark_away(self, store, wf):
        failed = header(wf, status=WorkflowStatus.FAILED)
        store.create(decision(failed))
        assert store.close(wf, 1)
        assert store.read_header(wf) == replace(failed, closed=True, version=2)
        assert "x" not in raw(store, header_key(wf))

    def test_a_late_closer_does_not_close_a_later_run(self, store, wf):
        store.create(decision(header(wf, status=WorkflowStatus.TERMINATED)))
        store.commit(decision(header(wf, version=2, generation=1)))
        store.commit(decision(header(wf, version=3, status=WorkflowStatus.TERMINATED)))
        assert not store.close(wf, 1)
        assert not store.read_header(wf).closed

    def test_of_racing_closers_one_wins(self, store, wf):
        store.create(decision(header(wf, status=WorkflowStatus.FAILED)))
        assert race(6, lambda _: store.close(wf, 1)).count(True) == 1

    def test_what_is_not_there_cannot_be_closed(self, store, wf):
        assert not store.close(wf, 1)
        assert store.read_header(wf) is None


class TestStub:
    """A terminated stub fences a launch that is still under way (protocol.md 7)."""

    def test_the_launch_comes_too_late(self, store, wf):
        stub = header(wf, status=WorkflowStatus.TERMINATED, open=())
        assert store.put_terminated_stub(stub)
        assert not store.create(decision(header(wf)))
        found = store.read_header(wf)
        assert found.status is WorkflowStatus.TERMINATED
        assert found.closed

    def test_the_stub_comes_too_late(self, store, wf):
        store.create(decision(header(wf)))
        assert not store.put_terminated_stub(header(wf, status=WorkflowStatus.TERMINATED))
        assert store.read_header(wf).status is WorkflowStatus.RUNNING

    def test_a_racing_launch_and_stub_cannot_both_win(self, store, wf):
        stub = header(wf, status=WorkflowStatus.TERMINATED, open=())
        wins = race(
            8,
            lambda n: (
                store.put_terminated_stub(stub) if n % 2 else store.create(decision(header(wf)))
            ),
        )
        assert wins.count(True) == 1


class TestFarTimers:
    """Only a timer beyond a delay message is in the ``due`` index (protocol.md 8)."""

    def test_those_due_are_found_and_the_others_not(self, store, wf):
        moment = _own_moment(wf)
        store.create(decision(header(wf, timer=moment, timer_is_far=True)))
        assert _timers(store, wf, moment - 1) == []
        assert _timers(store, wf, moment) == [moment]

    def test_a_near_timer_is_not_in_the_index(self, store, wf):
        store.create(decision(header(wf, timer=NOW)))
        assert _timers(store, wf, NOW) == []

    def test_a_timer_that_becomes_near_leaves_the_index(self, store, wf):
        store.create(decision(header(wf, timer=NOW, timer_is_far=True)))
        store.commit(decision(header(wf, version=2, timer=NOW)))
        assert _timers(store, wf, NOW) == []
        assert store.read_header(wf).timer == NOW

    def test_every_workflow_is_found_whatever_its_bucket(self, store, wf):
        ids = [f"{wf}-{number}" for number in range(40)]
        for each in ids:
            store.create(decision(header(each, timer=NOW, timer_is_far=True)))
        assert {due.workflow_id for due in store.due_timers(NOW)} >= set(ids)


def test_a_header_with_ten_open_entries_fits_a_write_unit(store, wf):
    entries = tuple(
        entry(1000 + number, node=f"12/{number}:7", iteration=(number, 12), attempt=1, kind=kind)
        for number, kind in enumerate([Kind.WORKER, Kind.CHILD, Kind.FLOW, Kind.OUTSIDE] * 3)
    )
    full = header(
        wf,
        open=entries,
        last_seq=1012,
        gone=((1, 400), (500, 600)),
        timer=NOW,
        timer_is_far=True,
        parent=Parent(wf, "shipping", 12, 0),
        failed_permissive=(3, 5, 8),
        last_retried_at=NOW,
        variables_version=40,
    )
    store.create(decision(full))
    assert size(raw(store, header_key(wf))) <= 1024


def test_ended_executions_expire_when_they_are_kept_for_a_time(backend, wf):
    store = backend.store(retention=86_400)
    store.create(decision(header(wf)))
    assert "ttl" not in raw(store, header_key(wf))
    ended = header(wf, version=2, status=WorkflowStatus.COMPLETED, ended_at=NOW, output_version=1)
    store.commit(decision(ended, output={"a": 1}))
    store.close(wf, 2)
    expires = NOW // 1000 + 86_400
    assert raw(store, header_key(wf))["ttl"] == expires
    assert raw(store, output_key(wf))["ttl"] == expires
    store.commit(decision(header(wf, version=4, generation=1)))
    assert "ttl" not in raw(store, header_key(wf))


def test_the_newest_two_variables_snapshots_are_kept(store, wf):
    store.create(decision(header(wf)))
    for number in range(1, 4):
        commit = header(wf, version=number + 1, variables_version=number)
        assert store.commit(decision(commit, variables={"n": number}))
    assert [store.read_variables(wf, number) for number in (1, 2, 3)] == [None, {"n": 2}, {"n": 3}]
    assert variables_key(wf, 1) == variables_key(wf, 3)


def _timers(store, wf, until):
    return [due.at for due in store.due_timers(until) if due.workflow_id == wf]


def _own_moment(wf):
    return NOW + int(wf[:6], 16)
