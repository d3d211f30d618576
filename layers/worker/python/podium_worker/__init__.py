"""Workers that pull from SQS themselves: boto3 and nothing else.

    from podium_worker import run, task

    @task("charge_card")
    def charge_card(order_id: str, amount: float) -> dict:
        return {"receipt": ...}

    run()

A worker needs rights on two queues: receive, delete and change visibility on the queue of its task
type, send on the results queue. It renews its hold on a message while the function runs, and reports
through the results queue. Delivery is at least once: functions have to be idempotent.
"""

from podium_worker.declare import TaskFunction, task
from podium_worker.errors import ConfigurationError, TerminalError
from podium_worker.message import Result, Task
from podium_worker.pushed import lambda_handler
from podium_worker.queues import Queues
from podium_worker.worker import Worker, run

__all__ = [
    "ConfigurationError",
    "Queues",
    "Result",
    "Task",
    "TaskFunction",
    "TerminalError",
    "Worker",
    "lambda_handler",
    "run",
    "task",
]
