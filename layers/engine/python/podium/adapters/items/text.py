"""JSON text of payloads: compact, lossless for big integers, always encodable as UTF-8."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from podium.domain.json import Json, JsonMap


def dumps(value: Json) -> str:
    """Compact JSON that DynamoDB, SQS and S3 all take.

    NaN and infinities, which JSON has not, become null.
    """
    try:
        encoded = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        finite = _finite(value)
        encoded = json.dumps(finite, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    if encoded.isascii():
        return encoded
    # Two characters that SQS refuses; in JSON they can only stand inside a string.
    encoded = encoded.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
    if _is_encodable(encoded):
        return encoded
    # A lone surrogate is legal in JSON and not in UTF-8, so it travels as an escape.
    return json.dumps(json.loads(encoded), ensure_ascii=True, separators=(",", ":"))


def loads(encoded: str | bytes) -> Json:
    """Parse what :func:`dumps` wrote."""
    return cast("Json", json.loads(encoded))


def load_map(encoded: str | bytes) -> JsonMap:
    """Parse an object."""
    return cast("JsonMap", json.loads(encoded))


def _is_encodable(encoded: str) -> bool:
    try:
        encoded.encode()
    except UnicodeEncodeError:
        return False
    return True


def _finite(value: Json) -> Json:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: _finite(inner) for name, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_finite(inner) for inner in value]
    return value
