"""What a parameter of a route is, where it stands, and what of it is refused before a handler runs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from podium.errors import InvalidInputError

if TYPE_CHECKING:
    from enum import StrEnum

    from podium.http_event import Request


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
    #: The service refuses what is out of range itself, in the words of the peer.
    is_refused_by_service: bool = False
    place: Place = Place.QUERY

    def check(self, request: Request) -> None:
        """Refuse a value that is no value of this parameter (docs/api.md, Rules).

        Raises InvalidInputError, which names the parameter.
        """
        if self.place is Place.HEADER:
            if self.choices:
                request.header_choice(self.name, self.choices)
            return
        if self.required and not (request.texts if self.kind is Kind.LIST else request.text)(
            self.name
        ):
            raise InvalidInputError(f"query parameter {self.name} is required")
        match self.kind:
            case Kind.FLAG:
                request.flag(self.name, default=False)
            case Kind.NUMBER:
                self._check_range(request.optional_number(self.name))
            case Kind.MOMENT:
                request.milliseconds(self.name)
            case Kind.LIST if self.choices:
                request.choices(self.name, self.choices)
            case Kind.TEXT if self.choices:
                request.choice(self.name, self.choices, self.choices[0])
            case _:
                pass

    def _check_range(self, value: int | None) -> None:
        if value is None or self.is_refused_by_service:
            return
        if self.minimum is not None and value < self.minimum:
            raise InvalidInputError(
                f"query parameter {self.name}: expected {self.minimum} or more, not {value}"
            )
        if self.maximum is not None and value > self.maximum:
            raise InvalidInputError(
                f"query parameter {self.name}: expected {self.maximum} or less, not {value}"
            )
