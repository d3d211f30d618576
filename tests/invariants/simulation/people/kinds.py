"""What people do, with how often (a weight): the names are those of the counters, too."""

from __future__ import annotations

import random

Weighted = tuple[tuple[str, float], ...]

#: What somebody begins to do.
DEEDS: Weighted = (
    ("poll", 7.0),
    ("receive", 2.5),
    ("answer late", 1.5),
    ("outside", 1.5),
    ("start", 0.3),
    ("operate", 0.5),
)
#: How a worker asks for tasks over HTTP.
POLLS: Weighted = (("one", 1.0), ("batch", 4.0), ("long poll", 1.5))
#: What a worker does with a task that it holds.
HABITS: Weighted = (
    ("answers", 9.0),
    ("hangs", 0.6),
    ("answers late", 0.9),
    ("answers twice", 0.6),
    ("changes its mind", 0.6),
    ("extends its lease", 0.6),
    ("logs", 0.3),
)
#: Status of an answer.
ANSWERS: Weighted = (
    ("COMPLETED", 7.0),
    ("FAILED", 2.0),
    ("IN_PROGRESS", 1.0),
    ("FAILED_WITH_TERMINAL_ERROR", 0.3),
    ("CANCELED", 0.1),
)
#: By which route.
ROUTES: Weighted = (
    ("update", 5.0),
    ("update-v2", 2.0),
    ("by reference", 1.0),
    ("by reference, sync", 0.3),
)
#: How an execution is started.
STARTS: Weighted = (("by request", 4.0), ("by name", 1.5), ("execute", 1.0))
#: What operators do to an execution that runs, that is paused, that has ended.
WHILE_RUNNING: Weighted = (
    ("pause", 2.0),
    ("terminate", 0.7),
    ("jump", 1.0),
    ("skip", 1.5),
    ("reset callbacks", 1.0),
    ("update variables", 1.0),
    ("decide", 0.7),
)
WHILE_PAUSED: Weighted = (("resume", 4.0), ("terminate", 0.5), ("update variables", 0.5))
AFTER_THE_END: Weighted = (
    ("restart", 1.0),
    ("retry", 1.5),
    ("retry with resume", 1.5),
    ("rerun", 0.7),
    ("rerun from a task", 1.5),
)
#: All of them.
COMMANDS: Weighted = tuple(dict(WHILE_RUNNING + WHILE_PAUSED + AFTER_THE_END).items())


def drawn(rng: random.Random, weighted: Weighted) -> str:
    """One of the names."""
    names, weights = zip(*weighted, strict=True)
    return str(rng.choices(names, weights)[0])
