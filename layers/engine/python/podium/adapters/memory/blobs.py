"""Payload store in a dict."""

from __future__ import annotations

from podium.adapters.memory.calls import Calls
from podium.errors import NotFoundError


class MemoryBlobs:
    """Blobs by path."""

    def __init__(self, calls: Calls | None = None) -> None:
        self._calls = calls or Calls()
        self._contents: dict[str, bytes] = {}

    def put(self, path: str, content: bytes) -> None:
        self._calls.write("PutObject", lambda: self._contents.update({path: bytes(content)}))

    def get(self, path: str) -> bytes:
        with self._calls.call("GetObject"):
            try:
                return self._contents[path]
            except KeyError:
                raise NotFoundError(f"no payload at {path}") from None

    def size(self, path: str) -> int:
        with self._calls.call("HeadObject"):
            if path not in self._contents:
                raise NotFoundError(f"no payload at {path}")
            return len(self._contents[path])

    def delete(self, folder: str) -> None:
        with self._calls.call("DeleteObjects"):
            for path in [path for path in self._contents if path.startswith(folder)]:
                del self._contents[path]

    def address(self, path: str, *, write: bool) -> str:
        return f"memory:{path}?{'PUT' if write else 'GET'}"

    def paths(self) -> list[str]:
        """Every path, sorted; for assertions."""
        return sorted(self._contents)
