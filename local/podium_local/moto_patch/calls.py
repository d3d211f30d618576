"""One call at a time: moto's compare-and-set is none under threads.

Seen without it: 784 conditional writes "succeeded" on a counter that then stood at 473. Whoever waits
inside moto (a long poll) waits on a condition of this lock and so lets the others through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeAlias

from moto.core.botocore_stubber import BotocoreStubber

if TYPE_CHECKING:
    from podium_local.clock import LocalClock
    from podium_local.moto_patch.substitution import Substitutions

#: Held during every call into moto, in process or over HTTP.
LOCK = RLock()

WsgiApp: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def install(substitutions: Substitutions, _clock: LocalClock) -> None:
    """Serialize what boto3 sends in this process."""
    stock = BotocoreStubber.__call__

    def serialized(self: BotocoreStubber, *args: Any, **kwargs: Any) -> Any:
        with LOCK:
            return stock(self, *args, **kwargs)

    substitutions.set(BotocoreStubber, "__call__", serialized)


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
