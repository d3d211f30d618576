"""The value of SWITCH and DECISION: which case was chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.expressions import as_text
from podium.domain.outcome import Outcome

if TYPE_CHECKING:
    from podium.domain.json import Json


@dataclass(frozen=True, slots=True)
class Chosen:
    """How the choosing task ends, and the key to look up in its decisionCases."""

    outcome: Outcome
    case: str = ""


def case_key(value: Json) -> str:
    """``value`` as the text that decisionCases are looked up by: null is ``null``, 1 is ``1``."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return as_text(value)
