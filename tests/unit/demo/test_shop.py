"""The demo's own checks: its numbers are right, and a wrong result turns it red."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from podium.domain.definitions import TaskDef, WorkflowDef
from podium.domain.validation import ValidationContext, validate_task_def, validate_workflow
from podium_local.demo import orders as orders_module
from podium_local.demo.checking import differences
from podium_local.demo.orders import MEANT_TO_FAIL, MISSING, Line, Order, expected, orders
from tests.support.cluster import ENGINES

DEFINITIONS = Path(orders_module.__file__).parent / "definitions"
ORDER = Order("order-1", "card", "1 Quay", (Line("tea", 3, 4000), Line("cup", 1, 500)))


def good() -> dict[str, Any]:
    return {"status": "COMPLETED", "output": dict(expected(ORDER).output)}


def test_what_is_expected_is_computed_from_the_order() -> None:
    wanted = expected(ORDER)
    assert (wanted.output["total"], wanted.output["discount"]) == (12_500, 1_250)
    assert wanted.output["due"] == 11_250
    assert wanted.output["picked"]["_pick_item_1"] == {"shelf": "cup-shelf", "pieces": 1}


def test_the_orders_are_the_same_each_time_all_different_and_one_is_meant_to_fail() -> None:
    placed = orders()
    assert placed == orders()
    assert len({order.lines for order in placed}) == len(placed) == 25
    (failing,) = [order for order in placed if expected(order).refunded]
    assert failing.order_id == MEANT_TO_FAIL
    assert MISSING in {line.sku for line in failing.lines}
    assert {order.method for order in placed} == {"card", "invoice", "voucher"}


def test_an_execution_as_computed_has_no_differences() -> None:
    assert differences("order-1", expected(ORDER), good(), None) == []


@pytest.mark.parametrize(
    "change",
    [
        {"status": "FAILED"},
        {"output": {}},
        {"output": dict(expected(ORDER).output) | {"due": 11_251}},
        {"output": dict(expected(ORDER).output) | {"more": 1}},
    ],
)
def test_any_other_execution_is_told_by_order_and_value(change: dict[str, Any]) -> None:
    found = differences("order-1", expected(ORDER), good() | change, None)
    assert found
    assert all(line.startswith("order-1: ") for line in found)


def test_a_refund_that_is_missing_unfinished_or_wrong_is_a_difference() -> None:
    failing = Order("order-13", "card", "1 Quay", (Line(MISSING, 1, 100),))
    wanted = expected(failing)
    execution = {"status": "FAILED", "output": dict(wanted.output)}
    paid = {"status": "COMPLETED", "output": {"refunded": 100}}
    assert differences("order-13", wanted, execution, paid) == []
    assert differences("order-13", wanted, execution, None)
    assert differences("order-13", wanted, execution, paid | {"status": "RUNNING"})
    assert differences("order-13", wanted, execution, paid | {"output": {"refunded": 99}})


def context() -> ValidationContext:
    return ValidationContext(
        paths=ENGINES.path,
        scripts=ENGINES.script,
        schemas=ENGINES.schema,
        task_def=lambda name: None,
    )


@pytest.mark.parametrize("name", ["order_fulfilment", "ship_order", "refund_order"])
def test_its_workflows_are_valid(name: str) -> None:
    definition = WorkflowDef.from_json(json.loads((DEFINITIONS / f"{name}.json").read_text()))
    assert validate_workflow(definition, context(), "registerWorkflowDef.arg0") == ()


def test_its_task_definitions_are_valid() -> None:
    for value in json.loads((DEFINITIONS / "tasks.json").read_text()):
        definition = TaskDef.from_json(value)
        assert validate_task_def(definition, context(), "registerTaskDef.arg0") == ()
