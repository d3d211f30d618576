"""Runs jq programs; served by the child.

jq can neither be interrupted nor be limited: the parent's clock and the child's memory bound do it.
"""

from __future__ import annotations

import importlib
import json
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podium.adapters.engines.sandbox.child import Run

_LINE = "\n"


def start(_seconds: float) -> Run:
    """Load the engine; it has no clock of its own."""
    jq = importlib.import_module("jq")
    compiled = lru_cache(maxsize=64)(jq.compile)

    def run(program: str, document: str) -> str:
        try:
            values = compiled(json.loads(program)).input_text(document).text()
        except ValueError as error:
            first_line = str(error).partition("\n")[0]
            raise ValueError(first_line.removeprefix("jq: error: ").rstrip(":")) from None
        # One value a line; a text in it has its line feeds escaped.
        return f"[{','.join(values.split(_LINE))}]"

    run('"."', "null")
    return run
