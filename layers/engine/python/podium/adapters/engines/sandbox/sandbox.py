"""A warm child for each thread that needs one, replaced when it is killed or dies."""

from __future__ import annotations

import contextlib
import weakref
from typing import TYPE_CHECKING

from podium.adapters.engines.sandbox.process import Child, DiedError, Limits
from podium.adapters.engines.sandbox.values import read_result, write_request
from podium.adapters.engines.sandbox.wire import Answer
from podium.domain.engines import EngineError, EngineLimitError

if TYPE_CHECKING:
    from podium.domain.json import Json

#: Children kept warm; a Lambda function needs one, the laptop runtime a few at times.
_WARM = 2
#: Characters of an error that a program makes up.
_MAX_MESSAGE = 500


class _FullError(Exception):
    """The child has no memory left and was killed."""


class Sandbox:
    """Runs programs of one engine in children; safe to use from many threads."""

    def __init__(self, runner: str, limits: Limits) -> None:
        """``runner``: the module that the child serves. Nothing is started before the first use."""
        self._runner = runner
        self._limits = limits
        self._idle: list[Child] = []
        # Called at the end of the interpreter, too: no child is left behind.
        weakref.finalize(self, _kill_all, self._idle)

    def run(self, program: Json, document: Json) -> Json:
        """Result of ``program`` for ``document``.

        Raises EngineError, or EngineLimitError when it was cut off; the next program finds a fresh
        child then. Raises TransientError when no child can be started.
        """
        request = write_request(program, document)
        # One that was kept may have died, or be full, for a reason of its own: a fresh one tells.
        with contextlib.suppress(IndexError, DiedError, _FullError):
            return self._ask(self._idle.pop(), request)
        try:
            return self._ask(Child(self._runner, self._limits), request)
        except (DiedError, _FullError):
            raise EngineLimitError("cut off: out of memory or stack") from None

    def _ask(self, child: Child, request: bytes) -> Json:
        try:
            reply = child.ask(request)
        except TimeoutError:
            child.kill()
            raise EngineLimitError(
                f"cut off: the program ran too long, over {self._limits.seconds:g} s"
            ) from None
        except BaseException:
            # Interrupted: its reply would be taken for the answer to the next program.
            child.kill()
            raise
        if reply.startswith(Answer.FULL):
            child.kill()
            raise _FullError
        if len(self._idle) < _WARM:
            self._idle.append(child)
        else:
            child.kill()
        return _result(reply)


def _result(reply: str) -> Json:
    answer, text = Answer(reply[0]), reply[1:]
    if answer is Answer.LIMIT:
        raise EngineLimitError(f"cut off: {text[:_MAX_MESSAGE]}")
    if answer is Answer.ERROR:
        raise EngineError(text[:_MAX_MESSAGE])
    return read_result(text)


def _kill_all(children: list[Child]) -> None:
    while children:
        children.pop().kill()
