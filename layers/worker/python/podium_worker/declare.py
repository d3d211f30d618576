"""``@task`` makes a function a worker; this is how its arguments come out of a message."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from podium_worker.errors import TerminalError
from podium_worker.message import Result, Task

#: Every function declared with ``@task`` in this process, by task type and domain.
DECLARED: dict[tuple[str, str], TaskFunction] = {}


@dataclass(frozen=True)
class TaskFunction:
    """A function that runs tasks of one type."""

    task_type: str
    function: Callable[..., Any]
    domain: str = ""
    #: Tasks run at the same time by one worker process.
    concurrency: int = 1
    #: The worker deletes the message before it runs the function, and extends the task's lease meanwhile.
    detached: bool = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function as if it were not decorated."""
        return self.function(*args, **kwargs)

    def run(self, task: Task) -> Result:
        """Run the function for ``task``; an exception becomes FAILED with its text as reason."""
        try:
            returned = self.function(**_arguments(self.function, task))
        except TerminalError as error:
            return Result("FAILED_WITH_TERMINAL_ERROR", {}, str(error))
        except Exception as error:  # noqa: BLE001  # a task's failure is a result, not a crash
            return Result("FAILED", {}, f"{type(error).__name__}: {error}")
        if isinstance(returned, Result):
            return returned
        return Result.completed(_as_output(returned))


def task(
    task_type: str, *, domain: str = "", concurrency: int = 1, detached: bool = False
) -> Callable[[Callable[..., Any]], TaskFunction]:
    """Declare a function as the worker of a task type.

    Its parameters are keys of the task's input, by name; one without a default that the input lacks
    fails the task for good. A parameter annotated ``Task`` gets the whole task, ``**kwargs`` the
    rest of the input. What it returns is the output: a mapping as it is, None as empty, a ``Result``
    says more, anything else is ``{"result": value}``.

    ``detached``: for functions that may run longer than the twelve hours for which a message can be
    kept. The task's response timeout counts then; signs of life are sent while the function runs.
    """
    if concurrency < 1:
        message = f"concurrency must be at least 1, not {concurrency}"
        raise ValueError(message)

    def declare(function: Callable[..., Any]) -> TaskFunction:
        declared = TaskFunction(task_type, function, domain, concurrency, detached)
        DECLARED[task_type, domain] = declared
        return declared

    return declare


def _arguments(function: Callable[..., Any], task: Task) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    rest = dict(task.input)
    takes_rest = False
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            takes_rest = True
        elif parameter.annotation in {Task, "Task", "podium_worker.Task"}:
            arguments[name] = task
        elif name in rest:
            arguments[name] = rest.pop(name)
        elif (
            parameter.default is parameter.empty and parameter.kind is not parameter.VAR_POSITIONAL
        ):
            message = f"the input of task {task.reference_name} has no {name!r}"
            raise TerminalError(message)
    return arguments | rest if takes_rest else arguments


def _as_output(returned: Any) -> Mapping[str, Any]:
    if returned is None:
        return {}
    return returned if isinstance(returned, Mapping) else {"result": returned}
