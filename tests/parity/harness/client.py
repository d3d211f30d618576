"""A plain client of Conductor's REST API: it raises nothing, an answer is an answer."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import urllib3

#: Seconds that one answer may take on a busy machine.
PATIENCE = 60.0
#: The peer's database, chosen for being small, turns callers away when many come at once.
_BUSY = "SQLITE_BUSY"
_PAUSES = (0.2, 0.4, 0.8, 1.6, 3.2)


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, and the body: parsed if it is JSON, else its text; None if there is none."""

    status: int
    body: Any = None

    @property
    def is_good(self) -> bool:
        """2xx."""
        return 200 <= self.status < 300


class Client:
    """Talks to one server; safe to share between threads."""

    def __init__(self, url: str, connections: int = 1) -> None:
        """``url`` ends in ``/api``."""
        self.url = url.rstrip("/")
        self._pool = urllib3.PoolManager(maxsize=connections, block=True, retries=False)

    def close(self) -> None:
        """Drop the connections."""
        self._pool.clear()

    def call(
        self, method: str, path: str, body: Any = None, query: dict[str, Any] | None = None
    ) -> Answer:
        """One request below ``/api``; ``body`` is sent as JSON, unless it is None."""
        given = {key: value for key, value in (query or {}).items() if value is not None}
        address = f"{self.url}{path}" + (f"?{urlencode(given, doseq=True)}" if given else "")
        for pause in _PAUSES:
            answer = self._pool.request(
                method,
                address,
                body=None if body is None else json.dumps(body),
                headers={} if body is None else {"Content-Type": "application/json"},
                timeout=PATIENCE,
            )
            text = answer.data.decode()
            if answer.status != 500 or _BUSY not in text:
                break
            time.sleep(pause)
        return Answer(answer.status, _read(text, answer.headers))


def _read(text: str, headers: Any) -> Any:
    if not text:
        return None
    if "json" in headers.get("Content-Type", ""):
        return json.loads(text)
    return text
