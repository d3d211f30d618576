"""Outputs that are directions: those of JOIN and DO_WHILE are built when somebody reads them.

Written out, the output of a JOIN copies every branch and that of a loop grows with each iteration
(protocol.md 2). Their items hold a manifest instead:

- JOIN: ``{"join": [[wire ref, ref, seq], ...]}``; the output maps wire refs to outputs, leaving out
  empty ones (tasks.md 7).
- DO_WHILE: ``{"loop": [child ref, ...], "dynamic": [fork ref, ...], "iterations": n, "keep": k,
  "at": [iterations of enclosing loops], "output": {...}}``; the output maps iteration numbers to
  ``{child ref: output}`` and holds ``output`` besides (tasks.md 9). ``keep`` 0 keeps all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from podium.domain.decision import MissingError, Need
from podium.domain.state import FORKED_REFS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from podium.domain.execution import Task
    from podium.domain.json import Json, JsonMap
    from podium.domain.state import State

_In = TypeVar("_In")
_Out = TypeVar("_Out")


def join_manifest(joined: Iterable[Task]) -> dict[str, Json]:
    """Manifest of a JOIN over these ended tasks."""
    return {"join": [[task.wire_ref, task.ref, task.seq] for task in joined]}


def loop_manifest(
    children: Sequence[str],
    dynamic_forks: Sequence[str],
    at: tuple[int, ...],
    iterations: int,
    keep: int,
    output: JsonMap,
) -> dict[str, Json]:
    """Manifest of a DO_WHILE; ``children`` are the refs of all tasks nested in it."""
    return {
        "loop": list(children),
        "dynamic": list(dynamic_forks),
        "at": list(at),
        "iterations": iterations,
        "keep": keep,
        "output": output,
    }


def output_of(state: State, task: Task) -> JsonMap:
    """Real output of an ended task; raises MissingError for what its manifest names."""
    manifest = task.manifest
    if manifest is None:
        return task.output
    joined = manifest.get("join")
    if isinstance(joined, list | tuple):
        return {**_joined(state, joined), **task.output}
    return {**_iterations(state, manifest), **task.output}


def _joined(state: State, joined: Sequence[Json]) -> dict[str, Json]:
    keys = [item for item in joined if isinstance(item, list | tuple)]
    tasks = each(lambda key: state.memory.task(str(key[1]), _number(key[2])), keys)
    outputs = each(lambda task: output_of(state, task), tasks)
    return {str(key[0]): output for key, output in zip(keys, outputs, strict=True) if output}


def _iterations(state: State, manifest: JsonMap) -> dict[str, Json]:
    at = tuple(_number(item) for item in _items(manifest, "at"))
    count, keep = _number(manifest.get("iterations")), _number(manifest.get("keep"))
    first = max(1, count - keep + 1) if keep else 1
    refs = [str(ref) for ref in _items(manifest, "loop")]
    refs += _forked_refs(state, manifest, at)
    latest: dict[tuple[int, str], Task] = {}
    for history in each(lambda ref: state.memory.history(ref, state.header), refs):
        for task in history:
            number = _iteration(task, at)
            if first <= number <= count:
                latest[number, task.ref] = task
    outputs = each(lambda task: output_of(state, task), latest.values())
    numbered: dict[int, dict[str, Json]] = {}
    for (number, ref), output in zip(latest, outputs, strict=True):
        numbered.setdefault(number, {})[ref] = output
    result: dict[str, Json] = {str(number): numbered[number] for number in sorted(numbered)}
    extra = manifest.get("output")
    return {**result, **extra} if isinstance(extra, dict) else result


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


def _forked_refs(state: State, manifest: JsonMap, at: tuple[int, ...]) -> list[str]:
    """Refs of the branches that dynamic forks opened inside the loop."""
    refs: dict[str, None] = {}
    forks = [str(ref) for ref in _items(manifest, "dynamic")]
    for history in each(lambda ref: state.memory.history(ref, state.header), forks):
        for task in history:
            if _iteration(task, at):
                refs |= {str(ref): None for ref in _items(task.input, FORKED_REFS)}
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
