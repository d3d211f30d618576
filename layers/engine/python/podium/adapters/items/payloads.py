"""Payloads in items: one JSON string each, or a pointer to the payload store when too large.

A payload ``in`` stands in the attribute ``in``; a large one is written to the store first and the
attribute ``inp`` holds its path. Paths are the hash of the content under the workflow's id, so that
a repeat writes the same object and racing writers never overwrite each other's.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from podium.adapters.items import text as json_text
from podium.adapters.items.attributes import Attribute, Item, text
from podium.domain.sizes import path_of, size_in_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podium.domain.json import JsonMap
    from podium.ports.outside import Blobs

#: An item holds 400 KB: two payloads of this size and the rest always fit.
LARGEST_INLINE = 128 * 1024


class Payloads:
    """Writes payloads above ``threshold`` bytes to ``blobs`` and reads them back."""

    def __init__(self, blobs: Blobs, threshold: int) -> None:
        self._blobs = blobs
        self.threshold = min(threshold, LARGEST_INLINE)

    @property
    def blobs(self) -> Blobs:
        """Where large payloads are."""
        return self._blobs

    def with_threshold(self, threshold: int) -> Payloads:
        """The same store with another threshold."""
        return Payloads(self._blobs, threshold)

    def pack(self, folder: str, name: str, value: JsonMap) -> Item:
        """The attributes that carry ``value``; none at all for an empty map."""
        if not value:
            return {}
        encoded = json_text.dumps(value)
        if len(encoded) <= self.threshold // 4:
            return {name: encoded}
        content = encoded.encode()
        if len(content) <= self.threshold:
            return {name: encoded}
        return {pointer(name): self.store(folder, content)}

    def store(self, folder: str, content: bytes) -> str:
        """Write a payload whatever its size; gives its path."""
        path = path_of(folder, hashlib.sha256(content).hexdigest()[:40], len(content))
        self._blobs.put(path, content)
        return path

    def unpack(self, item: Mapping[str, Attribute], name: str) -> JsonMap:
        """The payload, fetched when only its path is in the item."""
        if name in item:
            return json_text.load_map(text(item, name))
        if pointer(name) in item:
            return json_text.load_map(self._blobs.get(text(item, pointer(name))))
        return {}


class Budget:
    """How many bytes of large payloads a reader fetches; of the rest it keeps the paths."""

    def __init__(self, largest: int, total: int = 0) -> None:
        """``largest``: bytes of one payload; ``total``: of all of them, 0 is as much as it takes."""
        self._largest = largest
        self._left = total or None

    def left_out(self, item: Mapping[str, Attribute], name: str) -> str:
        """Path of a payload that is not to be fetched; empty when it is, or is in the item."""
        path = text(item, pointer(name))
        size = size_in_path(path)
        if size > self._largest or (self._left is not None and size > self._left):
            return path
        if self._left is not None:
            self._left -= size
        return ""


def pointer(name: str) -> str:
    """Name of the attribute with the path of a large payload ``name``."""
    return name + "p"
