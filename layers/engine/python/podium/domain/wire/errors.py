"""Which status and ErrorResponse an exception becomes (rest-api.md 1.2, 1.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.wire.answers import error_json
from podium.errors import ClientError, TransientError, ValidationError

if TYPE_CHECKING:
    from podium.domain.json import Json


def error_answer(error: Exception, instance: str) -> tuple[int, dict[str, Json]]:
    """HTTP status and body of ``error``; ``instance`` names the server.

    A client's error keeps its message. Of a fault of ours only the kind is told: its message may
    hold what is none of the client's business, and the log has it.
    """
    match error:
        case ValidationError():
            return error.status, error_json(error.status, str(error), violations=error.violations)
        case ClientError():
            return error.status, error_json(error.status, str(error), instance=instance)
        case TransientError():
            return 500, error_json(500, str(error), instance=instance, retryable=True)
        case _:
            message = f"Internal error ({type(error).__name__})"
            return 500, error_json(500, message, instance=instance)
