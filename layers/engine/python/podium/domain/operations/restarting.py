"""Restart: the whole execution again, under the same id and with the same input (engine.md 15.3)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.decide import begin, work_out
from podium.domain.draft import Draft
from podium.domain.listening import is_listened
from podium.domain.memory import TaskMemory
from podium.domain.operations.reviving import refuse_running, running_again, settled
from podium.domain.status import WorkflowStatus
from podium.errors import NotFoundError

if TYPE_CHECKING:
    from podium.domain.decision import Context, Decision, Missing
    from podium.domain.execution import Header
    from podium.domain.state import State


def refuse_restart(state: State) -> None:
    """Raise ConflictError while it runs, NotFoundError when its definition forbids a restart.

    The status 404 is the peer's (rest-api.md 3.5).
    """
    header = state.header
    refuse_running(header, "restart")
    if header.status is WorkflowStatus.COMPLETED and not state.graph.definition.restartable:
        raise NotFoundError(
            f"Workflow: {header.workflow_id} is non-restartable, and {header.status}"
        )


def restart(state: State, context: Context) -> Decision | Missing:
    """A closed execution begins anew; all its tasks are void, its variables stay.

    ``state`` holds the definition to begin with: that of the last run, or the latest one.
    """
    base = begun_anew(state.header, context)
    base = replace(
        base,
        created_at=context.now,
        last_retried_at=0,
        output_version=0,
        listened=is_listened(state.graph.definition),
    )
    # Every task so far is void, so the memory is complete as it is.
    fresh = replace(state, header=base, memory=TaskMemory(complete=True))
    draft = Draft.of(fresh, context)
    if not base.variables_version and state.variables != state.graph.definition.variables:
        # They were those of another definition until now.
        draft.set_variables(dict(state.variables))

    def decided() -> Decision:
        begin(draft)
        return work_out(draft)

    return settled(decided)


def begun_anew(header: Header, context: Context) -> Header:
    """``header`` in a run from the start: sequence numbers go on, those given out are void."""
    return replace(
        running_again(header, context),
        open=(),
        gone=((1, header.last_seq),) if header.last_seq else (),
        failed_permissive=(),
        skipped=(),
    )
