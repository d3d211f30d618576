"""Secrets and environment variables as an operator sees them (rest-api.md 10)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from podium.errors import InvalidInputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from podium.ports.bundle import Ports

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,256}")
#: Bytes that Secrets Manager keeps.
LARGEST_VALUE = 65_535
#: Characters shown of either end of a value; of a value no longer than both, none.
_GLIMPSE = 4


class Keeping:
    """Reads and writes the stores for clients."""

    def __init__(self, ports: Ports) -> None:
        """Keep the stores."""
        self._secrets = ports.secrets
        self._environment = ports.environment

    def names(self) -> Sequence[str]:
        """Names of all secrets, sorted."""
        return self._secrets.names()

    def glimpses(self) -> list[tuple[str, str]]:
        """Each secret's name with the two ends of its value."""
        found = self._secrets.find(self.names())
        return [(name, _glimpse(value)) for name, value in found.items() if value is not None]

    def value(self, name: str) -> str:
        """Value of a secret. Raises InvalidInputError for a bad name, NotFoundError."""
        value = self._secrets.value(_checked(name))
        if value is None:
            raise NotFoundError(f"No such secret found by name: {name}")
        return value

    def exists(self, name: str) -> bool:
        """There is such a secret. Raises InvalidInputError for a bad name."""
        return self._secrets.value(_checked(name)) is not None

    def put(self, name: str, value: str) -> None:
        """Create or replace a secret. Raises InvalidInputError for a bad name or value."""
        size = len(value.encode())
        if not value:
            raise InvalidInputError(f"secret {name}: the value must not be empty")
        if size > LARGEST_VALUE:
            raise InvalidInputError(
                f"secret {name}: the value has {size} bytes, more than {LARGEST_VALUE}"
            )
        self._secrets.put(_checked(name), value)

    def delete(self, name: str) -> None:
        """Forget a secret; one that is not there is no error."""
        self._secrets.delete(_checked(name))

    def variables(self) -> Mapping[str, str]:
        """Every environment variable, by name."""
        return self._environment.all()

    def variable(self, name: str) -> str | None:
        """Value of an environment variable; None when there is none."""
        return self._environment.find((name,))[name]


def _checked(name: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise InvalidInputError(
            f"secret {name!r}: a name has up to 256 letters, digits, '_' and '-'"
        )
    return name


def _glimpse(value: str) -> str:
    if len(value) <= 2 * _GLIMPSE:
        return "..."
    return f"{value[:_GLIMPSE]}...{value[-_GLIMPSE:]}"
