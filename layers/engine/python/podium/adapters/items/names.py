"""Lists of names in one attribute: those of secrets, which hold no comma (secrets.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def pack_names(names: Iterable[str]) -> str:
    """``A,B``; empty for none."""
    return ",".join(names)


def unpack_names(packed: str) -> tuple[str, ...]:
    """Undo :func:`pack_names`."""
    return tuple(packed.split(",")) if packed else ()
