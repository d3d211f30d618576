"""Plays an execution against ``decide`` alone: a table of items in place of the stores and queues.

Every decision is made three times: on a warm memory, again (invariant 1), and on a cold memory that
loads what is asked for. All three must agree, and the content of each created task must be
computable from the committed header (protocol.md 3, Create).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from podium.domain import operations
from podium.domain.caching import CachedResult
from podium.domain.content import content
from podium.domain.decide import decide, deliver
from podium.domain.decision import (
    Context,
    Decision,
    Missing,
    MissingError,
    NeedAll,
    NeedCached,
    NeedEnvironment,
    NeedFamily,
    NeedGiven,
    NeedHistory,
    NeedLatest,
    NeedMessages,
    NeedPollers,
    NeedTask,
    NeedTaskDef,
    NeedWorkflowDef,
)
from podium.domain.definitions import TaskDef, WorkflowDef
from podium.domain.engines import EngineError, Engines
from podium.domain.execution import Header, Kind, OpenEntry, StartRecord, Task
from podium.domain.graph import Graph
from podium.domain.ids import TaskKey
from podium.domain.json import Json
from podium.domain.manifest import output_of
from podium.domain.memory import TaskMemory
from podium.domain.regions import GIVEN_UP
from podium.domain.requests import SkipTaskRequest
from podium.domain.start import new_header, prepare
from podium.domain.state import State
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.domain.workflow_messages import Inbox, WorkflowMessage
from tests.support.engines import KeySchemas, TableJq, TablePaths, TableZones

T = TypeVar("T")
START = 1_000_000


class LoopScripts:
    """The few scripts that tests use, understood by their text."""

    def __init__(self, answers: Mapping[str, object] | None = None) -> None:
        self.answers = dict(answers or {})
        self.bindings: list[Mapping[str, Json]] = []

    def evaluate(self, script: str, bindings: Mapping[str, Json]) -> Any:
        self.bindings.append(bindings)
        document: Any = bindings["$"]
        if script in self.answers:
            answer: Any = self.answers[script]
            if isinstance(answer, Exception):
                raise answer
            return answer(document) if callable(answer) else answer
        if "return $.value" in script or script == "$.value":
            return document.get("value")
        if script == "$.choice == 'a' ? 'a' : 'b'":
            return "a" if document.get("choice") == "a" else "b"
        loop = re.fullmatch(r"\$\.(\w+)\['iteration'\] < (\d+)", script)
        if loop is not None:
            return bool(document[loop[1]]["iteration"] < int(loop[2]))
        raise EngineError(f"SyntaxError: {script}")

    def check(self, script: str) -> str | None:
        return None


def engines(scripts: Mapping[str, object] | None = None) -> Engines:
    """Engines for the driver; the jq program ``.value`` is known."""
    jq = TableJq({".value": lambda document: [document.get("value")]})
    return Engines(LoopScripts(scripts), jq, TablePaths({}), TableZones(), KeySchemas())


@dataclass
class Driver:
    """One execution; ``now`` is its clock in milliseconds."""

    definition: WorkflowDef
    start_input: Mapping[str, Json] = field(default_factory=dict)
    task_defs: Mapping[str, TaskDef | None] = field(default_factory=dict)
    workflow_defs: Mapping[tuple[str, int | None], WorkflowDef | None] = field(default_factory=dict)
    engines: Engines = field(default_factory=engines)
    environment: Mapping[str, str] = field(default_factory=dict)
    record: StartRecord | None = None
    now: int = START
    max_ended: int = 80
    tasks_listened: bool = False
    #: Results kept of earlier runs, by the digest of their key.
    cached: Mapping[str, CachedResult] = field(default_factory=dict)
    jitter: Callable[[str], float] = lambda _: 0.5

    def __post_init__(self) -> None:
        self.items: dict[int, Task] = {}
        #: Messages ever posted; the header says which have been pulled.
        self.messages: list[WorkflowMessage] = []
        self.output: Json = None
        self.given: dict[int, Mapping[str, Json]] = {}
        self.decisions: list[Decision] = []
        prepared = prepare(self.definition, self.context())
        assert isinstance(prepared, WorkflowDef)
        header = new_header("wf", prepared, "digest", self.now, tasks_listened=self.tasks_listened)
        record = self.record or StartRecord(input=self.start_input)
        memory = TaskMemory(complete=True)
        self.state = State(header, Graph(prepared), record, prepared.variables, memory)

    # What is there ------------------------------------------------------------------------------

    @property
    def header(self) -> Header:
        return self.state.header

    @property
    def status(self) -> WorkflowStatus:
        return self.header.status

    @property
    def open(self) -> list[Task]:
        """Items of open entries, by seq."""
        return [self.items[entry.seq] for entry in self.header.open if entry.seq in self.items]

    @property
    def open_refs(self) -> list[str]:
        return [task.wire_ref for task in self.open if not task.status.is_terminal]

    @property
    def tasks(self) -> list[Task]:
        """All that are not void."""
        items = sorted(self.items.items())
        return [task for seq, task in items if not self.header.is_gone(seq)]

    @property
    def refs(self) -> list[str]:
        """Wire refs of all tasks by seq."""
        return [task.wire_ref for task in self.tasks]

    def task(self, wire_ref: str) -> Task:
        """The latest attempt under a wire ref."""
        return [task for task in self.tasks if task.wire_ref == wire_ref][-1]

    def output_of(self, wire_ref: str) -> Any:
        task = self.task(wire_ref)
        return self._settle(lambda state, _: output_of(state, task), self._cold())

    # What happens -------------------------------------------------------------------------------

    def start(self) -> Driver:
        self.advance()
        return self

    def complete(self, wire_ref: str, output: Mapping[str, Json] | None = None) -> Decision | None:
        return self.end(wire_ref, TaskStatus.COMPLETED, output or {})

    def fail(
        self, wire_ref: str, reason: str = "broken", status: TaskStatus = TaskStatus.FAILED
    ) -> Decision | None:
        return self.end(wire_ref, status, {}, reason)

    def end(
        self,
        wire_ref: str,
        status: TaskStatus,
        output: Mapping[str, Json] | None = None,
        reason: str = "",
    ) -> Decision | None:
        """End the open task and fold its end."""
        return self.advance(self.ended(wire_ref, status, output, reason))

    def ended(
        self,
        wire_ref: str,
        status: TaskStatus = TaskStatus.COMPLETED,
        output: Mapping[str, Json] | None = None,
        reason: str = "",
    ) -> Task:
        """End the item of the open task; nothing is folded yet."""
        found = [
            task for task in self.open if task.wire_ref == wire_ref and not task.status.is_terminal
        ]
        assert found, f"{wire_ref} is not open; open are {self.open_refs}"
        task = replace(
            found[-1],
            status=status,
            output=output or {},
            reason=reason,
            started_at=found[-1].started_at or self.now,
            updated_at=self.now,
            ended_at=self.now,
        )
        self.items[task.seq] = task
        return task

    def advance(self, *ends: Task) -> Decision | None:
        """Fold ``ends``, and go on with decisions that were cut."""
        decision = self.decide(ends)
        self.carry_on()
        return decision

    def post(self, payload: Mapping[str, Json]) -> Decision | None:
        """A message comes, and somebody looks."""
        number = len(self.messages) + 1
        self.messages.append(WorkflowMessage(number, f"m{number}", payload, self.now))
        return self.look()

    def look(self) -> Decision | None:
        """Give messages to the tasks that wait for some."""
        waiting = [
            task for task in self.open if task.kind is Kind.PULL and not task.status.is_terminal
        ]
        if not waiting:
            return None
        decision = self._decide(lambda state, context: deliver(state, waiting, context))
        if decision is not None:
            self.carry_on()
        return decision

    def decide(self, ends: Sequence[Task]) -> Decision | None:
        """One decision, checked and committed."""
        return self._decide(lambda state, context: decide(state, ends, context), ends)

    def _decide(
        self,
        step: Callable[[State, Context], Decision | Missing | None],
        ends: Sequence[Task] = (),
    ) -> Decision | None:
        decision = self._settle(step)
        assert decision == self._settle(step), "deciding twice differs"
        cold = self._settle(step, self._cold())
        assert decision == cold, "a decision depends on what the memory holds"
        if decision is None:
            return None
        if decision.header.status is WorkflowStatus.RUNNING:
            assert any(
                entry.closing or entry.kind is not Kind.FLOW for entry in decision.header.open
            ), "nobody can go on with a running execution"
        self.commit(decision, ends)
        return decision

    def commit(self, decision: Decision, ends: Sequence[Task] = ()) -> None:
        before = self.state
        _check_header(before.header, decision)
        if decision.header.generation != before.header.generation:
            before = replace(before, memory=TaskMemory())
            self.messages.clear()
        for task in (*ends, *decision.ended):
            before.memory.remember(task)
        for task in decision.ended:
            self.items[task.seq] = task
        variables = before.variables if decision.variables is None else decision.variables
        self.state = replace(before, header=decision.header, variables=variables)
        if decision.output is not None:
            self.output = decision.output
        if decision.start is not None:
            self.state = replace(self.state, start=decision.start)
        if decision.given is not None:
            self.given[decision.given.seq] = decision.given.input
        self._check_contents(before.header, decision)
        for task in decision.created:
            self.items[task.seq] = task
        if decision.header.status.is_terminal:
            self._close()
        self.decisions.append(decision)

    def operate(self, operation: Callable[[State, Context], Decision | Missing | None]) -> None:
        decision = self._settle(operation)
        assert decision == self._settle(operation), "operating twice differs"
        cold = self._settle(operation, self._cold())
        assert decision == cold, "an operation depends on what the memory holds"
        if decision is not None:
            self.commit(decision)

    def pause(self) -> None:
        self.operate(operations.pause)

    def resume(self) -> None:
        self.operate(operations.resume)
        self.advance(*(task for task in self.open if task.status.is_terminal))

    def terminate(self, reason: str = "by hand") -> None:
        self.operate(lambda state, context: operations.terminate(state, reason, context))

    def time_out(self) -> None:
        self.operate(operations.time_out)

    def restart(self, latest: WorkflowDef | None = None) -> None:
        """From the start; ``latest``: with this definition."""
        operations.refuse_restart(self.state)
        if latest is not None:
            prepared = prepare(latest, self.context())
            assert isinstance(prepared, WorkflowDef)
            self.state = replace(self.state, graph=Graph(prepared))
        self.operate(operations.restart)
        self.carry_on()

    def retry(self) -> None:
        def retry(state: State, context: Context) -> Decision | Missing:
            operations.refuse_retry(state.header)
            return operations.retry(state, self.remains(), context)

        self.operate(retry)
        self.carry_on()

    def rerun(
        self,
        wire_ref: str = "",
        task_input: Mapping[str, Json] | None = None,
        record: StartRecord | None = None,
    ) -> None:
        """From the latest task under ``wire_ref``, or from the start."""
        operations.refuse_rerun(self.header)
        if wire_ref:
            target = self.task(wire_ref)
            key = TaskKey("wf", target.ref, target.seq)
            tasks = [task for _, task in sorted(self.items.items())]
            self.operate(
                lambda state, context: operations.rerun_from(
                    state, tasks, key, task_input, record, context
                )
            )
        else:
            self.operate(lambda state, context: operations.rerun(state, record, context))
        self.carry_on()

    def skip(
        self,
        ref: str,
        task_input: Mapping[str, Json] | None = None,
        task_output: Mapping[str, Json] | None = None,
    ) -> None:
        """Skip the task under ``ref``."""
        request = SkipTaskRequest(task_input=task_input or {}, task_output=task_output or {})
        self.operate(lambda state, context: operations.skip(state, ref, request, context))

    def jump(self, ref: str, task_input: Mapping[str, Json] | None = None) -> None:
        """Go on at the task under ``ref``."""
        tasks = [task for _, task in sorted(self.items.items())]
        self.operate(lambda state, context: operations.jump(state, ref, tasks, task_input, context))
        self.carry_on()

    def remains(self) -> operations.Remains:
        """What the closed execution left."""
        return operations.Remains({task.seq: task for task in self.open})

    def carry_on(self) -> None:
        """Go on with decisions that were cut; fold what was given up; messages are pulled."""
        while self._has_due() or self._given_up():
            self.decide(self._cancelled())
        self.look()

    # Inside -------------------------------------------------------------------------------------

    def _has_due(self) -> bool:
        return self.status is WorkflowStatus.RUNNING and any(
            entry.kind is Kind.DUE for entry in self.header.open
        )

    def _given_up(self) -> list[OpenEntry]:
        if self.status is not WorkflowStatus.RUNNING:
            return []
        return [entry for entry in self.header.open if entry.closing]

    def _cancelled(self) -> list[Task]:
        """What is given up has ended, or is cancelled (protocol.md 6, Close in part)."""
        given_up = self._given_up()
        for entry in given_up:
            item = self.items[entry.seq]
            if not item.status.is_terminal:
                self.items[entry.seq] = replace(
                    item,
                    status=TaskStatus.CANCELED,
                    reason=GIVEN_UP,
                    ended_at=self.now,
                    updated_at=self.now,
                )
        return [self.items[entry.seq] for entry in given_up]

    def _close(self) -> None:
        """What closing does: open items are cancelled (protocol.md 6)."""
        for entry in self.header.open:
            item = self.items.get(entry.seq)
            if item is not None and not item.status.is_terminal:
                self.items[entry.seq] = replace(
                    item, status=TaskStatus.CANCELED, ended_at=self.now, updated_at=self.now
                )

    def _check_contents(self, before: Header, decision: Decision) -> None:
        known = {(entry.seq, entry.inc) for entry in before.open if entry.kind is not Kind.DUE}
        ended = {task.seq for task in decision.ended}
        opened = [
            entry
            for entry in decision.header.open
            if entry.kind is not Kind.DUE
            and (entry.seq, entry.inc) not in known
            and entry.seq not in ended
        ]
        assert [entry.seq for entry in opened] == [task.seq for task in decision.created]
        for entry, task in zip(opened, decision.created, strict=True):
            self._check_content(entry, task, self.state)
            self._check_content(entry, task, self._cold())

    def _check_content(self, entry: OpenEntry, task: Task, state: State) -> None:
        made = self._settle(lambda at, context: content(at, entry, context), state)
        assert made == task, f"the content of {task.wire_ref} is not a function of the header"

    def _cold(self) -> State:
        return replace(self.state, memory=TaskMemory())

    def context(self) -> Context:
        """A context in which every definition has been looked up."""

        class Everything(dict[Any, Any]):
            def __contains__(self, key: object) -> bool:
                return True

            def keys(self) -> Any:
                return _AnyKey()

        names = Everything(self.task_defs)
        found = Everything(self.workflow_defs)
        return Context(self.now, self.engines, self.jitter, found, names)

    def _settle(
        self,
        step: Callable[[State, Context], T | Missing],
        state: State | None = None,
    ) -> T:
        state = state or self.state
        context = Context(
            self.now,
            self.engines,
            self.jitter,
            workflow_defs={},
            task_defs={},
            max_ended=self.max_ended,
        )
        for _ in range(200):
            try:
                answer = step(state, context)
            except MissingError as missing:
                answer = Missing(missing.needs)
            if not isinstance(answer, Missing):
                return answer
            for need in answer.needs:
                context = self._load(need, state, context)
        raise AssertionError("asked too often")

    def _load(self, need: object, state: State, context: Context) -> Context:
        memory, header = state.memory, state.header
        ended = [
            task
            for task in self.tasks
            if task.status.is_terminal
            and header.entry(task.seq) is None
            and not header.is_gone(task.seq)
        ]
        match need:
            case NeedLatest(ref, before):
                found = [task for task in ended if task.ref == ref and task.seq < before]
                memory.remember_latest(ref, found[-1] if found else None)
            case NeedTask(ref, seq):
                assert self.items[seq].ref == ref
                memory.remember(self.items[seq])
            case NeedHistory(ref):
                memory.remember_history(ref, [task for task in ended if task.ref == ref])
            case NeedFamily(family):
                memory.remember_family(
                    family, [task for task in ended if task.ref.startswith(family)]
                )
            case NeedGiven(seq):
                memory.remember_given(seq, self.given.get(seq, {}))
            case NeedAll():
                memory.remember_all(ended)
            case NeedMessages(generation, after, count, weight):
                is_new_run = generation != header.generation
                queue = [] if is_new_run else self.messages[after:]
                return replace(context, inbox=_first(queue, count, weight))
            case NeedTaskDef(name):
                known = {**context.task_defs, name: self.task_defs.get(name)}
                return replace(context, task_defs=known)
            case NeedWorkflowDef(name, version):
                found_defs = {
                    **context.workflow_defs,
                    (name, version): self.workflow_defs.get((name, version)),
                }
                return replace(context, workflow_defs=found_defs)
            case NeedCached(key):
                return replace(context, cached={**context.cached, key: self.cached.get(key)})
            case NeedPollers(task_type):
                return replace(context, pollers={**context.pollers, task_type: {}})
            case NeedEnvironment(name):
                variables = {**context.engines.environment, name: self.environment.get(name)}
                return replace(context, engines=replace(context.engines, environment=variables))
            case _:
                raise AssertionError(need)
        return context


class _AnyKey:
    """Keys of a map that holds everything."""

    def __rsub__(self, other: set[Any]) -> set[Any]:
        return set()


def _first(queue: Sequence[WorkflowMessage], count: int, weight: int) -> Inbox:
    found: list[WorkflowMessage] = []
    for message in queue:
        if len(found) >= count or weight < 0:
            return Inbox(tuple(found), is_complete=False)
        found.append(message)
        weight -= message.weight
    return Inbox(tuple(found))


def _check_header(before: Header, decision: Decision) -> None:
    header = decision.header
    assert header.version == before.version + 1
    assert header.last_seq >= before.last_seq
    seqs = [entry.seq for entry in header.open]
    assert seqs == sorted(set(seqs))
    if header.status.is_terminal:
        assert header.ended_at
        assert header.timer == 0
        assert decision.output is not None
        assert header.hold % 2 == 0


def workflow(*tasks: Mapping[str, Any], **rest: Any) -> WorkflowDef:
    """A definition named ``flow``."""
    return WorkflowDef.from_json({"name": "flow", "version": 1, "tasks": list(tasks), **rest})


def simple(ref: str, **rest: Any) -> dict[str, Any]:
    """A SIMPLE task without retries, unless ``rest`` says otherwise."""
    return {"name": ref, "taskReferenceName": ref, "type": "SIMPLE", "retryCount": 0, **rest}


def task(ref: str, task_type: str, **rest: Any) -> dict[str, Any]:
    """A task of any type."""
    return {"name": ref, "taskReferenceName": ref, "type": task_type, **rest}
