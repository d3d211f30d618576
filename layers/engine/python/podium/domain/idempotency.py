"""Idempotency keys: what a start does whose key has been used (engine.md 16, models.md 2.1).

A key is unique among the executions of one workflow name, whatever its version. The same key with
another input is the same key: its strategy decides, the input is not compared. A key lives as long
as the execution that has it; once that is removed or has expired the key is free.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.definitions import IdempotencyStrategy
from podium.errors import ConflictError

if TYPE_CHECKING:
    from podium.domain.execution import Header


@dataclass(frozen=True, slots=True)
class KeyClaim:
    """A key that a start takes, in the transaction that writes the header."""

    name: str
    key: str
    #: The execution that has the key now and loses it; it must be gone or terminal. Empty: nobody.
    instead_of: str = ""


def is_key(key: str | None) -> bool:
    """Clients send a strategy without a key, and empty keys: neither asks for anything."""
    return bool(key and key.strip())


def resolve(
    claim: KeyClaim, strategy: IdempotencyStrategy | None, holder: Header | None
) -> KeyClaim | str:
    """What becomes of a start whose key ``claim.instead_of`` has; ``holder`` is None when it is gone.

    The claim to make, or the id of the execution to answer with. Raises ConflictError. Without a
    strategy it is FAIL.
    """
    if holder is None:
        return claim
    match strategy or IdempotencyStrategy.FAIL:
        case IdempotencyStrategy.RETURN_EXISTING:
            return holder.workflow_id
        case IdempotencyStrategy.FAIL_ON_RUNNING if holder.status.is_terminal:
            return claim
        case _:
            raise ConflictError(
                f"Workflow {claim.name} has been started with the idempotency key "
                f"'{claim.key}' before: {holder.workflow_id} is {holder.status}"
            )
