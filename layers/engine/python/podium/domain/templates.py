"""Input templates: default values for the input of a task or a workflow (engine.md 10.4).

Only top-level keys are filled; a key whose value is null counts as missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from podium.domain.json import Json, JsonMap


def apply_task_template(
    parameters: JsonMap, template: JsonMap, evaluate: Callable[[Json], Json]
) -> dict[str, Json]:
    """Evaluated input of a task: its inputParameters over the inputTemplate of its TaskDef.

    The template's values may hold expressions. A key that came out null takes the template's value
    once more, this time as it is written.
    """
    evaluated = evaluate(_filled(parameters, template))
    # The value of a map is a map.
    values = evaluated if isinstance(evaluated, Mapping) else {}
    return _filled(values, template)


def apply_workflow_template(start_input: JsonMap, template: JsonMap) -> dict[str, Json]:
    """Input of a workflow: what the start request gave over the inputTemplate of its definition.

    Applied to an empty input, too; the peer leaves ``{}`` alone, which is a defect (engine.md 10.4).
    """
    return _filled(start_input, template)


def _filled(values: JsonMap, template: JsonMap) -> dict[str, Json]:
    filled = dict(values)
    for key, value in template.items():
        if filled.get(key) is None:
            filled[key] = value
    return filled
