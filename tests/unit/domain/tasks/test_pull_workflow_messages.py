"""PULL_WORKFLOW_MESSAGES: its input and its output (tasks.md 24)."""

from __future__ import annotations

import pytest

from podium.domain.status import TaskStatus
from podium.domain.tasks.pull_workflow_messages import batch_size, is_blocking, outcome
from podium.domain.workflow_messages import WorkflowMessage


@pytest.mark.parametrize(
    ("given", "size"),
    [
        ({}, 1),
        ({"batchSize": 7}, 7),
        ({"batchSize": 100}, 100),
        ({"batchSize": 101}, 100),
        ({"batchSize": 0}, 1),
        ({"batchSize": -5}, 1),
        ({"batchSize": 2.9}, 2),
        ({"batchSize": "7"}, 1),
        ({"batchSize": True}, 1),
        ({"batchSize": None}, 1),
    ],
)
def test_a_batch_holds_1_to_100_messages(given, size):
    assert batch_size(given) == size


@pytest.mark.parametrize(
    ("given", "blocking"),
    [
        ({}, True),
        ({"blocking": True}, True),
        ({"blocking": False}, False),
        ({"blocking": "false"}, True),
        ({"blocking": None}, True),
        ({"blocking": 0}, True),
    ],
)
def test_it_waits_unless_told_not_to(given, blocking):
    assert is_blocking(given) is blocking


def test_the_output_shows_messages_as_the_api_does():
    message = WorkflowMessage(3, "m-3", {"a": None}, 1_767_225_600_007)
    found = outcome([message], "wf")
    assert found.status is TaskStatus.COMPLETED
    assert found.output == {
        "messages": [
            {
                "id": "m-3",
                "workflowId": "wf",
                "payload": {"a": None},
                "receivedAt": "2026-01-01T00:00:00.007Z",
            }
        ],
        "count": 1,
    }
    assert outcome([], "wf").output == {"messages": [], "count": 0}
