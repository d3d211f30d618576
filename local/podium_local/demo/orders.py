"""The orders, and what has to become of them: plain code that knows nothing of workflows."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

ORDERS = 25
#: The one order that cannot be picked: a line of it is not in the warehouse.
MEANT_TO_FAIL = "order-13"
_SEED = 20261122
_GOODS = ("tea", "teapot", "cup", "tray", "honey", "kettle")
_METHODS = ("card", "invoice", "voucher")
#: What the warehouse does not have.
MISSING = "samovar"
#: From this total (cents) a tenth is taken off.
_DISCOUNT_FROM = 10_000


@dataclass(frozen=True)
class Line:
    """A line of an order; ``fragile`` ones are dropped, and picked again, the first time."""

    sku: str
    quantity: int
    unit_cents: int
    fragile: bool = False

    def to_json(self) -> dict[str, Any]:
        """As the workflow gets it."""
        return {
            "sku": self.sku,
            "quantity": self.quantity,
            "unitCents": self.unit_cents,
            "fragile": self.fragile,
        }


@dataclass(frozen=True)
class Order:
    """An order."""

    order_id: str
    method: str
    address: str
    lines: tuple[Line, ...]

    def to_json(self, carrier: str) -> dict[str, Any]:
        """Input of its workflow; ``carrier`` is the URL of the carrier's service."""
        return {
            "orderId": self.order_id,
            "method": self.method,
            "address": self.address,
            "lines": [line.to_json() for line in self.lines],
            "carrier": carrier,
        }


def orders(count: int = ORDERS) -> list[Order]:
    """The same ones each time, all different; the one meant to fail among them."""
    rng = random.Random(_SEED)  # noqa: S311  # a shop for show, the same each time
    return [_order(rng, number) for number in range(1, count + 1)]


def _order(rng: random.Random, number: int) -> Order:
    order_id = f"order-{number}"
    lines = [
        Line(
            sku=rng.choice(_GOODS),
            quantity=rng.randint(1, 5),
            unit_cents=rng.randint(90, 4999),
            fragile=rng.random() < 0.2,
        )
        for _ in range(rng.randint(1, 5))
    ]
    if order_id == MEANT_TO_FAIL:
        lines.append(Line(MISSING, 1, 100_000))
    method = "card" if order_id == MEANT_TO_FAIL else rng.choice(_METHODS)
    return Order(order_id, method, f"{rng.randint(1, 99)} Harbour Road", tuple(lines))


@dataclass(frozen=True)
class Expected:
    """What has to become of an order."""

    status: str
    #: Output of the workflow, or the parts of it that are compared for a failed one.
    output: dict[str, Any]
    #: Cents paid back; 0 for none.
    refunded: int = 0


def expected(order: Order) -> Expected:
    """From the order alone."""
    total = sum(line.quantity * line.unit_cents for line in order.lines)
    discount = total // 10 if total >= _DISCOUNT_FROM else 0
    due = total - discount
    prices = {"total": total, "discount": discount, "due": due}
    if any(line.sku == MISSING for line in order.lines):
        return Expected("FAILED", prices, refunded=due)
    picked = {
        f"_pick_item_{place}": {"shelf": f"{line.sku}-shelf", "pieces": line.quantity}
        for place, line in enumerate(order.lines)
    }
    tracking = f"T-{order.order_id}"
    return Expected(
        "COMPLETED",
        prices
        | {
            "orderId": order.order_id,
            "paidBy": order.method,
            "picked": picked,
            "label": f"{tracking} / {order.address}",
            "told": f"{order.order_id} is on its way: {tracking} / {order.address}",
        },
    )
