"""A Lambda function as the worker: the task queue is its event source."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from podium_worker.errors import ConfigurationError
from podium_worker.message import Task
from podium_worker.queues import Queues
from podium_worker.running import run_task
from podium_worker.secrets import Secrets
from podium_worker.worker import system_now

if TYPE_CHECKING:
    from podium_worker.declare import TaskFunction

logger = logging.getLogger("podium_worker")


def lambda_handler(
    function: TaskFunction,
    queues: Queues | None = None,
    *,
    now: Callable[[], int] = system_now,
) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """Make the handler of a Lambda function that runs ``function`` for each message it is given.

    The event source mapping needs ``ReportBatchItemFailures``: a message whose result could not be
    sent is reported back and comes again. For a task whose message came before its time, as SQS delays
    none for longer than 15 minutes, another message is asked for. ``now``: epoch milliseconds. Raises ConfigurationError for a detached function: Lambda
    runs none for longer than a message can be kept.
    """
    if function.detached:
        raise ConfigurationError(f"a Lambda worker cannot run {function.task_type} detached")
    known = [queues] if queues else []
    secrets = Secrets.from_environment()

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        if not known:
            known.append(Queues.from_environment())
        worker_id = getattr(context, "function_name", "lambda")
        failures = []
        for record in event["Records"]:
            try:
                task = Task.from_json(record["body"])
                if task.not_before > now():
                    known[0].send_result(task.postponement(worker_id))
                    continue
                result = run_task(function, task, secrets)
                known[0].send_result(result.to_json(task, worker_id))
            except Exception:  # one bad message must not hold the others
                logger.exception("message %s comes again", record["messageId"])
                failures.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failures}

    return handler
