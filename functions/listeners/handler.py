"""Entry of the listeners function: the stream's records of what somebody listens to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from podium import bootstrap
from podium.batch import report
from podium.errors import NotFoundError
from podium.observability import logger

if TYPE_CHECKING:
    from podium.batch import Report


def handler(event: dict[str, Any], context: object) -> Report:
    """Publish what follows from each record; one that fails holds up no other.

    Lambda delivers again from the lowest failed record on: what was published twice has one id.
    """
    failed: list[str] = []
    for record in event["Records"]:
        try:
            _hear(record)
        except Exception:  # noqa: BLE001 - whatever it is, the others go on
            identifier = record["dynamodb"]["SequenceNumber"]
            logger().exception("listeners not told", sequence=identifier)
            failed.append(identifier)
    return report(failed)


def _hear(record: dict[str, Any]) -> None:
    engine = bootstrap.engine()
    try:
        change = engine.hear_record(record)
    except NotFoundError:
        # Its payload is gone with the execution.
        return
    if change is not None:
        engine.listening.hear(change)
