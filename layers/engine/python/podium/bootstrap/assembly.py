"""Wires services over any ports: those of AWS, of memory, of a simulation."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any

from podium.bootstrap.use_cases import Engine
from podium.cross_origin import CrossOrigin
from podium.domain.sinks import parse_sink
from podium.late import late
from podium.ports.bundle import Ports
from podium.services.admitting import Admitting
from podium.services.advancing import Advancing
from podium.services.awaiting import Awaiting
from podium.services.children import Children
from podium.services.closing import Closing
from podium.services.committing import Committing
from podium.services.creating import Creating
from podium.services.deciding import Deciding
from podium.services.delivering import Delivering
from podium.services.describing import Describing
from podium.services.effects import Effects
from podium.services.ending import Ending
from podium.services.external_storage import ExternalStorage
from podium.services.fitting import Fitting
from podium.services.following import Following
from podium.services.gating import Gating
from podium.services.holding import Holding
from podium.services.indexing import Indexing
from podium.services.joining import Joining
from podium.services.keeping import Keeping
from podium.services.limiting import Limiting
from podium.services.listening import Listening
from podium.services.listing import Listing
from podium.services.mocking import Mocking
from podium.services.open_tasks import OpenTasks
from podium.services.operating import Operating
from podium.services.outlining import Outlining
from podium.services.polling import Polling
from podium.services.posting import Posting
from podium.services.reading import Reading
from podium.services.registering import Registering
from podium.services.removing import Removing
from podium.services.repairing import Repairing
from podium.services.repeating import Repeating
from podium.services.reporting import Reporting
from podium.services.requeuing import Requeuing
from podium.services.revealing import Revealing
from podium.services.reviving import Reviving
from podium.services.running import Running
from podium.services.signaling import Signaling
from podium.services.starting import Started, Starting
from podium.services.states import States
from podium.services.steering import Steering
from podium.services.stripping import Stripping
from podium.services.tagging import Tagging
from podium.services.timers import Timers
from podium.services.timing import Timing
from podium.services.trees import Trees
from podium.services.updating import Updating
from podium.services.validating import Validating
from podium.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from podium.domain.changes import Change, HeaderChange, TaskTransition
    from podium.domain.json import Json
    from podium.ports.dead_letters import DeadLetterQueues
    from podium.ports.definitions import DefinitionStore
    from podium.ports.evidence import Evidence
    from podium.ports.queues import Redelivery
    from podium.ports.records import FailedRecords
    from podium.ports.schedules import ScheduleStore, Wakeups
    from podium.services.event_queues import EventQueues
    from podium.services.explaining import Explaining
    from podium.services.publishing import Publishing
    from podium.services.reacting import Reacting
    from podium.services.redriving import Redriving
    from podium.services.scheduling import Scheduling
    from podium.services.searching import Searching
    from podium.services.searching_tasks import SearchingTasks
    from podium.services.subscribing import Subscribing
    from podium.services.sweeping import Sweeping


@dataclass(frozen=True, slots=True)
class Switches:
    """Settings that choose what services do; described in ``settings.py``."""

    inline_advance: bool = True
    owner_email_mandatory: bool = False
    name_validation: bool = False
    task_status_events: bool = False
    listener_sink: str = "eventbridge"
    schedule_catch_up_seconds: int = 2_592_000
    cors_allowed_origins: str = ""

    @classmethod
    def of(cls, settings: Settings) -> Switches:
        """Those of ``settings``, by their names."""
        return cls(**{each.name: getattr(settings, each.name) for each in fields(cls)})


@dataclass(frozen=True, slots=True)
class OnDemand:
    """Stores that few functions use, made when somebody asks for them."""

    #: To register and list definitions.
    definitions: Callable[[], DefinitionStore]
    #: Schedules, and what wakes them.
    scheduler: Callable[[], tuple[ScheduleStore, Wakeups]]
    #: What can be seen of messages and records that are under way.
    evidence: Callable[[], Evidence]
    #: Messages that were received too often.
    dead_letters: Callable[[], DeadLetterQueues]


def assemble(
    ports: Ports,
    switches: Switches,
    *,
    records: FailedRecords,
    redelivery: Redelivery,
    read_record: Callable[[Mapping[str, Any]], Change | None],
    hear_record: Callable[[Mapping[str, Any]], HeaderChange | TaskTransition | None],
    on_demand: OnDemand,
    configuration: Mapping[str, Json] | None = None,
) -> Engine:
    """Wire every service over ``ports``.

    ``configuration`` is what operators are shown of the settings.
    """
    states = States(ports.executions)
    deciding = Deciding(ports)
    timers = Timers(ports.timers, ports.clock)
    limiting = Limiting(ports)
    committing = Committing(ports.executions, states, timers)
    admitting = Admitting(ports, limiting)
    starting = Starting(
        ports, states, deciding, committing, admitting, tasks_listened=switches.task_status_events
    )
    ending = Ending(ports, states, deciding)
    joining = Joining(ports, states, committing)
    children = Children(ports, states, deciding, committing, starting, joining, ending)
    creating = Creating(ports, states, deciding, children, ending)
    reading = Reading(ports, states)
    outlining = Outlining(ports, reading)
    closing = Closing(ports, states, deciding, committing, creating, children, reading, limiting)
    reviving = Reviving(ports, states, deciding, committing, closing)
    trees = Trees(ports, states, deciding, children, reviving)
    holding = Holding(ports, states, creating)
    effects = Effects(
        creating=creating,
        closing=closing,
        holding=holding,
        stripping=Stripping(ports),
        trees=trees,
        delivering=Delivering(ports, states, deciding, committing),
        admitting=admitting,
        indexing=Indexing(ports, states, reading),
        timers=timers,
    )
    advancing = Advancing(ports, states, deciding, committing, effects)
    following = Following(advancing, inline=switches.inline_advance)
    operating = Operating(ports, states, deciding, committing, advancing, following)
    open_tasks = OpenTasks(ports, states, advancing)
    revealing = Revealing(ports)
    updates = Updating(ports, states, creating, following, open_tasks, limiting, revealing, ending)
    validating = Validating(
        ports,
        owner_email_mandatory=switches.owner_email_mandatory,
        name_validation=switches.name_validation,
    )
    timing = Timing(ports, states, deciding, committing, creating, timers, ending)
    explaining = late(lambda: _explaining(ports, states, deciding, reading, on_demand.evidence()))
    registering = cache(lambda: Registering(on_demand.definitions(), validating, ports.clock))

    def scheduling() -> Scheduling:
        """Imported here and when needed: most functions know nothing of schedules."""
        from podium.services.scheduling import Scheduling

        store, wakeups = on_demand.scheduler()
        return Scheduling.over(
            ports,
            store,
            wakeups,
            validating=validating,
            starting=starting,
            longest_catch_up=switches.schedule_catch_up_seconds * 1000,
        )

    return Engine(
        ports=ports,
        starts=Started(ports, starting, following),
        polls=Polling(ports, states, timers, limiting, revealing),
        updates=updates,
        reports=Reporting(ports, timers, updates),
        signals=Signaling(open_tasks, updates),
        messages=Posting(ports, following),
        mocking=Mocking(ports, states, starting, following, open_tasks, updates),
        awaiting=Awaiting(ports, states),
        reads=reading,
        explaining=explaining,
        searching=cache(lambda: _searching(ports, outlining)),
        searching_tasks=cache(lambda: _searching_tasks(ports, reading, outlining)),
        listing=Listing(ports, reading),
        outlining=outlining,
        operations=operating,
        removing=Removing(ports, states, deciding, committing, closing, following, operating),
        steering=Steering(ports, states, deciding, committing, creating, following, starting),
        requeuing=Requeuing(ports, states, creating),
        repeats=Repeating(ports, states, starting, reviving, following),
        advancing=advancing,
        read_record=read_record,
        timing=timing,
        fitting=Fitting(ports),
        external_storage=ExternalStorage(ports),
        describing=Describing(ports),
        tagging=Tagging(ports, registering),
        keeping=Keeping(ports),
        running=Running(ports, revealing, ending, late(lambda: _publishing(ports))),
        hear_record=hear_record,
        listening=Listening(ports, states, deciding, reading, parse_sink(switches.listener_sink)),
        subscribing=late(lambda: _subscribing(ports, validating)),
        event_queues=late(lambda: _event_queues(ports)),
        reacting=late(
            lambda: _reacting(ports, starting, following, open_tasks, updates, operating)
        ),
        limiting=limiting,
        gating=Gating(ports, limiting, admitting),
        repairs=Repairing(ports.executions, advancing, updates, operating, records),
        sweeping=late(lambda: _sweeping(ports, states, advancing, creating, timing, explaining)),
        redelivery=redelivery,
        configuration=configuration or {},
        cross_origin=CrossOrigin.parse(switches.cors_allowed_origins),
        validating=validating,
        registering=registering,
        redriving=cache(lambda: _redriving(on_demand.dead_letters(), ports)),
        scheduling=cache(scheduling),
    )


def _explaining(
    ports: Ports, states: States, deciding: Deciding, reading: Reading, evidence: Evidence
) -> Explaining:
    """Imported here and when needed: hardly anybody asks."""
    from podium.services.explaining import Explaining

    return Explaining(ports, states, deciding, reading, evidence)


def _sweeping(
    ports: Ports,
    states: States,
    advancing: Advancing,
    creating: Creating,
    timing: Timing,
    explaining: Explaining,
) -> Sweeping:
    """Imported here and when needed: one function sweeps."""
    from podium.services.sweeping import Sweeping

    return Sweeping(ports, states, advancing, creating, timing, explaining)


def _searching(ports: Ports, outlining: Outlining) -> Searching:
    """Imported here and when needed: the language is for the API alone (design: hot path)."""
    from podium.services.searching import Searching

    return Searching(ports, outlining)


def _searching_tasks(ports: Ports, reading: Reading, outlining: Outlining) -> SearchingTasks:
    """As above."""
    from podium.services.searching_tasks import SearchingTasks

    return SearchingTasks(ports, reading, outlining)


def _redriving(queues: DeadLetterQueues, ports: Ports) -> Redriving:
    """As above."""
    from podium.services.redriving import Redriving

    return Redriving(queues, ports.clock)


def _subscribing(ports: Ports, validating: Validating) -> Subscribing:
    from podium.services.subscribing import Subscribing

    return Subscribing(ports, validating)


def _event_queues(ports: Ports) -> EventQueues:
    from podium.services.event_queues import EventQueues

    return EventQueues(ports)


def _publishing(ports: Ports) -> Publishing:
    from podium.services.publishing import Publishing

    return Publishing(ports)


def _reacting(
    ports: Ports,
    starting: Starting,
    following: Following,
    open_tasks: OpenTasks,
    updates: Updating,
    operating: Operating,
) -> Reacting:
    from podium.services.reacting import Reacting

    return Reacting(ports, starting, following, open_tasks, updates, operating)
