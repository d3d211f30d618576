"""Shapes that the peer's documentation teaches, told in our own words: ``documented.yaml``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.support.shapes.values import Json


def documented() -> list[Json]:
    """Each with its ``page`` and its ``definition``."""
    text = Path(__file__).with_name("documented.yaml").read_text(encoding="utf-8")
    found: list[Any] = yaml.safe_load(text)
    return found
