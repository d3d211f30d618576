"""``python -m podium_local.demo``: run the shop, show it, check it; exit code 0 only if all agrees."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from podium import bootstrap
from podium.domain.status import WorkflowStatus
from podium.settings import Settings
from podium_local.bench.counting import Counters
from podium_local.demo.carrier import carrier
from podium_local.demo.checking import FAILURE_WORKFLOW, differences
from podium_local.demo.orders import MEANT_TO_FAIL, Order, expected, orders
from podium_local.demo.showing import Progressing, execution_tree, totals
from podium_local.demo.workers import WorkerDiedError, Workers, workers
from podium_local.runtime import LocalRuntime, Options

DEFINITIONS = Path(__file__).parent / "definitions"
#: Seconds after which something must be wrong.
PATIENCE = 120
#: Seconds between two looks at the orders.
_PAUSE = 0.2


class DemoError(Exception):
    """The demo cannot go on; the message says why."""


class Shop:
    """The client's side: registers, starts, reads."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/api", timeout=30)

    def register(self) -> None:
        """Task definitions and the three workflows."""
        self._send("POST", "/metadata/taskdefs", _definition("tasks"))
        for name in ("refund_order", "ship_order", "order_fulfilment"):
            self._send("POST", "/metadata/workflow", _definition(name))

    def start(self, order: Order, carrier_url: str) -> str:
        """Start one order; the workflow's id."""
        return self._send("POST", "/workflow/order_fulfilment", order.to_json(carrier_url)).text

    def read(self, workflow_id: str) -> dict[str, Any]:
        """A whole execution."""
        execution: dict[str, Any] = self._send("GET", f"/workflow/{workflow_id}").json()
        return execution

    def _send(self, method: str, path: str, body: Any = None) -> httpx.Response:
        response = self._http.request(method, path, json=body)
        if response.is_error:
            raise DemoError(f"{method} {path}: {response.status_code} {response.text}")
        return response


def main() -> int:
    """Run everything; the exit code."""
    console = Console()
    counters = Counters()
    options = Options(port=0, aws_port=0, engine=counters.engine(os.environ), find=counters.find)
    try:
        with (
            tempfile.TemporaryDirectory() as logs,
            LocalRuntime(options) as runtime,
            carrier() as carrier_url,
        ):
            environment = runtime.worker_environment() | {
                "CONDUCTOR_SERVER_URL": f"{runtime.url}/api"
            }
            console.print(f"Podium is up at {runtime.url}/api, AWS (moto) at {runtime.aws_url}")
            with workers(environment, Path(logs)) as running:
                return _run(console, counters, Shop(runtime.url), carrier_url, running)
    except KeyboardInterrupt:
        console.print("stopped")
        return 130
    except (DemoError, WorkerDiedError) as error:
        console.print(str(error), markup=False)
        return 1


def _run(
    console: Console, counters: Counters, shop: Shop, carrier_url: str, running: Workers
) -> int:
    shop.register()
    placed = orders()
    console.print(
        f"{len(placed)} orders; workers: podium_worker on SQS, conductor-python over HTTP"
    )
    counters.start()
    begin = time.monotonic()
    ids = {order.order_id: shop.start(order, carrier_url) for order in placed}
    _wait(console, list(ids.values()), running)
    refund_id = _refund_of(shop, ids[MEANT_TO_FAIL], running)
    seconds = time.monotonic() - begin
    counters.http_requests = counters.invocations["api"] + counters.invocations["poll"]
    executions = {order_id: shop.read(workflow_id) for order_id, workflow_id in ids.items()}
    console.print()
    console.print(execution_tree(executions["order-1"], shop.read))
    console.print(execution_tree(executions[MEANT_TO_FAIL], shop.read))
    console.print(totals(list(executions.values()), counters, seconds))
    refund = None if refund_id is None else shop.read(refund_id)
    found = [
        line
        for order in placed
        for line in differences(
            order.order_id,
            expected(order),
            executions[order.order_id],
            refund if order.order_id == MEANT_TO_FAIL else None,
        )
    ]
    for line in found:
        console.print(line, style="red", markup=False)
    if found:
        return 1
    console.print(
        f"All {len(placed)} orders are as computed; {MEANT_TO_FAIL} failed and was refunded."
    )
    return 0


def _wait(console: Console, ids: list[str], running: Workers) -> None:
    """Until every one has ended. Looked at through an engine of its own, which is not counted."""
    watcher = bootstrap.build(Settings.from_environment(os.environ)).reads
    deadline = time.monotonic() + PATIENCE
    left = set(ids)
    with Progressing(console, len(ids)) as progress:
        while left:
            left -= {each for each in left if watcher.standing(each).header.status.is_terminal}
            progress.show(len(ids) - len(left))
            running.check()
            if left and time.monotonic() > deadline:
                raise DemoError(
                    f"{len(left)} orders have not ended after {PATIENCE} s: {sorted(left)}"
                )
            time.sleep(_PAUSE if left else 0)


def _refund_of(shop: Shop, workflow_id: str, running: Workers) -> str | None:
    """Id of the refund's workflow, when it has ended; None when there is none."""
    refund_id: str | None = shop.read(workflow_id)["output"].get(FAILURE_WORKFLOW)
    if refund_id is None:
        return None
    watcher = bootstrap.build(Settings.from_environment(os.environ)).reads
    deadline = time.monotonic() + PATIENCE
    while watcher.standing(refund_id).header.status is WorkflowStatus.RUNNING:
        running.check()
        if time.monotonic() > deadline:
            raise DemoError(f"the refund {refund_id} has not ended after {PATIENCE} s")
        time.sleep(_PAUSE)
    return refund_id


def _definition(name: str) -> Any:
    return json.loads((DEFINITIONS / f"{name}.json").read_text())


if __name__ == "__main__":
    sys.exit(main())
