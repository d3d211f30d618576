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

from typing import TYPE_CHECKING

from podium.domain.state import FORKED_REFS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from podium.domain.execution import Task
    from podium.domain.json import Json, JsonMap
    from podium.domain.state import State


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
    output: dict[str, Json] = {}
    for item in joined:
        if isinstance(item, list | tuple):
            wire_ref, ref, seq = item
            of_branch = output_of(state, state.memory.task(str(ref), _number(seq)))
            if of_branch:
                output[str(wire_ref)] = of_branch
    return output


def _iterations(state: State, manifest: JsonMap) -> dict[str, Json]:
    at = tuple(_number(item) for item in _items(manifest, "at"))
    count, keep = _number(manifest.get("iterations")), _number(manifest.get("keep"))
    first = max(1, count - keep + 1) if keep else 1
    latest: dict[tuple[int, str], Task] = {}
    refs = [str(ref) for ref in _items(manifest, "loop")]
    for ref in [*refs, *_forked_refs(state, manifest, at)]:
        for task in state.memory.history(ref, state.header):
            number = _iteration(task, at)
            if first <= number <= count:
                latest[number, ref] = task
    output: dict[str, Json] = {}
    by_number: dict[int, dict[str, Json]] = {}
    for (number, ref), task in latest.items():
        by_number.setdefault(number, {})[ref] = output_of(state, task)
    for number in sorted(by_number):
        output[str(number)] = by_number[number]
    extra = manifest.get("output")
    return {**output, **extra} if isinstance(extra, dict) else output


def _forked_refs(state: State, manifest: JsonMap, at: tuple[int, ...]) -> list[str]:
    """Refs of the branches that dynamic forks opened inside the loop."""
    refs: dict[str, None] = {}
    for fork in _items(manifest, "dynamic"):
        for task in state.memory.history(str(fork), state.header):
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
