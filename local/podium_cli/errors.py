"""What goes wrong for a user of the command, by exit code; none of it is shown as a traceback.

CliError
├── UsageError         2, the arguments cannot be meant
├── RefusedError       1, the server said no, or a file has findings
│   └── TooLargeError     more than fits into one request or answer
├── NotFoundError      3, nothing has that id or name
├── EndedBadlyError    4, an execution ended in another way than COMPLETED
└── UnreachableError   5, no server answered
"""

from __future__ import annotations

from typing import ClassVar


class CliError(Exception):
    """Base: a message for the user, what belongs to it line by line, and what to do next."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, details: tuple[str, ...] = (), hint: str = "") -> None:
        """``details`` are shown below the message, ``hint`` last."""
        super().__init__(message)
        self.message = message
        self.details = details
        self.hint = hint


class UsageError(CliError):
    """An argument or a file cannot be meant as it is."""

    exit_code = 2


class RefusedError(CliError):
    """The server refused the request, or failed."""


class TooLargeError(RefusedError):
    """The body of the request, or of the answer, is larger than one may be."""


class NotFoundError(CliError):
    """Nothing has that id or name."""

    exit_code = 3


class EndedBadlyError(CliError):
    """An execution came to an end, and it is not COMPLETED."""

    exit_code = 4


class UnreachableError(CliError):
    """No server answered."""

    exit_code = 5
