"""The end of a decision: is the workflow complete, and what does its header say now (engine.md 5)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.content import content
from podium.domain.decision import Context, Decision, Missing, MissingError, NeedWorkflowDef
from podium.domain.draft import Draft, Ending
from podium.domain.execution import Kind, OpenEntry, Task
from podium.domain.failure import FAILURE_OUTPUT_KEY, failure_target
from podium.domain.folding import keep_failed
from podium.domain.ids import TaskKey, failure_workflow_id
from podium.domain.manifest import each
from podium.domain.outputs import workflow_output
from podium.domain.permissive import permissive_failures
from podium.domain.retry import told_reason
from podium.domain.schemas import refused_result
from podium.domain.sizes import oversize
from podium.domain.status import WorkflowStatus
from podium.domain.timeouts import armed

if TYPE_CHECKING:
    from podium.domain.execution import Header
    from podium.domain.json import Json, JsonMap
    from podium.domain.state import State


def natural_end(draft: Draft) -> Ending:
    """End of a workflow in which nothing is open any more; permissive failures count now."""
    if not draft.failed_permissive:
        return Ending(WorkflowStatus.COMPLETED)
    workflow_id = draft.state.header.workflow_id
    reason = ". ".join(
        f"Task {TaskKey(workflow_id, task.ref, task.seq).task_id} failed with status: {task.status} "
        f"and reason: '{told_reason(task)}'"
        for task in permissive_failures(draft)
    )
    return Ending(WorkflowStatus.FAILED, reason, draft.failed_permissive[0])


def decision_of(draft: Draft, contents: tuple[Task, ...]) -> Decision:
    """The decision of a workflow that goes on."""
    header = _header(draft, contents)
    return Decision(header, contents, _ended(draft), _changed_variables(draft))


def terminal_decision(draft: Draft, ending: Ending) -> Decision:
    """The decision that ends the workflow: open entries stay, for closing and for a later retry."""
    output = _output(draft, ending)
    limit = draft.context.payload_limits.workflow
    too_large = oversize(f"output of workflow {draft.state.header.name}", output, limit)
    if too_large is not None:
        ending = _without_output(ending, too_large)
        output = _output(draft, ending)
    refused = _refused(draft, ending, output)
    if refused is not None:
        ending = Ending(WorkflowStatus.FAILED, refused, output=output)
        output = _output(draft, ending)
    for node, iteration in draft.creates:
        draft.add(node, Kind.DUE, iteration)
    draft.creates.clear()
    header = replace(
        _header(draft, ()),
        status=ending.status,
        waits=False,
        closed=False,
        reason=ending.reason,
        failed_seq=ending.seq if not ending.status.is_successful else 0,
        ended_at=draft.context.now,
        timer=0,
        timer_is_far=False,
        output_version=draft.state.header.output_version + 1,
        hold=draft.state.header.hold + draft.state.header.hold % 2,
    )
    contents = _contents(draft, replace(draft.view, header=header))
    return Decision(header, contents, _ended(draft), _changed_variables(draft), output)


def _header(draft: Draft, contents: tuple[Task, ...]) -> Header:
    before, now = draft.state.header, draft.context.now
    has_variables = draft.variables is not draft.state.variables
    begun = [task for task in draft.ended.values() if not task.status.is_terminal]
    return replace(
        before,
        version=before.version + 1,
        last_seq=draft.last_seq,
        open=draft.view.header.open,
        variables_version=before.variables_version + has_variables,
        timer=armed(draft.view, (*contents, *begun, *draft.going_on), draft.context),
        failed_permissive=draft.failed_permissive,
        pulled=draft.pulled,
        committed_at=now,
    )


def _ended(draft: Draft) -> tuple[Task, ...]:
    return tuple(task for _, task in sorted(draft.ended.items()))


def _changed_variables(draft: Draft) -> JsonMap | None:
    return None if draft.variables is draft.state.variables else draft.variables


def _contents(draft: Draft, state: State) -> tuple[Task, ...]:
    """Content of what the terminal decision opened and nobody will run: it is shown as CANCELED."""
    before = {
        (entry.seq, entry.inc) for entry in draft.state.header.open if entry.kind is not Kind.DUE
    }

    def made(entry: OpenEntry) -> Task:
        task = content(state, entry, draft.context)
        if isinstance(task, Missing):
            raise MissingError(*task.needs)
        return task

    opened = [
        entry
        for entry in state.header.open
        if entry.kind is not Kind.DUE
        and (entry.seq, entry.inc) not in before
        and entry.seq not in draft.ended
    ]
    return tuple(each(made, opened))


def _without_output(ending: Ending, reason: str) -> Ending:
    """The end of a workflow whose output is over the limit: it keeps none (engine.md 17)."""
    if ending.status is WorkflowStatus.COMPLETED:
        return Ending(WorkflowStatus.FAILED, reason, output={})
    return replace(ending, reason=f"{ending.reason} {reason}".strip(), output={})


def _refused(draft: Draft, ending: Ending, output: JsonMap) -> str | None:
    """Why the workflow fails instead of completing: its output does not meet its schema."""
    if ending.status is not WorkflowStatus.COMPLETED:
        return None
    return refused_result(draft.state.graph.definition, output, draft.context.engines.schema)


def _output(draft: Draft, ending: Ending) -> JsonMap:
    if ending.output is not None:
        output = ending.output
    else:
        failed = draft.open.get(ending.seq)
        if failed is not None:
            draft.drop(failed)
        output = workflow_output(draft.view, draft.context.engines)
        if failed is not None:
            keep_failed(draft, failed)
    definition, given = draft.state.graph.definition, draft.state.start.input
    target = failure_target(definition, given, ending.status, ending.seq)
    if target is None:
        return output
    header = draft.state.header
    version = "null" if target[1] is None else target[1]
    told: Json = (
        f"Error workflow {target[0]} failed to start.  "
        f"reason: No such workflow defined. name={target[0]}, version={version}"
    )
    if _is_registered(target, draft.context):
        told = failure_workflow_id(header.workflow_id, header.generation)
    return {**output, FAILURE_OUTPUT_KEY: told}


def _is_registered(target: tuple[str, int | None], context: Context) -> bool:
    if target not in context.workflow_defs:
        raise MissingError(NeedWorkflowDef(*target))
    return context.workflow_defs[target] is not None
