"""What a parameter of a route is, where it stands, and what of it is refused before a handler runs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from enum import StrEnum


class Kind(Enum):
    """How a value is written (docs/api.md, Rules)."""

    TEXT = "text"
    #: A whole number of 32 bits.
    NUMBER = "number"
    #: A moment in epoch milliseconds: a whole number of 64 bits.
    MOMENT = "moment"
    #: ``true`` or ``false`` in any case.
    FLAG = "flag"
    #: Texts: the parameter repeated, separated by commas, or both.
    LIST = "list"


class Place(Enum):
    """Which part of a request holds the value."""

    PATH = "path"
    QUERY = "query"
    HEADER = "header"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; those that a route does not declare are ignored, whatever clients send."""

    name: str
    description: str
    kind: Kind = Kind.TEXT
    #: What an absent value means, for readers; None: the description says.
    default: str | int | bool | None = None
    required: bool = False
    #: The only values there are (of a list: of each of its items), in any case; empty: any.
    choices: tuple[StrEnum, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    place: Place = Place.QUERY
