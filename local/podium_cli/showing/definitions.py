"""A workflow definition as a tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.text import Text
from rich.tree import Tree

_LISTS = (
    ("defaultCase", "default"),
    ("loopOver", "each round"),
    ("tryTasks", "try"),
    ("catchTasks", "catch"),
    ("finallyTasks", "finally"),
)


def definition_tree(definition: Mapping[str, Any]) -> Tree:
    """Its tasks in the order in which they run, below the operators that hold them."""
    line = Text().append(f"{definition.get('name')} v{definition.get('version')}", "bold")
    if definition.get("description"):
        line.append(f"  {definition['description']}", style="dim")
    tree = Tree(line)
    _grow(tree, definition.get("tasks") or ())
    return tree


def _grow(tree: Tree, tasks: Sequence[Mapping[str, Any]]) -> None:
    for task in tasks:
        line = Text().append(str(task.get("taskReferenceName", "")), "bold")
        name, type_ = task.get("name"), task.get("type", "SIMPLE")
        line.append(f"  {type_}", style="dim")
        if name not in {type_, task.get("taskReferenceName")}:
            line.append(f" {name}", style="dim")
        below = tree.add(line)
        for label, listed in _lists(task):
            _grow(below.add(Text(label, style="italic")), listed)


def _lists(task: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[Mapping[str, Any]]]]:
    for case, listed in (task.get("decisionCases") or {}).items():
        yield f"case {case}", listed
    for index, listed in enumerate(task.get("forkTasks") or ()):
        yield f"branch {index + 1}", listed
    for key, label in _LISTS:
        if task.get(key):
            yield label, task[key]
