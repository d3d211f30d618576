"""Refs of tasks inside a FOR_EACH: every item has tasks of its own under the same names.

A task's ref is its reference name; inside FOR_EACH the scope follows, i.e. the numbers of the
items, outermost first: ``pack``, mark, ``17-3``. The latest task of an item is then found as
directly as any other, however many items there are, and all tasks of a name lie under one
beginning.
"""

from __future__ import annotations

from collections.abc import Sequence

#: Between name and scope; no definition may use it in a name.
MARK = "\x1f"
_BETWEEN = "-"


def scope(numbers: Sequence[int]) -> str:
    """The items with these numbers; empty outside of any."""
    return _BETWEEN.join(map(str, numbers))


def scoped(name: str, within: str) -> str:
    """Ref of ``name`` in the scope ``within``."""
    return f"{name}{MARK}{within}" if within else name


def reference_name(ref: str) -> str:
    """The name in a ref."""
    return ref.partition(MARK)[0]


def scope_of(ref: str) -> str:
    """The scope in a ref."""
    return ref.partition(MARK)[2]


def around(within: str) -> str:
    """The scope without its innermost item."""
    return within.rpartition(_BETWEEN)[0]


def family(name: str, within: str) -> str:
    """What the refs of ``name`` in the items of a FOR_EACH begin with that stands in ``within``."""
    return f"{scoped(name, within)}{_BETWEEN}" if within else f"{name}{MARK}"
