"""C: what is kept of runs of tasks with a cacheConfig."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.adapters.items.attributes import number, present, text, with_key
from podium.adapters.items.base import ItemStore
from podium.adapters.items.conditions import Less
from podium.adapters.items.keys import cache_key
from podium.adapters.items.table import Put
from podium.domain.caching import CachedResult

if TYPE_CHECKING:
    from podium.adapters.items.attributes import Attribute

#: Folder of large outputs: they belong to no execution.
_CACHE = "cache"


class CacheStore(ItemStore):
    """Outputs by the digest of their key."""

    def cached_result(self, key: str) -> CachedResult | None:
        item = self._table.get(cache_key(key), consistent=False)
        if item is None:
            return None
        return CachedResult(
            self._payloads.unpack(item, "out"), number(item, "at"), text(item, "xo")
        )

    def keep_result(self, key: str, result: CachedResult, ttl: int) -> None:
        attributes: dict[str, Attribute | None] = {
            "at": result.at,
            "xo": result.external_output_path,
            "ttl": result.at // 1000 + ttl,
        }
        item = present(attributes) | self._payloads.pack(_CACHE, "out", result.output)
        self._table.put(Put(with_key(cache_key(key), item), Less("at", result.at)))
