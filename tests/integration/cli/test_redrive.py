"""podium redrive: dead letters listed and given back, against a running Podium."""

from __future__ import annotations

import json
from typing import Any

from podium_local.runtime import LocalRuntime

QUEUE = "repair-dead-letters"
TIMER = {"v": 1, "workflowInstanceId": "nobody", "at": 1}
TASK = {"workflowId": "nobody", "ref": "t", "seq": 1, "inc": 0, "epoch": 0, "taskType": "t"}


def _sqs() -> Any:
    return LocalRuntime.client("sqs")


def _url(queue: str) -> str:
    return str(_sqs().get_queue_url(QueueName=f"podium-{queue}")["QueueUrl"])


def _put(queue: str, *bodies: Any) -> None:
    """Straight into the queue of dead letters, as EventBridge Scheduler does."""
    for body in bodies:
        _sqs().send_message(QueueUrl=_url(queue), MessageBody=json.dumps(body))


def test_dead_letters_are_listed(podium):
    _put("timers-dead-letters", TIMER)
    ran = podium("redrive")
    (line,) = [each for each in ran.out.splitlines() if each.startswith("timers-dead-letters")]
    assert line.split()[1] == "1"
    assert line.split()[-1] == "timers"
    assert "gates-dead-letters" in ran.out
    assert podium("redrive", "timers-dead-letters", "--dry-run", "--json").json == [
        each for each in podium("redrive", "--json").json if each["queue"] == "timers-dead-letters"
    ]
    assert podium("redrive", "timers-dead-letters").out == (
        "timers-dead-letters: moved 1 to timers\n"
    )
    assert podium("redrive", "timers-dead-letters").out == "there is nothing to move\n"


def test_messages_go_back_in_batches_and_it_tells_how_far_it_is(podium):
    _put("timers-dead-letters", *[TIMER] * 210)
    ran = podium("redrive", "timers-dead-letters", "--limit", "205")
    assert ran.out == "timers-dead-letters: moved 205 to timers; 5 left\n"
    assert ran.err.splitlines() == [
        "timers-dead-letters: 100 of 205 moved",
        "timers-dead-letters: 200 of 205 moved",
    ]
    done = {each["queue"]: each for each in podium("redrive", "--all", "--json").json}
    assert done["timers-dead-letters"]["moved"] == {"timers": 5}


def test_what_came_from_nobody_knows_where_stays(podium):
    _put(QUEUE, TASK)
    ran = podium("redrive", QUEUE)
    assert ran.out == (
        f"{QUEUE}: moved nothing; 1 stay, since the queue they came from is not known or gone; "
        "1 left\n"
    )


def test_what_cannot_be_meant_is_refused(podium):
    ran = podium("redrive", "nobody")
    assert (ran.code, "timers-dead-letters" in ran.err) == (3, True)
    assert podium("redrive", QUEUE, "--all").code == 2
    assert podium("redrive", QUEUE, "--limit", "0").code == 2
