"""What surrounds headers and tasks: start, whole reads, snapshots, logs, payloads, the stream."""

from __future__ import annotations

import pytest

from podium.adapters.items.keys import task_key
from podium.adapters.stream import change
from podium.domain.changes import HeaderChange, TaskChange
from podium.domain.execution import StartRecord
from podium.domain.ids import TaskKey
from podium.errors import NotFoundError
from podium.ports.executions import LogLine
from tests.support.executions import completed, decision, end, header, raw, task

START = StartRecord({"a": 1}, "", 5, {"*": "eu"}, "me", None, "theirs/in.json", "key")


def test_a_start_is_read_as_it_was_written(store, wf):
    assert store.read_start(wf) is None
    store.put_start(wf, START, None)
    store.put_start(wf, START, None)
    assert store.read_start(wf) == START
    assert store.read_variables(wf, 0) is None


def test_variables_of_the_start_itself_are_kept(store, wf):
    store.put_start(wf, START, {})
    assert store.read_variables(wf, 0) == {}


def test_everything_is_read_at_once(store, wf):
    assert store.read_everything(wf) is None
    store.put_start(wf, START, None)
    head = header(wf, variables_version=1, output_version=1)
    tasks = (completed(2, ref="b"), completed(10, ref="a"))
    store.create(decision(head, ended=tasks, variables={"v": 1}, output={"o": 1}))
    found = store.read_everything(wf)
    assert (found.header, found.start, found.tasks) == (head, START, tasks)
    assert (found.variables, found.output) == ({"v": 1}, {"o": 1})


def test_a_snapshot_is_written_once(store, wf):
    assert store.read_snapshot(wf) is None
    store.put_snapshot(wf, {"name": "first"})
    store.put_snapshot(wf, {"name": "second"})
    assert store.read_snapshot(wf) == {"name": "first"}


def test_logs_are_oldest_first_and_a_repeat_adds_nothing(store, wf):
    late, early = LogLine("late", wf, 20), LogLine("early", wf, 10)
    store.append_logs([late])
    store.append_logs([early])
    store.append_logs([early])
    assert list(store.read_logs(wf)) == [early, late]
    assert list(store.read_logs(f"{wf}é#")) == []


def test_a_large_payload_leaves_the_item_and_comes_back(backend, wf):
    store = backend.store(threshold=100)
    large = {"text": "é" * 100}
    store.put_task(wf, task(input=large))
    key = TaskKey(wf, "charge", 1)
    assert store.end(key, end(output=large)).task.output == large
    item = raw(store, task_key(key))
    assert not {"in", "out"} & set(item)
    assert item["inp"] == item["outp"]
    assert store.read_task(key).input == large
    assert backend.blobs.get(item["inp"])


def test_a_small_output_takes_the_place_of_a_large_one(backend, wf):
    store = backend.store(threshold=100)
    store.put_task(wf, task(output={"text": "x" * 200}))
    assert store.end(TaskKey(wf, "charge", 1), end(output={"a": 1})).task.output == {"a": 1}


def test_a_payload_that_is_not_there_is_not_found(backend):
    with pytest.raises(NotFoundError):
        backend.blobs.get("no/such.json")


def test_the_stream_tells_marked_changes_with_both_images(backend, wf):
    store = backend.store()
    first, second = header(wf), header(wf, version=2)
    store.create(decision(first))
    store.put_task(wf, task())
    store.end(TaskKey(wf, "charge", 1), end())
    store.commit(decision(second))
    store.close(wf, 2)
    said = (change(record, store.payloads) for record in backend.records())
    changes = [
        each
        for each in said
        if (isinstance(each, HeaderChange) and each.new.workflow_id == wf)
        or (isinstance(each, TaskChange) and each.workflow_id == wf)
    ]
    ended = store.read_task(TaskKey(wf, "charge", 1))
    assert changes == [
        HeaderChange(None, first),
        TaskChange(wf, ended),
        HeaderChange(first, second),
    ]
