"""Check of the expressions in a task's inputParameters (models.md 6.3, rule 2)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from podium.domain.expressions import excerpt

if TYPE_CHECKING:
    from podium.domain.engines import PathEngine
    from podium.domain.json import JsonMap

#: Cuts a text before each ``${`` that no ``$`` escapes, and behind each ``}``.
_CUT = re.compile(r"(?=(?<!\$)\$\{)|(?<=\})")
#: Names that need no task behind them.
_PREDEFINED = frozenset({"CPEWF_TASK_ID", "NETFLIX_ENV", "NETFLIX_STACK"})


def input_problems(
    parameters: JsonMap, task_name: str, references: Collection[str], paths: PathEngine
) -> Iterator[tuple[str, str]]:
    """What is wrong with the ``${...}`` in ``parameters``, at any depth of maps and lists, and where.

    An innermost expression must be a path, and start with ``workflow`` or one of ``references``.
    What is not closed is no expression and passes.
    """
    for key, text, place in _texts(parameters):
        for part in _CUT.split(text):
            if not (part.startswith("${") and part.endswith("}")):
                continue
            path = part[2:-1]
            if not path.strip() or paths.check(path) is not None:
                yield f"key: {key} input parameter value: {excerpt(path)} is not valid", place
            elif path not in _PREDEFINED:
                root = path.split(".")[0]
                if root != "workflow" and root not in references:
                    message = (
                        f"taskReferenceName: {excerpt(root)} for given task: {task_name} input value: {key}"
                        f" of input parameter: {excerpt(text)} is not defined in workflow definition."
                    )
                    yield message, place


def _texts(parameters: JsonMap) -> Iterator[tuple[str, str, str]]:
    """Every string with the key of the innermost map that holds it and its path, in order."""
    pending = [(key, value, f".{key}") for key, value in parameters.items()][::-1]
    while pending:
        key, value, path = pending.pop()
        if isinstance(value, str):
            yield key, value, path
        elif isinstance(value, Mapping):
            pending += [(each, item, f"{path}.{each}") for each, item in value.items()][::-1]
        elif isinstance(value, (list, tuple)):
            items = [(key, item, f"{path}[{index}]") for index, item in enumerate(value)]
            pending += items[::-1]
