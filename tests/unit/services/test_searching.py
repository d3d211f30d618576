"""Searches in memory: bounds, rows that are behind their headers, pages that are remembered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from podium.adapters.memory.executions import MemoryExecutions
from podium.domain.decision import Decision
from podium.domain.search import (
    REMEMBER_SECONDS,
    TASK_FIELDS,
    WORKFLOW_FIELDS,
    SearchParameters,
    WorkflowRow,
)
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.ports.search import Indexed
from podium_local.clock import VirtualClock
from tests.support.executions import NOW, task
from tests.support.search_rows import Services, header_of, put_executions

COMPLETED, FAILED, RUNNING = (
    WorkflowStatus.COMPLETED,
    WorkflowStatus.FAILED,
    WorkflowStatus.RUNNING,
)


def row(number: int, **fields: Any) -> WorkflowRow:
    values: dict[str, Any] = {
        "workflow_id": f"wf-{number:03d}",
        "workflow_type": "orders",
        "version": 1,
        "status": RUNNING,
        "start_time": NOW + number,
        "update_time": NOW + number,
        "input": f'{{"number":{number}}}',
        "input_size": len(f'{{"number":{number}}}'),
    }
    return WorkflowRow(**values | fields)


class Memory:
    def __init__(self, *rows: WorkflowRow, **bounds: int) -> None:
        self.clock = VirtualClock()
        self.store = MemoryExecutions()
        self.index = self.store.search
        put_executions(self.store, self.index, rows)
        self.calls: list[str] = []
        self.store.calls.before_call = self.calls.append
        self.services = Services(self.store, self.index, self.clock, **bounds)

    def search(self, query: str = "", **parameters: Any) -> Any:
        asked = SearchParameters(query=query, **parameters).read(WORKFLOW_FIELDS)
        return self.services.searching.search(asked)

    def ids(self, query: str = "", **parameters: Any) -> list[int]:
        return [int(each.workflow_id[3:]) for each in self.search(query, **parameters).rows]

    def commit(self, changed: WorkflowRow, version: int = 2) -> None:
        """The header moves on; the row stays behind."""
        header = replace(header_of(changed), version=version)
        assert self.store.commit(Decision(header))


@pytest.fixture
def ten():
    return Memory(*(row(number) for number in range(10)))


def test_a_hit_whose_status_is_over_is_left_out(ten):
    ten.commit(row(4, status=COMPLETED, end_time=NOW + 99))
    found = ten.search("workflowType=orders AND status=RUNNING")
    assert [each.workflow_id for each in found.rows].count("wf-004") == 0
    assert (found.total, len(found.rows)) == (9, 9)
    assert all(each.status is RUNNING for each in found.rows)


def test_a_row_that_is_behind_is_shown_as_its_execution_is(ten):
    ten.commit(row(4, status=COMPLETED, end_time=NOW + 99, update_time=NOW + 99))
    shown = next(each for each in ten.search().rows if each.workflow_id == "wf-004")
    assert (shown.status, shown.end_time) == (COMPLETED, NOW + 99)


def test_update_times_of_open_executions_are_looked_up(ten):
    ten.commit(row(4, update_time=NOW + 5000))
    assert ten.ids(f"updateTime > {NOW + 4000}") == [4]
    assert ten.ids(sort=["updateTime:DESC"])[0] == 4


def test_a_row_whose_execution_is_gone_is_left_out():
    memory = Memory(row(1))
    assert memory.index.put(Indexed(row(2), 1))
    found = memory.search()
    assert ([each.workflow_id for each in found.rows], found.total) == (["wf-001"], 1)


def test_failed_tasks_that_are_not_kept_are_read():
    failed = row(1, status=FAILED, end_time=NOW + 5)
    memory = Memory(failed)
    memory.store.put_task("wf-001", replace(task(), status=TaskStatus.FAILED, ended_at=NOW + 4))
    assert memory.index.put(Indexed(failed, 2, lacks_failures=True))
    (shown,) = memory.search().rows
    assert shown.failed_reference_task_names == ("charge",)


def test_a_large_payload_is_named_by_its_path_and_not_looked_into():
    text = '{"note":"' + "needle " * 8000 + '"}'
    memory = Memory(row(1, input=text), row(2, input='{"note":"needle"}'))
    large = next(each for each in memory.search().rows if each.workflow_id == "wf-001")
    assert large.input == "{}"
    assert str(large.external_input_payload_storage_path).startswith("wf-001/")
    assert large.input_size == len(text)
    assert memory.ids(free_text="needle") == [2]


def test_a_search_that_no_index_serves_stops_at_its_bound_and_says_so():
    memory = Memory(*(row(number, priority=number % 2) for number in range(10)), most_rows=6)
    found = memory.search("priority = 1")
    assert [each.workflow_id for each in found.rows] == ["wf-009", "wf-007", "wf-005"]
    assert (found.total, found.is_cut_short) == (3, True)
    narrowed = memory.search(f"priority = 1 AND startTime < {NOW + 6}")
    assert (narrowed.total, narrowed.is_cut_short) == (3, False)


def test_a_search_in_payloads_has_a_bound_of_its_own():
    memory = Memory(*(row(number) for number in range(10)), most_executions=4)
    found = memory.search(free_text="number")
    assert (found.total, found.is_cut_short) == (4, True)
    assert not memory.search("priority = 0").is_cut_short


def test_a_search_for_tasks_stops_at_its_bound_and_says_so():
    memory = Memory(*(row(number) for number in range(5)), most_owners=3)
    for number in range(5):
        memory.store.put_task(f"wf-{number:03d}", task(scheduled_at=NOW + number))
    asked = SearchParameters(query="taskDefName = charge_card").read(TASK_FIELDS)
    found = memory.services.searching_tasks.search(asked)
    assert (found.total, found.is_cut_short) == (3, True)
    owners = memory.services.searching_tasks.owners(asked)
    assert [each.workflow_id for each in owners.rows] == ["wf-004", "wf-003", "wf-002"]
    assert owners.is_cut_short


def test_the_next_page_goes_on_where_the_last_one_ended_whatever_starts(ten):
    assert ten.ids(size=4) == [9, 8, 7, 6]
    put_executions(ten.store, ten.index, [row(10), row(11)])
    assert ten.ids(start=4, size=4) == [5, 4, 3, 2]
    assert ten.ids(start=8, size=4) == [1, 0]
    # What the client has passed over and what is left: there it stops, having seen all ten once.
    assert ten.search(start=8, size=4).total == 10


def test_a_page_is_forgotten_after_a_while(ten):
    ten.ids(size=4)
    put_executions(ten.store, ten.index, [row(10)])
    ten.clock.advance(REMEMBER_SECONDS * 1000 + 1)
    assert ten.ids(start=4, size=4) == [6, 5, 4, 3]


def test_a_page_with_room_for_more_writes_nothing(ten):
    ten.search(size=11)
    assert "PutItem" not in ten.calls


def test_nothing_is_read_for_what_cannot_be(ten):
    assert ten.search("status = RUNNING AND status = FAILED").total == 0
    assert ten.search(classifier=["agent"]).total == 0
    assert ten.calls == []


def test_lists_of_running_executions_look_at_headers(ten):
    ten.commit(row(4, status=COMPLETED, end_time=NOW + 99))
    running, is_cut_short = ten.services.listing.running("orders", 1)
    assert len(running) == 9
    assert "wf-004" not in running
    assert not is_cut_short
