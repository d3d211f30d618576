"""Workers of the parity tests, run as a script: ``sdk`` with Conductor's SDK, ``sqs`` with podium_worker."""

# No ``from __future__ import annotations`` here: the SDK looks at the parameters' types.
import signal
import sys
from typing import Any

from conductor.client.automator.task_handler import TaskHandler
from conductor.client.configuration.configuration import Configuration
from conductor.client.http.models.task import Task
from conductor.client.worker.worker_task import worker_task

from podium_worker import run, task


@worker_task(task_definition_name="parity_greet", poll_interval_millis=50)
def greet(who: str) -> dict[str, Any]:
    """Greet."""
    return {"message": f"hello {who}"}


@worker_task(task_definition_name="parity_flaky", poll_interval_millis=50)
def flaky(task: Task) -> dict[str, Any]:
    """Fail once."""
    if task.retry_count == 0:
        raise ValueError("not yet")
    return {"attempt": task.retry_count, "of": task.input_data["message"]}


@task("parity_direct")
def direct(number: int) -> dict[str, Any]:
    """Double."""
    return {"doubled": number * 2}


def work_over_http() -> None:
    """Until SIGTERM."""
    handler = TaskHandler(configuration=Configuration(), scan_for_annotated_workers=True)

    def stop(*_: object) -> None:
        handler.stop_processes()
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    handler.start_processes()
    handler.join_processes()


if __name__ == "__main__":
    if sys.argv[1] == "sdk":
        work_over_http()
    else:
        run(direct)
