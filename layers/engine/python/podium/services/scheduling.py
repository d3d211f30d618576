"""The parts of the scheduler, wired; made by the two functions that need it and nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    """Both sides of the scheduler."""

    #: For clients.
    schedules: Schedules
    #: Wakeups, and the sweep for lost ones.
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
            schedules=Schedules(ports, store, waking, validating),
            firing=FiringSchedules(ports, store, waking, starting, longest_catch_up),
        )
