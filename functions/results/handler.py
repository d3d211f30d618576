"""Entry of the results function: what SQS-direct workers report (protocol.md 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from podium import bootstrap
from podium.batch import settle
from podium.domain.requests import TaskResult
from podium.errors import InvalidInputError
from podium.json_text import decode_json

if TYPE_CHECKING:
    from podium.batch import Report


def handler(event: dict[str, Any], context: object) -> Report:
    """Apply each result.

    One whose task is not there yet comes again, and one that can never be applied ends up among the
    dead letters, where somebody can read it.
    """
    return settle(event, _apply, bootstrap.engine().redelivery.soon, context)


def _apply(body: str) -> None:
    """A TaskResult beside ``inc`` and ``epoch`` of the message that handed the task out.

    With ``detach`` it says of the task only that its worker goes on without the message, with
    ``postpone`` that the message came too early.
    """
    engine = bootstrap.engine()
    wire = decode_json(body)
    if not isinstance(wire, dict):
        raise InvalidInputError("a result must be a JSON object")
    result = TaskResult.from_json(wire)
    inc, epoch = _number(wire, "inc"), _number(wire, "epoch")
    if wire.get("detach") is True:
        engine.reports.detach(result, inc, epoch)
        return
    if wire.get("postpone") is True:
        engine.reports.postpone(result, inc, epoch)
        return
    engine.validating.task_result(result)
    engine.updates.update(result, inc=inc, epoch=epoch)


def _number(wire: dict[str, Any], name: str) -> int | None:
    value = wire.get(name)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise InvalidInputError(f"{name} must be a whole number")
