"""One task from its message to its result: fetch the input, resolve secrets, run, hide them again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium_worker.errors import TerminalError
from podium_worker.message import Result
from podium_worker.payloads import with_input, without_large_output
from podium_worker.secrets import resolved

if TYPE_CHECKING:
    from collections.abc import Callable

    from podium_worker.declare import TaskFunction
    from podium_worker.message import Task
    from podium_worker.secrets import Secrets


def run_task(
    function: TaskFunction,
    task: Task,
    secrets: Secrets,
    begin: Callable[[], None] = lambda: None,
) -> Result:
    """Run ``function``; its result holds no secret that the task was handed.

    ``begin`` is called when nothing can keep it from running any more. Raises ConfigurationError when the worker cannot get at the input or its secrets: the message
    comes again, perhaps to a worker that can.
    """
    try:
        ready, mask = resolved(with_input(task), secrets)
    except TerminalError as error:
        return Result("FAILED_WITH_TERMINAL_ERROR", {}, str(error))
    begin()
    return without_large_output(function.run(ready).masked(mask))
