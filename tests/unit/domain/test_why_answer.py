"""What the answer to "why is it waiting?" says of each kind of cause (docs/waiting.md)."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from podium.domain.limits import Holder
from podium.domain.queues import Depth
from podium.domain.status import WorkflowStatus
from podium.domain.timeouts import Deadline
from podium.domain.why import Why
from podium.domain.why import causes as c
from podium.domain.why.causes import Cause, Lack, Waiting
from podium.domain.wire.why import KINDS, why_json

NOW = 100_000_000
DEPTH = Depth(3, 2, 1)
COUNTS = {"waiting": 3, "inFlight": 2, "delayed": 1}
TASK = (Waiting("w.1.pick", "pick", NOW - 5_000),)
MANY = tuple(Waiting(f"w.{n}.t{n}", f"t{n}", NOW, at=NOW, worker_id=f"m{n}") for n in range(12))
SLOT = (Holder("other", "pick", 7, 0), NOW - 60_000)
DECIDE = "PUT /api/workflow/decide/w"

#: Cause, what it says, and what it is made of.
CAUSES: tuple[tuple[Cause, str, dict[str, Any]], ...] = (
    (
        c.WorkerQueue("q", "pick", "eu", DEPTH, NOW - 61_000, "m1", TASK),
        "pick waits for a worker in queue q (3 waiting, 2 in flight, 1 delayed; last poll 1m1s ago by m1)",
        {"queueName": "q", "taskType": "pick", "domain": "eu", "lastPollWorkerId": "m1", **COUNTS},
    ),
    (
        c.WorkerQueue("q", "pick", "", DEPTH, tasks=MANY),
        (
            "t0, t1, t2 and 9 more waits for a worker in queue q"
            " (3 waiting, 2 in flight, 1 delayed; never polled over HTTP)"
        ),
        {"queueName": "q", "taskType": "pick", **COUNTS},
    ),
    (c.WithWorker("pick", TASK), "pick is with a worker", {"taskType": "pick"}),
    (c.WithWorker("pick", MANY[:1]), "t0 is with m0", {"taskType": "pick"}),
    (
        c.SystemQueue(DEPTH, TASK),
        "pick waits in the queue of system tasks (3 waiting)",
        {"queueName": "system-tasks", **COUNTS},
    ),
    (c.SystemCall("HTTP", TASK), "pick is being run by the engine (HTTP)", {"taskType": "HTTP"}),
    (
        c.Timer(Deadline.WAIT, NOW + 90_061_000, NOW, TASK),
        "in 1d1h the wait of pick ends",
        {"deadline": Deadline.WAIT.value, "at": NOW + 90_061_000, "firesAt": NOW},
    ),
    (
        c.Timer(Deadline.WORKFLOW_TIMEOUT, NOW),
        "now the workflow times out",
        {"deadline": Deadline.WORKFLOW_TIMEOUT.value, "at": NOW},
    ),
    (
        c.OpenChild("x", "inner", WorkflowStatus.RUNNING, None, TASK),
        "pick waits for inner x, RUNNING",
        {"workflowId": "x", "workflowName": "inner", "workflowStatus": "RUNNING"},
    ),
    (
        c.TaskLimit("pick", 2, 0, 0, 0, True, DEPTH, (SLOT,), TASK),
        "pick waits for a slot of limit pick: 1 of 2 slots are taken",
        {
            "limitKey": "pick",
            "concurrentExecLimit": 2,
            "held": 1,
            "holders": [{"workflowId": "other", "since": NOW - 60_000, "taskId": "other.7.pick"}],
            **COUNTS,
        },
    ),
    (
        c.TaskLimit("pick", 0, 5, 10_000, NOW + 1, True, DEPTH, (), TASK),
        "pick waits for a slot of limit pick: 5 hand-outs in 10 s",
        {
            "limitKey": "pick",
            "held": 0,
            "holders": [],
            **COUNTS,
            "rateLimitPerFrequency": 5,
            "rateLimitFrequencyInSeconds": 10,
            "at": NOW + 1,
        },
    ),
    (
        c.WorkflowLimit("orders", 1, DEPTH, NOW - 1, ((Holder("other", "", 0, 0), NOW),)),
        "the execution waits for a slot of limit orders: 1 of 1 slots are taken",
        {
            "limitKey": "orders",
            "concurrentExecLimit": 1,
            "held": 1,
            "holders": [{"workflowId": "other", "since": NOW}],
            **COUNTS,
            "since": NOW - 1,
        },
    ),
    (
        c.External("HUMAN", TASK),
        "pick waits to be completed from outside (HUMAN)",
        {"taskType": "HUMAN"},
    ),
    (c.Messages(TASK), "pick waits for a message to this execution", {}),
    (c.Result(TASK), "the result of pick waits in the queue of results", {}),
    (
        c.UndeliveredRecord(Lack.FOLD, NOW, tasks=TASK),
        "pick has ended and a decision has to follow, its record is under way",
        {"lacks": "FOLD", "since": NOW, "isOverdue": False},
    ),
    (
        c.UndeliveredRecord(Lack.DECISION, NOW - 7_200_000, is_overdue=True),
        "the next decision has to be made, for 2h: the stream is behind",
        {"lacks": "DECISION", "since": NOW - 7_200_000, "isOverdue": True, "action": DECIDE},
    ),
    (
        c.Resume(NOW, "poison", 2),
        "it has been paused for 0s: an operator has to resume it",
        {
            "since": NOW,
            "reason": "poison",
            "held": 2,
            "action": "PUT /api/workflow/w/resume",
        },
    ),
    (
        c.DeadLetter(TASK),
        "the message of pick was received too often and is about to fail it",
        {},
    ),
    (
        c.Broken("no definition"),
        "nothing can be decided: no definition",
        {"reason": "no definition", "action": DECIDE},
    ),
    (
        c.MoreTasks("pick", 40),
        "40 more open tasks of type pick were not looked at",
        {"taskType": "pick"},
    ),
    (
        c.RepairDue(Lack.TIMER),
        "a repair is due: a moment is waited for and needs a timer, and nothing does it",
        {"lacks": "TIMER", "action": DECIDE},
    ),
)


def answer(*causes: Cause) -> dict[str, Any]:
    why: dict[str, Any] = why_json(Why("w", "orders", 1, WorkflowStatus.RUNNING, NOW, causes))
    return why


@pytest.mark.parametrize(("cause", "summary", "details"), CAUSES)
def test_a_cause_is_told(cause: Cause, summary: str, details: dict[str, Any]) -> None:
    (told,) = answer(cause)["causes"]
    assert told.pop("kind") == KINDS[type(cause)]
    assert told.pop("summary") == summary
    tasks, count = told.pop("tasks"), told.pop("count")
    assert len(tasks) == min(count, 10) or isinstance(cause, c.MoreTasks)
    told.pop("lastPollTime", None)
    assert told == details


def test_no_kind_of_cause_is_without_an_example() -> None:
    assert {type(cause) for cause, _, _ in CAUSES} == set(get_args(Cause)) == set(KINDS)


def test_what_a_child_waits_for_is_told_below_it() -> None:
    child = c.OpenChild("x", "inner", WorkflowStatus.RUNNING, (c.Messages(TASK),), TASK)
    (told,) = answer(child)["causes"]
    assert [below["kind"] for below in told["causes"]] == ["MESSAGES"]


def test_an_execution_is_told_with_its_moment() -> None:
    assert answer() == {
        "workflowId": "w",
        "workflowName": "orders",
        "workflowVersion": 1,
        "status": "RUNNING",
        "asOf": NOW,
        "causes": [],
    }
