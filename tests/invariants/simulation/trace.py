"""What happened, as lines."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field


@dataclass
class Trace:
    """A readable history; two runs of one seed have the same."""

    lines: list[str] = field(default_factory=list)

    def note(self, line: str) -> None:
        """Add a line."""
        self.lines.append(line)

    def digest(self) -> str:
        """Tells histories apart."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()
