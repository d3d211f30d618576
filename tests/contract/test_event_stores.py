"""Event handlers and event executions: the suites of their ports, in memory and on DynamoDB."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from podium.adapters.aws.table import DynamoTable
from podium.adapters.items.event_executions import ItemEventExecutions
from podium.adapters.items.event_handlers import ItemEventHandlers
from podium.adapters.items.table import Table
from podium.adapters.memory.calls import Calls
from podium.adapters.memory.table import MemoryTable
from podium.domain.events.executions import EventExecution, EventStatus
from podium.domain.events.handler import EventHandler
from podium.errors import PayloadTooLargeError
from tests.support.aws import MotoStack

_numbers = itertools.count(1)
Tables = Callable[[str], Table]


@pytest.fixture(scope="module", params=["memory", "aws"])
def tables(request: pytest.FixtureRequest) -> Iterator[Tables]:
    if request.param == "memory":
        made = {name: MemoryTable(Calls()) for name in ("metadata", "executions")}
        yield made.__getitem__
        return
    stack: MotoStack = request.getfixturevalue("stack")
    names = {"metadata": stack.metadata_table, "executions": stack.executions_table}
    yield lambda name: DynamoTable(stack.clients.dynamodb, names[name])


@pytest.fixture
def handlers(tables: Tables) -> ItemEventHandlers:
    return ItemEventHandlers(tables("metadata"))


@pytest.fixture
def executions(tables: Tables) -> ItemEventExecutions:
    return ItemEventExecutions(tables("executions"))


@pytest.fixture
def event() -> str:
    """An event nobody else has."""
    return f"conductor:w:{next(_numbers)}"


def a_handler(name: str, event: str, **fields: object) -> EventHandler:
    value = {"name": name, "event": event, "actions": [{"action": "start_workflow"}], **fields}
    return EventHandler.from_json(value)  # type: ignore[arg-type]  # JSON


def test_a_handler_is_created_once_and_read_back_whole(handlers, event):
    handler = a_handler(f"é/{event}", event, unknown={"kept": None}, condition="$.a")
    assert handlers.create(handler)
    assert not handlers.create(replace(handler, condition="other"))
    assert handlers.of_event(event) == [handler]
    assert handler in handlers.all()


def test_a_handler_that_was_refused_leaves_no_trace(handlers, event):
    taken = a_handler(event, event)
    handlers.create(taken)
    other = f"{event}x"
    assert not handlers.create(replace(taken, event=other))
    assert handlers.of_event(other) == []
    assert handlers.of_event(event) == [taken]


def test_replacing_answers_what_was_there_and_moves_to_another_event(handlers, event):
    old = a_handler(event, event)
    other = f"{event}x"
    assert handlers.replace(old) is None
    assert handlers.of_event(event) == []
    handlers.create(old)
    new = replace(old, event=other, active=True)
    assert handlers.replace(new) == old
    assert handlers.of_event(event) == []
    assert handlers.of_event(other) == [new]


def test_a_deleted_handler_is_gone_from_every_list(handlers, event):
    handler = a_handler(event, event)
    handlers.create(handler)
    assert handlers.delete(event) == handler
    assert handlers.delete(event) is None
    assert handlers.of_event(event) == []
    assert handler not in handlers.all()
    assert handlers.create(handler)


def test_handlers_of_an_event_come_by_name_and_of_no_other_event(handlers, event):
    for name in ("b", "a", "c"):
        handlers.create(a_handler(f"{event}-{name}", event))
    handlers.create(a_handler(f"{event}-other", f"{event}:more"))
    assert [each.name for each in handlers.of_event(event)] == [f"{event}-{n}" for n in "abc"]


def test_a_handler_too_large_for_an_item_is_refused(handlers, event):
    with pytest.raises(PayloadTooLargeError, match="380 KB"):
        handlers.create(a_handler(event, event, large="x" * 400_000))


def an_execution(event: str, index: int = 0, **fields: object) -> EventExecution:
    execution = EventExecution("h", event, "m1", index, 1000, action="start_workflow")
    return replace(execution, **fields)  # type: ignore[arg-type]  # fields of it


def test_an_action_begins_once_and_the_first_one_is_answered(executions, event):
    first = an_execution(event)
    assert executions.begin(first) == first
    assert executions.begin(replace(first, created=2000)) == first
    assert executions.begin(replace(first, index=1, created=2000)).created == 2000
    assert executions.begin(replace(first, handler="other", created=3)).created == 3
    assert executions.begin(replace(first, message_id="m2", created=4)).created == 4


def test_the_first_target_stays(executions, event):
    first = executions.begin(an_execution(event))
    aimed = executions.aim(replace(first, target="t1", target_inc=2))
    assert (aimed.target, aimed.target_inc) == ("t1", 2)
    assert executions.aim(replace(first, target="t2")).target == "t1"
    assert executions.begin(first) == aimed


def test_the_end_is_told_to_a_repeat_and_listed(executions, event):
    first = executions.begin(an_execution(event))
    done = replace(first, status=EventStatus.COMPLETED, output={"workflowId": "w", "n": None})
    executions.finish(done)
    assert executions.begin(first).status is EventStatus.COMPLETED
    assert executions.newest(event, 10) == [done]
    executions.finish(done)
    assert executions.newest(event, 10) == [done]


def test_the_newest_come_first_and_no_more_than_asked_for(executions, event):
    for number in range(20):
        execution = an_execution(event, message_id=f"m{number}", created=1000 + number)
        executions.finish(replace(execution, status=EventStatus.FAILED, output={"exception": "x"}))
    found = executions.newest(event, 5)
    assert [each.message_id for each in found] == ["m19", "m18", "m17", "m16", "m15"]
    assert executions.newest(f"{event}x", 5) == []


def test_an_output_too_large_to_list_says_so(executions, event):
    done = an_execution(event, status=EventStatus.COMPLETED, output={"x": "y" * 200_000})
    executions.finish(done)
    assert executions.newest(event, 1)[0].output == {"truncated": True}
