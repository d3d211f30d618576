"""Remove: an ended execution disappears, but for a header that fences what is under way (engine.md 15.8)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.decision import Context, Decision
from podium.errors import InvalidInputError

if TYPE_CHECKING:
    from podium.domain.execution import Header
    from podium.domain.state import State


def refuse_archive(header: Header) -> None:
    """Raise InvalidInputError for an execution that has not ended: it can only be removed."""
    if not header.status.is_terminal:
        raise InvalidInputError(
            f"Workflow {header.workflow_id} is {header.status}: what has not ended cannot be "
            "archived. Terminate it first, or remove it with archiveWorkflow=false"
        )


def remove(state: State, context: Context) -> Decision:
    """The header of a closed execution says that it is removed; nobody finds it any more."""
    header = state.header
    return Decision(
        replace(header, version=header.version + 1, removed=True, committed_at=context.now)
    )
