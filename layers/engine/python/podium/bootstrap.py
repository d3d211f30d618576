"""The only place that wires services to adapters.

``assemble`` is pure wiring over any ports; ``engine`` is this process's engine on AWS, made from the
environment at first use. The local runtime and tests install their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from podium.services.advancing import Advancing
from podium.services.children import Children
from podium.services.closing import Closing
from podium.services.committing import Committing
from podium.services.creating import Creating
from podium.services.deciding import Deciding
from podium.services.following import Following
from podium.services.holding import Holding
from podium.services.operating import Operating
from podium.services.polling import Polling
from podium.services.reading import Reading
from podium.services.registering import Registering
from podium.services.repairing import Repairing
from podium.services.running import Running
from podium.services.starting import Started, Starting
from podium.services.states import States
from podium.services.timers import Timers
from podium.services.timing import Timing
from podium.services.updating import Updating
from podium.services.validating import Validating

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from podium.domain.changes import Change
    from podium.ports.bundle import Ports
    from podium.ports.definitions import DefinitionStore
    from podium.ports.records import FailedRecords


@dataclass(frozen=True, slots=True)
class Engine:
    """The services of one process, by use case."""

    ports: Ports
    #: Starts of workflows for clients.
    starts: Started
    #: Polls over HTTP.
    polls: Polling
    #: Task updates and logs.
    updates: Updating
    #: Everything that is read for clients.
    reads: Reading
    #: Pause, resume, terminate, decide.
    operations: Operating
    #: Stream changes.
    advancing: Advancing
    #: A stream record as Lambda delivers it, read as a change; None: nothing follows from it.
    read_record: Callable[[Mapping[str, Any]], Change | None]
    #: Timers and the minute's sweep.
    timing: Timing
    #: System tasks with I/O.
    running: Running
    #: Poison records and dead messages.
    repairs: Repairing
    #: Constraints on what clients send; the API asks before it starts or registers anything.
    validating: Validating
    #: Makes the service of the metadata routes; only the API function asks for it.
    registering: Callable[[], Registering]


def assemble(
    ports: Ports,
    *,
    inline_advance: bool,
    records: FailedRecords,
    read_record: Callable[[Mapping[str, Any]], Change | None],
    definition_store: Callable[[], DefinitionStore],
    owner_email_mandatory: bool = False,
    name_validation: bool = False,
) -> Engine:
    """Wire every service over ``ports``.

    ``definition_store`` is called when somebody registers or lists definitions; the last two are
    switches of validation (models.md 6.1).
    """
    states = States(ports.executions)
    deciding = Deciding(ports)
    timers = Timers(ports.timers, ports.clock)
    committing = Committing(ports.executions, states, timers)
    starting = Starting(ports, states, deciding, committing)
    children = Children(ports, states, deciding, committing, starting)
    creating = Creating(ports, states, deciding, children)
    reading = Reading(ports, states)
    closing = Closing(ports, states, deciding, creating, children, reading)
    holding = Holding(ports, states, creating)
    advancing = Advancing(ports, states, deciding, committing, creating, closing, holding)
    following = Following(advancing, inline=inline_advance)
    updates = Updating(ports, states, creating, following)
    validating = Validating(
        ports, owner_email_mandatory=owner_email_mandatory, name_validation=name_validation
    )
    return Engine(
        ports=ports,
        starts=Started(ports, starting, following),
        polls=Polling(ports, states, timers),
        updates=updates,
        reads=reading,
        operations=Operating(ports, states, deciding, committing, advancing, following),
        advancing=advancing,
        read_record=read_record,
        timing=Timing(ports, states, deciding, committing, advancing, timers),
        running=Running(ports),
        repairs=Repairing(advancing, updates, records),
        validating=validating,
        registering=cache(lambda: Registering(definition_store(), validating, ports.clock)),
    )
