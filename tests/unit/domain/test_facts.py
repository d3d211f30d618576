"""What expressions see of an execution, and what they ask for."""

from __future__ import annotations

import pytest

from podium.domain.decision import MissingError, NeedAll, NeedLatest
from podium.domain.definitions import WorkflowDef
from podium.domain.execution import Header, StartRecord
from podium.domain.facts import Facts
from podium.domain.graph import Graph
from podium.domain.memory import TaskMemory
from podium.domain.state import State
from tests.support.engines import table_engines

DEFINITION = WorkflowDef.from_json(
    {
        "name": "w",
        "tasks": [{"name": name, "taskReferenceName": name} for name in ("a", "b", "c")],
    }
)


def facts(memory: TaskMemory) -> Facts:
    header = Header("w1", "hash", "w", 1, last_seq=3)
    state = State(header, Graph(DEFINITION), StartRecord(input={"x": 1}), {}, memory)
    return Facts(state, table_engines())


def test_everything_a_template_lacks_is_asked_for_at_once():
    template = {"p": "${a.output.x} ${workflow.input.x}", "q": ["${b.output[0]}"]}
    with pytest.raises(MissingError) as caught:
        facts(TaskMemory()).value(template)
    assert caught.value.needs == {NeedLatest("a", 4), NeedLatest("b", 4)}


def test_a_path_over_all_roots_asks_for_all_tasks():
    with pytest.raises(MissingError) as caught:
        facts(TaskMemory()).value("${$..x}")
    assert caught.value.needs == {NeedAll()}


def test_what_is_known_not_to_exist_is_null():
    known = facts(TaskMemory(complete=True))
    assert known.value(["${a.output.x}", "${nobody.output.x}"]) == [None, None]
    assert facts(TaskMemory()).value("${nobody.output.x}") is None
