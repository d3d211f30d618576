"""The error tree, grouped by what the caller should do.

PodiumError
├── ClientError            the caller is wrong; answer 4xx, do not retry
│   ├── InvalidInputError      400, with the field or parameter named
│   │   └── ValidationError        400, every violation listed
│   ├── NotFoundError          404, with the id or name
│   ├── ConflictError          409, with the state that stands in the way
│   ├── PayloadTooLargeError   413, with the way around
│   └── TooManyRequestsError   429, with what is full
├── TransientError         the outside world was busy; the same call may succeed later
│   └── LostRaceError          a compare-and-set kept losing; nothing was changed
└── DefectError            an invariant of ours does not hold; a bug, never the caller's fault

Nothing here knows AWS or HTTP beyond the status a client error maps to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar


class PodiumError(Exception):
    """Base of every error Podium raises on purpose."""


class ClientError(PodiumError):
    """The request cannot be served as it is; repeating it changes nothing."""

    status: ClassVar[int] = 400


class InvalidInputError(ClientError):
    """A parameter or body is malformed; the message names it."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken constraint: where, why and (for scalars) the rejected value (rest-api.md 1.2)."""

    path: str
    message: str
    invalid_value: str | None = None
    #: Where exactly, when the peer's path names only what it is inside of; not on the wire.
    place: str = field(default="", compare=False)


class ValidationError(InvalidInputError):
    """A definition or request breaks constraints; all of them are listed at once."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        """Keep ``violations`` in the order they were found."""
        super().__init__("Validation failed, check below errors for detail.")
        self.violations = violations


class NotFoundError(ClientError):
    """No such workflow, task or definition; the message contains the id or name."""

    status = 404


class ConflictError(ClientError):
    """The thing exists already, or is in a state that forbids the operation."""

    status = 409


class PayloadTooLargeError(ClientError):
    """The body exceeds what one invocation can carry; the message names the way around."""

    status = 413


class TooManyRequestsError(ClientError):
    """Something has taken as much as it can hold; the message says what, and how much that is."""

    status = 429


class TransientError(PodiumError):
    """A dependency was busy or unreachable; a retry may succeed."""


class LostRaceError(TransientError):
    """A compare-and-set lost too often in a row; the caller may try again."""


class DefectError(PodiumError):
    """Something that cannot happen did; the message says which invariant broke."""
