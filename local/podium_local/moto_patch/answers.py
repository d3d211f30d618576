"""Who answers a call, and how DynamoDB does: an attribute value is what it looks like.

Stock looks through the methods of a class at each call, and asks each value for each of ten possible
members through several layers of aliases, which takes nearly half the time of an update that returns
its item.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from moto.core import responses
from moto.core.serialize import JSONSerializer
from moto.core.utils import method_names_from_class

if TYPE_CHECKING:
    from podium_local.clock import LocalClock
    from podium_local.moto_patch.substitution import Substitutions

#: Types whose content is sent as it is stored.
_PLAIN = frozenset({"S", "N", "BOOL", "NULL", "SS", "NS"})


def install(substitutions: Substitutions, _clock: LocalClock) -> None:
    """Know the methods of a class after its first call; serialize attribute values as they are."""
    substitutions.set(responses, "method_names_from_class", cache(method_names_from_class))
    stock = JSONSerializer._serialize_type_structure  # noqa: SLF001 - that is what a patch is

    def serialize(self: JSONSerializer, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if key and shape.name == "AttributeValue" and _is_plain(value):
            self._default_serialize(serialized, value, shape, key)
        else:
            stock(self, serialized, value, shape, key)

    substitutions.set(JSONSerializer, "_serialize_type_structure", serialize)


def _is_plain(value: Any) -> bool:
    """Nothing in it has to be encoded: no binary, no null where a value is expected."""
    if type(value) is not dict or len(value) != 1:
        return False
    ((kind, content),) = value.items()
    if kind in _PLAIN:
        return content is not None
    if kind == "M" and type(content) is dict:
        return all(map(_is_plain, content.values()))
    return kind == "L" and type(content) is list and all(map(_is_plain, content))
