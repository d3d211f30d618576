"""Remove, with or without an archived copy (engine.md 15.8, protocol.md 6).

The closing is finished first, then the archive is written, then the header says removed, by
compare-and-set on the version that was archived. The rest follows from the header's record.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from podium.domain import operations
from podium.errors import LostRaceError, NotFoundError

if TYPE_CHECKING:
    from podium.domain.changes import Change, HeaderChange
    from podium.domain.state import State
    from podium.ports.bundle import Ports
    from podium.services.closing import Closing
    from podium.services.committing import Committing
    from podium.services.deciding import Deciding
    from podium.services.following import Following
    from podium.services.operating import Operating
    from podium.services.states import States

MAX_RACES = 25
#: Above every version of a header: no record under way brings a row back.
LAST_VERSION = 2**31 - 1
#: Why a child was ended, as its parent is told.
REASON = "The workflow was removed"


class Removing:
    """Takes executions out of the table."""

    def __init__(
        self,
        ports: Ports,
        states: States,
        deciding: Deciding,
        committing: Committing,
        closing: Closing,
        following: Following,
        operating: Operating,
    ) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._states = states
        self._deciding = deciding
        self._committing = committing
        self._closing = closing
        self._following = following
        self._operating = operating

    def remove(self, workflow_id: str, *, archive: bool) -> None:
        """With ``archive`` it can still be read by its id; without, one that runs is terminated first,
        and an archived copy goes, too.

        Raises NotFoundError; InvalidInputError when one is to be archived that has not ended.
        """
        following: list[Change] = []
        for _ in range(MAX_RACES):
            state = self._states.fresh(workflow_id)
            if state is None:
                self._forget(workflow_id, archive=archive)
                return
            if archive:
                operations.refuse_archive(state.header)
            if not state.header.status.is_terminal:
                self._operating.terminate(workflow_id, REASON)
                continue
            if not state.header.closed:
                following += self._closing.finish(state.header)
                continue
            change = self._removed(state, archive=archive)
            if change is not None:
                if not archive:
                    self._drop_archive(workflow_id)
                self._states.forget(workflow_id)
                self._following.follow([change, *following])
                return
        message = f"workflow {workflow_id} is too busy; try again"
        raise LostRaceError(message)

    def terminate_and_remove(self, workflow_id: str, reason: str, *, archive: bool) -> None:
        """Raises NotFoundError, ConflictError when it is COMPLETED; it is not removed then."""
        self._operating.terminate(workflow_id, reason)
        self.remove(workflow_id, archive=archive)

    def _removed(self, state: State, *, archive: bool) -> HeaderChange | None:
        if archive and not self._ports.executions.archive(state.header):
            return None
        decision = self._deciding.settle(partial(operations.remove, state))
        return self._committing.commit_as_is(state, decision)

    def _forget(self, workflow_id: str, *, archive: bool) -> None:
        """What was removed before may still have an archived copy."""
        if archive or not self._drop_archive(workflow_id):
            message = f"No such workflow found by id: {workflow_id}"
            raise NotFoundError(message)

    def _drop_archive(self, workflow_id: str) -> bool:
        """The archived copy goes, if there is one, and with it the last by which it could be found.

        But not when an operator has had the execution back from it meanwhile.
        """
        if not self._ports.executions.drop_archive(workflow_id):
            return False
        if self._ports.executions.read_header(workflow_id) is None:
            self._ports.search.forget(workflow_id, LAST_VERSION, self._ports.clock.now())
        return True
