"""Types of JSON values; what every payload, definition and expression result is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
JsonMap: TypeAlias = "Mapping[str, Json]"
