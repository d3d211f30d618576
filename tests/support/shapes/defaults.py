"""What a definition reads back as, computed from the tables of docs/reference/models.md 1.

Independent of the product's own declarations: a field that the tables name and the product forgot, or
a default that differs, shows.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.shapes.values import Json

MODELS = Path(__file__).parents[3] / "docs/reference/models.md"
#: Always written, as given or with a default; the rest only when it was given.
_ALWAYS = "\N{EN DASH}"
#: Records inside records; in lists, in lists of lists and as values of maps alike.
_NESTED = {
    "tasks": "WorkflowTask", "decisionCases": "WorkflowTask", "defaultCase": "WorkflowTask",
    "forkTasks": "WorkflowTask", "loopOver": "WorkflowTask", "tryTasks": "WorkflowTask",
    "catchTasks": "WorkflowTask", "finallyTasks": "WorkflowTask", "taskDefinition": "TaskDef",
    "subWorkflowParam": "SubWorkflowParams", "workflowDefinition": "WorkflowDef",
    "inputSchema": "SchemaDef", "outputSchema": "SchemaDef", "cacheConfig": "CacheConfig",
    "rateLimitConfig": "RateLimitConfig", "onStateChange": "StateChangeEvent",
}  # fmt: skip
_MAPS = {"decisionCases", "onStateChange"}
#: 1.4 tells these in words.
_SMALL: dict[str, Json] = {
    "SubWorkflowParams": {},
    "StateChangeEvent": {},
    "CacheConfig": {"ttlInSecond": 0},
    "RateLimitConfig": {"concurrentExecLimit": 0, "policy": "QUEUE"},
    "SchemaDef": {"version": 1, "createTime": 0, "updateTime": 0},
}


@cache
def fields_of(kind: str) -> dict[str, tuple[bool, Any]]:
    """Fields of WorkflowDef, WorkflowTask or TaskDef: always written? and with which default."""
    text = MODELS.read_text(encoding="utf-8")
    heading = re.search(rf"^### 1\.\d {kind}( \(Auditable\))?$", text, re.MULTILINE)
    assert heading is not None, kind
    found = _rows(text[heading.end() :])
    return found | (_rows(text.split("\nAuditable (")[1]) if heading[1] else {})


def _rows(text: str) -> dict[str, tuple[bool, Any]]:
    """The first table of ``text``."""
    found = {}
    table = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)
    for line in (table[0] if table else "").splitlines()[2:]:
        names, _, default, always = (cell.strip() for cell in line.split("|")[1:5])
        for name in names.split(", "):
            found[name] = (always == _ALWAYS, _value(default))
    return found


def _value(cell: str) -> Any:
    """``**3**``, `` `SIMPLE` ``, ``0 (null reads as 0)``, ``ALERT_ONLY``."""
    word = cell.strip("*`").split(" ")[0]
    return word if re.fullmatch(r"[A-Z_]+", word) else json.loads(word)


def with_defaults(kind: str, given: Json) -> Json:
    """``given`` as it is read back: what was left out has its default, what is unknown stays."""
    fields = _SMALL.get(kind)
    if fields is None:
        table = fields_of(kind).items()
        fields = {name: default for name, (always, default) in table if always}
    alias = {"type": given["workflowTaskType"]} if "workflowTaskType" in given else {}
    own = {name: value for name, value in given.items() if name != "workflowTaskType"}
    return fields | alias | {name: _nested(name, value) for name, value in own.items()}


def _nested(name: str, value: Any) -> Any:
    kind = _NESTED.get(name)
    if kind is None:
        return value
    if name in _MAPS:
        return {key: _records(kind, item) for key, item in value.items()}
    return _records(kind, value)


def _records(kind: str, value: Any) -> Any:
    match value:
        case list():
            return [_records(kind, item) for item in value]
        case dict():
            return with_defaults(kind, value)
        case _:
            return value
