"""What one process can do: its services, by use case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from podium.cross_origin import CrossOrigin
from podium.ports.bundle import Ports
from podium.services.advancing import Advancing
from podium.services.awaiting import Awaiting
from podium.services.describing import Describing
from podium.services.external_storage import ExternalStorage
from podium.services.fitting import Fitting
from podium.services.gating import Gating
from podium.services.keeping import Keeping
from podium.services.limiting import Limiting
from podium.services.listening import Listening
from podium.services.listing import Listing
from podium.services.mocking import Mocking
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
from podium.services.running import Running
from podium.services.signaling import Signaling
from podium.services.starting import Started
from podium.services.steering import Steering
from podium.services.tagging import Tagging
from podium.services.timing import Timing
from podium.services.updating import Updating
from podium.services.validating import Validating

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from podium.domain.changes import Change, HeaderChange, TaskTransition
    from podium.domain.json import Json
    from podium.ports.queues import Redelivery
    from podium.services.event_queues import EventQueues
    from podium.services.explaining import Explaining
    from podium.services.reacting import Reacting
    from podium.services.redriving import Redriving
    from podium.services.scheduling import Scheduling
    from podium.services.searching import Searching
    from podium.services.searching_tasks import SearchingTasks
    from podium.services.subscribing import Subscribing
    from podium.services.sweeping import Sweeping


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
    #: What SQS-direct workers say of their messages.
    reports: Reporting
    #: Signals to the WAIT that blocks an execution.
    signals: Signaling
    #: Messages to executions.
    messages: Posting
    #: Tests of definitions with mocked tasks.
    mocking: Mocking
    #: Synchronous calls.
    awaiting: Awaiting
    #: Everything that is read for clients.
    reads: Reading
    #: Why executions wait: made when somebody asks.
    explaining: Explaining
    #: Searches for executions, and for tasks: made when somebody searches.
    searching: Callable[[], Searching]
    searching_tasks: Callable[[], SearchingTasks]
    #: Executions of a workflow that run, or that share a correlation id.
    listing: Listing
    #: Executions in batches, without their tasks.
    outlining: Outlining
    #: Pause, resume, terminate, decide.
    operations: Operating
    #: Removal, with or without an archived copy.
    removing: Removing
    #: Skip, jump, resetcallbacks.
    steering: Steering
    #: Open tasks of one type, over all executions.
    requeuing: Requeuing
    #: Restart, retry and rerun of executions that have ended.
    repeats: Repeating
    #: Stream changes.
    advancing: Advancing
    #: A stream record as Lambda delivers it, read as a change; None: nothing follows from it.
    read_record: Callable[[Mapping[str, Any]], Change | None]
    #: Timers and the minute's sweep.
    timing: Timing
    #: Answers with payloads too large for them.
    fitting: Fitting
    #: Payloads that clients read and write themselves.
    external_storage: ExternalStorage
    #: Registered schemas.
    describing: Describing
    #: Tags of definitions.
    tagging: Tagging
    #: Secrets and environment variables, for operators.
    keeping: Keeping
    #: System tasks with I/O.
    running: Running
    #: A stream record read as what listeners may hear of; None: nothing.
    hear_record: Callable[[Mapping[str, Any]], HeaderChange | TaskTransition | None]
    #: Status events.
    listening: Listening
    #: Event handlers.
    subscribing: Subscribing
    #: The default event queues, and the sizes of all.
    event_queues: EventQueues
    #: What event handlers do with a message.
    reacting: Reacting
    #: Slots of limited tasks.
    limiting: Limiting
    #: Limited tasks that wait for a slot.
    gating: Gating
    #: Poison records and dead messages.
    repairs: Repairing
    #: Executions that nothing moves: made when somebody sweeps.
    sweeping: Sweeping
    #: Messages that came before their moment.
    redelivery: Redelivery
    #: Pages of other origins that may call the API.
    cross_origin: CrossOrigin
    #: What this installation is set to, by the names of its settings; no secret among it.
    configuration: Mapping[str, Json]
    #: Constraints on what clients send; the API asks before it starts or registers anything.
    validating: Validating
    #: Makes the service of the metadata routes; only the API function asks for it.
    registering: Callable[[], Registering]
    #: Makes the service of dead letters; only the API asks for it.
    redriving: Callable[[], Redriving]
    #: Makes the services of the scheduler; only the API and the schedules function ask for them.
    scheduling: Callable[[], Scheduling]
