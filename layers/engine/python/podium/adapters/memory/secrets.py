"""Secrets and environment variables in dicts."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from podium.adapters.memory.calls import Calls


class MemorySecrets:
    """SecretStore; remembers nothing, so that a change is seen at once."""

    def __init__(self, calls: Calls | None = None) -> None:
        self._calls = calls or Calls()
        #: Texts of each secret, the present one last.
        self._texts: dict[str, list[str]] = {}

    def find(self, names: Collection[str]) -> dict[str, str | None]:
        return {name: self.value(name) for name in names}

    def replaced(self, names: Collection[str]) -> dict[str, str]:
        found = {}
        for name in names:
            with self._calls.call("GetSecretValue"):
                texts = self._texts.get(name, [])
            if len(texts) > 1:
                found[name] = texts[-2]
        return found

    def names(self) -> Sequence[str]:
        with self._calls.call("ListSecrets"):
            return sorted(self._texts)

    def value(self, name: str) -> str | None:
        with self._calls.call("GetSecretValue"):
            texts = self._texts.get(name)
            return texts[-1] if texts else None

    def put(self, name: str, value: str) -> None:
        with self._calls.call("PutSecretValue"):
            self._texts.setdefault(name, []).append(value)

    def delete(self, name: str) -> bool:
        with self._calls.call("DeleteSecret"):
            return self._texts.pop(name, None) is not None


class MemoryEnvironment:
    """EnvironmentStore."""

    def __init__(self, calls: Calls | None = None) -> None:
        self._calls = calls or Calls()
        self._texts: dict[str, str] = {}

    def put(self, name: str, value: str) -> None:
        """Set a variable; an operator does it beside Podium."""
        self._texts[name] = value

    def find(self, names: Collection[str]) -> dict[str, str | None]:
        with self._calls.call("GetParameters"):
            return {name: self._texts.get(name) for name in names}

    def all(self) -> dict[str, str]:
        with self._calls.call("GetParametersByPath"):
            return dict(sorted(self._texts.items()))
