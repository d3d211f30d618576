"""Definitions of every shape, written from a seed: the same seed is the same definition.

Where ``tests.support.definitions`` writes definitions that can run to an end under fake engines, these
are to be registered and read back: every field, every form of every task type, other people's fields,
names in any script.
"""

from __future__ import annotations

from tests.support.shapes.broken import MISMATCHES, broken_workflows
from tests.support.shapes.defaults import fields_of, with_defaults
from tests.support.shapes.documented import documented
from tests.support.shapes.task_defs import task_def_of
from tests.support.shapes.workflows import workflow_of

__all__ = [
    "MISMATCHES",
    "broken_workflows",
    "documented",
    "fields_of",
    "task_def_of",
    "with_defaults",
    "workflow_of",
]
