"""Whole executions: archived, removed, written back (engine.md 15.8)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from podium.adapters.items.keys import header_key, partition, task_key
from podium.adapters.items.task_changes import STRIPPED
from podium.domain.execution import Kind, StartRecord
from podium.domain.ids import TaskKey
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import NotFoundError
from tests.support.executions import NOW, completed, decision, header, raw, task

DAY = 24 * 3600
LONG = {"text": "x" * 100}


@pytest.fixture(params=[32_768, 16], ids=["inline", "pointed at"])
def store(request, backend):
    return backend.store(request.param)


@pytest.fixture
def ended(store, wf):
    """An execution that has ended and is closed; its header."""
    store.put_snapshot("5e8d" * 16, {"name": "orders", "tasks": []})
    store.put_start(wf, StartRecord(input=LONG, correlation_id="c"), None)
    first = header(wf, open=(), variables_version=1, output_version=1, last_seq=2)
    store.create(decision(first))
    last = replace(first, version=2, status=WorkflowStatus.COMPLETED, closed=True, ended_at=NOW)
    ends = (completed(1, output=LONG), completed(2, manifest={"join": []}, kind=Kind.FLOW))
    store.commit(decision(last, ended=ends, variables=LONG, output=LONG))
    return last


def _remove(store, head):
    removed = replace(head, version=head.version + 1, removed=True, committed_at=NOW)
    assert store.commit(decision(removed))


def test_a_copy_is_the_whole_execution(store, wf, ended):
    before = store.read_everything(wf)
    assert store.archive(ended)
    archived = store.read_archive(wf)
    assert archived.everything == before
    assert archived.definition == {"name": "orders", "tasks": []}


def test_a_copy_outlives_the_execution_and_its_payloads(store, wf, ended):
    before = store.read_everything(wf)
    store.archive(ended)
    _remove(store, ended)
    store.remove_rest(wf)
    assert store.read_archive(wf).everything == before


def test_only_the_present_version_is_archived(store, wf, ended):
    assert not store.archive(replace(ended, version=1))
    assert not store.archive(replace(ended, version=3))
    assert store.read_archive(wf) is None


def test_a_removed_execution_is_not_there(store, wf, ended):
    _remove(store, ended)
    assert store.read_header(wf) is None
    assert store.read_everything(wf) is None
    assert not store.create(decision(header(wf)))
    assert not store.put_terminated_stub(header(wf))


def test_nothing_of_its_content_is_left(store, wf, ended):
    _remove(store, ended)
    store.remove_rest(wf)
    left = list(store._table.query(partition(wf)))
    assert {item["sk"] for item in left} == {"H", "I", "O", "V#1", *_tasks(wf)}
    assert all(item["ttl"] <= NOW // 1000 + DAY for item in left)
    assert LONG["text"] not in repr([item for item in left if item["sk"] != "H"])
    assert not store.put_task(wf, task(1, inc=7))


@pytest.mark.parametrize("archived", [True, False])
def test_large_payloads_stay_as_long_as_a_copy_points_at_them(backend, wf, archived):
    store = backend.store(16)
    store.put_snapshot("5e8d" * 16, {"name": "orders", "tasks": []})
    store.create(decision(header(wf, open=(), status=WorkflowStatus.COMPLETED, closed=True)))
    store.put_task(wf, completed(output=LONG))
    path = raw(store, task_key(TaskKey(wf, "charge", 1)))["outp"]
    if archived:
        assert store.archive(store.read_header(wf))
    _remove(store, store.read_header(wf))
    store.remove_rest(wf)
    if archived:
        assert backend.blobs.size(path)
        store.drop_archive(wf)
    with pytest.raises(NotFoundError):
        backend.blobs.size(path)


def test_a_removal_that_lags_behind_leaves_what_was_written_back(store, wf, ended):
    """It was listed before; what became of it since is not touched."""
    before = store.read_everything(wf)
    store.archive(ended)
    _remove(store, ended)
    query = store._table.query

    def restored_meanwhile(*args, **kwargs):
        store._table.query = query
        listed = list(query(*args, **kwargs))
        store.remove_rest(wf)
        assert store.restore(store.read_archive(wf))
        store.put_task(wf, task(1, inc=1))
        again = store.read_header(wf)
        changed = replace(again, version=again.version + 1, output_version=2)
        store.commit(decision(changed, output={"new": 1}, start=StartRecord(input={"new": 2})))
        return iter(listed)

    store._table.query = restored_meanwhile
    store.remove_rest(wf)
    after = store.read_everything(wf)
    assert after.start.input == {"new": 2}
    assert after.output == {"new": 1}
    assert after.variables == before.variables
    assert [each.inc for each in after.tasks] == [1, 0]
    assert after.tasks[1] == before.tasks[1]


def test_an_execution_that_is_there_keeps_everything(store, wf, ended):
    before = store.read_everything(wf)
    store.remove_rest(wf)
    assert store.read_everything(wf) == before


def test_what_was_removed_is_written_back(store, wf, ended):
    before = store.read_everything(wf)
    store.archive(ended)
    _remove(store, ended)
    store.remove_rest(wf)
    assert store.restore(store.read_archive(wf))
    after = store.read_everything(wf)
    assert after == replace(before, header=replace(ended, version=4))


def test_it_is_written_back_once(store, wf, ended):
    store.archive(ended)
    _remove(store, ended)
    store.remove_rest(wf)
    archived = store.read_archive(wf)
    assert store.restore(archived)
    store.put_task(wf, task(1, inc=1))
    assert not store.restore(archived)
    assert store.read_task(TaskKey(wf, "charge", 1)).status is TaskStatus.SCHEDULED


def test_a_copy_can_be_dropped(store, wf, ended):
    assert not store.drop_archive(wf)
    store.archive(ended)
    assert store.drop_archive(wf)
    assert store.read_archive(wf) is None
    assert not store.drop_archive(wf)


@pytest.mark.parametrize(
    "is_found", [False, True], ids=["before its document", "before its payloads"]
)
def test_a_copy_that_is_dropped_while_it_is_read_is_none(
    store, wf, ended, monkeypatch, is_found, request
):
    """Simulation, seed 101634: a search answered 404, since a copy went while its page was put together."""
    store.archive(ended)
    _remove(store, ended)
    blobs = store._payloads.blobs
    get = blobs.get

    def dropped(path):
        content = get(path) if is_found else b""
        monkeypatch.undo()
        assert store.drop_archive(wf)
        return content or get(path)

    monkeypatch.setattr(blobs, "get", dropped)
    has_all = is_found and "inline" in request.node.callspec.id
    assert (store.read_archive(wf) is not None) is has_all
    assert store.read_archive(wf) is None


def test_a_copy_without_a_payload_that_nobody_removed_is_not_passed_over(store, wf, ended, request):
    store.archive(ended)
    _remove(store, ended)
    store._payloads.blobs.delete(f"{wf}/")
    if "inline" in request.node.callspec.id:
        assert store.read_archive(wf) is not None
    else:
        with pytest.raises(NotFoundError, match="no payload"):
            store.read_archive(wf)


def test_a_late_copy_of_an_earlier_state_does_not_hide_the_last(store, wf, ended, monkeypatch):
    def archive_and_remove(later):
        assert store.archive(later)
        _remove(store, later)

    late = _archive_late(store, ended, archive_and_remove, monkeypatch)
    assert not late
    assert store.read_archive(wf).everything.header.version == 3


def test_a_late_copy_of_what_was_removed_without_one_is_none(store, wf, ended, monkeypatch):
    def remove_without_a_copy(later):
        _remove(store, later)
        assert not store.drop_archive(wf)

    late = _archive_late(store, ended, remove_without_a_copy, monkeypatch)
    assert not late
    assert store.read_archive(wf) is None
    with pytest.raises(NotFoundError):
        store._payloads.blobs.get(f"archive/{wf}/{ended.version}.json")


def _archive_late(store, ended, meanwhile, monkeypatch):
    """Archive the execution, which changes once its copy is made up: then ``meanwhile`` comes first."""
    put = store._payloads.blobs.put

    def put_late(path, content):
        monkeypatch.undo()
        later = replace(ended, version=3, generation=1)
        assert store.commit(decision(later))
        meanwhile(later)
        put(path, content)

    monkeypatch.setattr(store._payloads.blobs, "put", put_late)
    return store.archive(ended)


def test_what_is_void_does_not_come_back(store, wf, ended):
    rerun = replace(ended, version=3, generation=1, gone=((1, 1),))
    assert store.commit(decision(rerun))
    assert store.archive(rerun)
    _remove(store, rerun)
    store.remove_rest(wf)
    archived = store.read_archive(wf)
    assert [each.seq for each in archived.everything.tasks] == [2]
    assert store.restore(archived)
    assert store.read_task(TaskKey(wf, "charge", 1)).inc == STRIPPED


def test_what_is_left_of_a_removal_spares_an_execution_that_is_back(store, wf, ended, monkeypatch):
    store.archive(ended)
    _remove(store, ended)

    def run_again():
        assert store.restore(store.read_archive(wf))
        again = replace(ended, version=5, generation=1, status=WorkflowStatus.RUNNING)
        assert store.commit(decision(again))
        store.put_task(wf, task(1, inc=1))
        store.put_task(wf, task(3))

    _before(store._table, "query", run_again, monkeypatch)
    store.remove_rest(wf)
    assert [each.status for each in store.read_tasks(wf)] == [
        TaskStatus.SCHEDULED,
        TaskStatus.COMPLETED,
        TaskStatus.SCHEDULED,
    ]
    assert store.read_start(wf).input == LONG


def test_who_is_slow_to_write_it_back_changes_nothing_of_what_runs(store, wf, ended, monkeypatch):
    store.archive(ended)
    _remove(store, ended)
    archived = store.read_archive(wf)

    def run_again():
        assert store.restore(archived)
        again = replace(ended, version=5, generation=1, output_version=2)
        assert store.commit(decision(again, output={"text": "again"}))

    _before(store._table, "transact", run_again, monkeypatch)
    assert not store.restore(archived)
    assert store.read_everything(wf).output == {"text": "again"}


def test_a_large_execution_is_removed_and_written_back(store, wf, ended):
    for number in range(10, 130):
        store.put_task(wf, completed(number, output=LONG))
    before = store.read_everything(wf)
    store.archive(ended)
    _remove(store, ended)
    store.remove_rest(wf)
    assert {each.inc for each in store.read_tasks(wf)} == {STRIPPED}
    assert store.restore(store.read_archive(wf))
    assert store.read_everything(wf).tasks == before.tasks


def _before(table, call, deed, monkeypatch):
    """The next such call of ``table`` waits until ``deed`` is done."""
    wait = getattr(table, call)

    def late(*args, **options):
        monkeypatch.undo()
        deed()
        return wait(*args, **options)

    monkeypatch.setattr(table, call, late)


def _tasks(wf):
    return {f"T#charge#{number:08d}" for number in (1, 2)}


def test_a_late_start_leaves_what_is_left_until_the_header_is_gone(store, wf, ended):
    _remove(store, ended)
    store.remove_rest(wf)
    store.put_start(wf, StartRecord(input=LONG), None)
    assert LONG["text"] not in repr(list(store._table.query(partition(wf))))
    store._table.delete(header_key(wf))
    store.put_start(wf, StartRecord(input=LONG), None)
    assert store.read_start(wf) == StartRecord(input=LONG)


def test_a_start_record_that_is_there_stays(store, wf):
    store.put_start(wf, StartRecord(input=LONG), None)
    store.put_start(wf, StartRecord(input={"other": 1}), None)
    assert store.read_start(wf).input == LONG
