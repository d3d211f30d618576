"""Content of a created task: a pure function of the committed header image (protocol.md 3, Create).

Whoever carries out a creation, and whenever, builds the same task: "now" is the time of the commit,
expressions see only folded tasks, variables are the committed snapshot, delays have a fixed jitter.
A content may turn out to be an end (a WAIT until a moment that has passed); decide consumes such
an end before it commits, so no running header has an entry like that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from podium.domain.caching import is_cached, with_key
from podium.domain.decision import Context, Missing, MissingError
from podium.domain.definitions import LimitDelivery
from podium.domain.domains import domain_of
from podium.domain.execution import Kind, OpenEntry, Task
from podium.domain.facts import Facts
from podium.domain.ids import TaskKey, child_workflow_id
from podium.domain.joins import joined_wire_refs
from podium.domain.limits import task_limit
from podium.domain.listening import is_task_listened
from podium.domain.outcome import LONGEST_NAME, LONGEST_REASON, Outcome, TerminateWorkflowError
from podium.domain.retry import definition_for, delay_seconds, jitter_ms
from podium.domain.schemas import refused_input, refused_output
from podium.domain.secrets import lookup_names, permitted
from podium.domain.sizes import oversize
from podium.domain.state import named_secrets, node_of
from podium.domain.status import TaskStatus
from podium.domain.task_types import (
    HANDED_OVER,
    LASTING,
    NAMED_BY_TYPE,
    SYSTEM_TYPES,
    WITHOUT_TEMPLATE,
    wire_type,
)
from podium.domain.tasks import dynamic, sub_workflow, wait
from podium.domain.templates import apply_task_template

if TYPE_CHECKING:
    from podium.domain.definitions import TaskDef
    from podium.domain.graph import Node
    from podium.domain.json import Json, JsonMap
    from podium.domain.state import State

#: Lease of a task that our own function runs when its definition gives none: the function's
#: timeout and a minute (protocol.md 8). Without it a crash after the claim would stick.
SYSTEM_LEASE_SECONDS = 360
#: Types whose startDelay counts (tasks.md 0).
_DELAYED = frozenset({Kind.WORKER, Kind.SYSTEM, Kind.CHILD, Kind.LAUNCH})


def content(state: State, entry: OpenEntry, context: Context) -> Task | Missing:
    """Content of the open ``entry`` of ``state``'s header.

    On a terminal header a task whose input cannot be made has none: it is only ever cancelled.
    """
    try:
        return make(state, entry, context)
    except MissingError as missing:
        return Missing(missing.needs)
    except TerminateWorkflowError as error:
        return replace(_bare(state, entry, node_of(state, entry.node)), reason=str(error))


def make(state: State, entry: OpenEntry, context: Context) -> Task:
    """As :func:`content`; raises MissingError, and TerminateWorkflowError when it cannot be made."""
    node = node_of(state, entry.node)
    making = _Making(state, entry, node, context)
    match entry.kind:
        case Kind.FLOW:
            return making.bounded(making.flow())
        case Kind.OUTSIDE:
            return making.fitted(making.outside())
        case Kind.PULL:
            return making.fitted(making.waiting())
        case Kind.CHILD:
            task = making.child()
            return making.fitted(task, given=task.input["workflowInput"])
        case _:
            return making.keyed(making.fitted(making.queued()))


def input_of(state: State, entry: OpenEntry, node: Node, context: Context) -> dict[str, Json]:
    """Evaluated input of a task; of a new attempt, over the input of the one it replaces.

    An input given by an operator is what it is.
    """
    if entry.given:
        return dict(state.memory.given(entry.seq))
    key = TaskKey(state.header.workflow_id, state.graph.ref(entry), entry.seq)
    facts = Facts(state, context.engines, node, entry.iteration, key)
    definition = None if node.type in WITHOUT_TEMPLATE else node.task.task_definition
    template = {} if definition is None else definition.input_template
    evaluated = apply_task_template(node.task.input_parameters, template, facts.value)
    previous = predecessor(state, entry, node)
    if previous is None or entry.kind is Kind.CHILD:
        # What a SUB_WORKFLOW stores is not its own input but what was made of it.
        return evaluated
    return {**previous.input, **evaluated}


def predecessor(state: State, entry: OpenEntry, node: Node) -> Task | None:
    """The attempt that ``entry`` replaces; None for a first attempt, and for one made in place."""
    if entry.attempt == 0 or LASTING.get(node.type) is Kind.FLOW:
        return None
    found = state.memory.latest(state.graph.ref(entry), state.header, before=entry.seq)
    return found if found is not None and found.iteration == entry.iteration else None


def new_task(state: State, entry: OpenEntry, node: Node, name: str = "") -> Task:
    """A task with what every content has in common; ``name`` overrides that of the definition."""
    task = _bare(state, entry, node, name)
    previous = predecessor(state, entry, node)
    if previous is None:
        return task
    if entry.by_hand:
        # Its clocks begin anew: whoever asks for it late wants it nevertheless.
        return replace(task, retried_seq=previous.seq)
    return replace(
        task,
        retried_seq=previous.seq,
        first_scheduled_at=previous.first_scheduled_at,
        reason=previous.reason,
    )


def _bare(state: State, entry: OpenEntry, node: Node, name: str = "") -> Task:
    now = entry.opened_at or state.header.committed_at
    name = name or node.task.name
    task_type = name if node.type in {"SIMPLE", "DYNAMIC"} else wire_type(node.type)
    return Task(
        ref=state.graph.ref(entry),
        seq=entry.seq,
        node=entry.node,
        type=task_type,
        name=task_type if node.type in NAMED_BY_TYPE else name,
        kind=entry.kind,
        attempt=entry.attempt,
        inc=entry.inc,
        iteration=entry.iteration,
        scheduled_at=now,
        first_scheduled_at=now,
        updated_at=now,
        child_generation=entry.generation,
        listened=is_task_listened(state.header, node),
    )


#: callbackAfterSeconds of a WAIT that only somebody else ends.
_NEVER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class _Making:
    """One content in the making."""

    state: State
    entry: OpenEntry
    node: Node
    context: Context

    @property
    def _now(self) -> int:
        return self.state.header.committed_at

    def queued(self) -> Task:
        """A task that is handed out, or started, by a message."""
        task_input = input_of(self.state, self.entry, self.node, self.context)
        name = ""
        if self.node.type == "DYNAMIC":
            name = _dynamic_name(self.node, task_input)
        definition = definition_for(self.node, name, self.context)
        task = replace(new_task(self.state, self.entry, self.node, name), input=task_input)
        task = self._delayed(task, definition)
        if task.type in HANDED_OVER:
            is_handed_over = self.node.task.async_complete
            task = replace(task, input={**task_input, "asyncComplete": is_handed_over})
        if task.type == "EVENT":
            task = replace(task, input={**task.input, "sink": self._sink()})
        if self.entry.kind is Kind.WORKER:
            task = replace(
                task,
                domain=domain_of(task.type, self.state.start.task_to_domain, self.context),
                runtime_metadata=lookup_names(definition.runtime_metadata if definition else ()),
            )
        at_gate = self.entry.kind is Kind.SYSTEM or _is_at_gate(definition)
        named = named_secrets(self.state)
        return replace(
            task,
            lease=_lease(self.entry.kind, definition),
            limit=task_limit(definition, task.name, at_gate=at_gate),
            secrets=permitted(task.input, named) if named else (),
        )

    def _sink(self) -> Json:
        """The evaluated sink of an EVENT; beside the payload it stands in the input (tasks.md 20)."""
        key = TaskKey(
            self.state.header.workflow_id, self.state.graph.ref(self.entry), self.entry.seq
        )
        facts = Facts(self.state, self.context.engines, self.node, self.entry.iteration, key)
        return facts.value(self.node.task.sink)

    def child(self) -> Task:
        """A SUB_WORKFLOW: its input says which workflow to start (tasks.md 10)."""
        key = TaskKey(
            self.state.header.workflow_id, self.state.graph.ref(self.entry), self.entry.seq
        )
        facts = Facts(self.state, self.context.engines, self.node, self.entry.iteration, key)
        own = input_of(self.state, self.entry, self.node, self.context)
        task_input = sub_workflow.task_input(self.node.task, own, facts.value)
        definition = definition_for(self.node, "", self.context)
        child_id = child_workflow_id(key, self.entry.inc)
        task = replace(
            new_task(self.state, self.entry, self.node),
            input=task_input,
            output={"subWorkflowId": child_id},
            child_id=child_id,
        )
        return self._delayed(task, definition)

    def flow(self) -> Task:
        """JOIN, loop or TRY_CATCH: open from the first moment, ended by a decision."""
        if self.node.type not in LASTING:
            # A task that failed within the decision that ended the workflow has its item already.
            raise TerminateWorkflowError("The task has ended")
        task = replace(
            new_task(self.state, self.entry, self.node),
            status=TaskStatus.IN_PROGRESS,
            started_at=self.entry.opened_at or self._now,
        )
        if self.node.type == "FOR_EACH":
            # Its items are looked up once: its item was written with the decision that began it.
            begun = self.state.memory.task(task.ref, task.seq)
            return replace(task, input=begun.input)
        if self.node.type == "DO_WHILE":
            facts = Facts(self.state, self.context.engines, self.node, self.entry.iteration)
            task_input = input_of(self.state, self.entry, self.node, self.context)
            return replace(task, input=task_input, output=facts.open_output(self.entry))
        if self.node.type == "TRY_CATCH":
            task_input = input_of(self.state, self.entry, self.node, self.context)
            return replace(task, input=task_input)
        refs = joined_wire_refs(self.state, self.entry, self.node)
        task_input = input_of(self.state, self.entry, self.node, self.context)
        joined: dict[str, Json] = {**task_input, "joinOn": refs}
        if self.node.type == "EXCLUSIVE_JOIN":
            joined["defaultExclusiveJoinTask"] = [*self.node.task.default_exclusive_join_task]
        return replace(task, input=joined)

    def waiting(self) -> Task:
        """PULL_WORKFLOW_MESSAGES: open from the first moment, ended by a decision with messages."""
        return replace(
            new_task(self.state, self.entry, self.node),
            status=TaskStatus.IN_PROGRESS,
            started_at=self._now,
            input=input_of(self.state, self.entry, self.node, self.context),
        )

    def outside(self) -> Task:
        """WAIT or HUMAN: open until somebody, or the clock, ends it."""
        task = self.waiting()
        if self.node.type != "WAIT":
            return task
        until = wait.deadline(task.input, self._now, self.context.engines.zones)
        if isinstance(until, Outcome):
            return ended(task, until, self._now)
        if until and until <= self._now:
            return ended(task, Outcome(), self._now)
        seconds = (until - self._now) // 1000 if until else _NEVER
        return replace(task, wait_until=until or 0, callback_after=seconds)

    def bounded(self, task: Task) -> Task:
        """``task`` itself; a loop or JOIN whose input is over the limit fails the workflow."""
        too_large = oversized(task, self.context, self._now)
        if too_large is not None:
            raise TerminateWorkflowError(too_large.reason)
        return task

    def fitted(self, task: Task, given: Json = None) -> Task:
        """``task`` as the limits and its schemas leave it: ended when one refuses what it has
        (engine.md 17, 18).

        ``given``: its input, where what it stores is something else.
        """
        too_large = oversized(task, self.context, self._now)
        if too_large is not None:
            return too_large
        definition = definition_for(self.node, task.name, self.context)
        if definition is None or not definition.enforce_schema:
            return task
        engine = self.context.engines.schema
        task_input = given if isinstance(given, dict) else task.input
        refused = refused_input(definition, task_input, engine)
        if refused is None and task.status is TaskStatus.COMPLETED:
            refused = refused_output(definition, task.output, engine)
        if refused is not None:
            return ended(task, refused, self._now)
        return replace(task, checks_output=definition.output_schema is not None)

    def keyed(self, task: Task) -> Task:
        """``task`` with the key of its cached output, if its outputs are cached."""
        if self.state.start.mocked:
            return task
        config = self.node.task.cache_config
        if config is None or not is_cached(config, task.kind) or task.status.is_terminal:
            return task
        key = TaskKey(self.state.header.workflow_id, task.ref, task.seq)
        facts = Facts(self.state, self.context.engines, self.node, self.entry.iteration, key)
        found = with_key(task, config, facts, self.context)
        return ended(task, found, self._now) if isinstance(found, Outcome) else found

    def _delayed(self, task: Task, definition: TaskDef | None) -> Task:
        """startDelay of a first attempt, the retry's delay of a later one, none of one by hand."""
        seconds = self.node.task.start_delay if self.entry.kind in _DELAYED else 0
        extra = 0
        previous = predecessor(self.state, self.entry, self.node)
        if self.entry.by_hand:
            seconds = 0
        elif previous is not None:
            seconds = delay_seconds(definition, previous.attempt)
            seed = f"{self.state.header.workflow_id}:{self.entry.seq}"
            extra = jitter_ms(definition, seed, self.context)
        return replace(
            task,
            start_delay=seconds,
            callback_after=seconds,
            start_delay_ms=seconds * 1000 + extra,
        )


def oversized(task: Task, context: Context, now: int) -> Task | None:
    """The end of a task whose input is over the limit, which it does not keep (engine.md 17)."""
    limit = context.payload_limits.task
    reason = oversize(f"input of task {task.wire_ref}", task.input, limit)
    if reason is None:
        return None
    refused = Outcome(TaskStatus.FAILED_WITH_TERMINAL_ERROR, reason=reason)
    return ended(replace(task, input={}, secrets=()), refused, now)


def ended(task: Task, outcome: Outcome, now: int) -> Task:
    """``task`` with the end ``outcome``."""
    return replace(
        task,
        status=outcome.status,
        output=outcome.output,
        reason=outcome.reason[:LONGEST_REASON],
        started_at=task.started_at or now,
        updated_at=now,
        ended_at=now,
    )


def _dynamic_name(node: Node, task_input: JsonMap) -> str:
    """Task name that a DYNAMIC resolves to; raises TerminateWorkflowError when no worker can have it."""
    name = dynamic.task_name(node.task, task_input)
    if name in SYSTEM_TYPES:
        raise TerminateWorkflowError(
            f"The dynamic task {node.ref} names the system task type {name}, "
            "for which no worker polls"
        )
    if len(name) > LONGEST_NAME:
        raise TerminateWorkflowError(f"The dynamic task {node.ref} resolves to too long a name")
    return name


def _is_at_gate(definition: TaskDef | None) -> bool:
    return definition is not None and definition.limit_delivery is LimitDelivery.GATE


def _lease(kind: Kind, definition: TaskDef | None) -> int:
    seconds = 0 if definition is None else definition.response_timeout_seconds
    if kind is Kind.SYSTEM and seconds <= 0:
        seconds = SYSTEM_LEASE_SECONDS
    return max(seconds, 0) * 1000
