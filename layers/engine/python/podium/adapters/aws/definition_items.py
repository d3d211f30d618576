"""Definitions as items of the metadata table.

A workflow definition: pk ``WF``, sk ``<name>#<version>``; a task definition: pk ``TASK``, sk ``<name>``;
names escaped. ``j`` holds the definition as JSON, ``z`` the same compressed when it is large.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from podium.adapters.items import text as json_text
from podium.adapters.items.keys import LAST, short_ref
from podium.errors import PayloadTooLargeError

if TYPE_CHECKING:
    from podium.domain.json import JsonMap

WORKFLOWS = "WF"
TASKS = "TASK"
JSON = "j"
COMPRESSED = "z"

#: Above this a definition is compressed: fewer read units at each start, five to ten times smaller.
_LARGEST_PLAIN = 4096
#: An item holds 400 KB.
_LARGEST = 390_000


def workflow_sort_key(name: str, version: int) -> str:
    """Sort key of one version."""
    return f"{short_ref(name)}#{version:010d}"


def version_bounds(name: str) -> tuple[str, str]:
    """Between these lie the sort keys of all versions of a name."""
    prefix = f"{short_ref(name)}#"
    return prefix, prefix + LAST


def task_sort_key(name: str) -> str:
    """Sort key of a task definition."""
    return short_ref(name)


def pack(definition: JsonMap) -> tuple[str | None, bytes | None]:
    """The JSON text, or its compressed form; PayloadTooLargeError above what an item holds."""
    encoded = json_text.dumps(definition)
    if len(encoded) <= _LARGEST_PLAIN:
        return encoded, None
    compressed = zlib.compress(encoded.encode())
    if len(compressed) > _LARGEST:
        name = definition.get("name")
        raise PayloadTooLargeError(
            f"definition {name} is too large: move parts of it into sub-workflows"
        )
    return None, compressed


def unpack(item: Mapping[str, Mapping[str, Any]]) -> JsonMap:
    """The definition in an item as DynamoDB's API gives it."""
    if COMPRESSED in item:
        return json_text.load_map(zlib.decompress(item[COMPRESSED]["B"]))
    return json_text.load_map(item[JSON]["S"])
