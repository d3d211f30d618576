"""Executions without their tasks, many at a time: as listings show them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.decision import ExecutionView
from podium.domain.failure import failed_tasks
from podium.domain.search import workflow_row
from podium.domain.showing import masked
from podium.domain.sizes import size_in_path
from podium.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.domain.execution import Header
    from podium.domain.search import WorkflowRow
    from podium.ports.bundle import Ports
    from podium.ports.executions import Outline
    from podium.ports.search import Indexed
    from podium.services.reading import Reading


class Outlining:
    """Reads executions in batches."""

    def __init__(self, ports: Ports, reading: Reading) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._reading = reading

    def rows(self, kept: Sequence[Indexed], *, with_failures: bool = True) -> list[WorkflowRow]:
        """Rows as the executions are now, in the order of ``kept``; those that are gone are left out.

        BatchGetItem of headers, starts and outputs; archived copies one by one. ``with_failures``:
        executions whose failed tasks are not known are read whole.
        """
        outlines = self._ports.executions.read_outlines([each.row.workflow_id for each in kept])
        found: list[WorkflowRow] = []
        for each in kept:
            outline = outlines.get(each.row.workflow_id)
            if outline is None:
                found += self._archived(each.row.workflow_id)
            elif with_failures or _agree(each, outline):
                found.append(self._with_failures(each, outline))
            else:
                found.append(self._row(outline))
        return found

    def moved(self, kept: Sequence[Indexed]) -> list[WorkflowRow]:
        """The rows with what their headers say by now: BatchGetItem of these alone. What has no header
        any more stays as it was kept.
        """
        headers = self._ports.executions.read_headers([each.row.workflow_id for each in kept])
        return [_moved(each.row, headers.get(each.row.workflow_id)) for each in kept]

    def views(self, workflow_ids: Sequence[str]) -> dict[str, ExecutionView]:
        """Executions for the model Workflow without tasks, by id; those that are gone are left out."""
        outlines = self._ports.executions.read_outlines(workflow_ids)
        found: dict[str, ExecutionView] = {}
        for workflow_id in workflow_ids:
            outline = outlines.get(workflow_id)
            if outline is not None and _is_whole(outline):
                found[workflow_id] = masked(self._view(outline))
                continue
            try:
                found[workflow_id] = self._reading.view(workflow_id, include_tasks=False)
            except NotFoundError:
                continue
        return found

    def _archived(self, workflow_id: str) -> list[WorkflowRow]:
        view = self._reading.archived(workflow_id)
        return [] if view is None else [workflow_row(masked(view))]

    def _with_failures(self, kept: Indexed, outline: Outline) -> WorkflowRow:
        row, header = self._row(outline), outline.header
        if not header.status.is_terminal or header.status.is_successful:
            return row
        references, names = kept.row.failed_reference_task_names, kept.row.failed_task_names
        if not _agree(kept, outline):
            try:
                told = failed_tasks(self._reading.whole(header.workflow_id))
            except NotFoundError:
                return row
            references, names = tuple(told[0]), tuple(told[1])
        return replace(row, failed_reference_task_names=references, failed_task_names=names)

    def _row(self, outline: Outline) -> WorkflowRow:
        definition = self._reading.definition(outline.header)
        view = ExecutionView(outline.header, outline.start, definition, {}, outline.output, ())
        row = workflow_row(masked(view))
        if definition.masked_fields or not (outline.input_path or outline.output_path):
            return row
        # What is too large to be listed is named by its path, as in any other answer.
        return replace(
            row,
            external_input_payload_storage_path=outline.input_path
            or row.external_input_payload_storage_path,
            external_output_payload_storage_path=outline.output_path or None,
            input_size=size_in_path(outline.input_path) or row.input_size,
            output_size=size_in_path(outline.output_path) or row.output_size,
        )

    def _view(self, outline: Outline) -> ExecutionView:
        header = outline.header
        return ExecutionView(
            header=header,
            start=outline.start,
            definition=self._reading.definition(header),
            variables=self._reading.variables(header),
            output=outline.output,
            tasks=(),
        )


def _moved(row: WorkflowRow, header: Header | None) -> WorkflowRow:
    if header is None:
        return row
    return replace(
        row,
        status=header.status,
        update_time=header.committed_at,
        end_time=header.ended_at,
        reason_for_incompletion=header.reason or None,
    )


def _agree(kept: Indexed, outline: Outline) -> bool:
    """The failed tasks that are kept are those of this end."""
    row, header = kept.row, outline.header
    same = (row.status, row.end_time) == (header.status, header.ended_at)
    return same and not kept.lacks_failures


def _is_whole(outline: Outline) -> bool:
    """Nothing that a client is shown is missing in it."""
    ended_badly = outline.header.status.is_terminal and not outline.header.status.is_successful
    return not (ended_badly or outline.input_path or outline.output_path)
