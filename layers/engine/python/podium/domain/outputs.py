"""Output of a workflow (engine.md 5.2), computed once, when it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.facts import Facts
from podium.domain.manifest import output_of
from podium.domain.outcome import TerminateWorkflowError

if TYPE_CHECKING:
    from podium.domain.engines import Engines
    from podium.domain.json import Json, JsonMap
    from podium.domain.state import State


def workflow_output(state: State, engines: Engines) -> JsonMap:
    """outputParameters evaluated, or else the output of the task created last; raises MissingError."""
    parameters = state.graph.definition.output_parameters
    if parameters:
        return _evaluated(parameters, Facts(state, engines))
    last = _last_seq(state)
    if state.header.entry(last) is not None or last == 0:
        return {}
    task = state.memory.numbered(last)
    if task is None:
        task = state.memory.all(state.header)[-1]
    return output_of(state, task)


def _evaluated(parameters: JsonMap, facts: Facts) -> dict[str, Json]:
    """An output that cannot be made does not keep a workflow from ending."""
    output: dict[str, Json] = {}
    for key, template in parameters.items():
        try:
            output[key] = facts.value(template)
        except TerminateWorkflowError:
            output[key] = None
    return output


def _last_seq(state: State) -> int:
    seq = state.header.last_seq
    skipped = {number for number, _ in state.header.skipped}
    while seq and (state.header.is_gone(seq) or seq in skipped):
        seq -= 1
    return seq
