"""The topology as data: consistent in itself, readable without the CDK."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from infra.shapes import (
    DAY,
    HttpRoute,
    Kind,
    QueueTrigger,
    ScheduleTrigger,
    StreamTrigger,
    Trigger,
    all_grants,
    physical_name,
    task_queue_prefix,
)
from infra.topology import (
    DEAD_LETTER_QUEUES,
    SEARCH_INDEXES,
    TASKS_DEAD_LETTERS,
    TOPOLOGY,
)
from podium.adapters.aws.registry import MAX_RECEIVES
from podium.adapters.items.search_items import INDEXES
from podium.domain.content import SYSTEM_LEASE_SECONDS
from podium.services.sweeping import INTERVAL

REPOSITORY = Path(__file__).resolve().parents[2]
TRIGGERS = [
    pytest.param(function, trigger, id=f"{function.name}-{type(trigger).__name__}-{number}")
    for function in TOPOLOGY.functions
    for number, trigger in enumerate(function.triggers)
]


def _queues_named_by(trigger: Trigger) -> set[str]:
    match trigger:
        case StreamTrigger(on_failure=queue) | QueueTrigger(queue=queue):
            return {queue}
        case _:
            return set()


def test_reading_it_loads_neither_the_cdk_nor_boto3_nor_podium():
    program = "import infra.topology, sys; print(*{name.partition('.')[0] for name in sys.modules})"
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout.split()

    assert not {"aws_cdk", "boto3", "botocore", "constructs", "jsii", "podium"} & set(found)
    assert "infra" in found


def test_names_are_unique():
    for things in (TOPOLOGY.tables, TOPOLOGY.queues, TOPOLOGY.functions):
        names = [physical_name(thing.name) for thing in things]
        assert len(names) == len(set(names))


def test_sweeps_take_turns_at_the_pace_of_their_trigger():
    ticks = [tick for function in TOPOLOGY.functions for tick in function.triggers]
    (rate,) = [
        tick.rate_minutes
        for tick in ticks
        if isinstance(tick, ScheduleTrigger) and tick.name == "lost-executions"
    ]

    assert rate * 60_000 == INTERVAL


def test_every_function_has_its_folder_and_every_folder_its_function():
    folders = {path.parent.name for path in (REPOSITORY / "functions").glob("*/handler.py")}

    assert folders == {function.name for function in TOPOLOGY.functions}


@pytest.mark.parametrize(("function", "trigger"), TRIGGERS)
def test_what_a_trigger_names_exists(function, trigger):
    for name in _queues_named_by(trigger):
        assert TOPOLOGY.queue(name).name == name
    if isinstance(trigger, StreamTrigger):
        assert TOPOLOGY.table(trigger.table).stream
    if isinstance(trigger, HttpRoute):
        assert function.timeout < 30, "an HTTP API waits no longer than 30 seconds"


@pytest.mark.parametrize(("function", "trigger"), TRIGGERS)
def test_a_message_stays_hidden_longer_than_its_function_may_run(function, trigger):
    if isinstance(trigger, QueueTrigger):
        visibility = TOPOLOGY.queue(trigger.queue).visibility
        # Lambda keeps a throttled batch and tries again: room for that where messages are batched.
        attempts = 1 if trigger.batch_size == 1 else 6
        assert visibility >= attempts * function.timeout + trigger.window


def test_a_system_task_that_died_is_repeated_before_its_lease_ends():
    assert TOPOLOGY.queue("system-tasks").visibility < SYSTEM_LEASE_SECONDS


@pytest.mark.parametrize("queue", TOPOLOGY.queues, ids=lambda queue: queue.name)
def test_every_queue_is_read_or_holds_what_nobody_can_mend(queue):
    read = {
        trigger.queue
        for function in TOPOLOGY.functions
        for trigger in function.triggers
        if isinstance(trigger, QueueTrigger)
    }

    # What a function reads has a place for what it cannot deal with; the last place has none.
    assert (queue.name in read) == (queue.dead_letters is not None)


@pytest.mark.parametrize("queue", TOPOLOGY.queues, ids=lambda queue: queue.name)
def test_dead_letters_outlive_the_queue_they_come_from(queue):
    if queue.dead_letters:
        target = TOPOLOGY.queue(queue.dead_letters.queue)
        assert target.retention > queue.retention or target.retention == 14 * DAY
        assert target.dead_letters is None


def test_an_operator_can_give_back_whatever_died():
    died = {queue.dead_letters.queue for queue in TOPOLOGY.queues if queue.dead_letters}
    assert set(DEAD_LETTER_QUEUES) == {TASKS_DEAD_LETTERS, *died}


def test_a_message_may_be_received_as_often_again_where_dead_tasks_are_dealt_with():
    """SQS counts receives across all queues that a message was in."""
    letters = TOPOLOGY.queue("tasks-dead-letters").dead_letters
    assert letters is not None
    assert letters.max_receive_count >= 2 * MAX_RECEIVES


def test_no_fixed_queue_could_be_taken_for_the_queue_of_a_task_type():
    for queue in TOPOLOGY.queues:
        assert not physical_name(queue.name).startswith(task_queue_prefix())
    # The likeliest mistake: the dead letters of the tasks' queues.
    assert physical_name(TASKS_DEAD_LETTERS) == "podium-tasks-dead-letters"


@pytest.mark.parametrize("function", TOPOLOGY.functions, ids=lambda function: function.name)
def test_grants_are_on_things_that_exist_and_name_single_actions(function):
    indexes = {f"{table.name}/{index.name}" for table in TOPOLOGY.tables for index in table.indexes}
    known = {
        Kind.TABLE: {table.name for table in TOPOLOGY.tables},
        Kind.INDEX: indexes,
        Kind.STREAM: {table.name for table in TOPOLOGY.tables if table.stream},
        Kind.BUCKET: {TOPOLOGY.bucket.name},
        Kind.OBJECTS: {TOPOLOGY.bucket.name},
        Kind.QUEUE: {queue.name for queue in TOPOLOGY.queues},
        Kind.TASK_QUEUES: {""},
        Kind.SINK_QUEUES: {""},
        Kind.SINK_TOPICS: {""},
        Kind.EVENT_RULES: {""},
        Kind.MAPPINGS: {"events"},
        Kind.ALL_MAPPINGS: {""},
        Kind.EVENT_BUSES: {""},
        Kind.SECRETS: {""},
        Kind.ALL_SECRETS: {""},
        Kind.PARAMETERS: {""},
        Kind.SCHEDULES: {""},
        Kind.SCHEDULER_ROLE: {""},
    }

    for grant in all_grants(function):
        assert grant.on.name in known[grant.on.kind]
        assert grant.actions
        assert not any("*" in action for action in grant.actions)


def test_only_the_api_may_delete_anything_from_a_table():
    deleters = {
        function.name
        for function in TOPOLOGY.functions
        for grant in function.grants
        if "dynamodb:DeleteItem" in grant.actions
    }

    assert deleters == {"api"}


def test_only_those_who_hand_secrets_out_or_mask_them_may_read_any():
    readers = {
        function.name
        for function in TOPOLOGY.functions
        for grant in function.grants
        if "secretsmanager:GetSecretValue" in grant.actions
    }

    assert readers == {"api", "events", "poll", "system_tasks", "results"}


def test_the_indexes_of_searches_are_those_that_the_adapters_read():
    """The topology imports nothing of Podium, so the names are in both."""
    described = {
        (index.name, index.partition_key.name, index.sort_key.name, index.projection == "ALL")
        for index in SEARCH_INDEXES
    }
    assert described == {(each.name, each.pk, each.sk, each.is_whole) for each in INDEXES}
