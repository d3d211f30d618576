"""What the event-source mappings have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Invocation:
    """One invocation that a mapping made; of size 0 where a batch was held back or given up."""

    function: str
    #: What delivered it: the logical name of a table, queue or schedule.
    source: str
    #: Records or messages in the batch.
    size: int
    #: How many of them are to come again (all, if the function raised).
    failed: int = 0
    error: str = ""


class Mapping(Protocol):
    """One trigger of one function."""

    #: How many steps may run at once in the background.
    concurrency: int

    def step(self) -> list[Invocation]:
        """Deliver what is due, at most one batch from each lane or queue."""
        ...

    def due(self) -> int | None:
        """When there is something to do (epoch ms; the past is now); None: not before something is added."""
        ...


def failed_identifiers(value: Any) -> list[str] | None:
    """Identifiers in ``batchItemFailures``; None when the answer is malformed, which fails the whole batch.

    No answer, an empty one or an empty list is complete success.
    """
    if not value:
        return []
    if not isinstance(value, dict):
        return None
    failures = value.get("batchItemFailures") or []
    if not isinstance(failures, list):
        return None
    identifiers = [
        failure.get("itemIdentifier") if isinstance(failure, dict) else None for failure in failures
    ]
    if not all(isinstance(identifier, str) and identifier for identifier in identifiers):
        return None
    return [str(identifier) for identifier in identifiers]
