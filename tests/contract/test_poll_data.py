"""Who polled last: one entry for each task type and domain (models.md 5)."""

from __future__ import annotations

import pytest

from podium.adapters.aws.poll_data import DynamoPollData
from podium.adapters.memory.poll_data import MemoryPollData
from podium.ports.poll_data import PollData
from tests.support.aws import moto_stack


@pytest.fixture(params=["memory", "aws"])
def polls(request):
    if request.param == "memory":
        yield MemoryPollData()
        return
    with moto_stack() as stack:
        yield DynamoPollData(stack.clients.dynamodb, stack.metadata_table)


def test_the_last_poll_of_a_type_and_domain_is_kept(polls):
    polls.note(PollData("charge", "", "w1", 1000))
    polls.note(PollData("charge", "eu", "w2", 2000))
    polls.note(PollData("charge", "", "w3", 3000))
    polls.note(PollData("charge2", "Ä/#", "", 4000))
    charge = [PollData("charge", "", "w3", 3000), PollData("charge", "eu", "w2", 2000)]
    assert list(polls.of("charge")) == charge
    assert sorted(polls.all(), key=lambda poll: poll.at) == [
        charge[1],
        charge[0],
        PollData("charge2", "Ä/#", "", 4000),
    ]
    assert list(polls.of("nobody")) == []


def test_polls_are_listed_by_type_whatever_their_keys_are(polls):
    names = ["a", "n" * 600, "z", "ünï"]
    for name in names:
        polls.note(PollData(name, "", "w1", 1000))
    assert [poll.task_type for poll in polls.all()] == names
