"""The shop's SQS-direct workers, a process of their own: ``python -m podium_local.demo.sqs_workers``."""

from __future__ import annotations

from typing import Any

from podium_local.demo.orders import MISSING
from podium_worker import Task, TerminalError, run, task


@task("charge_card", concurrency=2)
def charge_card(order_id: str, cents: int) -> dict[str, Any]:
    """Take the money."""
    return {"receipt": f"r-{order_id}", "cents": cents}


@task("pick_item", concurrency=4)
def pick_item(sku: str, quantity: int, fragile: bool, it: Task) -> dict[str, Any]:  # noqa: FBT001
    """Take one line from its shelf; what is fragile is dropped the first time."""
    if sku == MISSING:
        raise TerminalError(f"there is no {sku} in the warehouse")
    if fragile and it.retry_count == 0:
        raise ValueError(f"dropped a {sku}")
    return {"shelf": f"{sku}-shelf", "pieces": quantity}


@task("refund")
def refund(order_id: str, cents: int) -> dict[str, Any]:
    """Pay it back."""
    return {"receipt": f"refund-{order_id}", "cents": cents}


if __name__ == "__main__":
    run(charge_card, pick_item, refund)
