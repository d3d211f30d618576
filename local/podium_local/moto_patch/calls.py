"""One call at a time: moto's compare-and-set is none under threads.

Seen without it: 784 conditional writes "succeeded" on a counter that then stood at 473. Whoever waits
inside moto (a long poll) waits on a condition of this lock and so lets the others through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeAlias

from moto.core.botocore_stubber import BotocoreStubber

if TYPE_CHECKING:
    from podium_local.clock import LocalClock
    from podium_local.moto_patch.substitution import Substitutions

#: Held during every call into moto, in process or over HTTP.
LOCK = RLock()

_hooks: list[Callable[[], None]] = []

WsgiApp: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def install(substitutions: Substitutions, _clock: LocalClock) -> None:
    """Serialize what boto3 sends in this process."""
    stock = BotocoreStubber.__call__

    def serialized(self: BotocoreStubber, *args: Any, **kwargs: Any) -> Any:
        # Outside the lock: a hook that ends the call ends nobody else's.
        for hook in _hooks:
            hook()
        with LOCK:
            answer = stock(self, *args, **kwargs)
        for hook in _hooks:
            hook()
        return answer

    substitutions.set(BotocoreStubber, "__call__", serialized)


@contextmanager
def hooked(hook: Callable[[], None]) -> Iterator[None]:
    """Call ``hook`` before and after each call that this process makes; what it raises ends the call."""
    _hooks.append(hook)
    try:
        yield
    finally:
        _hooks.remove(hook)


def serialized_app(app: WsgiApp) -> WsgiApp:
    """Serialize what other processes send to moto's WSGI ``app``.

    The body is read before the lock is taken and the answer is complete before it is given back, so
    a slow client keeps nobody waiting.
    """

    def serialized(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH"):
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        elif environ.get("wsgi.input_terminated"):
            body = environ["wsgi.input"].read()
        else:
            body = b""
        environ["wsgi.input"] = BytesIO(body)
        with LOCK:
            answer = app(environ, start_response)
            try:
                return list(answer)
            finally:
                close = getattr(answer, "close", None)
                if close is not None:
                    close()

    return serialized
