"""What clients were told: every answer that promised something, to be held against what is true at rest."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Ledger:
    """Promises of one installation."""

    #: Ids that starts were answered with.
    started: list[str] = field(default_factory=list)
