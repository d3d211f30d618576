"""What people do, with how often (a weight): the names are those of the counters, too."""

from __future__ import annotations

import random

Weighted = tuple[tuple[str, float], ...]

#: What somebody begins to do.
DEEDS: Weighted = (
    ("poll", 7.0),
    ("receive", 4.5),
    ("answer late", 1.5),
    ("outside", 1.5),
    ("start", 0.3),
    ("operate", 2.0),
    ("operate below", 5.0),
    ("redrive", 1.0),
    ("schedule", 0.4),
    ("publish", 0.5),
)
#: By how much a seed may multiply each of these.
EMPHASIS = (0.3, 1.0, 1.0, 4.0)
#: How a worker asks for tasks over HTTP.
POLLS: Weighted = (("one", 1.0), ("batch", 4.0), ("long poll", 1.5))
#: What a worker does with a task that it holds.
HABITS: Weighted = (
    ("answers", 6.0),
    ("hangs", 0.6),
    ("answers late", 0.9),
    ("answers twice", 0.6),
    ("changes its mind", 0.6),
    ("extends its lease", 0.6),
    ("logs", 0.6),
)
#: What a worker that receives from SQS does with a message.
DIRECT_HABITS: Weighted = (
    ("answers", 3.0),
    ("is a Lambda function", 2.0),
    ("works long", 0.8),
    ("is past its visibility", 0.8),
    ("crashes with its message", 0.4),
    ("crashes before the result", 0.6),
    ("crashes before the delete", 0.6),
    ("detaches", 0.5),
    ("detaches, silent", 0.5),
    ("detaches and dies", 0.5),
)
#: Those that go on without their message, and those that give no sign of life.
DETACHED = frozenset({"detaches", "detaches, silent", "detaches and dies"})
SILENT = frozenset({"is past its visibility", "detaches, silent"})
#: Status of an answer.
ANSWERS: Weighted = (
    ("COMPLETED", 7.0),
    ("FAILED", 2.5),
    ("IN_PROGRESS", 1.0),
    ("FAILED_WITH_TERMINAL_ERROR", 0.5),
    ("CANCELED", 0.1),
)
#: By which route.
ROUTES: Weighted = (
    ("update", 5.0),
    ("update-v2", 2.0),
    ("by reference", 1.0),
    ("by reference, sync", 0.6),
)
#: How an execution is started.
STARTS: Weighted = (
    ("by request", 4.0),
    ("by name", 1.5),
    ("execute", 0.7),
    ("execute the latest", 0.3),
)
#: How what waits for somebody is completed.
COMPLETIONS: Weighted = (
    ("update", 3.0),
    ("by reference", 1.0),
    ("by queue", 1.0),
    ("by queue and id", 1.0),
    ("state", 1.0),
    ("signal, sync", 0.3),
)
#: What becomes of a schedule.
SCHEDULING: Weighted = (
    ("save", 1.0),
    ("pause", 1.0),
    ("resume", 2.0),
    ("delete", 0.5),
    ("stop all", 0.5),
    ("go on", 2.0),
    ("requeue", 0.5),
)
#: Those that are for all schedules: what was missed meanwhile is made up for.
OF_THE_SCHEDULER = frozenset({"stop all", "go on", "requeue"})
#: How often a message is put into a queue.
PUBLISHING: Weighted = (("once", 3.0), ("twice", 1.0))
#: What operators do to an execution that runs, that is paused, that has ended.
WHILE_RUNNING: Weighted = (
    ("pause", 2.0),
    ("terminate", 0.7),
    ("terminate with remove", 0.4),
    ("jump", 1.0),
    ("skip", 2.0),
    ("reset callbacks", 1.0),
    ("update variables", 1.0),
    ("update state", 1.5),
    ("decide", 0.7),
    ("upgrade", 0.7),
    ("requeue", 1.0),
    ("sweep", 0.5),
    ("repair", 0.5),
    ("bulk pause", 0.5),
    ("bulk terminate", 0.4),
)
WHILE_PAUSED: Weighted = (
    ("resume", 4.0),
    ("bulk resume", 1.0),
    ("terminate", 0.5),
    ("update variables", 0.5),
    ("requeue", 0.3),
)
AFTER_THE_END: Weighted = (
    ("restart", 1.0),
    ("restart with the latest", 0.5),
    ("retry", 1.5),
    ("retry with resume", 1.5),
    ("rerun", 0.7),
    ("rerun from a task", 1.5),
    ("bulk restart", 0.5),
    ("bulk retry", 0.5),
    ("remove", 0.6),
    ("remove without a copy", 0.6),
    ("bulk remove", 0.4),
    ("bulk terminate with remove", 0.4),
)
AFTER_A_BAD_END: Weighted = (
    ("retry", 2.0),
    ("retry with resume", 2.0),
    ("rerun from a task", 1.0),
    ("restart", 0.5),
    ("bulk retry", 0.5),
)
#: And to a child that has ended before its parent.
BELOW: Weighted = (
    ("restart", 1.5),
    ("retry", 0.7),
    ("retry with resume", 0.7),
    ("rerun", 0.7),
    ("rerun from a task", 1.5),
)
#: All of them.
COMMANDS: Weighted = tuple(dict(WHILE_RUNNING + WHILE_PAUSED + AFTER_THE_END).items())
#: Those that let something run again, end an execution, and take it out of the table.
REPEATING = frozenset(
    {
        "restart",
        "restart with the latest",
        "retry",
        "retry with resume",
        "rerun",
        "rerun from a task",
        "jump",
        "bulk restart",
        "bulk retry",
    }
)
TERMINATING = frozenset({"terminate"})
REMOVING = frozenset(
    {
        "remove",
        "remove without a copy",
        "bulk remove",
        "terminate with remove",
        "bulk terminate with remove",
    }
)


#: What is held against the truth at rest (``truth``).
TOLD = (
    "starts",
    "keys",
    "terminated",
    "removed",
    "results",
    "messages",
    "firings",
    "schedules",
)


def counters() -> dict[str, tuple[str, ...]]:
    """Names of the counters of what people do, by who they are."""
    return {
        "operators": tuple(f"{name}: obeyed" for name, _ in COMMANDS),
        "workers": _each("worker", HABITS),
        "polls": _obeyed("poll", POLLS),
        "reports": _obeyed("report", ROUTES),
        "direct workers": _each("direct worker", DIRECT_HABITS),
        "starts": _obeyed("start", STARTS),
        "completions": _obeyed("complete", COMPLETIONS),
        "schedules": _obeyed("schedule", SCHEDULING),
        "what clients were told": tuple(f"told: {name}" for name in TOLD),
    }


def _each(group: str, weighted: Weighted) -> tuple[str, ...]:
    return tuple(f"{group}: {name}" for name, _ in weighted)


def _obeyed(group: str, weighted: Weighted) -> tuple[str, ...]:
    return tuple(f"{group}, {name}: obeyed" for name, _ in weighted)


def drawn(rng: random.Random, weighted: Weighted) -> str:
    """One of the names."""
    names, weights = zip(*weighted, strict=True)
    return str(rng.choices(names, weights)[0])
