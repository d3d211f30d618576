"""The shop's HTTP workers, on Conductor's own Python SDK: ``python -m podium_local.demo.http_workers``."""

# No ``from __future__ import annotations`` here: the SDK looks at the parameters' types.
import signal
import sys
from collections.abc import Callable
from typing import Any, TypeVar, cast

from conductor.client.automator.task_handler import TaskHandler
from conductor.client.configuration.configuration import Configuration
from conductor.client.http.models.task import Task
from conductor.client.worker.worker_task import worker_task

Function = TypeVar("Function", bound=Callable[..., Any])


def worker(task_type: str) -> Callable[[Function], Function]:
    """The SDK's decorator, which has no types of its own."""
    decorator = worker_task(
        task_definition_name=task_type, thread_count=2, poll_interval_millis=100
    )
    return cast("Callable[[Function], Function]", decorator)


@worker("send_invoice")
def send_invoice(order_id: str, cents: int) -> dict[str, Any]:
    """Write the invoice."""
    return {"invoice": f"i-{order_id}", "cents": cents}


@worker("print_label")
def print_label(tracking: str, address: str) -> dict[str, Any]:
    """Print what goes on the parcel."""
    return {"label": f"{tracking} / {address}"}


@worker("notify_customer")
def notify_customer(task: Task) -> dict[str, Any]:
    """Write to the customer; the mail server refuses every fifth order the first time."""
    order_id = task.input_data["order_id"]
    if int(order_id.rpartition("-")[2]) % 5 == 0 and task.retry_count == 0:
        raise ConnectionError("the mail server is busy")
    return {"told": f"{order_id} is on its way: {task.input_data['label']}"}


def main() -> None:
    """Work until SIGTERM."""
    handler = TaskHandler(configuration=Configuration(), scan_for_annotated_workers=True)

    def stop(*_: object) -> None:
        handler.stop_processes()
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    handler.start_processes()
    handler.join_processes()


if __name__ == "__main__":
    main()
