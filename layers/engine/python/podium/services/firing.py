"""Schedules that fire: at each wakeup, whatever is due (docs/adr/, on schedules).

The next wakeup is armed before the cursors are moved, and the cursors are moved by one conditional
write, after the workflows are started under ids that their moments give them. Whoever dies in
between is followed by the same wakeup once more, which finds the same things to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.children import spec_of
from podium.domain.schedules.executions import execution, start_request
from podium.domain.schedules.timetable import timetable
from podium.errors import ClientError, LostRaceError, TransientError
from podium.observability import logger

if TYPE_CHECKING:
    from podium.domain.schedules.executions import WorkflowScheduleExecution
    from podium.domain.schedules.state import Firing, ScheduleState
    from podium.domain.schedules.wakeups import Wakeup
    from podium.ports.bundle import Ports
    from podium.ports.schedules import ScheduleStore
    from podium.services.starting import Starting
    from podium.services.waking import Waking

#: Firings of one wakeup; a schedule that has more to make up for is woken again.
MOST_FIRINGS = 25
MAX_RACES = 25
#: A moment (ms) that is so long past and has not fired has lost its wakeup.
OVERDUE = 60_000


class FiringSchedules:
    """What the ``schedules`` function does."""

    def __init__(
        self,
        ports: Ports,
        store: ScheduleStore,
        waking: Waking,
        starting: Starting,
        longest_catch_up: int,
    ) -> None:
        """Wire the parts; see ``services/scheduling.py``."""
        self._longest_catch_up = longest_catch_up
        self._ports = ports
        self._store = store
        self._starting = starting
        self._waking = waking

    def wake(self, wakeup: Wakeup) -> None:
        """Fire what is due; a wakeup that is stale or early does nothing but wait for its moment."""
        fired = 0
        for _ in range(MOST_FIRINGS + MAX_RACES):
            state = self._store.read(wakeup.schedule)
            if state is None or state.revision != wakeup.revision or state.next is None:
                return
            now = self._ports.clock.now()
            if not state.is_due(now):
                if state.next <= wakeup.moment:
                    self._waking.arm(state)
                return
            if self._store.is_stopped():
                return  # whoever lets the scheduler go on wakes what is due
            if fired >= MOST_FIRINGS:
                self._waking.poke(state)
                return
            moved = self._fire(state, now)
            if not self._store.move(moved, state):
                continue  # somebody else was quicker: what is due now?
            if not moved.is_due(now):
                return
            fired += moved.fired - state.fired
        raise LostRaceError(f"schedule {wakeup.schedule} is too busy")

    def sweep(self) -> int:
        """Wake schedules whose wakeup was lost; how many there were."""
        due = [
            state for state in self._store.all() if state.is_due(self._ports.clock.now() - OVERDUE)
        ]
        if not due or self._store.is_stopped():
            return 0
        for state in due:
            logger().warning("schedule is overdue", schedule=state.schedule.name, since=state.next)
            self._waking.poke(state)
        return len(due)

    def stop(self) -> None:
        """Nothing fires in this installation until :meth:`go_on`."""
        self._store.stop(stopped=True)

    def go_on(self) -> None:
        """Fire again; what has come due meanwhile does so now, once or for each moment missed."""
        self._store.stop(stopped=False)
        now = self._ports.clock.now()
        for state in self._store.all():
            if state.is_due(now):
                self._waking.poke(state)

    def requeue(self) -> list[str]:
        """Arm every schedule anew, should its wakeup be lost; the names of those that will fire."""
        found = [state for state in self._store.all() if state.next is not None]
        for state in found:
            self._waking.arm(state)
        return [state.schedule.name for state in found]

    def _fire(self, state: ScheduleState, now: int) -> ScheduleState:
        """Fire every entry that is due and arm the next wakeup; the state to be written then."""
        firings = state.due(now)
        for firing in firings:
            self._store.note(self._execute(state, firing, now), firing.slot)
        moments = timetable(state.schedule, self._ports.engines.zones, self._longest_catch_up)
        moved = state.after(firings, moments, now)
        if not moved.is_due(now):
            self._waking.arm(moved)
        return moved

    def _execute(self, state: ScheduleState, firing: Firing, now: int) -> WorkflowScheduleExecution:
        """Start the workflow of one firing; its record says how that went."""
        record = execution(state.schedule, firing, now)
        request = start_request(state.schedule, firing, record)
        try:
            begun = self._starting.begin(spec_of(request), firing.workflow_id, None)
        except TransientError:
            raise
        except ClientError as error:
            logger().warning(
                "schedule started nothing", schedule=firing.schedule, reason=str(error)
            )
            return record.failed(str(error))
        except Exception as error:  # noqa: BLE001 - the schedule goes on, and its record says why
            logger().exception("schedule started nothing", schedule=firing.schedule)
            return record.failed(f"Internal error ({type(error).__name__})")
        return record.started(begun.workflow_id)
