"""Why an execution waits: what is known of it, the rule, and the pending causes of progress as values.

Invariant 4 of the design as something that can be asked of any execution at any moment: a RUNNING
one always has a cause. What should be there and is not, is a cause of its own kind, ``RepairDue``.
"""

from __future__ import annotations

from podium.domain.why.causes import Cause, Why
from podium.domain.why.facts import Facts, Sight
from podium.domain.why.rule import causes_of

__all__ = ["Cause", "Facts", "Sight", "Why", "causes_of"]
