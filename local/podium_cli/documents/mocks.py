"""Mocks for a test in a file: the outputs of tasks by reference name, or a whole test request."""

from __future__ import annotations

from typing import Any

from podium_cli.documents.reading import read_json
from podium_cli.errors import UsageError

_REQUEST = frozenset({"taskRefToMockOutput", "subWorkflowTestRequest"})
_MOCK = frozenset({"status", "output", "executionTime", "queueWaitTime"})


def read_mocks(file: str) -> dict[str, Any]:
    """The parts of a WorkflowTestRequest that ``file`` gives.

    ``{"pack": {"output": {...}}, "ship": [{"status": "FAILED"}, {}]}`` is one attempt of one task and
    two of the other. Raises UsageError.
    """
    value = read_json(file)
    if not isinstance(value, dict):
        raise UsageError(f"{file} must be a JSON object: mocks by the reference names of tasks")
    if _REQUEST & value.keys():
        return value
    return {
        "taskRefToMockOutput": {ref: _attempts(file, ref, mocks) for ref, mocks in value.items()}
    }


def _attempts(file: str, ref: str, mocks: Any) -> list[Any]:
    attempts = mocks if isinstance(mocks, list) else [mocks]
    for attempt in attempts:
        if not isinstance(attempt, dict):
            raise UsageError(f"{file}: a mock of {ref} must be a JSON object, or an array of them")
        unknown = sorted(attempt.keys() - _MOCK)
        if unknown:
            raise UsageError(
                f"{file}: a mock of {ref} has no {', '.join(unknown)}",
                hint=f"What the task is to output goes below output. It has {', '.join(sorted(_MOCK))}.",
            )
    return attempts
