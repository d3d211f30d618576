"""Where the tasks of an execution belong: below the operators of its definition that hold them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Task = Mapping[str, Any]

#: ``ref__2`` and ``ref__2__1`` are iterations of ``ref``.
_ITERATION = re.compile(r"(?:__\d+)+$")


@dataclass(slots=True)
class Branch:
    """A task and what runs below it."""

    task: Task
    below: list[Branch] = field(default_factory=list)


def nested(execution: Mapping[str, Any]) -> list[Branch]:
    """The tasks of ``execution`` in their order, each below the operator around it.

    An operator's latest task before a task, of the same round of the loops, is the one around it.
    """
    holders = dict(_holders((execution.get("workflowDefinition") or {}).get("tasks") or (), ""))
    roots: list[Branch] = []
    latest: dict[str, Branch] = {}
    for task in execution.get("tasks") or ():
        branch = Branch(task)
        name = str(task.get("referenceTaskName", ""))
        holder = latest.get(holders.get(_base(name), ""))
        (roots if holder is None else holder.below).append(branch)
        latest[_base(name)] = branch
        for forked in (task.get("inputData") or {}).get("forkedTasks") or ():
            if isinstance(forked, str):
                # The branches of a dynamic fork are in no definition.
                holders.setdefault(_base(forked), _base(name))
    return roots


def iteration(task: Task) -> str:
    """The rounds of the loops a task is in, outermost first: ``2`` or ``2.1``; empty outside."""
    found = _ITERATION.search(str(task.get("referenceTaskName", "")))
    return found[0].strip("_").replace("__", ".") if found and task.get("iteration") else ""


def _base(name: str) -> str:
    return _ITERATION.sub("", name)


def _holders(tasks: Sequence[Any], holder: str) -> Iterator[tuple[str, str]]:
    """Reference name of each task of a definition, with that of the operator around it."""
    for task in tasks:
        if not isinstance(task, Mapping):
            continue
        name = str(task.get("taskReferenceName", ""))
        yield name, holder
        lists = [
            *(task.get("decisionCases") or {}).values(),
            *(task.get("forkTasks") or ()),
            *(
                task.get(key) or ()
                for key in ("defaultCase", "loopOver", "tryTasks", "catchTasks", "finallyTasks")
            ),
        ]
        for below in lists:
            yield from _holders(below, name)
