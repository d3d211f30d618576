"""cacheConfig of a task: the output of an earlier run with the same key is used again (engine.md 18).

The key is computed with the content of the task. Whether there is a result under it is looked up by
the decision that opens the task, so a hit is committed as an end and never decided twice; what was
opened on a miss runs, whatever is cached meanwhile (ADR 11).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from podium.domain.decision import MissingError, NeedCached
from podium.domain.execution import Kind
from podium.domain.expressions import as_text, evaluate
from podium.domain.interpolation import Expression, cut, unescape
from podium.domain.outcome import Outcome, TerminateWorkflowError
from podium.domain.paths import parse
from podium.domain.schemas import refused_output
from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from podium.domain.decision import Context
    from podium.domain.definitions import CacheConfig, TaskDef
    from podium.domain.execution import OpenEntry, Task
    from podium.domain.expressions import Lookup
    from podium.domain.json import Json, JsonMap

#: Kinds of tasks that somebody runs; the others cost no more than a look into the cache.
CACHED = frozenset({Kind.WORKER, Kind.SYSTEM})
#: workerId of a task that took a cached output.
WORKER_ID = "cache"


@dataclass(frozen=True, slots=True)
class CachedResult:
    """What a run of a task left: its output, and when it completed (epoch ms)."""

    output: JsonMap = field(default_factory=dict)
    at: int = 0
    external_output_path: str = ""


class _Inputs:
    """A Lookup in which the inputs of a task come before the roots of its execution."""

    def __init__(self, task_input: JsonMap, facts: Lookup) -> None:
        self._input = task_input
        self._facts = facts

    def root(self, name: str) -> Json:
        return self._input[name] if name in self._input else self._facts.root(name)

    def everything(self) -> JsonMap:
        return {**self._facts.everything(), **self._input}

    def environment(self, name: str) -> str | None:
        return self._facts.environment(name)


def is_cached(config: CacheConfig | None, kind: Kind) -> bool:
    """Outputs of this task are kept and used again."""
    return config is not None and config.ttl_in_second > 0 and kind in CACHED


def with_key(task: Task, config: CacheConfig, facts: Lookup, context: Context) -> Task | Outcome:
    """``task`` with the digest of its key; a bad end when the key cannot be evaluated.

    The key is text with expressions over the inputs of the task. One that gives nothing would make
    different runs share their outputs.
    """
    lookup = _Inputs(task.input, facts)
    parts: list[str] = []
    for part in cut(config.key or ""):
        if not isinstance(part, Expression):
            parts.append(unescape(part))
            continue
        try:
            value = evaluate(part.source, lookup, context.engines.path)
        except TerminateWorkflowError as error:
            return _failed(f"The key of cacheConfig cannot be evaluated: {error}")
        if value is None:
            name = parse(part.path or "").root
            reason = f"The key of cacheConfig cannot be evaluated: {part.source} is null"
            is_input = not name or name in task.input
            return _failed(reason if is_input else f"{reason}, there is no input {name}")
        parts.append(as_text(value))
    key = "".join(parts)
    if not key.strip():
        return _failed("The key of cacheConfig is empty")
    return replace(task, cache_key=_digest(task, key), cache_ttl=config.ttl_in_second)


def reused(task: Task, entry: OpenEntry, definition: TaskDef | None, context: Context) -> Task:
    """``task``, ended with the output of an earlier run if there is one that still counts.

    An operator who asks for another run gets one. An output that the schema of today refuses counts
    as none. Raises MissingError when the cache has not been looked at.
    """
    if not task.cache_key or entry.by_hand or task.status.is_terminal:
        return task
    if task.cache_key not in context.cached:
        raise MissingError(NeedCached(task.cache_key))
    found = context.cached[task.cache_key]
    if found is None or context.now - found.at >= task.cache_ttl * 1000:
        return task
    if refused_output(definition, found.output, context.engines.schema) is not None:
        return task
    return replace(
        task,
        status=TaskStatus.COMPLETED,
        output=found.output,
        external_output_path=found.external_output_path,
        reason="",
        worker_id=WORKER_ID,
        started_at=context.now,
        updated_at=context.now,
        ended_at=context.now,
    )


def result_of(task: Task) -> CachedResult | None:
    """What is to be kept of an ended task; only a good end of a task with a key is."""
    if not task.cache_key or task.status is not TaskStatus.COMPLETED:
        return None
    return CachedResult(task.output, task.ended_at, task.external_output_path)


def _digest(task: Task, key: str) -> str:
    """Outputs are shared by all tasks of one type and definition name, in whichever workflow."""
    parts = (task.type, task.name, key)
    text = "".join(f"{len(part)}#{part}" for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _failed(reason: str) -> Outcome:
    return Outcome(TaskStatus.FAILED_WITH_TERMINAL_ERROR, {}, reason)
