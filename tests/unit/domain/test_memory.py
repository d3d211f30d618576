"""What a decision knows of ended tasks, and how it asks for the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from podium.domain.decision import MissingError, NeedAll, NeedHistory, NeedLatest, NeedTask
from podium.domain.draft import LayeredMemory
from podium.domain.execution import Header, Kind, OpenEntry, Task
from podium.domain.memory import TaskMemory
from podium.domain.status import TaskStatus

HEADER = Header("wf", "digest", "flow", 1, last_seq=10)


def _task(ref, seq, **fields):
    return Task(ref, seq, "0", ref, ref, Kind.WORKER, TaskStatus.COMPLETED, **fields)


def _memory(*tasks, complete=True):
    memory = TaskMemory(complete=complete)
    for task in tasks:
        memory.remember(task)
    return memory


def _needs(ask):
    with pytest.raises(MissingError) as caught:
        ask()
    return caught.value.needs


def test_the_latest_task_under_a_ref_has_the_highest_number():
    memory = _memory(_task("a", 3), _task("a", 7), _task("a", 5))
    assert memory.latest("a", HEADER) == _task("a", 7)
    assert memory.latest("a", HEADER, before=7) == _task("a", 5)
    assert memory.latest("b", HEADER) is None


def test_open_void_and_later_tasks_are_not_seen():
    memory = _memory(*(_task("a", seq) for seq in (1, 2, 3, 12)))
    header = replace(HEADER, open=(OpenEntry(3, "0", Kind.WORKER),), gone=((2, 2),))
    assert memory.latest("a", header) == _task("a", 1)
    assert memory.history("a", header) == (_task("a", 1),)
    assert memory.all(header) == (_task("a", 1),)


def test_a_memory_asks_for_what_it_cannot_know():
    memory = _memory(_task("a", 3), complete=False)
    assert _needs(lambda: memory.latest("a", HEADER)) == {NeedLatest("a", 11)}
    assert _needs(lambda: memory.history("a", HEADER)) == {NeedHistory("a")}
    assert _needs(lambda: memory.all(HEADER)) == {NeedAll()}
    assert _needs(lambda: memory.task("a", 4)) == {NeedTask("a", 4)}
    assert memory.task("a", 3) == _task("a", 3)


def test_answers_end_the_questions_until_somebody_else_commits():
    memory = TaskMemory()
    memory.remember_latest("a", None)
    assert memory.latest("a", HEADER) is None
    memory.remember_history("b", [_task("b", 1)])
    assert memory.latest("b", HEADER) == _task("b", 1)
    assert memory.history("b", HEADER) == (_task("b", 1),)
    memory.forget_completeness()
    assert _needs(lambda: memory.latest("a", HEADER))
    memory.remember_all([_task("c", 2)])
    assert memory.all(HEADER) == (_task("b", 1), _task("c", 2))


def test_a_later_incarnation_replaces_an_earlier_one():
    memory = _memory(_task("a", 3), _task("a", 3, inc=1))
    assert memory.history("a", HEADER) == (_task("a", 3, inc=1),)


# Layers -----------------------------------------------------------------------------------------


def test_a_layer_is_seen_before_what_is_below():
    base = _memory(_task("a", 1), _task("b", 2))
    layer = LayeredMemory(base)
    layer.remember(_task("a", 4))
    assert layer.latest("a", HEADER) == _task("a", 4)
    assert layer.latest("a", HEADER, before=4) == _task("a", 1)
    assert layer.latest("b", HEADER) == _task("b", 2)
    assert layer.history("a", HEADER) == (_task("a", 1), _task("a", 4))
    assert layer.all(HEADER) == (_task("a", 1), _task("b", 2), _task("a", 4))
    assert (layer.task("a", 4), layer.task("b", 2)) == (_task("a", 4), _task("b", 2))
    assert (layer.numbered(4), layer.numbered(2)) == (_task("a", 4), _task("b", 2))
    assert layer.numbered(9) is None
    assert base.latest("a", HEADER) == _task("a", 1)


def test_a_layer_asks_only_for_what_lies_below():
    layer = LayeredMemory(TaskMemory())
    layer.remember(_task("a", 4))
    assert layer.latest("a", HEADER) == _task("a", 4)
    assert _needs(lambda: layer.latest("b", HEADER)) == {NeedLatest("b", 11)}
    assert _needs(lambda: layer.history("a", HEADER)) == {NeedHistory("a")}
