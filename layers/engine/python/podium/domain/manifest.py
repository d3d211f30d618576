"""Outputs that are directions: those of JOIN and of loops are built when somebody reads them.

Written out, the output of a JOIN copies every branch and that of a loop grows with each iteration
(protocol.md 2). Their items hold a manifest instead:

- JOIN: ``{"join": [[wire ref, ref, seq], ...]}``; the output maps wire refs to outputs, leaving out
  empty ones (tasks.md 7).
- DO_WHILE: ``{"loop": [child ref, ...], "dynamic": [fork ref, ...], "iterations": n, "keep": k,
  "at": [iterations of enclosing loops], "output": {...}}``; the output maps iteration numbers to
  ``{child name: output}`` and holds ``output`` besides (tasks.md 9). ``keep`` 0 keeps all.
- FOR_EACH: ``{"items": [child name, ...], "dynamic": [fork name, ...], "tried": [child name, ...],
  "count": n, "at": as above, "scope": its own}``; the output is ``{"results": [{child name:
  output}, ...], "count": n, "failures": [...]}``, both in the order of the items. What fails among
  the ``tried`` is the affair of a TRY_CATCH inside.
- TRY_CATCH: ``{"error": [ref, seq]}``; the output shows that task as ``error``
  (docs/task-types.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from podium.domain.decision import MissingError, Need
from podium.domain.ids import TaskKey
from podium.domain.scopes import family, reference_name, scope_of, scoped
from podium.domain.state import FORKED_REFS, node_of
from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from podium.domain.execution import OpenEntry, Task
    from podium.domain.graph import Graph, Node
    from podium.domain.json import Json, JsonMap
    from podium.domain.state import State

_In = TypeVar("_In")
_Out = TypeVar("_Out")
_FORK = "FORK_JOIN_DYNAMIC"


def join_manifest(joined: Iterable[Task]) -> dict[str, Json]:
    """Manifest of a JOIN over these ended tasks."""
    return {"join": [[task.wire_ref, task.ref, task.seq] for task in joined]}


def loop_manifest(
    nested: Sequence[Node], loop: OpenEntry, keep: int, output: JsonMap
) -> dict[str, Json]:
    """Manifest of a DO_WHILE whose open entry is ``loop``; ``nested`` are all that run in it once."""
    inner = (*loop.iteration, loop.loop)
    return {
        "loop": [child.ref_at(inner) for child in nested],
        "dynamic": [child.ref_at(inner) for child in nested if child.type == _FORK],
        "at": list(loop.iteration),
        "iterations": loop.loop,
        "keep": keep,
        "output": output,
    }


def items_manifest(graph: Graph, node: Node, loop: OpenEntry, ref: str) -> dict[str, Json]:
    """Manifest of the FOR_EACH ``node``, a node of ``graph``, whose open entry is ``loop``."""
    nested = graph.of_one_run(node.address)
    tries = [child.address for child in nested if child.type == "TRY_CATCH"]
    return {
        "tried": [
            child.ref
            for child in nested
            if any(graph.is_within(address, child.address) for address in tries)
        ],
        "items": [child.ref for child in nested],
        "dynamic": [child.ref for child in nested if child.type == _FORK],
        "at": list(loop.iteration),
        "count": loop.loop,
        "scope": scope_of(ref),
    }


def error_manifest(error: Task) -> dict[str, Json]:
    """Manifest of a TRY_CATCH that has met the failure of ``error``."""
    return {"error": [error.ref, error.seq]}


def failure_facts(state: State, task: Task) -> dict[str, Json]:
    """What a TRY_CATCH, or the failures of a FOR_EACH, tell of a failed task; raises MissingError."""
    key = TaskKey(state.header.workflow_id, task.ref, task.seq)
    return {
        "referenceTaskName": task.wire_ref,
        "taskType": task.type,
        "taskId": key.task_id,
        "status": task.status.value,
        "reasonForIncompletion": task.reason or None,
        "retryCount": task.attempt,
        "output": output_of(state, task),
    }


def open_try_output(state: State, entry: OpenEntry) -> dict[str, Json]:
    """Output of an open TRY_CATCH as its tasks see it; raises MissingError."""
    if not entry.error_seq:
        return {"caught": False, "error": None}
    error = state.memory.task(entry.error_ref, entry.error_seq)
    is_caught = entry.part > 1 and not entry.failed
    return {"caught": is_caught, "error": failure_facts(state, error)}


def output_of(state: State, task: Task) -> JsonMap:
    """Real output of an ended task; raises MissingError for what its manifest names."""
    manifest = task.manifest
    if manifest is None:
        return task.output
    joined = manifest.get("join")
    if isinstance(joined, list | tuple):
        return {**_joined(state, joined), **task.output}
    error = manifest.get("error")
    if isinstance(error, list | tuple):
        failed = state.memory.task(str(error[0]), _number(error[1]))
        return {"error": failure_facts(state, failed), **task.output}
    if "items" in manifest:
        return {**_results(state, manifest), **task.output}
    return {**_iterations(state, manifest), **task.output}


def _joined(state: State, joined: Sequence[Json]) -> dict[str, Json]:
    keys = [item for item in joined if isinstance(item, list | tuple)]
    tasks = each(lambda key: state.memory.task(str(key[1]), _number(key[2])), keys)
    outputs = each(lambda task: output_of(state, task), tasks)
    return {str(key[0]): output for key, output in zip(keys, outputs, strict=True) if output}


def _iterations(state: State, manifest: JsonMap) -> dict[str, Json]:
    count, keep = _number(manifest.get("iterations")), _number(manifest.get("keep"))
    first = max(1, count - keep + 1) if keep else 1
    refs = [str(ref) for ref in _items(manifest, "loop")]
    forks = [str(ref) for ref in _items(manifest, "dynamic")]
    refs += _forked(each(lambda ref: state.memory.history(ref, state.header), forks), manifest)
    histories = each(lambda ref: state.memory.history(ref, state.header), refs)
    numbered = _outputs(state, _latest(histories, manifest, first))
    result: dict[str, Json] = {str(number): numbered[number] for number in sorted(numbered)}
    extra = manifest.get("output")
    return {**result, **extra} if isinstance(extra, dict) else result


def count_failures(state: State, manifest: JsonMap) -> int:
    """Items of a FOR_EACH that a task has failed; raises MissingError."""
    return len(_failed(state, _of_items(state, manifest), manifest))


def _results(state: State, manifest: JsonMap) -> dict[str, Json]:
    latest = _of_items(state, manifest)
    kept = {key: task for key, task in latest.items() if task.status is not TaskStatus.CANCELED}
    numbered = _outputs(state, kept)
    failed = _failed(state, latest, manifest)
    facts = each(lambda task: failure_facts(state, task), failed.values())
    count = _number(manifest.get("count"))
    return {
        "results": [numbered.get(number, {}) for number in range(1, count + 1)],
        "count": count,
        "failures": [
            {"index": number - 1, **fact} for number, fact in zip(failed, facts, strict=True)
        ],
    }


def _of_items(state: State, manifest: JsonMap) -> dict[tuple[int, str], Task]:
    """By number of the item and name: the latest task of each."""
    within = str(manifest.get("scope"))

    def tasks_of(name: str) -> Sequence[Task]:
        return state.memory.family(family(name, within), state.header)

    forks = [str(name) for name in _items(manifest, "dynamic")]
    names = [str(name) for name in _items(manifest, "items")]
    names += {reference_name(ref): None for ref in _forked(each(tasks_of, forks), manifest)}
    return _latest(each(tasks_of, names), manifest, 1)


def _failed(
    state: State, latest: Mapping[tuple[int, str], Task], manifest: JsonMap
) -> dict[int, Task]:
    """By number of the item, in order: the task that failed it.

    The others in progress then were cancelled, so it is the first among those not CANCELED.
    """
    tried = {str(name) for name in _items(manifest, "tried")}
    found: dict[int, list[Task]] = {}
    for (number, name), task in latest.items():
        if task.status.is_successful or name in tried:
            continue
        if not node_of(state, task.node).task.optional:
            found.setdefault(number, []).append(task)

    def order(task: Task) -> tuple[bool, int, int]:
        return task.status is TaskStatus.CANCELED, task.ended_at, task.seq

    return {number: min(found[number], key=order) for number in sorted(found)}


def _latest(
    histories: Iterable[Sequence[Task]], manifest: JsonMap, first: int
) -> dict[tuple[int, str], Task]:
    """By iteration, from ``first`` on, and name: the latest task of each."""
    at = tuple(_number(item) for item in _items(manifest, "at"))
    last = _number(manifest.get("iterations", manifest.get("count")))
    latest: dict[tuple[int, str], Task] = {}
    for history in histories:
        for task in history:
            number = _iteration(task, at)
            if first <= number <= last:
                latest[number, task.reference_name] = task
    return latest


def _outputs(state: State, latest: Mapping[tuple[int, str], Task]) -> dict[int, dict[str, Json]]:
    outputs = each(lambda task: output_of(state, task), latest.values())
    numbered: dict[int, dict[str, Json]] = {}
    for (number, name), output in zip(latest, outputs, strict=True):
        numbered.setdefault(number, {})[name] = output
    return numbered


def each(step: Callable[[_In], _Out], items: Iterable[_In]) -> list[_Out]:
    """``step`` of each item; what several of them lack is asked for at once, not one by one."""
    results: list[_Out] = []
    needs: set[Need] = set()
    for item in items:
        try:
            results.append(step(item))
        except MissingError as missing:
            needs |= missing.needs
    if needs:
        raise MissingError(*needs)
    return results


def _forked(histories: Iterable[Sequence[Task]], manifest: JsonMap) -> list[str]:
    """Refs of the branches that these dynamic forks, tasks of a loop, have opened in it."""
    at = tuple(_number(item) for item in _items(manifest, "at"))
    refs: dict[str, None] = {}
    for history in histories:
        for task in history:
            if _iteration(task, at):
                within = scope_of(task.ref)
                names = [str(name) for name in _items(task.input, FORKED_REFS)]
                refs |= {scoped(name, within): None for name in names}
    return list(refs)


def _iteration(task: Task, at: tuple[int, ...]) -> int:
    """Iteration of the loop ``task`` ran in, 0 when it ran in another run of the loop."""
    if len(task.iteration) <= len(at) or task.iteration[: len(at)] != at:
        return 0
    return task.iteration[len(at)]


def _items(document: Mapping[str, Json], key: str) -> Sequence[Json]:
    value = document.get(key)
    return value if isinstance(value, list | tuple) else ()


def _number(value: Json) -> int:
    return value if isinstance(value, int) else 0
