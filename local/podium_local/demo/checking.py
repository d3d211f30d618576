"""Compare what became of the orders with what had to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podium_local.demo.orders import Expected

#: Output key of a failed workflow that names its failure workflow.
FAILURE_WORKFLOW = "conductor.failure_workflow"


def differences(
    order_id: str,
    wanted: Expected,
    execution: Mapping[str, Any],
    refund: Mapping[str, Any] | None,
) -> list[str]:
    """Each difference in a line; ``execution`` and ``refund`` are executions as read over REST."""
    found: list[str] = []
    if execution["status"] != wanted.status:
        found.append(f"{order_id}: status is {execution['status']}, not {wanted.status}")
    output = execution["output"]
    keys = wanted.output.keys() if wanted.refunded else wanted.output.keys() | output.keys()
    found += [
        f"{order_id}: {key} is {output.get(key)!r}, not {wanted.output.get(key)!r}"
        for key in sorted(keys)
        if output.get(key) != wanted.output.get(key)
    ]
    paid_back = 0 if refund is None else refund["output"].get("refunded", 0)
    if refund is not None and refund["status"] != "COMPLETED":
        found.append(f"{order_id}: its refund is {refund['status']}")
    if paid_back != wanted.refunded:
        found.append(f"{order_id}: {paid_back} cents were refunded, not {wanted.refunded}")
    return found
