"""The parts of the scheduler, wired; made by the two functions that need it and nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.services.finding_schedules import FindingSchedules
from podium.services.firing import FiringSchedules
from podium.services.schedules import Schedules
from podium.services.waking import Waking

if TYPE_CHECKING:
    from podium.ports.bundle import Ports
    from podium.ports.schedules import ScheduleStore, Wakeups
    from podium.services.starting import Starting
    from podium.services.validating import Validating


@dataclass(frozen=True, slots=True)
class Scheduling:
    """All sides of the scheduler."""

    #: Schedules made and changed by clients.
    schedules: Schedules
    #: Schedules and what they have started, found for clients.
    finding: FindingSchedules
    #: Wakeups, the sweep for lost ones, and the switch of it all.
    firing: FiringSchedules

    @classmethod
    def over(
        cls,
        ports: Ports,
        store: ScheduleStore,
        wakeups: Wakeups,
        *,
        validating: Validating,
        starting: Starting,
        longest_catch_up: int,
    ) -> Scheduling:
        """The services over these ports; how far back (ms) is made up for."""
        waking = Waking(wakeups, ports.clock)
        return cls(
            finding=FindingSchedules(store),
            schedules=Schedules(ports, store, waking, validating),
            firing=FiringSchedules(ports, store, waking, starting, longest_catch_up),
        )
