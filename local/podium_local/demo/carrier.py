"""The carrier's service: a parcel is picked up the third time somebody asks for it."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ASKED_UNTIL_PICKED_UP = 3


@contextmanager
def carrier() -> Iterator[str]:
    """Serve on a free port of this machine; gives the URL."""
    asked: Counter[str] = Counter()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        """GET /parcels/<order>."""

        def do_GET(self) -> None:
            """Answer with status and tracking number."""
            order_id = self.path.rpartition("/")[2]
            with lock:
                asked[order_id] += 1
                times = asked[order_id]
            status = "PICKED_UP" if times >= ASKED_UNTIL_PICKED_UP else "WAITING"
            body = json.dumps({"status": status, "tracking": f"T-{order_id}"}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # its name there
            """Stay silent: the demo shows its own progress."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
