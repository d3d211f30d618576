"""Tags: labels that operators put on definitions (models.md, Orkes' TagObject)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from podium.errors import InvalidInputError

if TYPE_CHECKING:
    from podium.domain.json import Json, JsonMap

#: The type of a tag that names none.
METADATA = "METADATA"
#: A tag of this type, whose key is the name of a workflow, is its limit of executions at once.
RATE_LIMIT = "RATE_LIMIT"
#: Characters of all three parts of a tag.
LONGEST = 1000
_LIMIT = re.compile(r"[1-9][0-9]{0,8}")


class Tagged(StrEnum):
    """What can have tags."""

    WORKFLOW = "workflow"
    TASK = "task"


@dataclass(frozen=True, slots=True, order=True)
class Tag:
    """A label; two that differ in any part are two."""

    key: str
    value: str
    type: str = METADATA

    @classmethod
    def from_json(cls, body: JsonMap, path: str = "body") -> Tag:
        """Raises InvalidInputError naming the part; ``path`` is where the tag stands."""
        parts = {name: body.get(name) for name in ("key", "value", "type")}
        parts["type"] = parts["type"] or METADATA
        for name, value in parts.items():
            if not isinstance(value, str | int | float) or isinstance(value, bool) or value == "":
                raise InvalidInputError(f"{path}.{name}: expected a text that is not empty")
        tag = cls(*(str(parts[name]) for name in ("key", "value", "type")))
        if len(tag.key) + len(tag.value) + len(tag.type) > LONGEST:
            raise InvalidInputError(f"{path}: a tag has at most {LONGEST} characters")
        if tag.type == RATE_LIMIT and not _LIMIT.fullmatch(tag.value):
            raise InvalidInputError(f"{path}.value: a limit is a whole number from 1 on")
        return tag

    @classmethod
    def limit(cls, name: str, limit: int) -> Tag:
        """The limit of the workflow called ``name``."""
        return cls(name, str(limit), RATE_LIMIT)

    def to_json(self) -> dict[str, Json]:
        """The model TagObject."""
        is_limit = self.type == RATE_LIMIT
        value: Json = int(self.value) if is_limit else self.value
        return {"key": self.key, "type": self.type, "value": value}
