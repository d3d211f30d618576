"""Arguments as a method of that name takes them."""

from __future__ import annotations

from typing import Any

#: Positional and named.
Arguments = tuple[tuple[Any, ...], dict[str, Any]]


def given(*args: Any, **named: Any) -> Arguments:
    """As in a call."""
    return args, named
