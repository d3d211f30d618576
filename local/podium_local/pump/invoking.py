"""Invokes a function as Lambda does: JSON in, a context beside it, JSON or an error out."""

from __future__ import annotations

import importlib
import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import uuid4

from podium_local.pump.faults import Faults, InvocationDroppedError
from podium_local.resources import ACCOUNT, REGION
from podium_local.topology import physical_name

if TYPE_CHECKING:
    from podium_local.clock import LocalClock
    from podium_local.topology import Function

logger = logging.getLogger("podium.local")


class LambdaContext:
    """The second argument of every handler."""

    function_version = "$LATEST"
    identity = None
    client_context = None

    def __init__(self, function: Function, clock: LocalClock, stack: str) -> None:
        """A new invocation of ``function``, which has its whole timeout before it."""
        self.function_name = physical_name(function.name, stack)
        self.memory_limit_in_mb = str(function.memory)
        self.aws_request_id = str(uuid4())
        self.log_group_name = f"/aws/lambda/{self.function_name}"
        self.log_stream_name = f"local/[$LATEST]{self.aws_request_id.replace('-', '')}"
        self.invoked_function_arn = function_arn(function, stack)
        self._clock = clock
        self._deadline = clock.now() + function.timeout * 1000

    def get_remaining_time_in_millis(self) -> int:
        """Until the function's timeout; never negative."""
        return max(0, self._deadline - self._clock.now())


def function_arn(function: Function, stack: str) -> str:
    """ARN of the function on the laptop."""
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{physical_name(function.name, stack)}"


Handler: TypeAlias = Callable[[dict[str, Any], LambdaContext], Any]


def import_handler(function: Function) -> Handler:
    """The handler under the import name it has in Lambda."""
    module, _, name = function.handler.rpartition(".")
    handler: Handler = getattr(importlib.import_module(module), name)
    return handler


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an invocation gave: a JSON value, or the error that ended it."""

    value: Any
    error: BaseException | None
    request_id: str


#: Half calls this invocation has left to live, in a list so that it can be counted down; None: it lives on.
_life: ContextVar[list[int] | None] = ContextVar("life", default=None)


def half_call() -> None:
    """To be called before and after each AWS call; kills the invocation whose time has come."""
    life = _life.get()
    if life is None:
        return
    life[0] -= 1
    if life[0] == 0:
        raise InvocationDroppedError("the invocation was dropped between two calls")


class Invoker:
    """Runs handlers in this process; safe to use from several threads."""

    def __init__(
        self,
        clock: LocalClock,
        *,
        stack: str = "podium",
        find: Callable[[Function], Handler] = import_handler,
        faults: Faults | None = None,
        on_drop: Callable[[], None] = lambda: None,
    ) -> None:
        """``find`` gives a function's handler; ``on_drop`` is told when a fault killed the process."""
        self.stack = stack
        self._clock = clock
        self._find = find
        self._faults = faults
        self._on_drop = on_drop
        self._handlers: dict[str, Handler] = {}
        self._lock = threading.Lock()

    @property
    def drops_requests(self) -> bool:
        """Whoever calls over HTTP repeats what got no answer."""
        return self._faults is not None and self._faults.drops_requests

    def invoke(
        self, function: Function, event: dict[str, Any], *, may_drop: bool = True
    ) -> Outcome:
        """Run ``function`` once; what it raises is logged and returned, not raised.

        ``may_drop``: a fault may kill it (whoever called retries).
        """
        handler = self._handler(function)
        context = LambdaContext(function, self._clock, self.stack)
        life = self._faults.drops_at() if may_drop and self._faults is not None else 0
        try:
            with _mortal(life):
                # There and back: what is no JSON in AWS is none here, and nobody shares objects.
                value = handler(json.loads(json.dumps(event)), context)
                return Outcome(json.loads(json.dumps(value)), None, context.aws_request_id)
        except InvocationDroppedError as error:
            if self._faults is not None:
                self._faults.done["killed"] += 1
            self._on_drop()
            return Outcome(None, error, context.aws_request_id)
        except Exception as error:
            logger.exception("%s failed (request %s)", function.name, context.aws_request_id)
            return Outcome(None, error, context.aws_request_id)

    def _handler(self, function: Function) -> Handler:
        # Under a lock: two threads that import one module may see it half made.
        with self._lock:
            if function.name not in self._handlers:
                self._handlers[function.name] = self._find(function)
            return self._handlers[function.name]


@contextmanager
def _mortal(life: int) -> Iterator[None]:
    token = _life.set([life] if life else None)
    try:
        yield
    finally:
        _life.reset(token)
