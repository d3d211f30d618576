"""Where each task of a definition stands, with the path that a violation names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from podium.domain.definitions import WorkflowTask

#: Tasks nested deeper than this, inline sub-workflows included, are refused.
MAX_NESTING = 50


class Step(NamedTuple):
    """One level of the way from the top of a definition to a task."""

    #: Type of the task whose list this is; empty at the top.
    owner: str
    #: Name of the list within its owner.
    label: str
    #: Index within the list.
    position: int


@dataclass(frozen=True, slots=True)
class Place:
    """A task, its path and its neighbours."""

    task: WorkflowTask
    path: str
    steps: tuple[Step, ...]
    #: The list the task stands in.
    siblings: Sequence[WorkflowTask]

    @property
    def in_loop(self) -> bool:
        """A DO_WHILE encloses the task; the peer checks less there (models.md 6.2)."""
        return any(step.owner == "DO_WHILE" for step in self.steps)

    @property
    def items(self) -> frozenset[tuple[Step, ...]]:
        """The FOR_EACH tasks around the task, by the way to them."""
        return frozenset(
            self.steps[:depth] for depth, step in enumerate(self.steps) if step.owner == "FOR_EACH"
        )

    @property
    def following(self) -> WorkflowTask | None:
        """The next task of the same list."""
        index = self.steps[-1].position + 1
        return self.siblings[index] if index < len(self.siblings) else None

    @property
    def preceding(self) -> WorkflowTask | None:
        """The previous task of the same list."""
        index = self.steps[-1].position - 1
        return self.siblings[index] if index >= 0 else None


def places(tasks: Sequence[WorkflowTask], prefix: str) -> Iterator[Place]:
    """Every task in the order of ``definitions.walk``; none below MAX_NESTING + 1 levels."""
    return _list("", "tasks", tasks, prefix, ())


def _list(
    owner: str, label: str, tasks: Sequence[WorkflowTask], prefix: str, steps: tuple[Step, ...]
) -> Iterator[Place]:
    for index, task in enumerate(tasks):
        path = f"{prefix}.{label}[{index}]"
        place = Place(task, path, (*steps, Step(owner, label, index)), tasks)
        yield place
        if len(place.steps) > MAX_NESTING:
            continue
        for nested_label, nested in _labelled_lists(task):
            yield from _list(task.type, nested_label, nested, path, place.steps)


def _labelled_lists(task: WorkflowTask) -> Iterator[tuple[str, Sequence[WorkflowTask]]]:
    """The lists of ``task.child_lists``, named as the peer's validator names them."""
    match task.type:
        case "SWITCH" | "DECISION":
            for case, tasks in task.decision_cases.items():
                yield f"decisionCases[{case}].<map value>", tasks
            yield "defaultCase", task.default_case
        case "FORK_JOIN":
            for index, tasks in enumerate(task.fork_tasks):
                yield f"forkTasks[{index}].<list element>", tasks
        case "DO_WHILE" | "FOR_EACH":
            yield "loopOver", task.loop_over
        case "TRY_CATCH":
            yield "tryTasks", task.try_tasks
            yield "catchTasks", task.catch_tasks
            yield "finallyTasks", task.finally_tasks
