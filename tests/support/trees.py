"""Trees of three workflows in four shapes, a leaf that fails once, and what may then run again.

Each level is ``first``, the next level (in a branch, a dynamic branch or a loop, as the shape says)
and ``last``; the leaf has ``work`` in the middle. A task is known by its level, its name and its path,
i.e. the iterations of the loops around it on every level: that is how its runs are counted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
#: Level, name and path of a task.
Key = tuple[int, str, str]

LEVELS = ("root", "mid", "leaf")
SHAPES = ("plain", "FORK_JOIN", "FORK_JOIN_DYNAMIC", "DO_WHILE")
OPERATIONS = ("restart", "retry", "retry with resume", "rerun", "rerun from a task")
ITERATIONS = 2
#: Tasks beside the next level in a fork: one that has completed before, one that is cancelled.
DONE, OPEN = "done", "open"


def definitions(shape: str) -> list[Json]:
    """Task and workflow definitions of a tree, the root last."""
    names = [
        f"{level}_{name}" for level in LEVELS for name in ("first", "work", "last", DONE, OPEN)
    ]
    tasks: list[Json] = [{"name": name, "retryCount": 0} for name in names]
    return [
        *tasks,
        _workflow("leaf", [_worker("leaf", "work", "${workflow.input.path}")]),
        _workflow("mid", _next_level("mid", "leaf", shape)),
        _workflow("root", _next_level("root", "mid", shape)),
    ]


def _workflow(level: str, middle: list[Json]) -> Json:
    path = "${workflow.input.path}"
    tasks = [_worker(level, "first", path), *middle, _worker(level, "last", path)]
    return {"name": level, "version": 1, "schemaVersion": 2, "tasks": tasks}


def _worker(level: str, name: str, path: str) -> Json:
    ref = f"{level}_{name}"
    return {
        "name": ref,
        "taskReferenceName": ref,
        "type": "SIMPLE",
        "inputParameters": {"path": path},
    }


def _next_level(level: str, below: str, shape: str) -> list[Json]:
    path = "${workflow.input.path}"
    child: Json = {
        "name": below,
        "taskReferenceName": "kid",
        "type": "SUB_WORKFLOW",
        "subWorkflowParam": {"name": below, "version": 1},
        "inputParameters": {"path": path},
    }
    join: Json = {"name": "join", "taskReferenceName": "join", "type": "JOIN"}
    siblings = [_worker(level, DONE, path), _worker(level, OPEN, path)]
    match shape:
        case "FORK_JOIN":
            branches = [[child], *([each] for each in siblings)]
            refs = [branch[0]["taskReferenceName"] for branch in branches]
            fork = {"name": "fork", "taskReferenceName": "fork", "type": shape}
            return [fork | {"forkTasks": branches}, join | {"joinOn": refs}]
        case "FORK_JOIN_DYNAMIC":
            fan: Json = {
                "name": "fork",
                "taskReferenceName": "fork",
                "type": shape,
                "dynamicForkTasksParam": "tasks",
                "dynamicForkTasksInputParamName": "inputs",
                "inputParameters": {"tasks": [child, *siblings], "inputs": {}},
            }
            return [fan, join]
        case "DO_WHILE":
            child["inputParameters"] = {"path": path + "/${loop.output.iteration}"}
            loop = {
                "name": "loop",
                "taskReferenceName": "loop",
                "type": shape,
                "loopCondition": f"$.loop['iteration'] < {ITERATIONS}",
                "loopOver": [child],
            }
            return [loop]
        case _:
            return [child]


def failing_path(shape: str) -> str:
    """Where ``work`` fails: in the last iteration of every loop."""
    return f"/{ITERATIONS}/{ITERATIONS}" if shape == "DO_WHILE" else ""


def key_of(ref: str, path: str) -> Key:
    """Key of a task of a worker."""
    level, _, name = ref.partition("_")
    return LEVELS.index(level), name, path


@dataclass(frozen=True)
class Case:
    """One test of the matrix."""

    operation: str
    level: int
    shape: str

    def __str__(self) -> str:
        return f"{self.operation} at {LEVELS[self.level]}, {self.shape}"

    def runs_again(self, key: Key) -> bool:
        """The operation asks for what ``key`` has done already to be done once more."""
        level, _, path = key
        if not failing_path(self.shape).startswith(path):
            # Another iteration of a loop above: only if that loop belongs to what runs again.
            return self._whole(level) and path.startswith(self._path())
        match self.operation:
            case "restart" | "rerun":
                return level >= self.level
            case "retry" | "rerun from a task":
                return level > self.level
            case _:
                return False

    def _whole(self, level: int) -> bool:
        """Everything below the level runs again, all iterations included."""
        below = {"restart": self.level, "rerun": self.level}
        return level > below.get(self.operation, self.level + 1)

    def _path(self) -> str:
        """Path of the tasks of the level that is operated on, or of the one below that runs anew."""
        depth = self.level if self.operation in {"restart", "rerun"} else self.level + 1
        if self.operation == "retry with resume":
            return "nowhere"
        if self.shape != "DO_WHILE":
            return ""
        return "".join(f"/{ITERATIONS}" for _ in range(depth))

    def expected(self, before: Counter[Key], after: Counter[Key]) -> Counter[Key]:
        """Completed runs of each task in the whole test."""
        return Counter(
            {key: 1 + (before[key] > 0 and self.runs_again(key)) for key in (before | after)}
        )


CASES = [
    Case(operation, level, shape)
    for shape in SHAPES
    for operation in OPERATIONS
    for level in range(len(LEVELS))
]
