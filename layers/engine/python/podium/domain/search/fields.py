"""Fields that a query may name, for executions and for tasks (rest-api.md 11.3).

Both columns of that table are here: what the peer's SQL index knows and what Elasticsearch adds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


class FieldKind(Enum):
    """How the values of a field are read and compared."""

    #: Compared by code points; a row without a value has the empty text.
    TEXT = "text"
    #: Several texts; a comparison holds when it holds for one of them.
    NAMES = "names"
    #: JSON text, perhaps cut: ``=`` looks whether it is in there, whatever its case.
    PAYLOAD = "payload"
    #: An integer.
    NUMBER = "number"
    #: Epoch milliseconds; what has not happened yet happened at 0.
    MOMENT = "moment"

    @property
    def is_counted(self) -> bool:
        """Its values are integers."""
        return self in {FieldKind.NUMBER, FieldKind.MOMENT}

    @property
    def has_order(self) -> bool:
        """Rows can be sorted by it, and its values compared with ``<`` and ``>``."""
        return self is not FieldKind.PAYLOAD


@dataclass(frozen=True, slots=True)
class Field:
    """One of them: its name on the wire, and how its values are compared."""

    name: str
    kind: FieldKind
    #: Name of the same thing on a row (rows.py).
    attribute: str


@dataclass(frozen=True, slots=True)
class Fields:
    """All fields of one kind of rows."""

    #: What a row is, for messages.
    of: str
    by_name: Mapping[str, Field]

    def find(self, name: str) -> Field | None:
        """The field with exactly this name."""
        return self.by_name.get(name)


def _fields(of: str, **names: str) -> Fields:
    kinds = {kind.value: kind for kind in FieldKind}
    found = (
        Field(name, kinds[kind], _CAPITAL.sub("_", name).lower())
        for kind, row in names.items()
        for name in row.split()
    )
    return Fields(of, MappingProxyType({field.name: field for field in found}))


WORKFLOW_FIELDS = _fields(
    "workflow",
    text="workflowId workflowType correlationId status parentWorkflowId parentWorkflowTaskId "
    "classifier reasonForIncompletion event createdBy idempotencyKey "
    "externalInputPayloadStoragePath externalOutputPayloadStoragePath",
    names="failedReferenceTaskNames failedTaskNames",
    payload="input output",
    number="version priority executionTime inputSize outputSize",
    moment="startTime updateTime endTime",
)

TASK_FIELDS = _fields(
    "task",
    text="workflowId workflowType correlationId taskId taskType taskDefName status domain "
    "reasonForIncompletion externalInputPayloadStoragePath externalOutputPayloadStoragePath",
    payload="input output",
    number="executionTime queueWaitTime workflowPriority",
    moment="scheduledTime startTime updateTime endTime",
)
