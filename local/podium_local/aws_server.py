"""moto over HTTP: the same tables and queues as in this process, for the boto3 of others."""

from __future__ import annotations

import logging
import socket
import threading

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from podium_local.moto_patch.calls import serialized_app
from podium_local.ports import HOST, port_of


class AwsServer:
    """Serves on a socket that is bound already, one thread per connection."""

    def __init__(self, listener: socket.socket) -> None:
        """Nothing is served before :meth:`start`."""
        # A line per request is of no use to anybody.
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._listener = listener
        self._server = make_server(
            HOST,
            port_of(listener),
            serialized_app(DomainDispatcherApplication(create_backend_app)),
            threaded=True,
            request_handler=MotoRequestHandler,
            fd=listener.fileno(),
        )
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="podium-aws", daemon=True
        )

    @property
    def url(self) -> str:
        """What AWS_ENDPOINT_URL has to be."""
        return f"http://{HOST}:{port_of(self._listener)}"

    def start(self) -> None:
        """Serve in a thread; the socket accepts connections already."""
        self._thread.start()

    def stop(self) -> None:
        """Accept nothing more and close the socket."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._listener.close()
