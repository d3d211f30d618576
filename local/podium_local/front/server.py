"""The gateway behind a socket: starlette on uvicorn, in a thread of its own, on 127.0.0.1 only."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from podium.cross_origin import CrossOrigin
from podium_local.front import answers
from podium_local.front.gateway import PAYLOAD_LIMIT, TIME_LIMIT, TIMED_OUT, TOO_LARGE
from podium_local.front.http import HttpRequest, HttpResponse
from podium_local.ports import HOST, port_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Receive, Scope, Send

#: Requests at once; a long poll occupies one for as long as it waits.
_THREADS = 200
#: Seconds after which a connection that nobody uses is closed. Clients keep connections and take them up
#: again after pauses of some seconds; whoever does so in the moment of the closing gets a reset and no answer.
IDLE_LIMIT = 300


class _Front:
    """An ASGI app: every method and path goes to ``handle``."""

    def __init__(
        self,
        handle: Callable[[HttpRequest], HttpResponse],
        time_limit: float,
        cross_origin: CrossOrigin,
    ) -> None:
        self._handle = handle
        self._time_limit = time_limit
        self._cross_origin = cross_origin
        self._limiter: anyio.CapacityLimiter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            request = Request(scope, receive)
            answer = await self._answer(request)
        except ClientDisconnect:
            return
        # The functions say it themselves; answers of the front's own are to be read by a page, too.
        said = {name for name, _ in answer.headers}
        missing = self._cross_origin.headers(dict(request.headers))
        added = [(name.lower(), value) for name, value in missing.items()]
        headers = (*answer.headers, *(each for each in added if each[0] not in said))
        response = Response(answer.body, answer.status)
        if request.method == "HEAD":
            del response.headers["content-length"]
        # Not as a mapping: set-cookie may be there several times. The length is known already.
        response.raw_headers += [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in headers
            if name != "content-length" or request.method == "HEAD"
        ]
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> HttpResponse:
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > PAYLOAD_LIMIT:
                return answers.error(413, TOO_LARGE)
        asked = HttpRequest(
            method=request.method,
            target=request.scope["raw_path"].decode("latin-1").partition("?")[0],
            query=request.scope["query_string"].decode("latin-1"),
            headers=tuple(request.headers.items()),
            body=bytes(body),
            client=request.client.host if request.client else HOST,
        )
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(_THREADS)
        answer = None
        with anyio.move_on_after(self._time_limit):
            # The thread goes on, as a function does that API Gateway has given up on.
            answer = await anyio.to_thread.run_sync(
                self._handle, asked, abandon_on_cancel=True, limiter=self._limiter
            )
        return answer or answers.error(503, TIMED_OUT, retryable=True)


def make_app(
    handle: Callable[[HttpRequest], HttpResponse],
    time_limit: float = TIME_LIMIT,
    cross_origin: CrossOrigin | None = None,
) -> Starlette:
    """The front as an ASGI app, which closes connections but no threads after ``time_limit`` seconds."""
    front = _Front(handle, time_limit, cross_origin or CrossOrigin())
    return Starlette(routes=[Route("/{path:path}", endpoint=front)])


class FrontServer:
    """Serves on a socket that is bound already."""

    def __init__(
        self, app: Starlette, listener: socket.socket, idle_limit: int = IDLE_LIMIT
    ) -> None:
        """Nothing is served before :meth:`start`; idle connections end after ``idle_limit`` seconds."""
        config = uvicorn.Config(
            app,
            log_level="error",
            lifespan="off",
            server_header=False,
            date_header=False,
            timeout_keep_alive=idle_limit,
            timeout_graceful_shutdown=1,
        )
        self._listener = listener
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="podium-front", daemon=True
        )

    @property
    def url(self) -> str:
        """Where it listens, without a path."""
        return f"http://{HOST}:{port_of(self._listener)}"

    def start(self) -> None:
        """Serve in a thread; the socket accepts connections already."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being answered, for a second at most, and close the socket."""
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()
