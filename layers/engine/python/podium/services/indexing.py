"""Keep what is searched up to date: S follows the header's records (protocol.md 6, ADR 13).

Only a record writes it, so that a change of status is one write: whoever made the commit leaves it
alone. The version of the header guards it, so records out of order cannot bring an old status back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.decision import ExecutionView
from podium.domain.execution import StartRecord
from podium.domain.failure import failed_tasks
from podium.domain.search import WorkflowRow, workflow_row
from podium.domain.showing import masked
from podium.errors import NotFoundError
from podium.ports.search import Indexed

if TYPE_CHECKING:
    from podium.domain.changes import HeaderChange
    from podium.domain.execution import Header
    from podium.ports.bundle import Ports
    from podium.services.reading import Reading
    from podium.services.states import States

#: Executions that ended badly after more tasks than this are not read only to name those that failed.
MOST_READ = 200


class Indexing:
    """Writes the rows of searches."""

    def __init__(self, ports: Ports, states: States, reading: Reading) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._states = states
        self._reading = reading

    def carry_out(self, change: HeaderChange) -> None:
        """Write S as ``change``, a record of the stream, says: one PutItem where the status has changed.

        Before it, the start record is read if this process does not know it, and the tasks of what
        ended badly.
        """
        if change.created is not None or not _concerns(change):
            return
        header = change.new
        if header.removed:
            self._follow_removal(header)
        else:
            self._ports.search.put(self._indexed(header))

    def _follow_removal(self, header: Header) -> None:
        """What has an archived copy stays to be found; the rest is forgotten."""
        archived = self._reading.archived(header.workflow_id)
        if archived is None:
            now = self._ports.clock.now()
            self._ports.search.forget(header.workflow_id, header.version, now)
            return
        self._ports.search.put(replace(named(archived), version=header.version))

    def _indexed(self, header: Header) -> Indexed:
        if not header.status.is_terminal or header.status.is_successful:
            return Indexed(self._row(header), header.version)
        if header.last_seq > MOST_READ:
            return Indexed(self._row(header), header.version, lacks_failures=True)
        try:
            found = self._reading.whole(header.workflow_id, large_payloads=False)
        except NotFoundError:
            return Indexed(self._row(header), header.version, lacks_failures=True)
        return named(replace(found, header=header))

    def _row(self, header: Header) -> WorkflowRow:
        definition = self._reading.definition(header)
        return kept_row(ExecutionView(header, self._start(header), definition, {}, {}, ()))

    def _start(self, header: Header) -> StartRecord:
        known = self._states.recent(header.workflow_id)
        if known is not None and known.header.generation == header.generation:
            return known.start
        # A rerun may have replaced it by a newer one; that run's own record then follows.
        try:
            return self._ports.executions.read_start(header.workflow_id) or StartRecord()
        except NotFoundError:
            # Removed without a copy since then, and a large input with it: the removal's record follows.
            return StartRecord()


def named(view: ExecutionView) -> Indexed:
    """What is kept of an execution all of whose tasks are in ``view``."""
    references, names = failed_tasks(view)
    row = replace(
        kept_row(view),
        failed_reference_task_names=tuple(references),
        failed_task_names=tuple(names),
    )
    return Indexed(row, view.header.version)


def kept_row(view: ExecutionView) -> WorkflowRow:
    """The row without payloads, which are not kept, and without failed tasks."""
    shown = masked(view)
    start = replace(shown.start, input={})
    return workflow_row(replace(shown, start=start, output={}, variables={}, tasks=()))


def _concerns(change: HeaderChange) -> bool:
    old, new = change.old, change.new
    return (
        old is None or new.removed or (old.status, old.generation) != (new.status, new.generation)
    )
