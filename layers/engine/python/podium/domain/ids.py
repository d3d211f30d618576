"""Ids that are computed rather than drawn: task ids and the ids of child workflows.

A task id names its item without a lookup: it carries the workflow, the sequence number and the
reference name. A child's id is a function of the place that starts it, so that a repeated launch
finds the same child (engine.md 13, protocol.md 7).
"""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")
_ESCAPED = re.compile(r"~([0-9a-f]+)\.")
_TASK_ID = re.compile(
    r"^(?P<workflow>.+)\.(?P<seq>[1-9]\d*)\.(?P<ref>(?:[A-Za-z0-9_-]|~[0-9a-f]+\.)+)$"
)


class TaskKey(NamedTuple):
    """Where a task item lives: its workflow, base reference name and sequence number."""

    workflow_id: str
    ref: str
    seq: int

    @property
    def task_id(self) -> str:
        """The id clients see; safe in a URL path segment."""
        return f"{self.workflow_id}.{self.seq}.{escape_ref(self.ref)}"


def escape_ref(ref: str) -> str:
    """Write ``ref`` with letters, digits, ``_`` and ``-`` only; others become ``~<hex>.``."""
    return _UNSAFE.sub(lambda match: f"~{ord(match[0]):x}.", ref)


def unescape_ref(escaped: str) -> str:
    """Undo :func:`escape_ref`."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), escaped)


def parse_task_id(task_id: str) -> TaskKey | None:
    """Read a task id back; None when it was not made by us."""
    match = _TASK_ID.match(task_id)
    if match is None:
        return None
    return TaskKey(match["workflow"], unescape_ref(match["ref"]), int(match["seq"]))


def derived_workflow_id(*parts: str | int) -> str:
    """Make a UUID-shaped id from the place that starts a workflow; the same place, the same id."""
    digest = hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}"


def child_workflow_id(parent: TaskKey, inc: int) -> str:
    """Id of the workflow that a SUB_WORKFLOW or START_WORKFLOW task starts."""
    return derived_workflow_id("child", parent.workflow_id, parent.seq, inc)


def failure_workflow_id(workflow_id: str, generation: int) -> str:
    """Id of the failure workflow of one run of an execution (engine.md 14)."""
    return derived_workflow_id("failure", workflow_id, generation)
