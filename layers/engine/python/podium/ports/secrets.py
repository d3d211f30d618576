"""Ports of the stores behind ``${workflow.secrets.X}`` and ``${workflow.env.X}`` (engine.md 10.3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol


class SecretReader(Protocol):
    """Secrets by name, as a hand-out asks for them.

    Values are remembered for a short while, so that a busy task type does not pay for each task.
    Raises TransientError while the store is busy, DefectError when it refuses to answer.
    """

    def find(self, names: Collection[str]) -> dict[str, str | None]:
        """The text of each secret, None for one that does not exist; one GetSecretValue each."""
        ...

    def replaced(self, names: Collection[str]) -> dict[str, str]:
        """The text that each had before its present one, where it had any; one GetSecretValue each.

        A worker that was handed a secret just before it was replaced may still report the old one.
        """
        ...


class SecretStore(SecretReader, Protocol):
    """Secrets as an operator keeps them."""

    def names(self) -> Sequence[str]:
        """All names, sorted; one ListSecrets per page."""
        ...

    def value(self, name: str) -> str | None:
        """The present text, read now; None when there is no such secret."""
        ...

    def put(self, name: str, value: str) -> None:
        """Create or replace: GetSecretValue, RestoreSecret if it was deleted lately, PutSecretValue,
        CreateSecret if there is none.
        """
        ...

    def delete(self, name: str) -> bool:
        """DeleteSecret; it can be restored for a week. False when there is no such secret."""
        ...


class EnvironmentStore(Protocol):
    """Variables that workflows may read; they are no secrets, and are stored where they are used."""

    def find(self, names: Collection[str]) -> dict[str, str | None]:
        """The text of each variable, None for one that does not exist; one GetParameters for ten.

        Remembered for a short while.
        """
        ...

    def all(self) -> Mapping[str, str]:
        """Every variable, sorted by name; one GetParametersByPath per page."""
        ...
