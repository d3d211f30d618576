"""How large a payload is: bytes of its JSON, as engine.md 17 counts them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podium.domain.json import Json

#: A control character becomes six characters of JSON, and no character more bytes.
_BYTES_PER_CHARACTER = 6


@dataclass(frozen=True, slots=True)
class PayloadLimits:
    """How large payloads may be, in bytes of JSON (engine.md 17)."""

    #: Input or output of a task that an answer shows; of a larger one it names the path.
    task_threshold: int = 3072 * 1024
    #: Input or output of a task; a larger one fails it for good.
    task: int = 10240 * 1024
    #: As ``task_threshold``, of a workflow.
    workflow_threshold: int = 5120 * 1024
    #: Input of a workflow, which does not start with a larger one, and output, which fails it.
    workflow: int = 10240 * 1024
    #: All variables of a workflow.
    variables: int = 256 * 1024


#: Those of the peer.
DEFAULT_LIMITS = PayloadLimits()


_SIZE_IN_PATH = re.compile(r"-(?P<size>\d{1,15})\.json")


def path_of(folder: str, digest: str, size: int) -> str:
    """Where the payload store keeps a payload: its path says how many bytes it has."""
    return f"{folder}/{digest}-{size}.json"


def size_in_path(path: str) -> int:
    """Bytes of the payload at ``path``, without asking anybody; 0 when the path does not say."""
    found = _SIZE_IN_PATH.search(path)
    return int(found["size"]) if found else 0


def oversize(what: str, value: Json, limit: int) -> str | None:
    """Why ``value`` is refused, as a reason that names its size and the limit; None when it fits."""
    size = excess(value, limit)
    return oversize_reason(what, size, limit) if size else None


def oversize_reason(what: str, size: int, limit: int) -> str:
    """``what``: whose payload it is, such as ``input of task t1``."""
    return (
        f"The payload size: {size} bytes of the {what} is greater than "
        f"the permissible limit: {limit} bytes"
    )


def size_of(value: Json) -> int:
    """Bytes of ``value`` as compact JSON in UTF-8."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def may_exceed(value: Json, limit: int) -> bool:
    """False when ``value`` is certainly no larger than ``limit`` bytes: a bound that encodes nothing."""
    left = [value]
    while left and limit >= 0:
        item = left.pop()
        limit -= _longest(item)
        if isinstance(item, Mapping):
            left += item.values()
        elif isinstance(item, (list, tuple)):
            left += item
    return limit < 0


def excess(value: Json, limit: int) -> int:
    """Size of ``value`` in bytes if that is more than ``limit``, else 0."""
    if not may_exceed(value, limit):
        return 0
    size = size_of(value)
    return size if size > limit else 0


def _longest(value: Json) -> int:
    """The most bytes that ``value`` itself takes, without what is in it."""
    if isinstance(value, str):
        return _BYTES_PER_CHARACTER * len(value) + 3
    if isinstance(value, int):
        return value.bit_length() // 3 + 8
    if isinstance(value, Mapping):
        return 3 + sum(_BYTES_PER_CHARACTER * len(key) + 3 for key in value)
    return 26
