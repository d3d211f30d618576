"""Replace attributes of other people's classes and modules, and put them back."""

from __future__ import annotations

from typing import Any

_ABSENT = object()


class Substitutions:
    """The replacements made so far."""

    def __init__(self) -> None:
        self._before: list[tuple[Any, str, Any]] = []

    def set(self, owner: Any, name: str, value: Any) -> None:
        """Set ``owner.name``, where ``owner`` is a class or a module."""
        # vars() and not getattr(): a property or staticmethod has to come back as one.
        self._before.append((owner, name, vars(owner).get(name, _ABSENT)))
        setattr(owner, name, value)

    def undo(self) -> None:
        """Everything as it was, last change first."""
        while self._before:
            owner, name, before = self._before.pop()
            if before is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, before)
