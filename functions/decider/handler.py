"""Entry of the decider function: stream records, grouped by execution (protocol.md 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from podium import bootstrap
from podium.adapters.stream import workflow_id
from podium.batch import has_time, report
from podium.errors import NotFoundError
from podium.observability import logger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podium.batch import Report
    from podium.domain.changes import Change


def handler(event: dict[str, Any], context: object) -> Report:
    """Advance each execution of the batch once, with all that happened to it.

    A failing execution holds up no other: the first of its records is reported and the rest of the
    batch is handled. Lambda then delivers again from the lowest reported record on; whatever comes
    twice changes nothing more. So do those that the ones before have left no time for.
    """
    engine = bootstrap.engine()
    groups: dict[str, list[dict[str, Any]]] = {}
    for record in event["Records"]:
        # Nothing follows from an item of no execution, so a damaged one holds up nobody.
        if name := workflow_id(record):
            groups.setdefault(name, []).append(record)
    failed: list[str] = []
    for number, (name, records) in enumerate(groups.items()):
        if number and not has_time(context):
            logger().info("workflow comes again", workflow_id=name, reason="no time is left")
            failed.append(records[0]["dynamodb"]["SequenceNumber"])
            continue
        try:
            changes = [_read(record) for record in records]
            engine.advancing.run([change for change in changes if change is not None])
        except Exception:  # noqa: BLE001 - whatever it is, the others go on
            logger().exception("workflow not advanced", workflow_id=name)
            failed.append(records[0]["dynamodb"]["SequenceNumber"])
    return report(failed)


def _read(record: Mapping[str, Any]) -> Change | None:
    """What the record says; nothing when its payload is gone with the execution."""
    engine = bootstrap.engine()
    try:
        return engine.read_record(record)
    except NotFoundError:
        if engine.ports.executions.read_header(workflow_id(record)) is None:
            return None
        raise
